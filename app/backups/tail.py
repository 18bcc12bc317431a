"""What changed after a copy was made: written beside it, sealed, in one frame for each look.

head = "AFTERGLOW" ‖ 0x02 ‖ number of the master key (2) ‖ salt (16) ‖ the data file's salt (16)
frame = length (4) ‖ AES-256-GCM of gzipped lines; nonce = the frame's number (12 bytes)

Each frame shows one moment: a row as it was then, or that it was gone. Of a frame that was half
written when the power went, nothing is read; what stands before it counts.
"""

import gzip
import json
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.backups.reading import NotRestored
from app.backups.sealing import salt_of
from app.security import keyring

_MARK = b"AFTERGLOW\x02"
_HEAD = struct.Struct(f">{len(_MARK)}sH16s16s")
_LENGTH = struct.Struct(">I")


def beside(data: Path) -> Path:
    """Where the later changes of a copy stand, if anywhere."""
    return data.with_name(data.name.replace("data-", "tail-", 1))


class TailWriter:
    """Writes one frame after another; each is on the disk before `write` returns."""

    def __init__(self, data: Path) -> None:
        salt = os.urandom(16)
        number, key = keyring.ring().for_copies(None, salt)
        self._aead, self._count = AESGCM(key), 0
        self._head = _HEAD.pack(_MARK, number, salt, salt_of(data))
        descriptor = os.open(beside(data), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._put(self._head)

    def write(self, lines: Iterable[dict[str, Any]]) -> None:
        """Add a frame. Raises OSError; then nothing counts that was not told of before."""
        plain = "\n".join(json.dumps(line, separators=(",", ":")) for line in lines)
        nonce = self._count.to_bytes(12, "big")
        sealed = self._aead.encrypt(nonce, gzip.compress(plain.encode(), 1), self._head)
        self._count += 1
        self._put(_LENGTH.pack(len(sealed)) + sealed)

    def _put(self, content: bytes) -> None:
        self._file.write(content)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class Tail:
    """The later changes: in which frame each row stands as it was last."""

    path: Path | None = None
    until: str = ""  # the moment of the last frame
    last: dict[tuple[str, str], int] = field(default_factory=dict)

    def has(self, table: str, row_id: str) -> bool:
        """Whether a row of the copy was changed or removed later."""
        return (table, row_id) in self.last

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row that was there at the end, once."""
        if self.path is None:
            return
        for number, lines in enumerate(_frames(self.path)):
            for line in lines[1:]:
                if "row" in line and self.last[line["table"], line["row"]["id"]] == number:
                    yield line | {"at": number}


def read(path: Path, data: Path) -> Tail:
    """Look through the changes beside a copy. Refuses (NotRestored) those of another copy."""
    tail = Tail(path)
    with path.open("rb") as file:
        head = file.read(_HEAD.size)
    if len(head) < _HEAD.size or _HEAD.unpack(head)[0] != _MARK:
        raise NotRestored(f"{path.name} holds no changes that Afterglow wrote.")
    if _HEAD.unpack(head)[3] != salt_of(data):
        raise NotRestored(f"{path.name} belongs to another copy.")
    for number, lines in enumerate(_frames(path)):
        tail.until = lines[0]["at"]
        for line in lines[1:]:
            row_id = line["row"]["id"] if "row" in line else line["gone"]
            tail.last[line["table"], row_id] = number
    return tail


def _frames(path: Path) -> Iterator[list[dict[str, Any]]]:
    with path.open("rb") as file:
        head = file.read(_HEAD.size)
        _, number, salt, _ = _HEAD.unpack(head)
        try:
            _, key = keyring.ring().for_copies(number, salt)
        except KeyError:
            raise NotRestored(f"{path.name}: none of ENCRYPTION_KEYS opens it.") from None
        count = 0
        while sealed := _frame(file):
            try:
                plain = AESGCM(key).decrypt(count.to_bytes(12, "big"), sealed, head)
            except InvalidTag:
                raise NotRestored(f"{path.name} was changed.") from None
            yield [json.loads(line) for line in gzip.decompress(plain).splitlines()]
            count += 1


def _frame(file: BinaryIO) -> bytes:
    """The next whole frame; nothing at the end, or where one was only half written."""
    length = file.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return b""
    sealed = file.read(_LENGTH.unpack(length)[0])
    return sealed if len(sealed) == _LENGTH.unpack(length)[0] else b""
