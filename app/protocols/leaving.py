"""Somebody no longer works here: out at once, and what was theirs is everybody's.

Nothing they did is changed or hidden: the trail, their texts and notes keep their name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access import invitations, kept_passkeys, web_sessions
from app.messaging import threads
from app.messaging.models import Thread
from app.people import staffing
from app.people.models import Practitioner
from app.safety import handing_back
from app.safety.models import SafetyAlert
from app.scheduling import calendars
from app.scheduling.models import Appointment
from app.tasks import desk
from app.tasks.models import TaskCode


@dataclass(frozen=True)
class Held:
    """What somebody has in hand."""

    threads: Sequence[Thread]
    alerts: Sequence[SafetyAlert]
    visits: Sequence[Appointment]  # still to come

    @property
    def count(self) -> int:
        """How many things somebody else will have to see to."""
        return len(self.threads) + len(self.alerts) + len(self.visits)


def held_by(db: Session, practitioner: Practitioner) -> Held:
    """What would be everybody's if they left now."""
    owned = select(Thread).where(Thread.owner_id == practitioner.id)
    visits = (
        select(Appointment)
        .options(joinedload(Appointment.patient))
        .where(
            Appointment.practitioner_id == practitioner.id,
            Appointment.status.in_(calendars.OPEN),
            Appointment.ends_at > clock.now(),
        )
        .order_by(Appointment.starts_at)
    )
    return Held(
        db.scalars(owned).all(),
        handing_back.taken_on_by(db, practitioner),
        db.scalars(visits).all(),
    )


def leave(db: Session, practitioner: Practitioner, *, by: Practitioner) -> Held:
    """End everything of theirs at this clinic. Returns what is handed back. Twice changes nothing.

    Sessions end with the commit, open lines too; passkeys and invitations open nothing here. Their
    threads and alerts are nobody's, and each visit to come is a task on the desk: it stays booked
    until somebody moves it. Refuses (NotYourself) oneself.
    """
    staffing.disable(db, practitioner, by=by)
    kept_passkeys.remove_all(db, practitioner, by=by)
    invitations.withdraw(db, practitioner, by=by)
    web_sessions.end_all(db, practitioner, by=by)
    held = held_by(db, practitioner)
    for thread in held.threads:
        threads.own(db, thread, None)
    for alert in held.alerts:
        handing_back.hand_back(db, alert, by=by)
    for visit in held.visits:
        desk.open_task(db, TaskCode.FIND_A_TIME, visit.patient, by=by, appointment_id=visit.id)
    return held
