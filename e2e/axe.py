"""The accessibility check that runs at every page."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {
    "runOnly": {"type": "tag", "values": _RULES},
    "resultTypes": ["violations"],  # what holds is not told node by node
    # Stylesheets are fetched and read anew for one rule alone, which is not among these.
    "preload": {"assets": ["media"]},
}
# What another light can change: that colours are not words enough, and can be told apart.
_OF_COLORS = _OPTIONS | {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
}
_RUN = """async (options) => {
  const found = await axe.run(options)
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target}`))
}"""


def violations(page: Page, *, only_colors: bool = False) -> list[str]:
    """What axe finds wrong, one line each: the rule and where.

    `only_colors`: for a page that it has seen already, and that now stands in another light.
    """
    page.wait_for_load_state()  # a page that has only just begun has nothing to look at yet
    # The engine is put in through the debugger: our policy lets no page do it.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(_RUN, _OF_COLORS if only_colors else _OPTIONS)
