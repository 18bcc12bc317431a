"""Reads posted forms and their fields. What cannot be read is a Refusal at its field."""

import json
from datetime import date, datetime, time
from typing import Any

import anyio.from_thread
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.requests import Request

from app import wall_time
from app.i18n import gettext as _
from app.refusal import Refusal
from app.web.middleware import whole_bodies

_MAX_FIELDS = 200
_YEARS = range(1900, 2200)  # beyond, calendars end before zones and lengths are reckoned in
_LARGEST_TEXT = 1024 * 1024  # of a field beside a file
# A file stays in memory, where its whole body is already: never in clear on a disk.
MultiPartParser.spool_max_size = 64 * 1024 * 1024


class Unreadable(Refusal):
    pass


def read_form(
    request: Request,
    *,
    max_fields: int = _MAX_FIELDS,
    max_files: int = 0,
    largest_text: int = _LARGEST_TEXT,
) -> FormData:
    """The posted form, from a plain `def` endpoint. Files are taken only where asked for."""
    return anyio.from_thread.run(_form, request, max_fields, max_files, largest_text)


async def _form(request: Request, max_fields: int, max_files: int, largest_text: int) -> FormData:
    return await request.form(
        max_files=max_files, max_fields=max_fields, max_part_size=largest_text
    )


def read_json(request: Request, *, limit: int = 1024) -> dict[str, Any]:
    """The posted JSON object of at most `limit` bytes. Anything else is 400, 413 or 415."""
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise HTTPException(415)
    body = whole_bodies.of(request)
    if len(body) > limit:
        raise HTTPException(413)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):  # the latter: a thousand brackets
        raise HTTPException(400) from None
    if not isinstance(value, dict):
        raise HTTPException(400)
    return value


def text(form: FormData, name: str, *, limit: int = 500) -> str:
    """A field's text, trimmed. Missing is empty."""
    value = form.get(name, "")
    if not isinstance(value, str):
        return ""
    value = value.replace("\x00", "").strip()  # nobody types it, and not every database holds it
    if len(value) > limit:
        raise Unreadable(_("That is too long."), field=name)
    return value


def required(form: FormData, name: str, message: str) -> str:
    """A field's text. Refuses an empty one with `message`."""
    value = text(form, name)
    if not value:
        raise Unreadable(message, field=name)
    return value


def local_moment(form: FormData, name: str, zone: str) -> datetime:
    """A `datetime-local` field on the clock of `zone`, as an instant."""
    try:
        wall = datetime.fromisoformat(text(form, name))
    except ValueError:
        raise Unreadable(_("Enter a day and a time."), field=name) from None
    if wall.tzinfo is not None or wall.year not in _YEARS:
        raise Unreadable(_("Enter a day and a time."), field=name)
    return wall_time.instant(wall, zone)


def day(form: FormData, name: str) -> date | None:
    """A `date` field; empty is None."""
    value = text(form, name)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Unreadable(_("Enter a day, like 1990-01-31."), field=name) from None


def clock_time(form: FormData, name: str) -> time | None:
    """A `time` field; empty is None."""
    value = text(form, name)
    if not value:
        return None
    try:
        read = time.fromisoformat(value)
    except ValueError:
        raise Unreadable(_("Enter a time, like 09:30."), field=name) from None
    if read.tzinfo is not None:
        raise Unreadable(_("Enter a time, like 09:30."), field=name)
    return read
