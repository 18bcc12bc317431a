"""A copy on its way to the disk and back: sealed in pieces, each in its place, the last one marked.

head = "AFTERGLOW" ‖ 0x01 ‖ number of the master key (2 bytes) ‖ salt (16)
piece = AES-256-GCM of 1 MiB; nonce = its number (11 bytes) ‖ 1 for the last one, else 0

The key is derived from the master key and the salt, so each file has its own and the counter is
enough for a nonce. A piece that is missing, changed, moved or of another file opens nothing, and a
file without its last piece is not whole.
"""

import io
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.security import keyring

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_MARK = b"AFTERGLOW\x01"
_HEAD = struct.Struct(f">{len(_MARK)}sH16s")
_PIECE = 1 << 20
_TAG = 16


class NotOpened(Exception):
    """The file is not whole, was changed, or is sealed with a key that this installation lacks."""


class SealingFile(io.RawIOBase):
    """Seals what is written into another file. Closed in peace, the last piece is marked so."""

    def __init__(self, file: BinaryIO) -> None:
        salt = os.urandom(16)
        number, key = keyring.ring().for_copies(None, salt)
        self._file, self._aead = file, AESGCM(key)
        self._head = _HEAD.pack(_MARK, number, salt)
        self._held, self._count = bytearray(), 0
        file.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        given = memoryview(data)
        self._held += given
        while len(self._held) > _PIECE:  # one is held back: it may be the last
            self._put(bytes(self._held[:_PIECE]), is_last=False)
            del self._held[:_PIECE]
        return given.nbytes

    def finish(self) -> None:
        """Write the last piece. Without it the file opens for nobody."""
        self._put(bytes(self._held), is_last=True)
        self._held.clear()

    def _put(self, plain: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._count, is_last=is_last)
        self._file.write(self._aead.encrypt(nonce, plain, self._head))
        self._count += 1


class OpenedFile(io.RawIOBase):
    """What a sealed file holds. Raises NotOpened where it was cut or changed."""

    def __init__(self, file: BinaryIO) -> None:
        head = file.read(_HEAD.size)
        if len(head) != _HEAD.size:
            raise NotOpened("it is not whole")
        _, number, salt = _HEAD.unpack(head)
        try:
            _, key = keyring.ring().for_copies(number, salt)
        except KeyError:
            raise NotOpened("none of ENCRYPTION_KEYS opens it") from None
        self._file, self._aead, self._head = file, AESGCM(key), head
        self._next = file.read(_PIECE + _TAG)
        self._held, self._count, self._ended = memoryview(b""), 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        wanted = memoryview(buffer)
        if not self._held and not self._ended:
            self._held = memoryview(self._piece())
        taken = min(len(wanted), len(self._held))
        wanted[:taken] = self._held[:taken]
        self._held = self._held[taken:]
        return taken

    def _piece(self) -> bytes:
        sealed, self._next = self._next, self._file.read(_PIECE + _TAG)
        self._ended = not self._next
        nonce = _nonce(self._count, is_last=self._ended)
        self._count += 1
        try:
            return self._aead.decrypt(nonce, sealed, self._head)
        except (InvalidTag, ValueError):
            raise NotOpened("it is not whole, or was changed") from None

    def __enter__(self) -> Self:
        return self


def is_sealed(path: Path) -> bool:
    """Whether a file begins as a sealed copy does."""
    with path.open("rb") as file:
        return file.read(len(_MARK)) == _MARK


def salt_of(path: Path) -> bytes:
    """What tells a sealed file from every other; nothing for one that is not sealed."""
    with path.open("rb") as file:
        head = file.read(_HEAD.size)
    is_ours = len(head) == _HEAD.size and head.startswith(_MARK)
    return bytes(_HEAD.unpack(head)[2]) if is_ours else bytes(16)


def check(path: Path) -> None:
    """Open every piece once, and keep none. Raises NotOpened."""
    with path.open("rb") as file:
        opened, buffer = OpenedFile(file), bytearray(_PIECE)
        while opened.readinto(buffer):
            pass


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
