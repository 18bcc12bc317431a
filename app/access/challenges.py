"""WebAuthn challenges: five minutes, one use, one purpose, one browser. Machine time."""

import os
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app import clock
from app.access.models import Challenge
from app.security.tokens import hash_token

LIVES = timedelta(minutes=5)


class Purpose(StrEnum):
    """What a challenge may be answered for; an answer to one is none to the other."""

    REGISTER = "register"
    SIGN_IN = "sign-in"
    STAFF_REGISTER = "staff-register"
    STAFF_SIGN_IN = "staff-sign-in"


@dataclass(frozen=True)
class Asked:
    """A challenge as it was put, with the user handle that a registration is for."""

    value: bytes
    user_handle: bytes | None


def put(db: Session, browser: str, purpose: Purpose, *, user_handle: bytes | None = None) -> bytes:
    """A new challenge for this browser. One put earlier for the same purpose falls."""
    take(db, browser, purpose)
    challenge = Challenge(
        browser_hash=hash_token(browser),
        purpose=purpose.value,
        value=os.urandom(32),
        user_handle=user_handle,
        expires_at=clock.machine_now() + LIVES,
    )
    db.add(challenge)
    return challenge.value


def take(db: Session, browser: str, purpose: Purpose) -> Asked | None:
    """What this browser was asked, removed by the statement that reads it. None if too old."""
    taken = db.execute(
        delete(Challenge)
        .where(Challenge.browser_hash == hash_token(browser), Challenge.purpose == purpose.value)
        .returning(Challenge.value, Challenge.user_handle, Challenge.expires_at)
    ).first()
    if taken is None or taken.expires_at <= clock.machine_now():
        return None
    return Asked(taken.value, taken.user_handle)


def forget_old(db: Session) -> None:
    """Drop challenges that nobody answered. For the worker."""
    db.execute(delete(Challenge).where(Challenge.expires_at < clock.machine_now()))
