"""Takes in what somebody kept on their device: any number of times, and it stands here once.

The device names the entry (`uuid`) and counts its changes (`revision`); `base` is the revision it
last had from here. Nothing is overwritten unless its words live on in what replaces them, or the
device had seen them stored.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import trail
from app.i18n import gettext as _
from app.journal import entry_keys, lines, prompts, revisions, sessions, sharing
from app.journal.models import EntryKind, JournalEntry, JournalPrompt
from app.journal.revisions import Posted as Posted
from app.links import magic_links
from app.links.models import MagicLink
from app.messaging import claims
from app.people.models import Patient
from app.refusal import Refusal
from app.safety import escalation, noticing
from app.safety.words import tell_of_danger

LONGEST = 64 * 1024  # bytes of words
LONGEST_QUESTION = 2 * 1024
MOST_BY_LINK = 50  # entries that one link takes


@dataclass(frozen=True)
class Accepted:
    """It is stored. `danger`: the very answer has to carry the resources."""

    entry: JournalEntry
    is_new: bool
    danger: bool


class NotTaken(Refusal):
    """It stays on the device. `danger`: its words were looked at all the same."""

    danger = False


class Conflict(NotTaken):
    """Another version stands here, at `revision`. Kept apart, neither is lost."""

    def __init__(self, revision: int) -> None:
        super().__init__(_("Another version of this was kept. Yours is kept beside it."))
        self.revision = revision


class Closed(NotTaken):
    """The link takes nothing any more."""


class TooMuch(NotTaken):
    pass


class NothingWritten(NotTaken):
    pass


def accept(
    db: Session, patient: Patient, posted: Posted, *, link: MagicLink | None = None
) -> Accepted:
    """Store an entry, or a change of it; what is stored already changes nothing.

    `link`: it comes by this link alone, not from somebody who is signed in. Words that may mean
    danger raise an alert that holds none of them, also when the entry is refused. Refuses
    (Conflict, Closed, TooMuch, NothingWritten), and the entry stays where it is.
    """
    claims.hold_patient(db, patient.id)  # of two that send the same, one waits
    entry = find(db, patient, posted.uuid)
    if entry is not None and revisions.stands_already(db, entry, posted):
        return Accepted(entry, is_new=False, danger=tell_of_danger(posted.words))
    try:
        _refuse(db, entry, posted, link)
    except NotTaken as refusal:
        refusal.danger = _notice_all_the_same(db, patient, posted)
        raise
    if entry is not None and entry.words == posted.words:  # other lines were ticked, or shared
        _fill(db, entry, posted, patient)
        return Accepted(entry, is_new=False, danger=tell_of_danger(posted.words))
    is_new = entry is None
    entry = entry or _new(db, patient, posted, link)
    _fill(db, entry, posted, patient)
    danger = noticing.private_entry(db, patient, posted.words)
    return Accepted(entry, is_new=is_new, danger=danger)


def find(db: Session, patient: Patient, uuid: UUID) -> JournalEntry | None:
    """What a patient's device calls so, deleted or not."""
    theirs = JournalEntry.patient_id == patient.id, JournalEntry.uuid == uuid
    # As it stands now, even if this transaction has seen it before.
    return db.scalar(select(JournalEntry).where(*theirs).execution_options(populate_existing=True))


def _refuse(
    db: Session, entry: JournalEntry | None, posted: Posted, link: MagicLink | None
) -> None:
    if len(posted.words.encode()) > LONGEST:
        raise TooMuch(_("This is very long. Keep it as two or more."), field="words")
    if not posted.words.strip() and posted.kind in (EntryKind.WORDS, EntryKind.WORD):
        raise NothingWritten(_("Write something first."), field="words")
    if entry is not None and not revisions.may_replace(db, entry, posted):
        raise Conflict(entry.revision)
    if link is not None and not magic_links.is_live(link):
        raise Closed(_("This link is over. Your words are kept on this phone."))
    if link is not None and entry is None and _count(db, link) >= MOST_BY_LINK:
        raise Closed(_("That is a lot for one link. Sign in to keep more."))


def _count(db: Session, link: MagicLink) -> int:
    stored = select(func.count(JournalEntry.id)).where(
        JournalEntry.patient_id == link.patient_id,
        JournalEntry.appointment_id == link.appointment_id,
    )
    return db.scalar(stored) or 0


def _notice_all_the_same(db: Session, patient: Patient, posted: Posted) -> bool:
    """What is refused may be sent often: one alert a day is enough."""
    if not tell_of_danger(posted.words):
        return False
    if not escalation.was_alerted_lately(db, patient):
        noticing.private_entry(db, patient, posted.words)
    return True


def _new(db: Session, patient: Patient, posted: Posted, link: MagicLink | None) -> JournalEntry:
    written_at = min(posted.written_at, clock.now())
    prompt = _prompt(db, patient, posted)
    if prompt is not None:
        appointment_id: UUID | None = prompt.appointment_id
    elif link is not None:
        appointment_id = link.appointment_id
    else:
        session = sessions.latest(db, patient, written_at)
        appointment_id = session.id if session else None
    entry = JournalEntry(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        patient=patient,
        prompt_id=prompt.id if prompt else None,
        prompt=prompt,
        appointment_id=appointment_id,
        uuid=posted.uuid,
        revision=0,
        kind=posted.kind,
        key_id=entry_keys.make(db, patient.clinic_id),
        apart_from=posted.apart_from,
        written_at=written_at,
        received_at=clock.now(),
    )
    db.add(entry)
    trail.record(db, "keep-entry", agent=patient, entity=entry)
    return entry


def _prompt(db: Session, patient: Patient, posted: Posted) -> JournalPrompt | None:
    prompt = db.get(JournalPrompt, posted.prompt_id) if posted.prompt_id else None
    return prompt if prompt is not None and prompt.patient_id == patient.id else None


def _fill(db: Session, entry: JournalEntry, posted: Posted, patient: Patient) -> None:
    entry.revision, entry.kind = posted.revision, posted.kind
    entry.words = posted.words
    entry.question = posted.question.encode()[:LONGEST_QUESTION].decode(errors="ignore")
    db.flush()  # its lines point at it
    prompts.answered(db, patient, entry)
    if posted.shared:
        sharing.share(db, entry)
    else:
        sharing.take_back(db, entry)
    lines.bring_what_fits(db, entry, posted.lines, by=patient)
