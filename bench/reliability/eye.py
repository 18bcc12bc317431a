"""Looks at pages in a real browser, and sees what hostile words came to there.

Words that were taken for words stand in the page as text and in fields. Everything else is seen
from outside: dialogs, requests that no page of ours makes, reports of the policy, elements,
attributes and comments with the sign of a payload in them.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page, Response

from bench.reliability.payloads import SIGN

_SETTLES_MS = 80
_MOVES = 5
_REPORTS = """
window.__reports = [];
document.addEventListener('securitypolicyviolation', (report) =>
  window.__reports.push(`${report.violatedDirective} ${report.blockedURI}`));
"""
# What came of the words: what is wrong with the page, and all that it shows.
_LOOK = r"""
() => {
  const sign = /xss\d+z/, wrong = [], shown = [];
  const asks = new RegExp('^(src|srcset|href|xlink:href|action|formaction|data|poster|background|'
    + 'style|ping|srcdoc|is|http-equiv|content|(data-)?hx-.*)$');
  const runs = /^(script|style|iframe|object|embed|base|link|meta|svg|math|template|noscript)$/;
  const walk = (root) => {
    for (const each of root.querySelectorAll('*')) {
      const name = each.localName;
      if (sign.test(name)) wrong.push(`element ${name}`);
      if (runs.test(name) && sign.test(each.textContent)) wrong.push(`words in ${name}`);
      for (const { name: attribute, value } of each.attributes) {
        if (sign.test(attribute) || attribute.startsWith('on')) {
          wrong.push(`attribute ${attribute} of ${name}`);
        }
        if (!sign.test(value)) continue;
        if (asks.test(attribute)) wrong.push(`${attribute} of ${name}: ${value}`);
        shown.push(value);
      }
      if ('value' in each && typeof each.value === 'string') shown.push(each.value);
      if (name === 'template') walk(each.content);
      if (each.shadowRoot) walk(each.shadowRoot);
    }
  };
  walk(document);
  const comments = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
  while (comments.nextNode()) {
    if (sign.test(comments.currentNode.data)) wrong.push('a comment');
  }
  shown.push(document.documentElement.textContent);
  const links = [...document.querySelectorAll('a[href]')].map((link) => link.href);
  return { wrong, shown: shown.join('\n'), links, reports: window.__reports || [] };
}
"""


@dataclass
class Seen:
    """What was seen on all pages together."""

    pages: int = 0
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    marked_up: list[str] = field(default_factory=list)  # taken for markup, run or not
    shown: set[int] = field(default_factory=set)
    words: list[str] = field(default_factory=list)

    def is_clean(self) -> bool:
        """Nothing ran, was asked for, was reported, or was taken for markup."""
        return not (self.dialogs or self.requests or self.reports or self.marked_up)


class Eye:
    """One visitor's browser. What it sees goes into `seen`."""

    def __init__(self, context: BrowserContext, seen: Seen) -> None:
        self._seen = seen
        self._at = ""
        context.add_init_script(_REPORTS)
        context.on("request", lambda request: self._note_request(request.url))
        self.page: Page = context.new_page()
        self.page.on("dialog", self._note_dialog)
        self.page.on("console", lambda said: self._note_console(said.text))

    def look(self, address: str) -> list[str]:
        """Open a page and look; the addresses it leads to. What is no page is passed over."""
        self._at, reports = urlsplit(address).path, len(self._seen.reports)
        try:
            answer = self._open(address)
            self.page.wait_for_timeout(_SETTLES_MS)
            found = self._found()
        except Error as error:
            if "Download is starting" in str(error) or "ERR_ABORTED" in str(error):
                return []
            raise
        if answer is None or "ml" not in answer.headers.get("content-type", ""):
            # A sound or a picture alone: its own policy keeps the browser's player out, too.
            del self._seen.reports[reports:]
            return []
        self._seen.pages += 1
        self._seen.marked_up += [f"{self._at}: {wrong}" for wrong in found["wrong"]]
        self._seen.reports += [f"{self._at}: {report}" for report in found["reports"]]
        self._seen.shown.update(int(number) for number in SIGN.findall(found["shown"]))
        self._seen.words.append(" ".join(found["shown"].split()))
        links: list[str] = found["links"]
        return links

    def _open(self, address: str) -> Response | None:
        try:
            return self.page.goto(address, wait_until="load")
        except Error as error:  # the browser was still showing its own page about the last one
            if "interrupted by another navigation" not in str(error):
                raise
            return self.page.goto(address, wait_until="load")

    def _found(self) -> dict[str, Any]:
        for _ in range(_MOVES):
            try:
                return self.page.evaluate(_LOOK)
            except Error as error:  # a page that goes on by itself: look where it went
                if "Execution context was destroyed" not in str(error):
                    raise
                self.page.wait_for_load_state()
        raise RuntimeError(f"{self._at} does not come to rest")

    def _note_dialog(self, dialog) -> None:
        self._seen.dialogs.append(f"{self._at}: {dialog.type} {dialog.message[:60]}")
        dialog.dismiss()

    def _note_request(self, url: str) -> None:
        if SIGN.search(url):
            self._seen.requests.append(f"{self._at}: {url[:120]}")

    def _note_console(self, said: str) -> None:
        if "Content Security Policy" in said or "TrustedHTML" in said or "TrustedScript" in said:
            self._seen.reports.append(f"{self._at}: {said[:160]}")
