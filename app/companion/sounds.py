"""What may be heard in a session: files a clinic uploads. Without any, our own quiet sound."""

import hashlib
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app import clock
from app.audit import trail
from app.companion.models import SessionAudio
from app.i18n import gettext as _
from app.people.models import Clinic, Practitioner
from app.refusal import Refusal

MOST_BYTES = 60 * 1024 * 1024  # an hour at 128 kbit/s
_LONGEST_NAME = 80


class NotASound(Refusal):
    pass


def add(
    db: Session, clinic: Clinic, name: str, content: bytes, *, by: Practitioner
) -> SessionAudio:
    """Keep a sound. The same file twice is kept once.

    Refuses (NotASound) what phones do not play (MP3, M4A, Ogg and WAV they do), an empty name, and
    more than 60 MB.
    """
    media_type = media_type_of(content)
    if media_type is None:
        raise NotASound(_("Choose a sound file: MP3, M4A, OGG or WAV."), field="file")
    if len(content) > MOST_BYTES:
        raise NotASound(_("The file is larger than 60 MB. Choose a smaller one."), field="file")
    if not name.strip():
        raise NotASound(_("Enter a name that you will know it by."), field="name")
    digest = hashlib.sha256(content).hexdigest()
    there = db.scalar(
        select(SessionAudio).where(
            SessionAudio.clinic_id == clinic.id,
            SessionAudio.digest == digest,
            SessionAudio.retired_at.is_(None),
        )
    )
    if there is not None:
        return there
    audio = SessionAudio(
        clinic_id=clinic.id,
        name=name.strip()[:_LONGEST_NAME],
        media_type=media_type,
        size=len(content),
        digest=digest,
        body=content,
        added_by_id=by.id,
        made_at=clock.now(),
    )
    db.add(audio)
    trail.record(db, "add-sound", agent=by, entity=audio)
    return audio


def of_clinic(db: Session, clinic: Clinic) -> list[SessionAudio]:
    """What staff may choose from, by name. Without the sounds themselves."""
    return list(
        db.scalars(
            select(SessionAudio)
            .where(SessionAudio.clinic_id == clinic.id, SessionAudio.retired_at.is_(None))
            .order_by(SessionAudio.name, SessionAudio.id)
        )
    )


def whole(db: Session, audio_id: UUID) -> SessionAudio | None:
    """One sound with its bytes."""
    return db.get(SessionAudio, audio_id, options=[undefer(SessionAudio.body)])


def retire(db: Session, audio: SessionAudio, *, by: Practitioner) -> None:
    """Offer it no more. An hour that plays it goes on. Twice changes nothing."""
    if audio.retired_at is None:
        audio.retired_at = clock.now()
        trail.record(db, "retire-sound", agent=by, entity=audio)


def media_type_of(content: bytes) -> str | None:
    """What kind of sound it is, by its first bytes. None for anything else."""
    if content[:3] == b"ID3" or (content[:1] == b"\xff" and content[1:2] and content[1] >> 5 == 7):
        return "audio/mpeg"
    if content[4:8] == b"ftyp":
        return "audio/mp4"
    if content[:4] == b"OggS":
        return "audio/ogg"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    return None
