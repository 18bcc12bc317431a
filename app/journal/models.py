"""What a patient is asked after a session, what they keep of it, and what of that others see."""

from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model
from app.intake.models import IntakePacket
from app.journal.entry_keys import BytesUnderEntry, SealedUnderEntry
from app.journal.entry_keys import EntryKey as EntryKey
from app.links.models import MagicLink
from app.people.models import Patient
from app.questionnaires.models import Questionnaire
from app.scheduling.models import Appointment


class Moment(StrEnum):
    """Which set of prompts it is, by the time since the session's end."""

    EVENING = "evening"
    MORNING = "morning"
    DAYS = "days"  # one to three days after, before the integration visit
    WEEK = "week"
    GOALS = "goals"  # after the integration visit


class EntryKind(StrEnum):
    WORDS = "words"
    WORD = "word"  # a single one
    VOICE = "voice"
    DRAWING = "drawing"


class FileKind(StrEnum):
    VOICE = "voice"
    DRAWING = "drawing"


class JournalPrompt(Model):
    """One quiet minute that is offered after a session (FHIR CommunicationRequest).

    All prompts of one session share its write link. `due_at` is when its text goes out; without, it
    waits on the page and nobody is texted. `packet` holds the checks that ride on its page.
    """

    __tablename__ = "journal_prompt"
    __table_args__ = (
        UniqueConstraint("appointment_id", "moment"),
        Index(None, "patient_id", "opens_at"),
        Index(None, "link_id"),
        Index(None, "due_at"),
        Index(None, "packet_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))  # the session
    moment: Mapped[Moment]
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("magic_link.id"))
    packet_id: Mapped[UUID | None] = mapped_column(ForeignKey("intake_packet.id"))
    opens_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    skipped_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    patient: Mapped[Patient] = relationship()
    appointment: Mapped[Appointment] = relationship()
    questionnaire: Mapped[Questionnaire] = relationship()
    link: Mapped[MagicLink | None] = relationship()
    packet: Mapped[IntakePacket | None] = relationship()


class JournalDoor(Model):
    """A browser in which a write link was opened: it may write there, and read nothing."""

    __tablename__ = "journal_door"
    __table_args__ = (UniqueConstraint("link_id", "browser_hash"), Index(None, "browser_hash"))

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    link_id: Mapped[UUID] = mapped_column(ForeignKey("magic_link.id"))
    browser_hash: Mapped[bytes]
    opened_at: Mapped[datetime]

    link: Mapped[MagicLink] = relationship()


class JournalEntry(Model):
    """What somebody kept of a session. Private until they share it; sealed under its own key.

    `uuid` comes from the device: the same entry may be sent any number of times. `revision` counts
    the device's changes of it.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("patient_id", "uuid"),
        Index(None, "appointment_id"),
        Index(None, "prompt_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    prompt_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal_prompt.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))  # the session
    uuid: Mapped[UUID]
    revision: Mapped[int]
    kind: Mapped[EntryKind]
    key_id: Mapped[UUID]  # of its EntryKey, if that still exists
    words_sealed: Mapped[bytes | None]  # under the entry's key, as are the question and the files
    question_sealed: Mapped[bytes | None]  # as it stood on the page
    apart_from: Mapped[UUID | None]  # the uuid of the entry this is another version of
    written_at: Mapped[datetime]  # by the device, never later than it came
    received_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # by staff, while it was shared: then it belongs to the record
    deleted_at: Mapped[datetime | None]

    words = SealedUnderEntry()
    question = SealedUnderEntry()

    patient: Mapped[Patient] = relationship()
    prompt: Mapped[JournalPrompt | None] = relationship()
    appointment: Mapped[Appointment | None] = relationship()


class JournalFile(Model):
    """A spoken note or a picture of a drawing, sent in slices."""

    __tablename__ = "journal_file"
    __table_args__ = (
        UniqueConstraint("entry_id", "uuid"),
        Index(None, "clinic_id", "made_at"),
        Index(None, "patient_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("journal_entry.id"))
    uuid: Mapped[UUID]  # from the device
    kind: Mapped[FileKind]
    media_type: Mapped[str]
    seconds: Mapped[int | None]
    slices: Mapped[int | None]  # how many there are, once the device has said so
    size: Mapped[int] = mapped_column(default=0)
    completed_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    entry: Mapped[JournalEntry] = relationship()


class JournalSlice(Model):
    """One piece of a file, in its order."""

    __tablename__ = "journal_slice"
    __table_args__ = (UniqueConstraint("file_id", "number"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("journal_file.id"))
    number: Mapped[int]  # from 0
    size: Mapped[int]
    body_sealed: Mapped[bytes]  # under the entry's key

    body = BytesUnderEntry()

    file: Mapped[JournalFile] = relationship()

    @property
    def key_id(self) -> UUID:
        """Which key opens it."""
        return self.file.entry.key_id


class SharedLine(Model):
    """A line that somebody brings to their next visit. Three at most; all that its clinician sees.

    A copy under the entry's key. Once staff have read it the entry cannot be deleted any more: what
    was brought belongs to the record.
    """

    __tablename__ = "shared_line"
    __table_args__ = (
        Index(None, "patient_id", "taken_back_at"),
        Index(None, "entry_id"),
        Index(None, "appointment_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("journal_entry.id"))
    appointment_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment.id"))  # the visit
    position: Mapped[int]  # its place in the entry
    words_sealed: Mapped[bytes | None]
    made_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # by staff

    words = SealedUnderEntry()

    entry: Mapped[JournalEntry] = relationship()
    appointment: Mapped[Appointment | None] = relationship()

    @property
    def key_id(self) -> UUID:
        """Which key opens it."""
        return self.entry.key_id


class JournalPreference(Model):
    """When, and whether, somebody wants to be asked. No row: as the clinic does it."""

    __tablename__ = "journal_preference"
    __table_args__ = (UniqueConstraint("patient_id"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    wants_prompts: Mapped[bool] = mapped_column(default=True)
    evening_at: Mapped[time | None]  # on the patient's own clock
    morning_at: Mapped[time | None]
    staff_may_know: Mapped[bool] = mapped_column(default=False)  # that there are entries at all
    changed_at: Mapped[datetime]
