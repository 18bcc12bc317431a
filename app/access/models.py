"""Who is let in, and how they showed who they are."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Model, SealedBytes, only
from app.people.models import Patient, Practitioner


class SessionKind(StrEnum):
    """One cookie each: a person may be patient, bearer of a link and staff in one browser."""

    JOIN = "join"
    WRITE = "write"
    PATIENT = "patient"
    STAFF = "staff"
    ESCORT = "escort"
    GUEST = "guest"


class Strength(StrEnum):
    """How somebody showed who they are; what may be read depends on it."""

    LINK = "link"
    CODE = "code"
    PASSKEY = "passkey"
    DEMO = "demo"


class WebSession(Model):
    """A browser that was let in. The cookie holds a token, the row its hash.

    Machine time, except that the `expires_at` of join, escort and guest sessions follows a visit
    and so is domain time.
    """

    __tablename__ = "web_session"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "former_hash"),
        Index(None, "patient_id"),
        Index(None, "practitioner_id"),
        Index(None, "browser_hash"),
        Index(None, "clinic_id", "ended_at"),
        only("ix_web_session_open", "kind", where="ended_at IS NULL"),
        only("ix_web_session_covered", "expires_at", where="cover_key_sealed IS NOT NULL"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    # Of somebody who is neither patient nor staff: the link that let them in.
    link_id: Mapped[UUID | None]
    passkey_id: Mapped[UUID | None]  # what staff showed to get in
    kind: Mapped[SessionKind]
    strength: Mapped[Strength]
    token_hash: Mapped[bytes]
    # The token before the last exchange, and until when it still opens (join sessions alone).
    former_hash: Mapped[bytes | None]
    former_until: Mapped[datetime | None]
    # Outlives the session: a clinician saw who uses this browser.
    browser_hash: Mapped[bytes | None]
    device: Mapped[str] = mapped_column(default="")  # "iPhone": never the whole user agent
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime]  # the last time a code or a passkey was shown
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # Of staff: what opens the words that were typed before the session rested (`covers`).
    cover_key_sealed: Mapped[bytes | None]
    cover_key = SealedBytes()

    patient: Mapped[Patient | None] = relationship()
    practitioner: Mapped[Practitioner | None] = relationship()


class Passkey(Model):
    """A discoverable WebAuthn credential of a patient or a member of staff."""

    __tablename__ = "passkey"
    __table_args__ = (
        UniqueConstraint("credential_id"),
        Index(None, "patient_id"),
        Index(None, "practitioner_id"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    user_handle: Mapped[bytes]
    credential_id: Mapped[bytes]
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    aaguid: Mapped[str]
    device_type: Mapped[str]
    backed_up: Mapped[bool]
    device: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasskeyGrant(Model):
    """A row of staff that a passkey opens. Whoever works at several clinics has one for each."""

    __tablename__ = "passkey_grant"
    __table_args__ = (UniqueConstraint("passkey_id", "practitioner_id"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    passkey_id: Mapped[UUID] = mapped_column(ForeignKey("passkey.id"))
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"), index=True)
    made_at: Mapped[datetime]


class Challenge(Model):
    """A WebAuthn challenge: five minutes, one use, one purpose, one browser. Machine time."""

    __tablename__ = "challenge"
    __table_args__ = (UniqueConstraint("browser_hash", "purpose"),)

    browser_hash: Mapped[bytes]
    purpose: Mapped[str]
    value: Mapped[bytes]
    user_handle: Mapped[bytes | None]
    expires_at: Mapped[datetime]


class OneTimeCode(Model):
    """A six-digit code by text that some row waits for. Machine time.

    The code itself rests nowhere: whoever holds the secret key can derive it from the seed.
    """

    __abstract__ = True

    seed: Mapped[bytes]
    key_number: Mapped[int]
    code_hash: Mapped[bytes]
    tries_left: Mapped[int]
    expires_at: Mapped[datetime]
    texted_at: Mapped[datetime | None]  # when the worker handed it to the outbox


class SignInCode(OneTimeCode):
    """A six-digit code by text, bound to the browser that asked. Machine time.

    The code itself rests nowhere: whoever holds the secret key can derive it from the seed. A row
    without a patient belongs to a number that nobody has; it differs in nothing that the asker
    can see.
    """

    __tablename__ = "sign_in_code"
    __table_args__ = (
        Index(None, "browser_hash"),
        Index(None, "texted_at"),
        Index(None, "link_id"),
        Index(None, "expires_at"),
    )

    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("magic_link.id"))
    browser_hash: Mapped[bytes]
    birth_date_tries_left: Mapped[int]
    spent_at: Mapped[datetime | None]  # the code was shown, rightly
    opened_at: Mapped[datetime | None]  # and, after the birth date, let its patient in


class Invitation(Model):
    """A one-time way for a member of staff to make their passkey. Machine time."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("token_hash"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"))
    token_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]  # before anybody used it; then `spent_at` stands too
    made_by_id: Mapped[UUID | None]  # None: an operator at the command line
    made_at: Mapped[datetime]


class ApiKey(Model):
    """A bearer key of another system for the FHIR door. Only its hash is kept."""

    __tablename__ = "api_key"
    __table_args__ = (UniqueConstraint("token_hash"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    name: Mapped[str]
    token_hash: Mapped[bytes]
    scopes: Mapped[str]  # what it opens, e.g. "system/Appointment.read system/Patient.write"
    made_by_id: Mapped[UUID | None]  # who saw it; None: an operator at the command line
    replaces_id: Mapped[UUID | None]  # the key whose work it takes over once that is revoked
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Attempt(Model):
    """Tries of one kind by one source in one window of time: what limits count. Machine time."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("source_hash", "starts_at"),)

    source_hash: Mapped[bytes]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    tries: Mapped[int]
