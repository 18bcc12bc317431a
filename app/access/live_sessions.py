"""Sessions that are live without a doubt, for a statement that asks more beside them."""

from sqlalchemy import ColumnElement, and_, bindparam

from app import clock
from app.access.models import WebSession
from app.access.web_sessions import NOTED_EVERY
from app.db.base import UTCDateTime


def surely_live() -> ColumnElement[bool]:
    """Sessions of patients that have not ended and were noted lately, so that none rests too long.

    To be asked with `moments`. Whether staff were disabled is not asked.
    """
    return and_(
        WebSession.ended_at.is_(None),
        WebSession.expires_at > bindparam("live_at", type_=UTCDateTime()),
        WebSession.seen_at > bindparam("noted_after", type_=UTCDateTime()),
    )


def moments() -> dict[str, object]:
    """What `surely_live` is asked with."""
    now = clock.machine_now()
    return {"live_at": now, "noted_after": now - NOTED_EVERY}
