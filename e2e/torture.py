"""Everything that can go wrong with a phone, a line and a clinic while somebody writes.

Each hardship is lived through while words are written, and ends with a phone and a clinic that
can reach each other again. Nothing is tapped to recover. At the end the clinic's database is
asked what it holds.
"""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from e2e import phone_scripts as scripts
from e2e.conftest import Clinic
from e2e.evenings import evening_after, open_evening
from e2e.kept_words import kept_words
from e2e.lasting_phone import LastingPhone
from e2e.newer_worker import newer_worker
from e2e.writing import SLOW, keep, wait_for_shell, write, write_more

PHONE = "+17185550162"
CANARY = "Zitronenfalter"
_ENTRIES = "**/journal/entries/*"


class Torture:
    """Somebody writes on one phone, and is not left in peace."""

    def __init__(self, clinic: Clinic, phone: LastingPhone, seed: int) -> None:
        self.clinic, self.phone = clinic, phone
        self.written: list[str] = []
        self._chance = random.Random(seed)
        self._link = evening_after(clinic, PHONE)
        self._page = phone.open()
        open_evening(self._page, self._link)
        wait_for_shell(self._page)
        self._fresh_page()

    @property
    def hardships(self) -> dict[str, Callable[[], None]]:
        return {
            "no clinic": self._no_clinic,
            "clinic killed while it answers": self._clinic_killed,
            "tab closed": self._tab_closed,
            "browser killed": self._browser_killed,
            "two tabs": self._two_tabs,
            "session over": self._session_over,
            "clinic overrun": self._overrun,
            "answer lost": self._answer_lost,
            "database closed": self._database_closed,
            "phone full": self._phone_full,
            "phone fills up": self._phone_fills_up,
            "changed elsewhere": self._changed_elsewhere,
            "application renewed": self._renewed,
            "link tapped in the dark": self._tapped_in_the_dark,
            "button tapped twice": self._tapped_twice,
        }

    def suffer(self, cycles: int, entries: int) -> None:
        """So many hardships, each kind once before any comes again; so many entries in all."""
        ahead: list[Callable[[], None]] = []
        for _ in range(cycles):
            if not ahead:
                ahead = [*self.hardships.values()]
                self._chance.shuffle(ahead)
            ahead.pop()()
        self.write_some(entries - len(self.written))

    def write_some(self, count: int) -> None:
        """In peace."""
        for _ in range(count):
            self._keep_one()

    def settle(self) -> None:
        """Wait until nothing waits."""
        deadline = time.monotonic() + 180
        while self._page.evaluate(scripts.WAITING):
            assert time.monotonic() < deadline, "words wait on the phone although all is well"
            self._page.wait_for_timeout(250)

    def outcome(self) -> dict[str, list[str]]:
        """What is lost, doubled, or stands there in clear."""
        self.settle()
        held = Counter(kept_words(self.clinic, PHONE))
        self.phone.kill()
        return {
            "lost": [words for words in self.written if words not in held],
            "doubled": [words for words, times in held.items() if times > 1],
            "unknown": [words for words in held if words not in self.written],
            "in clear": self.phone.holds(CANARY),
        }

    def _some_words(self) -> str:
        return f"{len(self.written)} {CANARY} {self._chance.randrange(10**9)}"

    def _fresh_page(self) -> None:
        # What somebody waits for is the box, not the last of the page's files.
        self._page.goto(f"{self.clinic.url}/journal/write", wait_until="commit")
        expect(self._page.locator("#words")).to_be_visible(timeout=SLOW)

    def _type(self, page: Page | None = None) -> str:
        page = page or self._page
        if not page.locator("#words").is_visible():
            write_more(page)
        words = self._some_words()
        write(page, words)
        self.written.append(words)
        return words

    def _keep_one(self, page: Page | None = None) -> None:
        self._type(page)
        keep(page or self._page)

    def _no_clinic(self) -> None:
        self.clinic.stop()
        self._keep_one()
        self._keep_one()
        self.clinic.start()

    def _clinic_killed(self) -> None:
        self._type()
        self._page.get_by_role("button", name="Keep it").tap()
        time.sleep(self._chance.random() / 10)
        self.clinic.stop(signal.SIGKILL)
        self.clinic.start()
        expect(self._page.locator("#kept-title")).to_be_visible(timeout=SLOW)

    def _tab_closed(self) -> None:
        words = self._type()
        self._page.wait_for_timeout(1000)  # what is older than a second is on the phone
        tab = self.phone.another_tab()
        self._page.close(run_before_unload=False)
        self._page = tab
        self._find_again(words)

    def _browser_killed(self) -> None:
        self.clinic.stop()
        self._keep_one()
        words = self._type()
        self._page.wait_for_timeout(1000)
        self.phone.kill()
        self._page = self.phone.open()
        self._find_again(words)
        self.clinic.start()

    def _find_again(self, words: str) -> None:
        self._fresh_page()
        expect(self._page.locator("#words")).to_have_value(words, timeout=SLOW)
        keep(self._page)

    def _two_tabs(self) -> None:
        other = self.phone.another_tab()
        other.goto(f"{self.clinic.url}/journal/write")
        expect(other.locator("#words")).to_have_value("")
        self._page.bring_to_front()
        self._type()
        other.bring_to_front()
        self._type(other)
        keep(other)
        self._page.bring_to_front()
        keep(self._page)
        other.close()

    def _session_over(self) -> None:
        self._type()
        self._page.context.clear_cookies()
        keep(self._page)

    def _overrun(self) -> None:
        self._page.route(_ENTRIES, lambda route: route.fulfill(status=503, body="no"))
        self._keep_one()
        self._page.wait_for_timeout(500)
        self._page.unroute(_ENTRIES)

    def _answer_lost(self) -> None:
        self._page.route(_ENTRIES, _lose_the_answer)
        self._keep_one()
        line = self._page.locator("#lines input").first
        line.check(timeout=SLOW)  # changed, before anybody knows whether it arrived
        self._page.wait_for_timeout(500)
        # An answer that is still on its way gets lost as well: handed on, it could not be any more.
        self._page.unroute_all(behavior="wait")

    def _database_closed(self) -> None:
        self._type()
        self._page.evaluate(scripts.CLOSE)
        self._page.locator("#words").press_sequentially("!")
        self.written[-1] += "!"
        self._page.evaluate(scripts.CLOSE)
        keep(self._page)
        self._page.evaluate(scripts.CLOSE)

    def _phone_full(self) -> None:
        """It keeps nothing any more; what is written can go to the clinic all the same."""
        self.settle()
        self.phone.kill()
        self._page = self.phone.open()
        devtools = self._page.context.new_cdp_session(self._page)
        full = {"origin": self.clinic.url, "quotaSize": 1}
        devtools.send("Storage.overrideQuotaForOrigin", full)
        self._fresh_page()
        if self._page.locator("#no-session").is_visible():
            # A browser that was killed may have forgotten its cookie: the page says what to do.
            self._page.goto("about:blank")
            self._page.goto(self._link)
            self._page.wait_for_url("**/journal/write")
        expect(self._page.locator("[data-saying=not-stored]")).to_be_visible(timeout=SLOW)
        words = self._some_words()
        self._page.locator("#words").fill(words)
        self.written.append(words)
        keep(self._page)
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": self.clinic.url})
        self._fresh_page()

    def _phone_fills_up(self) -> None:
        """In the middle of a sentence; and there is room again before the last word."""
        words = self._type()
        devtools = self._page.context.new_cdp_session(self._page)
        full = {"origin": self.clinic.url, "quotaSize": 1}
        devtools.send("Storage.overrideQuotaForOrigin", full)
        for _ in range(60):  # browsers look again every half minute
            self._page.locator("#words").press_sequentially("!")
            self._page.wait_for_timeout(1000)
            if self._page.locator("[data-saying=not-stored]").is_visible():
                break
        expect(self._page.locator("[data-saying=not-stored]")).to_be_visible()
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": self.clinic.url})
        self._page.locator("#words").fill(words)
        expect(self._page.locator("[data-saying=not-stored]")).to_be_hidden(timeout=2 * SLOW)
        keep(self._page)

    def _changed_elsewhere(self) -> None:
        self._keep_one()
        self.settle()
        uuid = self._page.evaluate("document.querySelector('#bring').dataset.uuid")
        words = self._some_words()
        assert self._page.evaluate(scripts.CHANGE_ELSEWHERE, [uuid, words]) == 200
        self.written.append(words)
        self._page.locator("#lines input").first.check(timeout=SLOW)

    def _tapped_in_the_dark(self) -> None:
        self.settle()
        self._page.evaluate(scripts.FORGET_LINKS)
        self._page.context.clear_cookies()
        self.clinic.stop()
        self._page.goto("about:blank")
        self._page.goto(self._link)
        self._page.wait_for_url("**/journal/write")
        expect(self._page.locator("#words")).to_be_visible(timeout=SLOW)
        self._keep_one()
        words = self._type()
        self.clinic.start()
        self._page.evaluate("dispatchEvent(new Event('online'))")
        expect(self._page.locator("#unsent-list li:not([data-state=delivered])")).to_have_count(
            0, timeout=2 * SLOW
        )
        expect(self._page.locator("#words")).to_have_value(words)
        keep(self._page)

    def _tapped_twice(self) -> None:
        self._type()
        self._page.get_by_role("button", name="Keep it").dblclick()
        expect(self._page.locator("#kept-title")).to_be_visible(timeout=SLOW)

    def _renewed(self) -> None:
        self._type()
        self.clinic.renew(newer_worker(self.clinic.folder, len(self.written)))
        self._put_away(False)
        if not self._is(scripts.HAS_NEWER, within=10):
            self._begin_anew()
        self._page.locator("#words").press_sequentially("!")
        self.written[-1] += "!"
        self._page.wait_for_timeout(1000)
        words = self.written[-1]
        self._put_away(True)
        assert self._is(scripts.IS_RENEWED, within=30), "the new application did not take over"
        self._page.reload(wait_until="commit")
        self._find_again(words)

    def _begin_anew(self) -> None:
        """A browser that is watched by a test sometimes never looks for a newer worker."""
        self.phone.kill()
        self._page = self.phone.open()
        self._fresh_page()
        expect(self._page.locator("#words")).to_have_value(self.written[-1], timeout=SLOW)
        self._put_away(False)
        assert self._is(scripts.HAS_NEWER, within=30), "the new application did not come"

    def _put_away(self, is_hidden: bool) -> None:
        self._page.evaluate(scripts.PUT_AWAY, is_hidden)

    def _is(self, so: str, *, within: float) -> bool:
        deadline = time.monotonic() + within
        while not self._page.evaluate(so):
            if time.monotonic() > deadline:
                return False
            self._page.wait_for_timeout(100)
        return True


def _lose_the_answer(route: Route) -> None:
    route.fetch()
    route.abort()
