"""What the people outside were told: noted on the disk before an answer is believed.

A line is `asked` before a request leaves and `heard` before its answer counts. What was heard must
be found in the clinic for ever after; what was only asked may be there or not.
"""

import json
import os
import threading
from collections import Counter
from pathlib import Path


class Ledger:
    """Append-only, for any number of threads."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, str], list[str]] = {}
        self._heard: dict[tuple[str, str], int] = {}  # how many of the asked ones count
        self.answers: Counter[str] = Counter()  # "entries 201", "taps nobody"

    def close(self) -> None:
        """Nothing is written any more."""
        os.close(self._file)

    def asks(self, kind: str, name: str, value: str = "") -> None:
        """Somebody is about to ask that `name` be `value`."""
        with self._lock:
            self._write("asked", kind, name, value)
            self._asked.setdefault((kind, name), []).append(value)

    def hears(self, kind: str, name: str) -> None:
        """Somebody is about to believe that what they asked last for `name` is so."""
        with self._lock:
            self._write("heard", kind, name, "")
            self._heard[kind, name] = len(self._asked[kind, name])

    def answered(self, kind: str, how: object) -> None:
        """Count an answer, or that there was none."""
        with self._lock:
            self.answers[f"{kind} {how}"] += 1

    def heard(self, kind: str) -> dict[str, set[str]]:
        """Everything believed of a kind, each with all it may now be: what was heard last, and
        what was asked after that.
        """
        with self._lock:
            return {
                name: set(self._asked[kind, name][count - 1 :])
                for (of, name), count in self._heard.items()
                if of == kind
            }

    def kinds(self) -> Counter[str]:
        """How much of each kind is believed."""
        with self._lock:
            return Counter(kind for kind, _ in self._heard)

    def _write(self, word: str, kind: str, name: str, value: str) -> None:
        os.write(self._file, (json.dumps([word, kind, name, value]) + "\n").encode())
