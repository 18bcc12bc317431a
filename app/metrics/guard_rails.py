"""Guard rails: what must not get worse while something else gets better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from app import clock
from app.messaging.models import Direction, Message, MessageStatus, Purpose, Thread
from app.metrics.cohort import Cohort
from app.metrics.figures import Fact, Metric, Row, State, state_of
from app.metrics.leaving_texts import Leavings
from app.metrics.talks import LOST, Talk
from app.people.models import Clinic
from app.safety.models import SafetyAlert
from app.scheduling import availability
from app.scheduling.models import Appointment, AppointmentStatus
from app.telehealth.models import Ease, VisitResult

UNDELIVERED, LEFT_TEXTS, TEXTS, ANSWERED, EASY = (
    "undelivered",
    "opt-outs",
    "texts",
    "answered",
    "easy",
)
NOT_TEXTED = "not-texted"
NOT_ASKED = "no-talk"
NO_ANSWER = "no-answer"
_LEFT = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED, *LOST)


@dataclass(frozen=True)
class Text:
    """One text that left, and what it hung on."""

    id: UUID
    infusion_id: UUID
    purpose: Purpose
    status: MessageStatus
    sent_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """What waits at the clinic now: how many, and since when."""

    after_hours: int
    after_hours_since: datetime | None
    unacknowledged: int
    unacknowledged_since: datetime | None


def texts_of(db: Session, cohort: Cohort) -> list[Text]:
    """Every text that left about an infusion or the visit after it. Staff's own count too."""
    talks = select(Appointment.id).where(Appointment.follows_id.in_(cohort.ids))
    rows = db.execute(
        select(
            Message.id,
            Message.appointment_id,
            Appointment.follows_id,
            Message.purpose,
            Message.status,
            Message.sent_at,
        )
        .join(Appointment, Appointment.id == Message.appointment_id)
        .where(
            Message.appointment_id.in_(union(cohort.ids, talks)),  # each by its index
            Message.direction == Direction.OUTBOUND,
            Message.patient_id.is_not(None),
            Message.status.in_(_LEFT),
        )
        .order_by(Message.id)
    )
    return [
        Text(id_, follows_id or appointment_id, purpose, status, sent_at)
        for id_, appointment_id, follows_id, purpose, status, sent_at in rows
        if appointment_id is not None and (status is not MessageStatus.FAILED or sent_at)
    ]


def undelivered(cohort: Cohort, texts: Sequence[Text]) -> Metric:
    """One row a text. A hit is one that did not arrive."""
    rows = []
    for text in texts:
        infusion = cohort.infusions[text.infusion_id]
        state, why = state_of(infusion, cohort.now)
        facts: dict[str, Fact] = {
            "text": str(text.id),
            "purpose": text.purpose.value,
            "text_status": text.status.value,
        }
        is_lost = state is State.COUNTED and text.status in LOST
        rows.append(Row(infusion, infusion.id, state, is_lost, why, (), facts))
    return Metric(UNDELIVERED, cohort.period.months, rows)


def left_texts(cohort: Cohort, texts: Sequence[Text], leavings: Leavings) -> Metric:
    """One row an infusion with texts. A hit is a patient who wanted no more of them."""
    texted = {text.infusion_id for text in texts}
    rows = []
    for each in cohort:
        state, why = state_of(each, cohort.now, "" if each.id in texted else NOT_TEXTED)
        left_at = leavings.between(each.patient_id, each.booked_at, each.closes_at)
        facts: dict[str, Fact] = {
            "texted": "yes" if each.id in texted else "no",
            "booked_at": each.booked_at,
            "opted_out_at": left_at,
        }
        is_hit = state is State.COUNTED and left_at is not None
        rows.append(Row(each, each.id, state, is_hit, why, (), facts))
    return Metric(LEFT_TEXTS, cohort.period.months, rows)


def texts_each(cohort: Cohort, texts: Sequence[Text]) -> Metric:
    """One row an infusion, with how many texts left about it."""
    counts: dict[UUID, int] = {}
    for text in texts:
        counts[text.infusion_id] = counts.get(text.infusion_id, 0) + 1
    rows = []
    for each in cohort:
        state, why = state_of(each, cohort.now)
        facts: dict[str, Fact] = {"texts": counts.get(each.id, 0)}
        rows.append(Row(each, each.id, state, state is State.COUNTED, why, (), facts))
    return Metric(TEXTS, cohort.period.months, rows, {"texts": (50, 90, 100)})


def ease(cohort: Cohort, talks: Mapping[UUID, Sequence[Talk]]) -> tuple[Metric, Metric]:
    """One row a talk that took place: whether it was answered, and of the answers, easy."""
    answered, easy = [], []
    for infusion in cohort:
        for talk in talks.get(infusion.id, ()):
            facts: dict[str, Fact] = {
                "visit": str(talk.id),
                "held": "yes" if _took_place(talk) else "no",
                "said": talk.ease.value if talk.ease else "",
            }
            said = talk.ease not in (None, Ease.SKIPPED)
            not_asked = "" if _took_place(talk) else NOT_ASKED
            state, why = state_of(infusion, cohort.now, not_asked)
            if not said and state is State.COUNTED:
                why = Ease.SKIPPED.value if talk.ease else NO_ANSWER
            hit = said and state is State.COUNTED
            answered.append(Row(infusion, talk.id, state, hit, why, (), facts))
            state, why = state_of(infusion, cohort.now, not_asked or ("" if said else NO_ANSWER))
            hit = talk.ease is Ease.YES and state is State.COUNTED
            if state is State.COUNTED and not hit and talk.ease:
                why = talk.ease.value
            easy.append(Row(infusion, talk.id, state, hit, why, (), facts))
    months = cohort.period.months
    return Metric(ANSWERED, months, answered), Metric(EASY, months, easy)


def standing(db: Session, clinic: Clinic) -> Standing:
    """Texts of closed hours that nobody has read, and alerts that nobody has acknowledged."""
    threads = db.execute(
        select(Thread.opened_at).where(
            Thread.clinic_id == clinic.id, Thread.unread > 0, Thread.opened_at.is_not(None)
        )
    ).scalars()
    opened = [at for at in threads if at is not None]
    start = min(opened, default=clock.now())
    hours = availability.clinic_open(db, clinic, start, clock.now()) if opened else []
    after_hours = [
        at for at in opened if not any(each.opens_at <= at < each.closes_at for each in hours)
    ]
    alerts = db.scalars(
        select(SafetyAlert.made_at).where(
            SafetyAlert.clinic_id == clinic.id, SafetyAlert.acknowledged_at.is_(None)
        )
    ).all()
    return Standing(
        len(after_hours), min(after_hours, default=None), len(alerts), min(alerts, default=None)
    )


def _took_place(talk: Talk) -> bool:
    if talk.result is not None:
        return talk.result is not VisitResult.NOT_HELD
    return talk.started_at is not None or talk.status is AppointmentStatus.FULFILLED
