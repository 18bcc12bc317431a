"""What was typed at the desk outlives its session, and only whoever typed it opens it again.

A console page seals what is typed on it with a key that the page's line brings and keeps it in its
own tab. When the session has rested too long, the page, its words and the key go; the sealed words
stay. The key rests here, sealed in turn, until the same person shows a passkey in the same browser.
Signing out, or somebody else signing in there, destroys it. Machine time.
"""

import os
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access import passkey_grants
from app.access.models import Passkey, SessionKind, WebSession
from app.people.models import Practitioner
from app.security.tokens import hash_token

# Over a weekend, from the session's last possible moment.
KEPT = timedelta(days=3)


def new_key() -> bytes:
    """For a session under whose cover nothing lies yet."""
    return os.urandom(32)


def under_cover(db: Session, browser: str, passkey: Passkey) -> Practitioner | None:
    """As whom the holder of a passkey goes on here: at the clinic where the cover fell."""
    rested = _last(db, browser)
    if rested is None or not rested.cover_key_sealed:
        return None
    opened = passkey_grants.opened_by(db, passkey)
    return next((row for row in opened if row.id == rested.practitioner_id), None)


def rests_for(db: Session, browser: str) -> Practitioner | None:
    """Whose desk lies covered in this browser, while their session could still have lived.

    Nobody's once they signed out or left. Opens nothing: the page may say that somebody is needed.
    """
    rested = _last(db, browser)
    if rested is None or not rested.cover_key_sealed:
        return None
    if rested.expires_at <= clock.machine_now() or rested.practitioner is None:
        return None
    return rested.practitioner if rested.practitioner.disabled_at is None else None


def hand_on(db: Session, browser: str, practitioner: Practitioner) -> bytes:
    """The key for a session that begins: the one of the cover here if it is theirs, else a new one.

    Whatever anybody else left typed in this browser is unreadable from now on.
    """
    rested = _last(db, browser)
    key = None
    if rested is not None and rested.practitioner_id == practitioner.id:
        key = rested.cover_key
    _destroy(db, _in_browser(browser))
    return key or new_key()


def forget_old(db: Session, now: datetime) -> None:
    """Destroy the keys of covers that nobody lifted for days. For the worker."""
    _destroy(db, WebSession.expires_at <= now - KEPT)


def _last(db: Session, browser: str) -> WebSession | None:
    return db.scalar(
        select(WebSession)
        .where(_in_browser(browser), WebSession.kind == SessionKind.STAFF)
        .order_by(WebSession.id.desc())  # ids are in order of time
        .limit(1)
    )


def _in_browser(browser: str) -> ColumnElement[bool]:
    return WebSession.browser_hash == hash_token(browser)


def _destroy(db: Session, where: ColumnElement[bool]) -> None:
    db.execute(
        update(WebSession)
        .where(where, WebSession.cover_key_sealed.is_not(None))
        .values(cover_key_sealed=None)
        .execution_options(synchronize_session=False)
    )
