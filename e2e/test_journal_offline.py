"""Words without a signal: kept on the phone, found again whatever happened, sent by themselves."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from e2e.conftest import _ARGUMENTS, Clinic
from e2e.evenings import evening_after, open_evening

PHONE = "+17185550161"
CANARY = "Zitronenfalter"


class Phone:
    """A phone whose browser can be killed, and opened again as it was left."""

    def __init__(self, playwright, path: str, folder: Path, complaints) -> None:
        self._chromium, self._path, self.folder = playwright.chromium, path, folder
        self._complaints = complaints
        device = dict(playwright.devices["Pixel 5"])
        device.pop("default_browser_type", None)
        self._device = {**device, "locale": "en-US", "permissions": ["microphone"]}
        self._context: BrowserContext | None = None

    def open(self) -> Page:
        self._context = self._chromium.launch_persistent_context(
            self.folder, executable_path=self._path, args=_ARGUMENTS, **self._device
        )
        for page in self._context.pages:
            self._complaints.listen(page)
        self._context.on("page", self._complaints.listen)
        return self._context.pages[0]

    def another_tab(self) -> Page:
        assert self._context is not None
        return self._context.new_page()

    def kill(self) -> None:
        """Not closed: killed, with all its processes, as an empty battery would."""
        assert self._context is not None
        for pid in _processes_of(self.folder):
            os.kill(pid, signal.SIGKILL)
        with suppress(Error):  # it is gone
            self._context.close()
        for lock in self.folder.glob("Singleton*"):
            lock.unlink()
        self._context = None

    def close(self) -> None:
        if self._context is not None:
            self._context.close()
            self._context = None


def _processes_of(folder: Path) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    return [
        int(line.split()[0])
        for line in listed.stdout.splitlines()
        if f"user-data-dir={folder}" in line
    ]


@pytest.fixture
def phone(playwright, browser_type_launch_args, tmp_path, complaints) -> Iterator[Phone]:
    path = browser_type_launch_args["executable_path"]
    own = Phone(playwright, path, tmp_path / "phone", complaints)
    yield own
    own.close()


@pytest.fixture
def link(clinic) -> str:
    return evening_after(clinic, PHONE)


def write(page: Page, words: str) -> None:
    page.locator("#words").fill(words)
    expect(page.locator("#truths [aria-current]")).to_have_text("On this phone")


def keep(page: Page) -> None:
    page.get_by_role("button", name="Keep it").tap()
    expect(page.locator("#kept-title")).to_be_focused()


def write_more(page: Page) -> None:
    page.locator("[data-action=again]").tap()
    expect(page.locator("#words")).to_be_visible()


def expect_truth(page: Page, truth: str) -> None:
    expect(page.locator("#kept-truths [aria-current]")).to_have_text(truth, timeout=20_000)


def wait_for_shell(page: Page) -> None:
    """Until the phone has what it needs without a signal."""
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")


def test_words_arrive_and_leave_the_phone(link, phone):
    page = phone.open()
    open_evening(page, link)
    wait_for_shell(page)

    write(page, "The river, and how quiet it was.")
    keep(page)

    expect_truth(page, "With your team")
    left = page.evaluate(
        """() => new Promise((done) => {
          const asked = indexedDB.open("afterglow")
          asked.onsuccess = () => {
            const all = asked.result.transaction("entries").objectStore("entries").getAll()
            all.onsuccess = () => done(all.result.filter((entry) => entry.data).length)
          }
        })"""
    )
    assert left == 0


def test_words_without_a_signal_outlive_the_browser_and_arrive(clinic: Clinic, link, phone):
    page = phone.open()
    open_evening(page, link)
    wait_for_shell(page)
    clinic.stop()

    page.reload()
    write(page, f"{CANARY}, in the dark")
    keep(page)
    expect_truth(page, "On this phone")
    write_more(page)
    write(page, f"half a sentence about a {CANARY}")
    page.wait_for_timeout(1000)
    phone.kill()

    for path in phone.folder.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path.name
            assert CANARY.encode("utf-16-le") not in path.read_bytes(), path.name

    page = phone.open()
    page.goto(f"{clinic.url}/journal/write")
    expect(page.locator("#words")).to_have_value(f"half a sentence about a {CANARY}")
    expect(page.locator("#unsent-list li")).to_have_text(re.compile(f"{CANARY}, in the dark"))
    expect(page.locator("#unsent-list li")).to_have_attribute(
        "data-state", re.compile("device|sending")
    )

    clinic.start()
    expect(page.locator("#unsent-list li")).to_have_count(0, timeout=60_000)
    keep(page)
    expect_truth(page, "With your team")
