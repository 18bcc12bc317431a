"""One person at several clinics: a row of staff in each, which know that they are the same."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.people import enrolment
from app.people.models import Clinic, Person, Practitioner, Role
from app.refusal import Refusal


class WorksThereAlready(Refusal):
    pass


def join(db: Session, one: Practitioner, other: Practitioner, *, by: Practitioner | None) -> None:
    """These two rows are one person. Twice changes nothing. Flushes.

    `by` None: an operator, at the command line. Refuses (WorksThereAlready) two rows of one clinic.
    """
    if one.id == other.id or (one.person_id and one.person_id == other.person_id):
        return
    ids = [each.person_id for each in (one, other) if each.person_id]
    both = select(Practitioner).where(Practitioner.person_id.in_(ids))
    rows = {row.id: row for row in (one, other, *db.scalars(both))}
    if len({row.clinic_id for row in rows.values()}) < len(rows):
        raise WorksThereAlready(_("They work at this clinic already."))
    person_id = ids[0] if ids else _new_person(db)
    db.execute(
        update(Practitioner).where(Practitioner.id.in_(list(rows))).values(person_id=person_id)
    )
    one.person_id = other.person_id = person_id
    for row in (one, other):
        trail.record(db, "join-person", agent=by, entity=row)


def work_further(
    db: Session, practitioner: Practitioner, clinic: Clinic, role: Role
) -> Practitioner:
    """A row for somebody at a further clinic, called and reached as at the first.

    For an operator. Refuses (WorksThereAlready) a clinic where they work or worked.
    """
    if clinic.id == practitioner.clinic_id or _row_at(db, practitioner, clinic) is not None:
        raise WorksThereAlready(_("They work at this clinic already."))
    further = enrolment.join_staff(
        db,
        clinic,
        role=role,
        name=practitioner.name,
        display_name=practitioner.display_name,
        phone=practitioner.phone,
        by=None,
    )
    db.flush()  # the update below has to find it
    join(db, practitioner, further, by=None)
    return further


def others_of(db: Session, practitioner: Practitioner) -> list[Practitioner]:
    """Where else somebody works now, by the clinic's name."""
    if practitioner.person_id is None:
        return []
    return list(
        db.scalars(
            select(Practitioner)
            .join(Clinic, Clinic.id == Practitioner.clinic_id)
            .options(joinedload(Practitioner.clinic))
            .where(
                Practitioner.person_id == practitioner.person_id,
                Practitioner.id != practitioner.id,
                Practitioner.disabled_at.is_(None),
            )
            .order_by(Clinic.name)
        )
    )


def _row_at(db: Session, practitioner: Practitioner, clinic: Clinic) -> Practitioner | None:
    if practitioner.person_id is None:
        return None
    return db.scalar(
        select(Practitioner).where(
            Practitioner.person_id == practitioner.person_id, Practitioner.clinic_id == clinic.id
        )
    )


def _new_person(db: Session) -> UUID:
    person = Person(made_at=clock.now())
    db.add(person)
    db.flush()
    return person.id
