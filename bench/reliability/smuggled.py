"""The corpus: requests whose end, head or address two parsers may see in different places."""

from dataclasses import dataclass

_HOST = b"Host: afterglow.test\r\n"
_OURS = b"Sec-Fetch-Site: same-origin\r\n"
# Whatever finds this has read the one around it wrongly.
HIDDEN = b"DELETE /healthz HTTP/1.1\r\n" + _HOST + _OURS + b"Content-Length: 0\r\n\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\n"


@dataclass(frozen=True)
class Case:
    """One request. `is_doubtful`: it can be read in two ways, so it has to be refused."""

    name: str
    sent: bytes
    is_doubtful: bool = True


def next_visitor() -> bytes:
    """A plain request of somebody else."""
    return b"GET /healthz HTTP/1.1\r\n" + _HOST + b"Connection: close\r\n\r\n"


def _post(headers: bytes, body: bytes = b"") -> bytes:
    return b"POST /healthz HTTP/1.1\r\n" + _HOST + _OURS + headers + b"\r\n" + body


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


_LAST = b"0\r\n\r\n"
_LENGTH = b"Content-Length: %d\r\n" % len(HIDDEN)

_LENGTHS = {
    "two lengths": b"Content-Length: 0\r\n" + _LENGTH,
    "two lengths, the long one first": _LENGTH + b"Content-Length: 0\r\n",
    "a list of lengths": b"Content-Length: 0, %d\r\n" % len(HIDDEN),
    "a length with a plus": b"Content-Length: +0\r\n",
    "a length below nothing": b"Content-Length: -1\r\n",
    "a length in sixteens": b"Content-Length: 0x0\r\n",
    "a length with a stroke": b"Content-Length: 0_0\r\n",
    "a length of two words": b"Content-Length: 0 %d\r\n" % len(HIDDEN),
    "a length with a comma": b"Content-Length: 0,\r\n",
    "a length of many figures": b"Content-Length: " + b"9" * 40 + b"\r\n",
    "a length in other figures": "Content-Length: ٠\r\n".encode(),
    "a length that is a word": b"Content-Length: none\r\n",
    "a length with a sign of its own": b"Content-Length: 0\x00\r\n",
    "a length before a colon's space": b"Content-Length : 0\r\n",
    "a length on two lines": b"Content-Length:\r\n 0\r\n",
    "length and chunks": _LENGTH + _CHUNKED,
    "chunks and length": _CHUNKED + _LENGTH,
    "length nothing and chunks": b"Content-Length: 0\r\n" + _CHUNKED,
}
_CODINGS = {
    "another coding": b"Transfer-Encoding: xchunked\r\n",
    "chunks that are none": b"Transfer-Encoding: identity\r\n",
    "chunks not at the end": b"Transfer-Encoding: chunked, identity\r\n",
    "chunks twice": b"Transfer-Encoding: chunked, chunked\r\n",
    "chunks in two lines": _CHUNKED + b"Transfer-Encoding: identity\r\n",
    "chunks after a space": b"Transfer-Encoding : chunked\r\n",
    "chunks after a tab": b"Transfer-Encoding\t: chunked\r\n",
    "chunks on two lines": b"Transfer-Encoding:\r\n chunked\r\n",
    "chunks with a sign before": b"Transfer-Encoding: \x0bchunked\r\n",
    "chunks with a sign behind": b"Transfer-Encoding: chunked\x00\r\n",
    "chunks in marks": b'Transfer-Encoding: "chunked"\r\n',
    "chunks with a stop": b"Transfer-Encoding: chunked;q=1\r\n",
    "chunks, and an empty one": b"Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n",
    "chunks behind a bare line end": b"X: a\nTransfer-Encoding: chunked\r\n",
    "chunks behind a bare return": b"X: a\rTransfer-Encoding: chunked\r\n",
    "chunks in another's name": b" Transfer-Encoding: chunked\r\n",
    "chunks of nothing": b"Transfer-Encoding:\r\n",
}
_CHUNKS = {
    "a chunk in a sign's figures": b"0x0\r\n\r\n",
    "a chunk with a plus": b"+0\r\n\r\n",
    "a chunk below nothing": b"-1\r\n\r\n",
    "a chunk without a size": b"\r\n\r\n",
    "a chunk of too many figures": b"f" * 17 + b"\r\na\r\n",
    "a chunk's bare line end": b"1\na\n0\n\n",
    "a chunk that is longer": b"1\r\nabc\r\n" + _LAST,
    "a chunk without its end": b"1\r\na" + _LAST,
    "a chunk with a bare return": b"1\ra\r\n" + _LAST,
    "a chunk behind a space": b" 0\r\n\r\n",
    "a chunk with a word": b"zero\r\n\r\n",
    "a note with a bare line end": b"1;a\nb\r\na\r\n" + _LAST,
}
_FIRST_LINES = {
    "no name at all": b"GET /healthz\r\n",
    "a newer tongue": b"GET /healthz HTTP/2.0\r\n",
    "a tongue of two figures": b"GET /healthz HTTP/1.10\r\n",
    "a tongue in small letters": b"GET /healthz http/1.1\r\n",
    "another's tongue": b"GET /healthz ICY/1.1\r\n",
    "a space in the address": b"GET /healthz /x HTTP/1.1\r\n",
    "a sign in the address": b"GET /health\x00z HTTP/1.1\r\n",
    "a return in the address": b"GET /health\rz HTTP/1.1\r\n",
    "a method with a sign": b"GE\x01T /healthz HTTP/1.1\r\n",
    "an empty method": b" /healthz HTTP/1.1\r\n",
}
_HEADS = {
    "a header without a colon": b"Nonsense\r\n",
    "a header without a name": b": a\r\n",
    "a header with a sign in its name": b"X\x00Y: a\r\n",
    "a header with a sign in it": b"X: a\x00b\r\n",
    "a header with a space in its name": b"X Y: a\r\n",
    "a header that goes on": b"X: a\r\n Content-Length: 0\r\n",
    "a bare return": b"X: a\rY: b\r\n",
}
_PLAIN = {
    "a length that fits": (_LENGTH, HIDDEN),
    "a length said twice alike": (_LENGTH * 1, HIDDEN),
    "one chunk": (_CHUNKED, _chunk(HIDDEN) + _LAST),
    "many chunks": (
        _CHUNKED,
        b"".join(_chunk(HIDDEN[n : n + 1]) for n in range(len(HIDDEN))) + _LAST,
    ),
    "a chunk with a note": (_CHUNKED, b"%x;a=b\r\n%s\r\n" % (len(HIDDEN), HIDDEN) + _LAST),
    "chunks in great letters": (b"TRANSFER-ENCODING: CHUNKED\r\n", _chunk(HIDDEN) + _LAST),
    "lines behind the chunks": (
        _CHUNKED,
        _chunk(HIDDEN) + b"0\r\nContent-Length: 5\r\nX: a\r\n\r\n",
    ),
    "an underscore": (_LENGTH + b"Transfer_Encoding: chunked\r\n", HIDDEN),
    "headers of the way named": (_LENGTH + b"Connection: close, content-length\r\n", HIDDEN),
    "a newer protocol offered": (_LENGTH + b"Upgrade: h2c\r\nConnection: upgrade\r\n", HIDDEN),
    "another method asked for": (_LENGTH + b"X-HTTP-Method-Override: DELETE\r\n", HIDDEN),
    "another address asked for": (_LENGTH + b"X-Original-URL: /metrics\r\n", HIDDEN),
}


def _cases() -> list[Case]:
    cases = [Case(name, _post(headers, HIDDEN)) for name, headers in _LENGTHS.items()]
    cases += [Case(name, _post(headers, _LAST + HIDDEN)) for name, headers in _CODINGS.items()]
    cases += [Case(name, _post(_CHUNKED, body + HIDDEN)) for name, body in _CHUNKS.items()]
    cases += [Case(name, line + _HOST + b"\r\n" + HIDDEN) for name, line in _FIRST_LINES.items()]
    cases += [Case(name, _post(headers + _LENGTH, HIDDEN)) for name, headers in _HEADS.items()]
    cases += [
        Case(name, _post(headers, body), is_doubtful=False)
        for name, (headers, body) in _PLAIN.items()
    ]
    return cases


CASES = _cases()
