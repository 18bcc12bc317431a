"""What nobody of good will sends: values, bodies, headers and addresses, drawn by a seeded hand."""

import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes, urlencode
from uuid import UUID

# Each has broken somebody's program: half a sign, a sign that ends strings, digits that are none,
# numbers that no column holds, days that no calendar has, paths, templates and tongues of machines.
WORDS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "x\udfffy",
    "\ufeff",
    "\u202eabc",
    "\u2066\u2069",
    "\r\nX-Injected: 1",
    "%0d%0aX-Injected:%201",
    "\u0661\u0662\u0663",
    "²",
    "①",
    "9" * 30,
    "9" * 5000,
    "-" + "9" * 30,
    "2147483648",
    "9223372036854775808",
    "1e999",
    "NaN",
    "Infinity",
    "-0",
    "0x10",
    "1_000",
    "0000-00-00",
    "0001-01-01",
    "0001-01-01T00:00",
    "9999-12-31",
    "9999-12-31T23:59",
    "9999-12-31T23:59:59.999999+14:00",
    "0001-01-01T00:00:00-14:00",
    "2026-02-30",
    "2026-W07-1",
    "20261120",
    "20261120T1200",
    "2026-11-20T12:00",
    "2026-11-20T12:00Z",
    "2026-11-20T24:00:00",
    "2026-03-08T02:30",
    "25:00",
    "23:59:60",
    "12:00+05:00",
    "T12",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "/etc/passwd%00.html",
    "{{ 7*7 }}",
    "{% include '/etc/passwd' %}",
    "%s%s%n",
    "%(id)s",
    "{0.__class__}",
    "' OR '1'='1",
    "'; DROP TABLE patients; --",
    '" OR ""="',
    "%' ESCAPE '",
    "\\",
    "\\u0000",
    "_%_%",
    "*",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "//evil.example",
    "https://evil.example/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1",
    "https://evil.example:99999/",
    "file:///etc/passwd",
    "Etc/../../UTC",
    "America/New_York",
    "America",
    "/",
    ".",
    "..",
    "+13125550199",
    "+1312555019900000000",
    "tel:+1",
    "=cmd|' /C calc'!A0",
    "\u0130\u0131\u017f\u212a",
    "\u1e9e" * 40,
    "e\u0301" * 300,
    "\u0e33" * 200,
    "Z" + "\u0334" * 2000,
    "👩‍👩‍👧‍👦" * 50,
    "a" * 501,
    "a" * 70_000,
    "(" * 3000,
    "[" * 3000,
    "a" * 40 + "!",
    "null",
    "true",
    "undefined",
    "[object Object]",
    "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "__proto__",
    "$ne",
)
NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    1,
    2**31,
    -(2**31) - 1,
    2**63,
    10**40,
    1e308,
    float("nan"),
    float("inf"),
    -0.0,
    0.1,
)
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
TYPES = (
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nonsense",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=b; charset=nonsense",
    "multipart/form-data; boundary=" + "b" * 300,
    "application/json",
    "application/json; charset=utf-16",
    "application/fhir+json",
    "application/fhir+json; fhirVersion=4.0",
    "text/plain",
    "text/xml",
    "application/xml",
    "application/octet-stream",
    "image/svg+xml",
    "audio/webm",
    "",
    "nonsense",
    "a/b; c=" + "d" * 2000,
)
# What a visitor may send along, or somebody in between. The values come from WORDS and from these.
HEADERS: dict[str, tuple[str, ...]] = {
    "accept": ("application/json", "*/*;q=nan", "text/html,,;;", "application/fhir+json"),
    "accept-language": ("es", "es-419;q=2", "x-klingon", "*", ",".join(["en"] * 400)),
    "accept-encoding": ("br", "gzip;q=0", "identity;q=0, *;q=0", "zstd", "x" * 200),
    "range": ("bytes=0-0", "bytes=-1", "bytes=5-2", "bytes=0-,0-,0-", "bytes=a-b", "lines=1"),
    "if-none-match": ("*", 'W/"1"', '"', "W/"),
    "if-match": ("*", 'W/"1"', '"0"', '"-1"', '"99999999999999999999"', '"' + "9" * 5000 + '"'),
    "if-none-exist": ("identifier=a|b", "identifier=", "%%%", "_id=1&_id=2"),
    "if-modified-since": ("Sat, 31 Feb 2026 99:99:99 GMT", "0"),
    "hx-request": ("true", "false"),
    "hx-current-url": ("//evil.example", "http://[::1", "/clinic"),
    "hx-target": ("main", "'"),
    "hx-prompt": ("a",),
    "x-forwarded-for": ("10.0.0.1", "::1, 1.2.3.4", "unknown"),
    "x-forwarded-proto": ("http", "ftp"),
    "x-forwarded-host": ("evil.example",),
    "forwarded": ("for=1;host=evil.example;proto=http",),
    "x-http-method-override": ("DELETE", "PUT"),
    "x-original-url": ("/clinic", "/metrics"),
    "x-owner": ("a",),
    "x-kind": ("voice", "drawing", "nonsense"),
    "x-twilio-signature": ("a", "=" * 28),
    "authorization": ("Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "bearer \xff"),
    "cookie": ("__Host-ag_p=", "__Host-ag_c=a; __Host-ag_c=b", "=;=;", "a=" + "b" * 4000),
    "origin": ("null", "https://evil.example", "https://afterglow.test.evil.example"),
    "sec-fetch-site": ("cross-site", "same-site", "none", ""),
    "sec-fetch-dest": ("document", "iframe", "image"),
    "host": ("evil.example", "", "afterglow.test:99999", "afterglow.test\x00", "[::1"),
    "referer": ("https://evil.example/", "a" * 4000),
    "user-agent": ("", "Mozilla/5.0 (" * 300, "curl/8"),
    "expect": ("100-continue", "200-maybe"),
    "content-length": ("-1", "0", "abc", "99999999999999999999", "5, 6"),
    "content-encoding": ("gzip", "br", "nonsense"),
    "transfer-encoding": ("chunked", "gzip, chunked", "nonsense"),
    "content-disposition": ('attachment; filename="a\x00b"',),
}


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
