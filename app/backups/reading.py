"""What stands in a copy, line by line: a sealed one, or one of before copies were sealed."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from app.backups import sealing
from app.refusal import Refusal


class NotRestored(Refusal):
    pass


def schema_of(path: Path, kind: str) -> str:
    """The schema that a copy was made with, once it is known to be whole. Refuses (NotRestored)."""
    if sealing.is_sealed(path):
        # Its pieces prove themselves; only its first line has to be read.
        _checked(path)
        head = next(lines(path), {})
    else:
        head = _counted(path)
    if head.get("afterglow") != kind:
        raise NotRestored(f"{path.name} is no copy of Afterglow's {kind}.")
    return str(head.get("schema"))


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Every line. Refuses (NotRestored) where the file is not whole."""
    try:
        with _opened(path) as file:
            for line in file:
                value = json.loads(line)
                yield value if isinstance(value, dict) else {}
    except sealing.NotOpened as error:
        raise NotRestored(f"{path.name} cannot be read: {error}.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError):
        raise NotRestored(f"{path.name} is not whole, or no copy of Afterglow's.") from None


def is_sealed(path: Path) -> bool:
    """Whether only the holder of the keys reads it."""
    return sealing.is_sealed(path)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as raw:
        if sealing.is_sealed(path):
            inner = io.BufferedReader(sealing.OpenedFile(raw), 1 << 20)
            with gzip.GzipFile(fileobj=inner, mode="rb") as file:
                yield io.BufferedReader(file, 1 << 20)
        else:
            with gzip.GzipFile(fileobj=raw, mode="rb") as file:
                yield io.BufferedReader(file, 1 << 20)


def _checked(path: Path) -> None:
    try:
        sealing.check(path)
    except sealing.NotOpened as error:
        raise NotRestored(f"{path.name} cannot be read: {error}.") from None


def _counted(path: Path) -> dict[str, Any]:
    """The first line of a copy whose last line agrees with how many there are."""
    head: dict[str, Any] = {}
    last: dict[str, Any] = {}
    count = -2  # its first line and its last are no rows
    for value in lines(path):
        head = head or value
        last = value
        count += 1
    if head.get("afterglow") and last.get("end") != count:
        raise NotRestored(f"{path.name} is not whole.")
    return head
