"""Papers and tables for people: saved under names that say nothing about anybody."""

import re

from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Clinic

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


def pdf(request: Request, content: bytes, what: str) -> Response:
    """`northside-copy.pdf`, to be saved."""
    return _file(request, content, what, "pdf", "application/pdf")


def table(request: Request, content: str, what: str) -> Response:
    """`northside-answers.csv`, to be saved."""
    return _file(request, content.encode(), what, "csv", "text/csv; charset=utf-8")


def packed(request: Request, content: bytes, what: str) -> Response:
    """`northside-numbers.zip`, to be saved."""
    return _file(request, content, what, "zip", "application/zip")


def data(request: Request, content: str, what: str) -> Response:
    """`northside-words.json`, to be saved."""
    return _file(request, content.encode(), what, "json", "application/json")


def _file(request: Request, content: bytes, what: str, ending: str, media_type: str) -> Response:
    clinic: Clinic = request.state.clinic
    short = _NOT_IN_A_NAME.sub("-", clinic.slug.lower()).strip("-") or "clinic"
    headers = {"Content-Disposition": f'attachment; filename="{short}-{what}.{ending}"'}
    return Response(content, headers=headers, media_type=media_type)
