"""A time that was chosen by a touch alone, until somebody says yes to it.

The page carries the choice, signed: for this browser, for the visit as it stands, for ten minutes.
So it moves the visit once, and nobody makes one up. Machine time.
"""

from datetime import datetime, timedelta

from app import clock
from app.access.models import WebSession
from app.scheduling.models import Appointment
from app.security import keyring
from app.security.tokens import base58, same

LIVES = timedelta(minutes=10)


def sign(web_session: WebSession, visit: Appointment, starts_at: datetime) -> str:
    """The mark that goes with a chosen time."""
    until = int((clock.machine_now() + LIVES).timestamp())
    number, digest = keyring.ring().derive(None, *_parts(web_session, visit, starts_at, until))
    return f"{number}.{until}.{base58(digest[:16])}"


def is_signed(mark: str, web_session: WebSession, visit: Appointment, starts_at: datetime) -> bool:
    """Whether this browser was asked about this very move a moment ago, and none came between."""
    try:
        number, until, signature = mark.split(".")
        parts = _parts(web_session, visit, starts_at, int(until))
        _number, digest = keyring.ring().derive(int(number), *parts)
    except (ValueError, KeyError, OverflowError):
        return False
    is_ours = same(base58(digest[:16]).encode(), signature.encode())
    return is_ours and clock.machine_now().timestamp() < int(until)


def _parts(
    web_session: WebSession, visit: Appointment, starts_at: datetime, until: int
) -> tuple[bytes, ...]:
    # With its version: once the visit has moved, the mark is of no more use.
    stands = f"{visit.version} {starts_at.isoformat()} {until}"
    return (b"choice", web_session.id.bytes, visit.id.bytes, stands.encode())
