"""Sends a note or a drawing as players want it: a piece at a time, and never run by a browser."""

import re
from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response

_ONE_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")
# Of a long note a player asks for the next piece when it needs it: nobody holds a transaction.
_LARGEST_PIECE = 1024 * 1024
_POLICY = "default-src 'none'; sandbox"

Read = Callable[[int, int], Iterable[bytes]]  # from, up to and without


def sent(request: Request, *, size: int, media_type: str, read: Read) -> Response:
    """The whole of it; or, as asked for, a piece (206); or that there is no such piece (416)."""
    headers = {"Accept-Ranges": "bytes", "Content-Security-Policy": _POLICY}
    asked = _asked(request.headers.get("range", ""), size)
    if asked is None:
        return Response(b"".join(read(0, size)), headers=headers, media_type=media_type)
    start, end = asked
    if start >= end:
        return Response("", 416, headers | {"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Response(b"".join(read(start, end)), 206, headers, media_type=media_type)


def _asked(header: str, size: int) -> tuple[int, int] | None:
    """The bytes that one range asks for; None for anything else, which gets the whole."""
    found = _ONE_RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # the last so many
        return max(0, size - int(last)), size
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    return start, min(end, start + _LARGEST_PIECE)
