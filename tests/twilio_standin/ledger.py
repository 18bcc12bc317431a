"""The ledger: a file that lines are only ever added to, each bound to the one before it.

Whoever changes, drops, adds or moves a line breaks the chain, and reading it says where. (Lines
cut off at the end are missed by the count of what was made.)
"""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

_BEGINNING = "0" * 64


class Broken(Exception):
    """A line is not what was written, or not where it was written."""


class Ledger:
    """Adds lines to a file, behind what it holds already. Its caller writes one at a time."""

    def __init__(self, path: Path) -> None:
        self._last = _digest(lines[-1]) if (lines := _lines(path)) else _BEGINNING
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, entry: Mapping[str, object]) -> None:
        """Add an entry; it stands in the file when this returns."""
        line = json.dumps({"after": self._last, **entry})
        os.write(self._file, f"{line}\n".encode())
        self._last = _digest(line)

    def close(self) -> None:
        """Nothing is written any more."""
        os.close(self._file)


def read(path: Path) -> list[dict[str, Any]]:
    """Every entry, oldest first; none when there is no file. Raises Broken."""
    entries, last = [], _BEGINNING
    for number, line in enumerate(_lines(path), 1):
        try:
            entry = json.loads(line)
            after = entry.pop("after")
        except (ValueError, KeyError, AttributeError) as error:
            raise Broken(f"line {number} is no entry") from error
        if after != last:
            raise Broken(f"line {number} does not follow the one before it")
        last = _digest(line)
        entries.append(entry)
    return entries


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _digest(line: str) -> str:
    return sha256(line.encode()).hexdigest()
