"""The accessibility check that runs at every page."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {
    "runOnly": {"type": "tag", "values": _RULES},
    "resultTypes": ["violations"],  # what holds is not told node by node
}
_RUN = f"""async () => {{
  const found = await axe.run({json.dumps(_OPTIONS)})
  return found.violations.flatMap(({{ id, nodes }}) =>
    nodes.map(({{ target }}) => `${{id}}: ${{target}}`))
}}"""


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line each: the rule and where."""
    page.wait_for_load_state()  # a page that has only just begun has nothing to look at yet
    # The engine is put in through the debugger: our policy lets no page do it.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(_RUN)
