"""A short answer to the text about a quiet minute: it is about that, and not about a visit."""

from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.journal import prompts
from app.journal.models import JournalPrompt, Moment
from app.messaging.models import Direction, Message, Purpose
from app.safety.plain_words import plain_words

_MOMENTS = {
    Purpose.EVENING: Moment.EVENING,
    Purpose.MORNING: Moment.MORNING,
    Purpose.WEEK: Moment.WEEK,
}
_SKIPS = {
    *("skip", "skip it", "skip this", "skip this one", "skip please", "please skip", "skip thanks"),
    *("skip thank you", "no thanks", "no thank you", "not now"),
    *("pase", "paso", "pasar", "saltar", "omitir", "omito", "no gracias", "ahora no"),
}
_LATERS = {"later", "maybe later", "luego", "mas tarde", "despues", "tal vez luego"}
_ASKS_ABOUT_VISIT = (Purpose.CONFIRM, Purpose.JOIN, Purpose.NUDGE, Purpose.NOTICE)
_STANDS_FOR = timedelta(hours=24)  # how long a short answer is about the last text
_LATELY = timedelta(days=3)


def skip(db: Session, message: Message) -> bool:
    """Whether a text was a skip, in one or two words. Then it is done and nobody has to see it."""
    prompt = _asked_last(db, message) if _words(message) in _SKIPS else None
    if prompt is None:
        return False
    prompts.skip(db, prompt)
    return True


def means_no_visit(db: Session, message: Message) -> bool:
    """Whether "later" follows a quiet minute's text, and no text lately was about a visit.

    Then nobody asked for another time.
    """
    if _words(message) not in _LATERS or _asked_last(db, message) is None:
        return False
    about = _sent_to(message, _LATELY).where(Message.purpose.in_(_ASKS_ABOUT_VISIT))
    return db.scalar(about.limit(1)) is None


def _words(message: Message) -> str:
    return " ".join(word for word in plain_words(message.body) if word[0].isalnum())


def _asked_last(db: Session, message: Message) -> JournalPrompt | None:
    """The quiet minute that the last text before this one was about."""
    last = db.scalar(_sent_to(message, _STANDS_FOR).limit(1))
    if last is None or last.purpose not in _MOMENTS:
        return None
    return db.scalar(
        select(JournalPrompt).where(
            JournalPrompt.appointment_id == last.appointment_id,
            JournalPrompt.moment == _MOMENTS[last.purpose],
        )
    )


def _sent_to(message: Message, within: timedelta) -> Select[Message]:
    """What we had sent to that patient by then, the newest first."""
    return (
        select(Message)
        .where(
            Message.patient_id == message.patient_id,
            Message.direction == Direction.OUTBOUND,
            Message.sent_at > message.due_at - within,
            Message.sent_at <= message.due_at,
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
    )
