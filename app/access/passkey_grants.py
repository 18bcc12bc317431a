"""Which rows of staff a passkey opens: one for each clinic where its holder works.

An invitation opens the row it is for and no other: an administrator who hands one out could take
it up themselves, and must not come into another clinic by it. A passkey reaches further only when
its holder shows it there, or an operator says that two rows are one person.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access.models import Passkey, PasskeyGrant
from app.db import once
from app.people.models import Practitioner


def give(db: Session, passkey: Passkey, practitioner: Practitioner) -> None:
    """Let a passkey open this row too. Twice changes nothing. Flushes."""
    once.add_once(
        db,
        PasskeyGrant(
            clinic_id=practitioner.clinic_id,
            passkey_id=passkey.id,
            practitioner_id=practitioner.id,
            made_at=clock.machine_now(),
        ),
    )


def opened_by(db: Session, passkey: Passkey) -> list[Practitioner]:
    """The rows that a passkey opens, where it was made first; nobody's who has left."""
    found = db.scalars(
        select(Practitioner)
        .join(PasskeyGrant, PasskeyGrant.practitioner_id == Practitioner.id)
        .options(joinedload(Practitioner.clinic))
        .where(PasskeyGrant.passkey_id == passkey.id, Practitioner.disabled_at.is_(None))
    )
    return sorted(found, key=lambda row: (row.id != passkey.practitioner_id, row.clinic.name))


def opens(practitioner: Practitioner) -> ColumnElement[bool]:
    """Whether a passkey opens this row, as part of a question about passkeys."""
    granted = select(PasskeyGrant.passkey_id)
    return Passkey.id.in_(granted.where(PasskeyGrant.practitioner_id == practitioner.id))


def take_from(db: Session, practitioner: Practitioner) -> None:
    """No passkey opens this row any more. What then opens none at all is deleted."""
    ids = db.scalars(select(Passkey.id).where(opens(practitioner))).all()
    db.execute(delete(PasskeyGrant).where(PasskeyGrant.practitioner_id == practitioner.id))
    still = select(PasskeyGrant.passkey_id)
    db.execute(delete(Passkey).where(Passkey.id.in_(ids), Passkey.id.not_in(still)))


def narrow(db: Session, passkey: Passkey, rows: Iterable[Practitioner]) -> None:
    """The passkey opens these rows no more. What then opens none at all is deleted."""
    grants = PasskeyGrant.passkey_id == passkey.id
    gone = PasskeyGrant.practitioner_id.in_([row.id for row in rows])
    db.execute(delete(PasskeyGrant).where(grants, gone))
    if db.scalar(select(PasskeyGrant.id).where(grants).limit(1)) is None:
        db.execute(delete(Passkey).where(Passkey.id == passkey.id))


def copy(db: Session, of: Practitioner, to: Practitioner) -> int:
    """Whatever opens one row opens another as well. Returns how many passkeys those are."""
    passkeys = db.scalars(select(Passkey).where(opens(of))).all()
    for passkey in passkeys:
        give(db, passkey, to)
    return len(passkeys)


def forget(db: Session, passkey: Passkey) -> None:
    """It opens nothing any more. Before the passkey itself goes."""
    db.execute(delete(PasskeyGrant).where(PasskeyGrant.passkey_id == passkey.id))
