"""Writers of one process take turns in the order in which they came.

SQLite has one writer. Whoever finds it busy asks again at ever longer intervals, and whoever asks
at the right moment is next: among many, somebody is passed over until their patience ends.
"""

import threading
from collections import deque


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
