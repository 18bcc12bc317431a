"""Changing who works at a clinic, and how they are reached."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.people import enrolment, phones
from app.people.models import Clinic, Practitioner, Role
from app.refusal import Refusal


class AlreadyOnTheTeam(Refusal):
    pass


class NotYourself(Refusal):
    """An administrator neither disables nor demotes themselves: somebody must be left to do it."""


class RankTaken(Refusal):
    pass


@dataclass(frozen=True)
class Member:
    """What a form says about a member of staff; texts are as they were typed."""

    name: str
    display_name: str
    role: Role
    phone: str
    room_url: str
    on_call_rank: int | None


def team(db: Session, clinic: Clinic) -> list[Practitioner]:
    """Everybody who works or worked here: those who still do first, in the order they joined."""
    return list(
        db.scalars(
            select(Practitioner)
            .where(Practitioner.clinic_id == clinic.id)
            .order_by(Practitioner.disabled_at.is_not(None), Practitioner.id)
        )
    )


def add(db: Session, clinic: Clinic, member: Member, *, by: Practitioner | None) -> Practitioner:
    """Add a member of staff. Refuses a missing name, a wrong number, and the same person twice."""
    _refuse_doubles(db, clinic, member, None)
    practitioner = enrolment.join_staff(
        db,
        clinic,
        role=member.role,
        name=member.name,
        display_name=member.display_name,
        phone=member.phone,
        by=by,
    )
    practitioner.room_url, practitioner.on_call_rank = member.room_url, member.on_call_rank
    return practitioner


def change(db: Session, practitioner: Practitioner, member: Member, *, by: Practitioner) -> None:
    """Write down what holds now. Refuses as `add` does, and (NotYourself) a role one gives up."""
    if practitioner.id == by.id and member.role is not practitioner.role:
        raise NotYourself(_("Another administrator has to change your role."), field="role")
    if not member.display_name.strip():
        raise enrolment.NameMissing(
            _("Enter the name that patients will read."), field="display_name"
        )
    clinic = practitioner.clinic
    _refuse_doubles(db, clinic, member, practitioner)
    phone = phones.normal(member.phone, clinic.country) if member.phone else ""
    practitioner.name = member.name.strip() or member.display_name.strip()
    practitioner.display_name = member.display_name.strip()
    practitioner.role, practitioner.phone = member.role, phone
    practitioner.room_url, practitioner.on_call_rank = member.room_url, member.on_call_rank
    trail.record(db, "change", agent=by, entity=practitioner)


def disable(db: Session, practitioner: Practitioner, *, by: Practitioner) -> None:
    """They no longer work here: sign in no more, and are no longer booked or called.

    Twice changes nothing. Refuses (NotYourself) oneself.
    """
    if practitioner.id == by.id:
        raise NotYourself(_("Another administrator has to do this for you."))
    if practitioner.disabled_at is None:
        practitioner.disabled_at, practitioner.on_call_rank = clock.now(), None
        trail.record(db, "disable", agent=by, entity=practitioner)


def enable(db: Session, practitioner: Practitioner, *, by: Practitioner) -> None:
    """They work here again. Twice changes nothing."""
    if practitioner.disabled_at is not None:
        practitioner.disabled_at = None
        trail.record(db, "enable", agent=by, entity=practitioner)


def set_ring_aloud(practitioner: Practitioner, aloud: bool) -> None:
    """Whether an open console page of theirs makes a sound when somebody waits."""
    practitioner.ring_aloud = aloud


def _refuse_doubles(
    db: Session, clinic: Clinic, member: Member, besides: Practitioner | None
) -> None:
    others = [
        each
        for each in team(db, clinic)
        if each.disabled_at is None and (besides is None or each.id != besides.id)
    ]
    called = member.display_name.strip().casefold()
    if any(each.display_name.casefold() == called for each in others):
        raise AlreadyOnTheTeam(
            _("Somebody on the team is called this already."), field="display_name"
        )
    rank = member.on_call_rank
    if rank is not None and any(each.on_call_rank == rank for each in others):
        raise RankTaken(_("Somebody else has this place in the order."), field="on_call_rank")
