"""What every six-digit code by text is: derived, never stored, five tries, ten minutes, once.

A row that waits for one has a seed and the hash of the right digits; whoever holds the secret key
can derive them from it. `purpose` keeps the codes of one kind from opening another. Machine time.
"""

import os
from datetime import timedelta

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from app import clock
from app.access.models import OneTimeCode
from app.audit import trail
from app.i18n import gettext as _
from app.i18n import ngettext
from app.refusal import Refusal
from app.security import keyring
from app.security.tokens import same

LIVES = timedelta(minutes=10)
TRIES = 5


class WrongCode(Refusal):
    """The try is counted: the caller's transaction must commit."""


class NothingAsked(Refusal):
    """This browser has no code, or one that is spent, too old, or out of tries."""


def give(row: OneTimeCode, purpose: bytes) -> None:
    """Give a new row its code, its tries and its end."""
    row.seed = os.urandom(16)
    row.tries_left = TRIES
    row.expires_at = clock.machine_now() + LIVES
    row.key_number, _secret = keyring.ring().derive(None, purpose)
    row.code_hash = _hash(row, purpose, digits_of(row, purpose))


def digits_of(row: OneTimeCode, purpose: bytes) -> str:
    """The six digits, derived anew. Raises KeyError when the secret key was retired."""
    _number, secret = keyring.ring().derive(row.key_number, purpose, *_parts(row))
    return f"{int.from_bytes(secret, 'big') % 1_000_000:06d}"


def is_right(row: OneTimeCode, purpose: bytes, typed: str) -> bool:
    """Whether these are its digits, whatever stands between them."""
    digits = "".join(character for character in typed if character.isdigit())
    return same(_hash(row, purpose, digits), row.code_hash)


def take_try(db: Session, row: OneTimeCode, *still_waits: ColumnElement[bool]) -> bool:
    """Count a try. False when none is left, or the row no longer waits.

    Counted in the statement that allows it: five guesses at once are five tries.
    """
    kind = type(row)
    left = db.scalar(
        update(kind)
        .where(kind.id == row.id, kind.tries_left > 0, *still_waits)
        .values(tries_left=kind.tries_left - 1)
        .returning(kind.tries_left)
        .execution_options(synchronize_session="fetch")
    )
    return left is not None


def wrong(db: Session, row: OneTimeCode) -> Refusal:
    """The refusal of a wrong code: how many tries are left, or that it was the last."""
    trail.record(db, "refuse-code", agent=None, entity=row)
    if row.tries_left == 0:
        return NothingAsked(_("That was the last try. Ask for a new code."), field="code")
    tries = ngettext("You have one try left.", "You have %(tries)s tries left.", row.tries_left)
    said = _("That is not the code.") + " " + tries % {"tries": row.tries_left}
    return WrongCode(said, field="code")


def nothing_asked() -> NothingAsked:
    """The refusal that sends a person back to the start."""
    return NothingAsked(_("This code no longer works. Ask for a new one."), field="code")


def _hash(row: OneTimeCode, purpose: bytes, digits: str) -> bytes:
    # The key is the code's own: it binds row and seed. A retired secret key ends its codes.
    _number, digest = keyring.ring().derive(
        row.key_number, purpose + b" hash", *_parts(row), digits.encode()
    )
    return digest


def _parts(row: OneTimeCode) -> tuple[bytes, bytes]:
    return row.id.bytes, row.seed
