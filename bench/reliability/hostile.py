"""What nobody of good will sends: values, bodies, headers and addresses, drawn by a seeded hand."""

import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes, urlencode
from uuid import UUID

from bench.reliability.hostile_words import HEADERS, NUMBERS, WORDS

_BYTES = (
    b"\xff\xfe",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf5\x80\x80\x80",
    b"\x00",
    b"%",
    b"%zz",
    b"%ff",
    b"%00",
    b"&=&=&",
    b";",
    b"+",
)


class Hand:
    """Draws hostile things. The same seed draws the same."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def word(self) -> str:
        """A string that nobody types."""
        chance = self.random.random()
        if chance < 0.85:
            return self.random.choice(WORDS)
        if chance < 0.93:
            return str(UUID(int=self.random.getrandbits(128)))
        count = self.random.randrange(1, 60)
        return "".join(chr(self.random.choice(_CODES)) for _ in range(count))

    def value(self, depth: int = 0) -> Any:
        """A JSON value of any kind, at most a few floors high."""
        kinds: tuple[Callable[[], Any], ...] = (
            self.word,
            lambda: self.random.choice(NUMBERS),
            lambda: self.random.choice((None, True, False, [], {})),
            lambda: [self.value(depth + 1) for _ in range(self.random.randrange(4))],
            lambda: {self.word(): self.value(depth + 1) for _ in range(self.random.randrange(4))},
        )
        return self.random.choice(kinds[: 3 if depth > 2 else 5])()

    def spoil(self, given: Any) -> Any:
        """A JSON value with one place of it changed, taken away, doubled or put elsewhere."""
        if isinstance(given, dict) and given and self.random.random() < 0.85:
            return self._spoil_object(given)
        if isinstance(given, list) and given and self.random.random() < 0.8:
            spoilt, place = list(given), self.random.randrange(len(given))
            if self.random.random() < 0.2:
                return spoilt * self.random.choice((0, 2, 40))
            spoilt[place] = self.spoil(spoilt[place])
            return spoilt
        return self.value()

    def _spoil_object(self, given: dict[str, Any]) -> dict[str, Any]:
        spoilt, key = dict(given), self.random.choice(list(given))
        chance = self.random.random()
        if chance < 0.1:
            del spoilt[key]
        elif chance < 0.15:
            spoilt[self.word()] = spoilt[key]
        elif chance < 0.2:
            spoilt[key] = {key: dict(spoilt)}
        elif chance < 0.25:
            spoilt[key] = [spoilt[key]] * 2
        else:
            spoilt[key] = self.spoil(spoilt[key])
        return spoilt

    def raw(self) -> bytes:
        """Bytes that are of no format."""
        chance = self.random.random()
        if chance < 0.3:
            return self.random.randbytes(self.random.choice((1, 40, 3000)))
        if chance < 0.5:
            return b"[" * self.random.choice((10, 30_000)) + b"1"
        if chance < 0.7:
            return b'{"a":' * self.random.choice((10, 8_000)) + b"1"
        return b"".join(self.random.choices(_BYTES, k=self.random.randrange(1, 20)))

    def headers(self) -> dict[str, str]:
        """Some headers, each worn by nobody of good will."""
        names = self.random.sample(sorted(HEADERS), k=self.random.choice((0, 0, 1, 1, 2, 4)))
        return {
            name: self.random.choice(HEADERS[name])
            if self.random.random() < 0.8
            else _one_line(self.word())
            for name in names
        }

    def part(self) -> str:
        """One part of an address, as it goes over the line."""
        word = self.random.choice(_BYTES) if self.random.random() < 0.1 else _bytes(self.word())
        return quote_from_bytes(word[:300])

    def query(self, names: list[str]) -> str:
        """A query with some of these names, some twice, and some of nobody's."""
        if self.random.random() < 0.1:
            return quote_from_bytes(self.raw()[:400], safe="%&=+;")
        known = names or ["q"]
        pairs = [
            (self.random.choice(known) if self.random.random() < 0.9 else self.word(), self.word())
            for _ in range(self.random.randrange(1, 5))
        ]
        return form_encoded(pairs)[:8000].decode()


def form_encoded(pairs: list[tuple[str, str]]) -> bytes:
    """Pairs as a plain form posts them; half a sign goes as the three bytes that it would be."""
    return urlencode([(_bytes(name), _bytes(value)) for name, value in pairs]).encode()


def multipart(pairs: list[tuple[str, str]], files: list[tuple[str, str, bytes]]) -> bytes:
    """Pairs and files as a form with files posts them, cut by `--b`."""
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (_quoted(name), _bytes(value))
        for name, value in pairs
    ]
    parts += [
        b'--b\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n'
        b"Content-Type: text/plain\r\n\r\n%s\r\n" % (_quoted(name), _quoted(called), content)
        for name, called, content in files
    ]
    return b"".join(parts) + b"--b--\r\n"


def as_json(value: Any) -> bytes:
    """A value as a program writes it: half a sign stays escaped, NaN stays NaN."""
    return json.dumps(value).encode()


def _quoted(name: str) -> bytes:
    return _bytes(name).replace(b'"', b"%22").replace(b"\r", b"").replace(b"\n", b"")[:200]


def _one_line(word: str) -> str:
    return word.encode("utf-8", "replace").decode("latin-1").replace("\r", "").replace("\n", "")


def _bytes(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")


_CODES = (*range(1, 0x250), *range(0x590, 0x700), *range(0x2000, 0x2070), 0xFFFD, 0x1F600, 0xE0041)
