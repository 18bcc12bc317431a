"""The passkeys a person has, who may make another, and taking them away. Machine time."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app import clock
from app.access import passkey_grants
from app.access.models import Passkey, Strength, WebSession
from app.audit import trail
from app.i18n import gettext as _
from app.people.models import Patient, Practitioner
from app.refusal import Refusal

Person = Patient | Practitioner
FRESH = timedelta(minutes=15)  # how lately a code or a passkey must have been shown to add one


class NotEntitled(Refusal):
    """A passkey may not be made here and now."""


def refuse_unless_entitled(
    db: Session, patient: Patient, web_session: WebSession, *, admitted: bool
) -> None:
    """Refuses (NotEntitled) a passkey to whoever has not shown enough.

    The first one: in a browser that a clinician has admitted by face (`admitted`), with a fresh
    code. Further ones: signed in with a passkey just now. Lost them all? Staff remove
    the old ones in person (`remove`), and the next is a first one again.
    """
    if has_any(db, patient):
        refuse_unless_shown(web_session)
        return
    if not admitted:
        raise NotEntitled(
            _("You can set this up on this phone after your first video visit on it.")
        )
    is_fresh = clock.machine_now() - web_session.proved_at < FRESH
    if not is_fresh or web_session.strength is not Strength.CODE:
        raise NotEntitled(_("First sign in with a new code."))


def refuse_unless_shown(web_session: WebSession) -> None:
    """Refuses (NotEntitled) whoever has not shown a passkey just now. For taking one away, too."""
    if not was_just_shown(web_session):
        raise NotEntitled(_("First open your pages with the passkey you have."))


def was_just_shown(web_session: WebSession) -> bool:
    """Whether a passkey was shown in this session within the last quarter of an hour."""
    is_fresh = clock.machine_now() - web_session.proved_at < FRESH
    return web_session.strength is Strength.PASSKEY and is_fresh


def of(db: Session, person: Person) -> list[Passkey]:
    """A person's passkeys, oldest first."""
    return list(db.scalars(select(Passkey).where(_owned_by(person)).order_by(Passkey.made_at)))


def has_any(db: Session, person: Person) -> bool:
    """Whether this person can sign in with a passkey."""
    return bool(db.scalar(select(any_of(person))))


def any_of(person: Person) -> ColumnElement[bool]:
    """The same as part of a larger question."""
    return select(Passkey.id).where(_owned_by(person)).exists()


def remove(db: Session, passkey: Passkey, *, by: Person) -> None:
    """It opens nothing from now on, at no clinic. `end_opened_by` ends before what it opened."""
    trail.record(db, "remove-passkey", agent=by, entity=passkey)
    passkey_grants.forget(db, passkey)
    db.execute(delete(Passkey).where(Passkey.id == passkey.id))


def take_away(
    db: Session, passkey: Passkey, rows: Iterable[Practitioner], *, by: Practitioner
) -> None:
    """It opens these rows of staff no more; when it opens none at all, it is gone."""
    trail.record(db, "remove-passkey", agent=by, entity=passkey)
    passkey_grants.narrow(db, passkey, rows)


def remove_all(db: Session, person: Person, *, by: Practitioner | None) -> None:
    """A lost or stolen device: none of this person's passkeys opens anything here any more.

    Of staff: their row at this clinic alone. What they are elsewhere is not this clinic's to end.
    """
    trail.record(db, "remove-passkeys", agent=by, entity=person)
    if isinstance(person, Practitioner):
        passkey_grants.take_from(db, person)
    else:
        db.execute(delete(Passkey).where(_owned_by(person)))


def _owned_by(person: Person) -> ColumnElement[bool]:
    if isinstance(person, Patient):
        return Passkey.patient_id == person.id
    return passkey_grants.opens(person)
