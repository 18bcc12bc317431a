"""A clinic of plain chance: everything that can happen to an infusion and to what follows it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import uuid4

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.audit import trail
from app.intake.models import IntakePacket, IntakeTask, PacketCode, TaskKind, TaskState
from app.journal.models import EntryKind, JournalEntry, JournalPreference, JournalPrompt, Moment
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.metrics.models import LeftOut, WhyLeftOut
from app.people.models import Clinic, Patient
from app.questionnaires import library
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.telehealth.models import (
    Ease,
    ProviderName,
    Seat,
    SeatState,
    VideoVisit,
    VisitEase,
    VisitOutcome,
    VisitResult,
    VisitTiming,
    WhyNotHeld,
)
from app.telehealth.timings import FAULTS, STEPS
from tests.cast import Cast

_T = TypeVar("_T")
_DEVICES = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)",
    "Mozilla/5.0 (Linux; Android 15) Mobile",
    "Mozilla/5.0 (Macintosh)",
)
_LEFT = (
    MessageStatus.DELIVERED,
    MessageStatus.DELIVERED,
    MessageStatus.DELIVERED,
    MessageStatus.SENT,
    MessageStatus.UNDELIVERED,
    MessageStatus.FAILED,
    MessageStatus.CANCELLED,
    MessageStatus.QUEUED,
)


class RandomClinic:
    """Fills the cast's clinic with infusions of the last hundred days."""

    def __init__(self, db: Session, cast: Cast, seed: int) -> None:
        self.db, self.cast, self.chance = db, cast, Random(seed)
        self.now = clock.now()
        self.clinic = db.get_one(Clinic, cast.clinic.id)
        self.patients = [db.get_one(Patient, each.id) for each in (cast.maya, cast.theo)]
        self.clinician = db.merge(cast.dr_okafor)
        self.form = library.for_clinic(db, self.clinic, "journal-evening")

    def fill(self, count: int) -> None:
        """So many infusions, with whatever chance puts around them."""
        for _ in range(count):
            self._infusion()
        if self.one_in(2):
            db, patient = self.db, self.pick(self.patients)
            db.add(
                JournalPreference(
                    clinic_id=self.clinic.id,
                    patient_id=patient.id,
                    wants_prompts=self.one_in(3),
                    staff_may_know=self.one_in(2),
                    changed_at=self.now,
                )
            )
        self.db.flush()
        clock.stand_still(self.now, machine=self.now)

    def one_in(self, times: int) -> bool:
        return self.chance.randrange(times) == 0

    def pick(self, choices: list[_T] | tuple[_T, ...]) -> _T:
        return self.chance.choice(choices)

    def maybe(self, make: Callable[[], _T], odds: float = 0.7) -> _T | None:
        return make() if self.chance.random() < odds else None

    def after(self, moment: datetime, minutes: int) -> datetime:
        return moment + timedelta(seconds=self.chance.randrange(minutes * 60))

    def _appointment(self, patient: Patient, starts_at: datetime, **values: object) -> Appointment:
        row = Appointment(
            clinic_id=self.clinic.id,
            patient_id=patient.id,
            wall_start=wall_time.written(starts_at, self.clinic.zone),
            zone=self.clinic.zone,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=50),
            made_at=starts_at - timedelta(days=self.chance.randrange(1, 9)),
            **values,
        )
        self.db.add(row)
        self.db.flush()
        return row

    def _infusion(self) -> None:
        starts_at = self.now - timedelta(minutes=self.chance.randrange(-600, 100 * 24 * 60))
        status = self.pick((AppointmentStatus.FULFILLED,) * 8 + tuple(AppointmentStatus))
        patient = self.pick(self.patients)
        infusion = self._appointment(patient, starts_at, service=Service.INFUSION, status=status)
        ended_at = infusion.ends_at
        if status is AppointmentStatus.FULFILLED:
            ended_at = self.after(infusion.ends_at, 90)
            self._encounter(infusion, ended_at)
        if self.one_in(12):
            self._leave_out(infusion)
        for _ in range(self.pick((0, 1, 1, 1, 1, 1, 2))):
            self._visit(infusion, ended_at)
        for _ in range(self.chance.randrange(4)):
            self._text(infusion, self.pick((Purpose.EVENING, Purpose.NOTICE)), ended_at)
        if not self.one_in(4):
            self._intake(infusion)
        if not self.one_in(5):
            self._journal(infusion, ended_at)

    def _encounter(self, appointment: Appointment, ended_at: datetime) -> None:
        self.db.add(
            Encounter(
                clinic_id=self.clinic.id,
                appointment_id=appointment.id,
                started_at=appointment.starts_at,
                ended_at=ended_at,
            )
        )

    def _leave_out(self, infusion: Appointment) -> None:
        why = self.pick([each for each in WhyLeftOut if each is not WhyLeftOut.STAFF_TEST])
        self.db.add(
            LeftOut(
                clinic_id=self.clinic.id,
                patient_id=infusion.patient_id,
                appointment_id=infusion.id,
                why=why,
                said_at=self.now,
            )
        )

    def _visit(self, infusion: Appointment, ended_at: datetime) -> None:
        starts_at = self.after(ended_at + timedelta(hours=10), 80 * 60)
        patient = self.db.get_one(Patient, infusion.patient_id)
        visit = self._appointment(
            patient,
            starts_at,
            service=Service.INTEGRATION,
            status=self.pick((AppointmentStatus.FULFILLED,) * 6 + tuple(AppointmentStatus)),
            follows_id=infusion.id,
            asked_at=self.maybe(lambda: ended_at, 0.1),
        )
        self._text(visit, Purpose.JOIN, starts_at)
        if not self.one_in(6):
            self._video(visit)
        if self.one_in(5):
            self._outcome(visit)
        if self.one_in(2):
            self.db.add(
                VisitEase(
                    clinic_id=self.clinic.id,
                    appointment_id=visit.id,
                    said=self.pick(tuple(Ease)),
                    said_at=starts_at,
                )
            )
        self._asks(visit, ended_at)
        self._leaves(patient, ended_at)

    def _video(self, visit: Appointment) -> None:
        is_elsewhere = self.one_in(8)
        started_at = self.maybe(lambda: self.after(visit.starts_at, 40), 0.8)
        row = VideoVisit(
            clinic_id=self.clinic.id,
            appointment_id=visit.id,
            provider=ProviderName.EXTERNAL if is_elsewhere else ProviderName.PEER,
            held=self.pick((True, False, None)) if is_elsewhere else None,
            host_id=self.maybe(lambda: self.clinician.id, 0.8),
            started_at=started_at,
            together_seconds=self.chance.randrange(1200) if started_at else 0,
            made_at=visit.starts_at,
        )
        self.db.add(row)
        self.db.flush()
        for _ in range(self.pick((0, 1, 1, 1, 2))):
            self._seat(visit, row)

    def _seat(self, visit: Appointment, video: VideoVisit) -> None:
        web_session, _token = web_sessions.start(
            self.db,
            SessionKind.JOIN,
            clinic_id=self.clinic.id,
            patient=self.db.get_one(Patient, visit.patient_id),
            strength=Strength.LINK,
            user_agent=self.pick(_DEVICES),
            expires_at=self.now,
        )
        opened_at = self.after(visit.starts_at - timedelta(minutes=5), 15)
        claimed_at = self.maybe(lambda: self.after(opened_at, 3), 0.85)
        seat = Seat(
            clinic_id=self.clinic.id,
            visit_id=video.id,
            web_session_id=web_session.id,
            state=SeatState.LEFT,
            device=web_session.device,
            opened_at=opened_at,
            claimed_at=claimed_at,
            admitted_at=claimed_at and self.maybe(lambda: self.after(claimed_at, 25), 0.9),
        )
        self.db.add(seat)
        self.db.flush()
        if not self.one_in(6):
            steps = {f"{step}_ms": self.chance.randrange(9000) for step in STEPS}
            kept = {step: ms for step, ms in steps.items() if not self.one_in(6)}
            self.db.add(
                VisitTiming(
                    clinic_id=self.clinic.id,
                    visit_id=video.id,
                    seat_id=seat.id,
                    pages=self.chance.randrange(3),
                    fault=self.pick(FAULTS) if self.one_in(5) else "",
                    made_at=opened_at,
                    **kept,
                )
            )

    def _outcome(self, visit: Appointment) -> None:
        result = self.pick((*VisitResult, None))
        by_phone = result in (VisitResult.BY_PHONE, VisitResult.PART_BY_PHONE)
        self.db.add(
            VisitOutcome(
                clinic_id=self.clinic.id,
                appointment_id=visit.id,
                result=result,
                reason=self.pick(tuple(WhyNotHeld)) if result is VisitResult.NOT_HELD else None,
                began_at=self.after(visit.starts_at, 60) if by_phone else None,
                said_at=visit.ends_at,
            )
        )

    def _text(self, appointment: Appointment, purpose: Purpose, at: datetime) -> None:
        status = self.pick(_LEFT)
        was_sent = status in (MessageStatus.DELIVERED, MessageStatus.SENT) or self.one_in(2)
        self.db.add(
            Message(
                clinic_id=self.clinic.id,
                patient_id=appointment.patient_id,
                appointment_id=appointment.id,
                direction=Direction.OUTBOUND,
                purpose=purpose,
                status=status,
                due_at=at,
                made_at=at,
                sent_at=at if was_sent else None,
            )
        )

    def _intake(self, infusion: Appointment) -> None:
        link = magic_links.mint(
            self.db,
            LinkKind.INTAKE,
            clinic_id=self.clinic.id,
            patient_id=infusion.patient_id,
            appointment_id=infusion.id,
            expires_at=infusion.starts_at,
        )
        self.db.flush()
        sent_at = infusion.starts_at - timedelta(hours=self.chance.randrange(12, 80))
        opened_at = self.maybe(lambda: self.after(sent_at, 600))
        started_at = opened_at and self.maybe(lambda: self.after(opened_at, 30), 0.9)
        packet = IntakePacket(
            clinic_id=self.clinic.id,
            patient_id=infusion.patient_id,
            appointment_id=infusion.id,
            link_id=link.id,
            code=PacketCode.INTAKE,
            opens_at=sent_at,
            due_at=infusion.starts_at,
            closes_at=infusion.starts_at,
            opened_at=opened_at,
            done_at=self.maybe(lambda: self.after(sent_at, 80 * 60)),
            cancelled_at=self.maybe(lambda: sent_at, 0.05),
            made_at=sent_at,
        )
        self.db.add(packet)
        self.db.flush()
        self.db.add(
            IntakeTask(
                clinic_id=self.clinic.id,
                patient_id=infusion.patient_id,
                packet_id=packet.id,
                kind=TaskKind.CAMERA_CHECK,
                state=TaskState.REQUESTED,
                position=0,
                started_at=started_at,
                made_at=sent_at,
            )
        )
        status = self.pick(_LEFT)
        left = status not in (MessageStatus.CANCELLED, MessageStatus.QUEUED)
        self.db.add(
            Message(
                clinic_id=self.clinic.id,
                patient_id=infusion.patient_id,
                appointment_id=infusion.id,
                link_id=link.id,
                direction=Direction.OUTBOUND,
                purpose=Purpose.INTAKE,
                status=status,
                due_at=sent_at,
                made_at=sent_at,
                sent_at=sent_at if left else None,
                status_at=self.after(sent_at, 5) if left else None,
            )
        )

    def _journal(self, infusion: Appointment, ended_at: datetime) -> None:
        self.db.add(
            JournalPrompt(
                clinic_id=self.clinic.id,
                patient_id=infusion.patient_id,
                appointment_id=infusion.id,
                moment=Moment.EVENING,
                questionnaire_id=self.form.id,
                opens_at=ended_at,
                closes_at=ended_at + timedelta(days=5),
                skipped_at=self.maybe(lambda: self.after(ended_at, 90 * 60), 0.4),
                made_at=ended_at,
            )
        )
        if self.one_in(2):
            written_at = self.after(ended_at, 90 * 60)
            self.db.add(
                JournalEntry(
                    clinic_id=self.clinic.id,
                    patient_id=infusion.patient_id,
                    appointment_id=infusion.id,
                    uuid=uuid4(),
                    revision=1,
                    kind=EntryKind.WORDS,
                    key_id=uuid4(),
                    written_at=written_at,
                    received_at=written_at,
                )
            )

    def _asks(self, visit: Appointment, ended_at: datetime) -> None:
        at, patient = ended_at, self.db.get_one(Patient, visit.patient_id)
        for _ in range(self.chance.randrange(5)):
            at = self.after(at, 20 * 60)
            clock.stand_still(at, machine=at)
            action = self.pick(("ask-for-other-times", "reschedule", "confirm", "cancel"))
            agent = self.pick((patient, self.clinician, None))
            trail.record(self.db, action, agent=agent, entity=visit)

    def _leaves(self, patient: Patient, ended_at: datetime) -> None:
        if self.one_in(10):
            at = self.after(ended_at - timedelta(days=2), 4 * 24 * 60)
            clock.stand_still(at, machine=at)
            action = self.pick(("opt-out", "opt-out", "opt-in"))
            trail.record(self.db, action, agent=patient, entity=patient)
