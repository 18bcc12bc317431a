"""Spoken notes and pictures of drawings: taken in piece by piece, kept sealed, given out in parts.

A piece may come any number of times and in any order; a file is whole once the device has said how
many there are and all of them are here.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app import clock
from app.i18n import gettext as _
from app.intake import pictures
from app.journal import reading, sounds
from app.journal.models import FileKind, JournalEntry, JournalFile, JournalSlice
from app.messaging import claims
from app.refusal import Refusal

LARGEST_SLICE = 512 * 1024
LARGEST = 30 * 1024 * 1024
MOST_SLICES = 4096
MOST_FILES = 20  # of one entry
MOST_OF_SESSION = 500 * 1024 * 1024  # bytes: a link that went astray fills no disk
JPEG = "image/jpeg"


class Unusable(Refusal):
    pass


class TooLarge(Refusal):
    pass


class Gone(Refusal):
    """Its entry was deleted."""


class Missing(Exception):
    """Pieces have not arrived yet: `numbers`."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(len(numbers))
        self.numbers = numbers


def take_slice(
    db: Session, entry: JournalEntry, uuid: UUID, kind: FileKind, number: int, body: bytes
) -> JournalFile:
    """Keep one piece of a file; a piece that is here already changes nothing.

    Refuses (Unusable, TooLarge, Gone).
    """
    if not body:
        raise Unusable(_("This piece is empty."))
    if len(body) > LARGEST_SLICE or not 0 <= number < MOST_SLICES:
        raise TooLarge(_too_large())
    _hold(db, entry)  # of two that send the same, one waits
    file = _find(db, entry, uuid) or _made(db, entry, uuid, kind)
    if file.completed_at is not None or number in _numbers(db, file):
        return file
    of_session = _size_of_session(db, entry) + len(body)
    if file.size + len(body) > LARGEST or of_session > MOST_OF_SESSION:
        raise TooLarge(_too_large())
    _keep(db, file, number, body)
    file.size += len(body)
    return file


def complete(
    db: Session,
    entry: JournalEntry,
    uuid: UUID,
    *,
    media_type: str,
    slices: int,
    seconds: int | None = None,
    anew: Callable[[bytes], bytes] = pictures.made_anew,
) -> JournalFile:
    """The device says that this is all: from now on the file can be read.

    Raises Missing for pieces that are not here yet. A picture is made `anew`, without its place and
    history. Refuses (Unusable, TooLarge, Gone). Twice changes nothing.
    """
    if not 0 < slices <= MOST_SLICES:
        raise Unusable(_("This piece is empty."))
    _hold(db, entry)
    file = _find(db, entry, uuid)
    if file is not None and file.completed_at is not None:
        return file
    missing = sorted(set(range(slices)) - (_numbers(db, file) if file else set()))
    if file is None or missing:
        raise Missing(missing)
    db.execute(
        delete(JournalSlice).where(JournalSlice.file_id == file.id, JournalSlice.number >= slices)
    )
    if file.kind is FileKind.DRAWING:
        _make_anew(db, file, anew)
    else:
        file.media_type = sounds.type_of(_body(db, file, 0), media_type)
        file.slices = slices
    file.seconds = seconds
    total = select(func.sum(JournalSlice.size)).where(JournalSlice.file_id == file.id)
    file.size = db.scalar(total) or 0
    file.completed_at = clock.now()
    return file


def span(db: Session, file: JournalFile, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` up to, not including, `end`. Only those pieces are opened."""
    sizes = db.execute(
        select(JournalSlice.number, JournalSlice.size)
        .where(JournalSlice.file_id == file.id)
        .order_by(JournalSlice.number)
    ).all()
    begins = 0
    for number, size in sizes:
        ends = begins + size
        if ends > start and begins < end:
            yield _body(db, file, number)[max(0, start - begins) : end - begins]
        begins = ends


def _hold(db: Session, entry: JournalEntry) -> None:
    claims.hold_patient(db, entry.patient_id)
    db.refresh(entry, ["deleted_at"])


def _made(db: Session, entry: JournalEntry, uuid: UUID, kind: FileKind) -> JournalFile:
    if reading.is_gone(db, entry):
        raise Gone(_("This was deleted."))
    count = select(func.count(JournalFile.id)).where(JournalFile.entry_id == entry.id)
    if (db.scalar(count) or 0) >= MOST_FILES:
        raise TooLarge(_too_large())
    file = JournalFile(
        clinic_id=entry.clinic_id,
        patient_id=entry.patient_id,
        entry_id=entry.id,
        entry=entry,
        uuid=uuid,
        kind=kind,
        media_type="",
        size=0,
        made_at=clock.now(),
    )
    db.add(file)
    db.flush()  # its pieces point at it
    return file


def _find(db: Session, entry: JournalEntry, uuid: UUID) -> JournalFile | None:
    if reading.is_gone(db, entry):
        raise Gone(_("This was deleted."))
    which = JournalFile.entry_id == entry.id, JournalFile.uuid == uuid
    return db.scalar(select(JournalFile).where(*which))


def _size_of_session(db: Session, entry: JournalEntry) -> int:
    """How much there is of the session that an entry belongs to, or between sessions."""
    size = (
        select(func.sum(JournalFile.size))
        .join(JournalFile.entry)
        .where(
            JournalEntry.patient_id == entry.patient_id,
            JournalEntry.appointment_id == entry.appointment_id,
        )
    )
    return db.scalar(size) or 0


def _keep(db: Session, file: JournalFile, number: int, body: bytes) -> None:
    piece = JournalSlice(
        clinic_id=file.clinic_id, file_id=file.id, file=file, number=number, size=len(body)
    )
    db.add(piece)
    with db.no_autoflush:  # the row is not whole before it is sealed
        piece.body = body
    db.flush()


def _make_anew(db: Session, file: JournalFile, anew: Callable[[bytes], bytes]) -> None:
    try:
        picture = anew(b"".join(span(db, file, 0, LARGEST)))
    except pictures.NotAPicture:
        raise Unusable(_("We cannot open this photo. Take it again, or choose another.")) from None
    db.execute(delete(JournalSlice).where(JournalSlice.file_id == file.id))
    parts = [picture[at : at + LARGEST_SLICE] for at in range(0, len(picture), LARGEST_SLICE)]
    for number, part in enumerate(parts):
        _keep(db, file, number, part)
    file.media_type, file.slices = JPEG, len(parts)


def _numbers(db: Session, file: JournalFile) -> set[int]:
    return set(db.scalars(select(JournalSlice.number).where(JournalSlice.file_id == file.id)))


def _body(db: Session, file: JournalFile, number: int) -> bytes:
    which = JournalSlice.file_id == file.id, JournalSlice.number == number
    body = db.scalars(select(JournalSlice).where(*which)).one().body
    assert body is not None, "a piece has a body"
    return body


def _too_large() -> str:
    return _("This is too large to send. It is still on this phone.")
