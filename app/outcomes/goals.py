"""What somebody hopes for, in their own words: what stands, what took its place, what was let go.

The first ones come from the form that asks before the first session. After a talk the patient
looks at them again: keep, change, let go. Staff read them; nobody but the patient writes them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.intake import drafts
from app.messaging import claims
from app.outcomes.models import Goal, GoalState
from app.people.models import Patient
from app.questionnaires import library
from app.questionnaires.engine.values import Slot
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus
from app.refusal import Refusal
from app.safety import escalation
from app.safety.models import Signal
from app.safety.words import tell_of_danger
from app.scheduling.models import Appointment, AppointmentStatus, Service

LONGEST = 2000
MOST = 8  # that stand at once
CAUSE = "goals"  # what an alert about their words names as its cause
_FORM = "goals"
_QUESTION = Slot("goal-difference")
_LATELY = timedelta(days=14)


class NotTaken(Refusal):
    pass


@dataclass(frozen=True)
class Change:
    """What the patient wants with one that stands: nothing, other words, or to let it go."""

    goal_id: UUID
    words: str = ""
    lets_go: bool = False


def standing(db: Session, patient: Patient) -> list[Goal]:
    """Those that stand, the oldest first."""
    return _of(db, patient, GoalState.STANDING)


def let_go(db: Session, patient: Patient) -> list[Goal]:
    """Those that were let go, the latest first."""
    return _of(db, patient, GoalState.LET_GO)[::-1]


def earlier_words(db: Session, patient: Patient) -> dict[UUID, Goal]:
    """For each that took another's place, the one it was before."""
    rows = {row.id: row for row in _of(db, patient, GoalState.CHANGED)}
    return {
        each.id: rows[each.instead_of_id]
        for each in standing(db, patient)
        if each.instead_of_id in rows
    }


def look_again(
    db: Session, patient: Patient, changes: list[Change], new: str = ""
) -> tuple[list[Goal], bool]:
    """Keep, change or let go what stands, and add a new one. Sent twice, it changes nothing more.

    Returns what stands then, and whether its new words may mean danger: the clinic is alerted, and
    the very answer has to carry the resources. Refuses (NotTaken) words that are too long, and
    more than can be kept in sight.
    """
    claims.hold_patient(db, patient.id)  # of two pages, the second sees what the first did
    rows = {row.id: row for row in standing(db, patient)}
    written = [change.words for change in changes if change.words] + ([new] if new else [])
    leaving = sum(change.lets_go for change in changes if change.goal_id in rows)
    if any(len(words) > LONGEST for words in written):
        raise NotTaken(_("That is too long. A few lines are enough."), field="new")
    if new and len(rows) - leaving >= MOST:
        raise NotTaken(_("Let go of one before you add another."), field="new")
    visit_id = _visit_lately(db, patient)
    for change in changes:
        goal = rows.get(change.goal_id)
        if goal is not None:
            _apply(db, goal, change, visit_id)
    if new and new not in {row.words for row in rows.values()}:
        _add(db, patient, new, visit_id=visit_id)
    db.flush()  # what stands now is asked anew
    return standing(db, patient), notice(db, patient, *written)


def notice(db: Session, patient: Patient, *written: str) -> bool:
    """Alert the clinic when these words may mean danger, whether they can be kept or not."""
    is_danger = any(map(tell_of_danger, written))
    if is_danger:
        escalation.raise_alert(db, patient, Signal.WORDS, causes={CAUSE: []})
    return is_danger


def take_in(db: Session) -> None:
    """Take what forms that were handed in lately say about hopes. Each once."""
    taken = select(Goal.id).where(Goal.response_id == QuestionnaireResponse.id)
    rows = db.scalars(
        select(QuestionnaireResponse)
        .options(joinedload(QuestionnaireResponse.questionnaire))
        .where(
            # By its index: form and moment.
            QuestionnaireResponse.questionnaire_id.in_(
                select(Questionnaire.id).where(Questionnaire.url == library.unkept(_FORM).url)
            ),
            QuestionnaireResponse.status == ResponseStatus.COMPLETED,
            QuestionnaireResponse.completed_at > clock.now() - _LATELY,
            ~taken.exists(),
        )
        .order_by(QuestionnaireResponse.completed_at)
        .with_for_update(of=QuestionnaireResponse, skip_locked=True)
    ).all()
    for row in rows:
        _take(db, row)


def _take(db: Session, response: QuestionnaireResponse) -> None:
    patient = db.get_one(Patient, response.patient_id)
    draft = drafts.read(response, zone=patient.zone)
    words = " ".join(str(value) for value in draft.state.values(_QUESTION)).strip()
    if words and len(standing(db, patient)) < MOST:
        _add(db, patient, words, made_at=response.completed_at, response_id=response.id)
        db.flush()  # the next sheet may be theirs, too


def _apply(db: Session, goal: Goal, change: Change, visit_id: UUID | None) -> None:
    if change.lets_go:
        goal.state, goal.settled_at = GoalState.LET_GO, clock.now()
        trail.record(db, "let-goal-go", agent=goal.patient, entity=goal)
    elif change.words and change.words != goal.words:
        goal.state, goal.settled_at = GoalState.CHANGED, clock.now()
        _add(db, goal.patient, change.words, visit_id=visit_id, instead_of_id=goal.id)


def _add(
    db: Session,
    patient: Patient,
    words: str,
    *,
    made_at: datetime | None = None,
    **about: UUID | None,
) -> Goal:
    goal = Goal(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        patient=patient,
        words=words,
        state=GoalState.STANDING,
        made_at=made_at or clock.now(),
        **about,
    )
    db.add(goal)
    db.flush()  # the trail names its row
    trail.record(db, "add-goal", agent=patient, entity=goal)
    return goal


def _visit_lately(db: Session, patient: Patient) -> UUID | None:
    """The talk after which they look at them."""
    return db.scalar(
        select(Appointment.id)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service == Service.INTEGRATION,
            Appointment.status == AppointmentStatus.FULFILLED,
            Appointment.starts_at > clock.now() - _LATELY,
        )
        .order_by(Appointment.starts_at.desc())
        .limit(1)
    )


def _of(db: Session, patient: Patient, *states: GoalState) -> list[Goal]:
    return list(
        db.scalars(
            select(Goal)
            .where(Goal.patient_id == patient.id, Goal.state.in_(states))
            .order_by(Goal.made_at, Goal.id)
        )
    )
