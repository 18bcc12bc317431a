"""Writers take turns: those of one process in the order in which they came, processes in turn.

SQLite has one writer. Whoever finds it busy asks again at ever longer intervals, and whoever asks
at the right moment is next: among many, somebody is passed over until their patience ends.
"""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ASKED_AGAIN_SECONDS = 0.002


class Turns:
    """One turn at a time, first come first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, seconds: float) -> bool:
        """Wait for the turn. False when it did not come in time."""
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(seconds):
            return True
        with self._lock:
            if called.is_set():  # in this very moment
                return True
            self._waiting.remove(called)
        return False

    def give_back(self) -> None:
        """The turn is over: whoever has waited longest is next."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


class Threshold:
    """Of all processes one asks SQLite for the turn at a time, so it is next.

    A busy web process begins one transaction on the heels of the other: without this the worker's
    texts would have to hit the moment between two. `path`: an empty file beside the database; None
    where no other process can reach it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._opened: int | None = None

    @contextmanager
    def crossing(self, seconds: float) -> Iterator[bool]:
        """Around asking. False: nobody else crossed in time, or there is no such file to be had;
        then whoever asks takes their chance.
        """
        opened = self._open()
        is_ours = opened is not None and _locked(opened, seconds)
        try:
            yield is_ours
        finally:
            if opened is not None and is_ours:
                with suppress(OSError):  # closed meanwhile, which frees it as well
                    fcntl.flock(opened, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        if self._opened is not None:
            os.close(self._opened)
            self._opened = None

    def _open(self) -> int | None:
        if self._opened is None and self._path is not None:
            try:
                self._opened = os.open(self._path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
            except OSError:
                return None
        return self._opened


def _locked(opened: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_ASKED_AGAIN_SECONDS)
        except OSError:
            return False
        else:
            return True
