"""The quiet minute that is offered now: which one it is, what it asks, and what became of it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, not_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, object_session

from app import clock
from app.audit import trail
from app.journal import preferences, prompt_texts
from app.journal.models import JournalEntry, JournalPrompt, Moment
from app.links.models import MagicLink
from app.people.models import Patient
from app.questionnaires import library
from app.questionnaires.engine.items import ItemType
from app.questionnaires.forms import form_of
from app.questionnaires.models import Questionnaire
from app.scheduling.models import Appointment

_WAITS = timedelta(hours=72)  # how long home says that it is there


@dataclass(frozen=True)
class Question:
    """One that may be written about; nothing has to be."""

    id: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A prompt in somebody's language: a line to begin with, and questions to choose from."""

    lead: str
    questions: tuple[Question, ...]


def current(db: Session, whose: Patient | MagicLink) -> JournalPrompt | None:
    """The prompt of this moment: of a patient, or of the session that a link belongs to.

    Of those that are open it is the latest session's, the one that opened last. None when that
    one was skipped: an earlier one does not take its place.
    """
    latest = db.scalar(
        select(JournalPrompt)
        .join(JournalPrompt.appointment)
        .options(
            joinedload(JournalPrompt.questionnaire),
            joinedload(JournalPrompt.packet),
            contains_eager(JournalPrompt.appointment),
        )
        .where(_is_theirs(whose), *_is_open())
        .order_by(Appointment.starts_at.desc(), JournalPrompt.opens_at.desc())
        .limit(1)
    )
    return None if latest is None or latest.skipped_at is not None else latest


def waiting(db: Session, patient: Patient) -> JournalPrompt | None:
    """The prompt that home tells of: open, and neither written to nor skipped."""
    return db.scalar(select(JournalPrompt).where(is_waiting(patient)))


def is_waiting(patient: Patient) -> ColumnElement[bool]:
    """The same for a question that asks more beside it."""
    latest = (
        select(JournalPrompt.id)
        .where(_is_theirs(patient), *_is_open())
        .order_by(JournalPrompt.opens_at.desc(), JournalPrompt.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(
        JournalPrompt.id == latest,
        JournalPrompt.answered_at.is_(None),
        JournalPrompt.skipped_at.is_(None),
        JournalPrompt.opens_at > clock.now() - _WAITS,
        not_(preferences.wants_none(patient)),
    )


def shown(prompt: JournalPrompt, language: str) -> Shown:
    """What it says, read from its form: the first line that asks nothing leads.

    Until it is opened it is the form that the clinic uses now; it may be another than when the
    session was booked.
    """
    form = form_of(prompt.questionnaire if prompt.opened_at else _form_in_use(prompt))
    lead = next((item.words for item in form.in_order if item.type in _ASKS_NOTHING), None)
    questions = (
        Question(item.link_id, item.words.within(language))
        for item in form.in_order
        if item.type not in _ASKS_NOTHING and item.words and not item.is_hidden
    )
    return Shown(lead.within(language) if lead else "", tuple(questions))


def note_opened(db: Session, prompt: JournalPrompt) -> None:
    """Somebody looked at it: it stays as it was then. Only the first time counts."""
    if prompt.opened_at is None:
        prompt.questionnaire = library.kept(db, _form_in_use(prompt))
        prompt.opened_at = clock.now()


def skip(db: Session, prompt: JournalPrompt) -> None:
    """A skip is an answer: nobody is texted about this one. Twice changes nothing."""
    if prompt.skipped_at is not None:
        return
    note_opened(db, prompt)
    prompt.skipped_at = clock.now()
    prompt_texts.withdraw_one(db, prompt)
    trail.record(db, "skip-prompt", agent=prompt.patient, entity=prompt)


def no_more(db: Session, prompt: JournalPrompt) -> None:
    """Nothing more is asked about this session. What is written all the same is kept."""
    of_session = JournalPrompt.appointment_id == prompt.appointment_id
    unanswered = JournalPrompt.answered_at.is_(None), JournalPrompt.cancelled_at.is_(None)
    for each in db.scalars(select(JournalPrompt).where(of_session, *unanswered)).all():
        skip(db, each)


def answered(db: Session, patient: Patient, entry: JournalEntry) -> None:
    """Something was written: of the prompt it answers, and of the one of that moment, no text."""
    of_moment = db.scalars(
        select(JournalPrompt).where(
            JournalPrompt.patient_id == patient.id,
            JournalPrompt.cancelled_at.is_(None),
            JournalPrompt.answered_at.is_(None),
            JournalPrompt.opens_at <= entry.written_at,
            JournalPrompt.closes_at > entry.written_at,
        )
    ).all()
    named = [entry.prompt] if entry.prompt and entry.prompt.answered_at is None else []
    for prompt in {*of_moment, *named}:
        note_opened(db, prompt)
        prompt.answered_at = entry.written_at
        prompt_texts.withdraw_one(db, prompt)


def goals_seen_to(db: Session, patient: Patient) -> None:
    """They looked at what they hope for: home asks for it no more. Twice changes nothing."""
    prompt = current(db, patient)
    if prompt is not None and prompt.moment is Moment.GOALS and prompt.answered_at is None:
        note_opened(db, prompt)
        prompt.answered_at = clock.now()


def _form_in_use(prompt: JournalPrompt) -> Questionnaire:
    db = object_session(prompt)
    assert db is not None, "a prompt stands in a session"
    planned = prompt.questionnaire
    return library.find(db, prompt.patient.clinic, planned.url) or planned


_ASKS_NOTHING = (ItemType.DISPLAY, ItemType.GROUP)


def _is_theirs(whose: Patient | MagicLink) -> ColumnElement[bool]:
    if isinstance(whose, Patient):
        return JournalPrompt.patient_id == whose.id
    return JournalPrompt.appointment_id == whose.appointment_id


def _is_open() -> tuple[ColumnElement[bool], ...]:
    now = clock.now()
    return (
        JournalPrompt.cancelled_at.is_(None),
        JournalPrompt.opens_at <= now,
        JournalPrompt.closes_at > now,
    )
