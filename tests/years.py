"""Years of a clinic's life, as rows: what a growing installation has to look through.

Each patient had a course, months to four years ago: an infusion, the talk after it, and the texts,
forms and entries around them. Nothing of it is still to be done. Names, numbers, words and answers
are sealed as the app seals them. `more`: so many further texts and events of the trail each.
"""

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock, wall_time
from app.access.models import SessionKind, Strength, WebSession
from app.audit.models import AuditEvent
from app.db.base import Model
from app.intake.models import (
    Consent,
    ConsentCode,
    IntakePacket,
    IntakeTask,
    PacketCode,
    ReviewFlag,
    TaskKind,
    TaskState,
)
from app.journal.entry_keys import EntryKey
from app.journal.models import EntryKind, JournalEntry, JournalPrompt, Moment, SharedLine
from app.links.models import LinkKind, LinkState, MagicLink
from app.messaging.models import (
    DeliveryReport,
    Direction,
    Message,
    MessageStatus,
    Purpose,
    Thread,
)
from app.outcomes.models import Course, Goal, GoalState
from app.people import phones
from app.people.models import Clinic, Patient, Practitioner
from app.questionnaires import library
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus
from app.safety.models import SafetyAlert, Signal
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.tasks.models import StaffTask, TaskCode
from app.telehealth.models import (
    ProviderName,
    Seat,
    SeatState,
    VideoVisit,
    VisitOutcome,
    VisitResult,
    VisitTiming,
)

_YEARS = timedelta(days=4 * 365)
_A_MONTH = timedelta(days=70)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_GIVEN = [
    "Ana",
    "Ben",
    "Carla",
    "Dmitri",
    "Elena",
    "Farid",
    "Grace",
    "Hiro",
    "Ines",
    "Jonas",
    "Liam",
    "Mara",
    "Nadia",
    "Omar",
]
_FAMILY = [
    "Abbott",
    "Barros",
    "Castillo",
    "Dawson",
    "Ellery",
    "Fontaine",
    "Guzman",
    "Huang",
    "Ito",
    "Juarez",
]
_WORDS = "Northside: Dr. Okafor is ready when you are, at 10:00am. Tap {link} to join, no login."


