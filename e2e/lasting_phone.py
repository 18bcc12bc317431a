"""A phone whose browser can be killed, and opened again as it was left."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page

from e2e.conftest import _ARGUMENTS

# The page's connections to its database, within reach of a test that closes them as a phone would.
HELD_DATABASES = """
window.heldDatabases = []
const open = IDBFactory.prototype.open
IDBFactory.prototype.open = function (...given) {
  const asked = open.apply(this, given)
  asked.addEventListener("success", () => window.heldDatabases.push(asked.result))
  return asked
}
"""


class LastingPhone:
    """One profile folder, and a browser over it that lives and dies."""

    def __init__(self, playwright, path: str, folder: Path, complaints=None) -> None:
        self.folder = folder
        self._chromium, self._path, self._complaints = playwright.chromium, path, complaints
        device = dict(playwright.devices["Pixel 5"])
        device.pop("default_browser_type", None)
        self._device = {**device, "locale": "en-US", "permissions": ["camera", "microphone"]}
        self._context: BrowserContext | None = None

    @property
    def context(self) -> BrowserContext:
        assert self._context is not None, "the phone is off"
        return self._context

    def open(self, **launched) -> Page:
        self._context = self._chromium.launch_persistent_context(
            self.folder, executable_path=self._path, args=_ARGUMENTS, **self._device, **launched
        )
        self._context.add_init_script(HELD_DATABASES)
        if self._complaints is not None:
            self._complaints.listen(self._context.pages[0])
            self._context.on("page", self._complaints.listen)
        return self._context.pages[0]

    def another_tab(self) -> Page:
        return self.context.new_page()

    def kill(self) -> None:
        """Not closed: killed, with all its processes, as an empty battery would."""
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.close()
        for lock in self.folder.glob("Singleton*"):
            lock.unlink()

    def close(self) -> None:
        if self._context is not None:
            with suppress(Error):  # it may be gone
                self._context.close()
            self._context = None

    def holds(self, words: str) -> list[str]:
        """The files of the profile in which these words stand in clear."""
        signs = (words.encode(), words.encode("utf-16-le"))
        return [
            path.name
            for path in self.folder.rglob("*")
            if path.is_file() and any(sign in path.read_bytes() for sign in signs)
        ]

    def _processes(self) -> list[int]:
        listed = subprocess.run(
            ["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True
        )
        ours = f"user-data-dir={self.folder}"
        return [int(line.split()[0]) for line in listed.stdout.splitlines() if ours in line]
