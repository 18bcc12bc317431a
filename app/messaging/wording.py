"""What makes words a text: one segment where it can be, plain signs, room for a link."""

from datetime import datetime

from app import i18n
from app.messaging.segments import plain, segments, without_accents

LINK = "{link}"  # the worker puts the address in when the text leaves
LONGEST_LINK = 53  # signs
_MOST_IN_SPANISH = 2


def first_that_fits(*wordings: str) -> str:
    """The first wording that is one segment with a link in its place; else the last."""
    bodies = [fitted(wording) for wording in wordings]
    return next((body for body in bodies if segments(with_link(body)) == 1), bodies[-1])


def fitted(body: str) -> str:
    """As it is sent. English goes without accents; Spanish keeps its own while two segments do."""
    body = plain(body)
    if i18n.language() == "es" and segments(with_link(body)) <= _MOST_IN_SPANISH:
        return body
    return without_accents(body)


def with_link(body: str) -> str:
    """The body as long as it will be with the longest address in it."""
    return body.replace(LINK, "x" * LONGEST_LINK)


def short_clock(moment: datetime, zone: str) -> str:
    """`10:00am`: short enough for a text."""
    return i18n.local_clock(moment, zone).replace(" ", "").replace(".", "")