class Years:
    """One clinic's former patients. Always the same ones."""

    def __init__(self, db: Session, clinic: Clinic, clinician: Practitioner) -> None:
        self._db, self._clinic, self._clinician = db, clinic, clinician
        self._dice = random.Random(8)
        self._form = library.shipped(db, "phq-9").id
        self._seq = 0

    def fill(self, patients: int, *, more: int = 4) -> None:
        """So many patients."""
        # What happened first was written first, wherever it rests.
        ago = (_A_MONTH + _YEARS * self._dice.random() for _ in range(patients))
        ends = sorted(clock.now() - each for each in ago)
        self._seq = (
            self._db.scalars(
                select(AuditEvent.seq)
                .where(AuditEvent.clinic_id == self._clinic.id)
                .order_by(AuditEvent.seq.desc())
                .limit(1)
            ).first()
            or 0
        )
        rows: dict[str, list[Model]] = defaultdict(list)
        for number, ended_at in enumerate(ends):
            for row in self._past(number, ended_at, more):
                rows[row.__tablename__].append(row)
        for table in Model.metadata.sorted_tables:
            if table.name in rows:
                self._db.execute(insert(type(rows[table.name][0])), _values(rows[table.name]))

    def _past(self, number: int, ended_at: datetime, more: int) -> Iterator[Model]:
        patient = self._patient(number, ended_at - 9 * _DAY)
        yield patient
        infusion = self._planned(patient, Service.INFUSION, ended_at - 2 * _HOUR, None)
        talk = self._planned(patient, Service.INTEGRATION, ended_at + 30 * _HOUR, infusion)
        yield infusion
        yield talk
        begun_at = ended_at - 9 * _DAY
        yield self._row(Course, begun_at, patient, begun_at=begun_at, sessions_planned=6)
        yield self._row(
            Goal, begun_at, patient, words_sealed=os.urandom(60), state=GoalState.LET_GO
        )
        yield self._row(
            Encounter,
            infusion.starts_at,
            appointment_id=infusion.id,
            started_at=infusion.starts_at,
            ended_at=ended_at,
            changed_at=ended_at,
        )
        yield from self._forms(patient, infusion)
        yield from self._journal(patient, infusion, talk)
        yield from self._texts(patient, talk, more)
        if talk.status is AppointmentStatus.FULFILLED:
            yield from self._talked(patient, talk)
        yield from self._told_staff(number, patient, talk)
        for step in range(4 + more):
            yield self._event(patient, begun_at + step * _HOUR)

    def _patient(self, number: int, at: datetime) -> Patient:
        phone = f"+1{4_150_000_000 + number}"
        return self._row(
            Patient,
            at,
            given_name=self._dice.choice(_GIVEN),
            family_name=f"{self._dice.choice(_FAMILY)}-{self._dice.choice(_FAMILY)}",
            phone=phone,
            phone_index=phones.index(self._db, self._clinic.id, phone),
            language="en",
            zone=self._clinic.zone,
            texts_agreed_at=at,
            changed_at=at,
        )

    def _planned(
        self, patient: Patient, service: Service, at: datetime, after: Appointment | None
    ) -> Appointment:
        done = self._dice.choices(
            (AppointmentStatus.FULFILLED, AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW),
            (90, 7, 3) if after else (1, 0, 0),
        )[0]
        return self._row(
            Appointment,
            at - 5 * _DAY,
            patient,
            practitioner_id=self._clinician.id if after else None,
            follows_id=after.id if after else None,
            service=service,
            status=done,
            wall_start=wall_time.written(at, self._clinic.zone),
            zone=self._clinic.zone,
            starts_at=at,
            ends_at=at + 2 * _HOUR,
            changed_at=at,
        )

    def _forms(self, patient: Patient, infusion: Appointment) -> Iterator[Model]:
        at, due_at = infusion.starts_at - 3 * _DAY, infusion.starts_at
        link = self._link(patient, infusion, LinkKind.INTAKE, at)
        packet = self._row(
            IntakePacket,
            at,
            patient,
            appointment_id=infusion.id,
            link_id=link.id,
            code=PacketCode.INTAKE,
            opens_at=at,
            due_at=due_at,
            closes_at=due_at,
            opened_at=at + _HOUR,
            done_at=at + 2 * _HOUR,
            once_key=f"intake:{infusion.id.hex}",
        )
        sheet = self._row(
            QuestionnaireResponse,
            at + _HOUR,
            patient,
            questionnaire_id=self._form,
            status=ResponseStatus.COMPLETED,
            language="en",
            answers=[{"linkId": "1", "answer": [{"valueInteger": 2}]}],
            completed_at=at + 2 * _HOUR,
        )
        yield from (link, packet, sheet)
        yield self._row(
            IntakeTask,
            at,
            patient,
            packet_id=packet.id,
            kind=TaskKind.FORM,
            questionnaire_id=self._form,
            response_id=sheet.id,
            state=TaskState.COMPLETED,
            position=0,
            started_at=at + _HOUR,
            completed_at=at + 2 * _HOUR,
            changed_at=at + 2 * _HOUR,
        )
        yield self._row(
            Consent,
            at + _HOUR,
            patient,
            response_id=sheet.id,
            code=ConsentCode.TREATMENT,
            agreed=True,
            version="consents|1",
            language="en",
            text_hash="0" * 64,
            name=patient.given_name,
            signed_at=at + _HOUR,
        )
        for days in (15, 46):  # whoever has let two of them pass is left alone
            asked_at = infusion.ends_at + days * _DAY
            yield self._row(
                IntakePacket,
                asked_at,
                patient,
                code=PacketCode.SCALES,
                opens_at=asked_at,
                due_at=asked_at + 2 * _DAY,
                closes_at=asked_at + 9 * _DAY,
                once_key=f"scales:{patient.id.hex}:{days}",
            )
        if self._dice.random() < 0.2:
            yield self._row(
                ReviewFlag,
                at + _HOUR,
                patient,
                response_id=sheet.id,
                link_id="9",
                label="Pressure",
                cleared_at=at + 2 * _HOUR,
                cleared_by_id=self._clinician.id,
            )

    def _journal(
        self, patient: Patient, infusion: Appointment, talk: Appointment
    ) -> Iterator[Model]:
        at = infusion.ends_at + 2 * _HOUR
        link = self._link(patient, infusion, LinkKind.WRITE, at)
        prompt = self._row(
            JournalPrompt,
            at,
            patient,
            appointment_id=infusion.id,
            moment=Moment.EVENING,
            questionnaire_id=self._form,
            link_id=link.id,
            opens_at=at,
            closes_at=at + 10 * _HOUR,
            answered_at=at,
        )
        key = self._row(EntryKey, at, wrapped=os.urandom(60))
        yield from (link, prompt, key)
        entry = self._row(
            JournalEntry,
            at,
            patient,
            prompt_id=prompt.id,
            appointment_id=infusion.id,
            uuid=_id_at(at),
            revision=1,
            kind=EntryKind.WORDS,
            key_id=key.id,
            words_sealed=os.urandom(120),
            written_at=at,
            received_at=at,
        )
        yield entry
        if self._dice.random() < 0.5:
            yield self._row(
                SharedLine,
                at,
                patient,
                entry_id=entry.id,
                appointment_id=talk.id,
                position=0,
                words_sealed=os.urandom(60),
            )

    def _texts(self, patient: Patient, talk: Appointment, more: int) -> Iterator[Model]:
        yield self._row(Thread, talk.starts_at - 5 * _DAY, patient, last_at=talk.starts_at)
        link = self._link(patient, talk, LinkKind.JOIN, talk.starts_at - 5 * _DAY)
        yield link
        join = self._text(patient, Purpose.JOIN, talk.starts_at - _HOUR / 12, talk, link)
        yield join
        yield self._row(
            DeliveryReport,
            join.due_at,
            message_id=join.id,
            sid=join.provider_sid,
            word="delivered",
            said_at=join.due_at,
        )
        yield self._text(patient, Purpose.CONFIRM, talk.starts_at - _DAY, talk)
        for step in range(more):
            at = talk.starts_at - 4 * _DAY + step * _HOUR
            yield self._text(patient, (Purpose.NOTICE, Purpose.REPLY)[step % 2], at, None)

    def _text(
        self,
        patient: Patient,
        purpose: Purpose,
        at: datetime,
        talk: Appointment | None,
        link: MagicLink | None = None,
    ) -> Message:
        is_theirs = purpose is Purpose.REPLY
        return self._row(
            Message,
            at - _HOUR,
            patient,
            appointment_id=talk.id if talk else None,
            link_id=link.id if link else None,
            direction=Direction.INBOUND if is_theirs else Direction.OUTBOUND,
            purpose=purpose,
            status=MessageStatus.RECEIVED if is_theirs else MessageStatus.DELIVERED,
            body="see you then" if is_theirs else _WORDS,
            number=patient.phone,
            once_key=f"{purpose}:{talk.id.hex}:1" if talk else None,
            due_at=at,
            visit_at=talk.starts_at if talk else None,
            provider_sid=f"SM{_id_at(at).hex}",
            sent_at=at,
            status_at=at,
            changed_at=at,
        )

    def _talked(self, patient: Patient, talk: Appointment) -> Iterator[Model]:
        at = talk.starts_at
        session = self._row(
            WebSession,
            at,
            patient,
            kind=SessionKind.JOIN,
            strength=Strength.LINK,
            token_hash=os.urandom(32),
            browser_hash=os.urandom(32),
            device="iPhone",
            seen_at=at,
            proved_at=at,
            expires_at=at + 2 * _HOUR,
            ended_at=at + 2 * _HOUR,
        )
        visit = self._row(
            VideoVisit,
            at,
            appointment_id=talk.id,
            provider=ProviderName.PEER,
            started_at=at,
            together_seconds=1800,
            ended_at=at + _HOUR,
        )
        seat = self._row(
            Seat,
            at,
            visit_id=visit.id,
            web_session_id=session.id,
            state=SeatState.LEFT,
            opened_at=at,
            claimed_at=at,
            admitted_at=at,
        )
        yield from (session, visit, seat)
        steps = {f"{step}_ms": 900 for step in ("usable", "join", "allow", "preview", "remote")}
        yield self._row(VisitTiming, at, visit_id=visit.id, seat_id=seat.id, pages=1, **steps)
        said = {"appointment_id": talk.id, "said_at": at + _HOUR}
        yield self._row(VisitOutcome, at + _HOUR, result=VisitResult.HELD, **said)
        # A sheet that was begun elsewhere and left.
        yield self._row(
            QuestionnaireResponse,
            at,
            patient,
            questionnaire_id=self._form,
            status=ResponseStatus.STOPPED,
            language="en",
        )

    def _told_staff(self, number: int, patient: Patient, talk: Appointment) -> Iterator[Model]:
        at = talk.starts_at - _DAY
        yield self._row(
            StaffTask,
            at,
            patient,
            appointment_id=talk.id,
            code=TaskCode.CALL_BACK,
            # So many stay open as a few people can have before them.
            done_at=None if number % 400 == 0 else at + _HOUR,
        )
        if number % 4 == 0:
            yield self._row(
                SafetyAlert,
                at,
                patient,
                signal=Signal.WORDS,
                rounds=1,
                acknowledged_at=at,
                acknowledged_by_id=self._clinician.id,
                closed_at=at,
            )

    def _event(self, patient: Patient, at: datetime) -> AuditEvent:
        self._seq += 1
        return AuditEvent(
            id=_id_at(at),
            clinic_id=self._clinic.id,
            action="read",
            agent_kind="practitioner",
            agent_id=self._clinician.id,
            entity_kind="patient",
            entity_id=patient.id,
            patient_id=patient.id,
            recorded_at=at,
            seq=self._seq,
            previous_hash=os.urandom(32),
            hash=os.urandom(32),
        )

    def _link(
        self, patient: Patient, visit: Appointment, kind: LinkKind, at: datetime
    ) -> MagicLink:
        return self._row(
            MagicLink,
            at,
            patient,
            appointment_id=visit.id,
            kind=kind,
            state=LinkState.CLAIMED,
            token_hash=os.urandom(32),
            seed=os.urandom(16),
            key_number=1,
            expires_at=visit.ends_at + _DAY,
        )

    def _row(
        self, table: type[Any], at: datetime, patient: Patient | None = None, /, **values: Any
    ) -> Any:
        """A row as it was made then, its id of that moment; of the clinic and perhaps a patient."""
        values |= {"id": _id_at(at), "clinic_id": self._clinic.id}
        if patient is not None:
            values["patient_id"] = patient.id
        if hasattr(table, "made_at"):
            values.setdefault("made_at", at)
        return table(**values)


def _values(rows: list[Model]) -> list[dict[str, Any]]:
    return [{k: v for k, v in vars(row).items() if k != "_sa_instance_state"} for row in rows]


def _id_at(moment: datetime) -> UUID:
    """An id as it would have been given then, but for its end: that numbers the copies.

    See `app.db.base.new_id` and `many_clinics`.
    """
    milliseconds = int(moment.timestamp() * 1000)
    chance = int.from_bytes(os.urandom(6), "big") << 24
    value = (milliseconds << 80) | (0x7 << 76) | chance
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))
