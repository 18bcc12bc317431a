"""Single infusions told by hand: what happened, and nothing else."""

from datetime import datetime, timedelta
from typing import Self

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.audit import trail
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.telehealth.models import (
    ProviderName,
    Seat,
    SeatState,
    VideoVisit,
    VisitOutcome,
    VisitResult,
    VisitTiming,
    WhyNotHeld,
)
from tests.cast import Cast

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)"


class Story:
    """Infusions of Theo's, each with what came after it."""

    def __init__(self, db: Session, cast: Cast, patient: Patient | None = None) -> None:
        self.db, self.cast = db, cast
        self.patient = db.get_one(Patient, (patient or cast.theo).id)

    def infusion(
        self,
        ended_at: datetime,
        status: AppointmentStatus = AppointmentStatus.FULFILLED,
        *,
        has_end: bool = True,
    ) -> "Told":
        """One that ended then."""
        row = self.appointment(Service.INFUSION, ended_at - timedelta(hours=2), status)
        if has_end:
            self.db.add(
                Encounter(
                    clinic_id=row.clinic_id,
                    appointment_id=row.id,
                    started_at=row.starts_at,
                    ended_at=ended_at,
                )
            )
        return Told(self, row, ended_at)

    def appointment(
        self, service: Service, starts_at: datetime, status: AppointmentStatus, **values: object
    ) -> Appointment:
        row = Appointment(
            clinic_id=self.cast.clinic.id,
            patient_id=self.patient.id,
            service=service,
            status=status,
            wall_start=wall_time.written(starts_at, self.cast.clinic.zone),
            zone=self.cast.clinic.zone,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            made_at=starts_at - timedelta(days=7),
            **values,
        )
        self.db.add(row)
        self.db.flush()
        return row


class Told:
    """An infusion, and what is told of it so far."""

    def __init__(self, story: Story, row: Appointment, ended_at: datetime) -> None:
        self.story, self.db, self.row, self.ended_at = story, story.db, row, ended_at
        self.visit: Appointment | None = None
        self.video: VideoVisit | None = None

    def texted(self, purpose: Purpose = Purpose.EVENING, status: str = "delivered") -> Self:
        about = self.visit if purpose is Purpose.JOIN and self.visit else self.row
        self.db.add(
            Message(
                clinic_id=self.row.clinic_id,
                patient_id=self.row.patient_id,
                appointment_id=about.id,
                direction=Direction.OUTBOUND,
                purpose=purpose,
                status=MessageStatus(status),
                due_at=self.ended_at,
                made_at=self.ended_at,
                sent_at=self.ended_at,
            )
        )
        return self

    def planned(self, hours: float = 24, status: str = "booked", **values: object) -> Self:
        """A visit so many hours after the end."""
        starts_at = self.ended_at + timedelta(hours=hours)
        self.visit = self.story.appointment(
            Service.INTEGRATION,
            starts_at,
            AppointmentStatus(status),
            follows_id=self.row.id,
            **values,
        )
        return self

    def video_visit(
        self,
        minutes: float = 0,
        *,
        begins: float | None = None,
        host: bool = True,
        **values: object,
    ) -> Self:
        """Both connected for so long, from so many minutes after the planned start."""
        assert self.visit is not None
        starts_at = self.visit.starts_at
        self.video = VideoVisit(
            clinic_id=self.row.clinic_id,
            appointment_id=self.visit.id,
            **{"provider": ProviderName.PEER, "made_at": starts_at} | values,
            host_id=self.story.cast.dr_okafor.id if host else None,
            started_at=None if begins is None else starts_at + timedelta(minutes=begins),
            together_seconds=round(minutes * 60),
        )
        self.db.add(self.video)
        self.db.flush()
        return self

    def seat(
        self, claimed: float | None = 0, admitted: float | None = None, fault: str = "", **ms: int
    ) -> Self:
        """A browser, with the minutes after the planned start at which somebody was there."""
        assert self.visit is not None
        assert self.video is not None
        starts_at = self.visit.starts_at
        web_session, _token = web_sessions.start(
            self.db,
            SessionKind.JOIN,
            clinic_id=self.row.clinic_id,
            patient=self.story.patient,
            strength=Strength.LINK,
            user_agent=PHONE,
            expires_at=starts_at,
        )
        seat = Seat(
            clinic_id=self.row.clinic_id,
            visit_id=self.video.id,
            web_session_id=web_session.id,
            state=SeatState.LEFT,
            device=web_session.device,
            opened_at=starts_at,
            claimed_at=None if claimed is None else starts_at + timedelta(minutes=claimed),
            admitted_at=None if admitted is None else starts_at + timedelta(minutes=admitted),
        )
        self.db.add(seat)
        self.db.flush()
        if fault or ms:
            self.db.add(
                VisitTiming(
                    clinic_id=self.row.clinic_id,
                    visit_id=self.video.id,
                    seat_id=seat.id,
                    pages=1,
                    fault=fault,
                    made_at=starts_at,
                    **{f"{step}_ms": value for step, value in ms.items()},
                )
            )
        return self

    def talk_by_phone(self, hours: float = 20) -> Self:
        """As staff say it."""
        self.planned(hours, "fulfilled")
        assert self.visit is not None
        return self.said(VisitResult.BY_PHONE, began_at=self.visit.starts_at)

    def said(
        self,
        result: VisitResult,
        reason: WhyNotHeld | None = None,
        began_at: datetime | None = None,
    ) -> Self:
        assert self.visit is not None
        self.db.add(
            VisitOutcome(
                clinic_id=self.row.clinic_id,
                appointment_id=self.visit.id,
                result=result,
                reason=reason,
                began_at=began_at,
                said_at=self.visit.ends_at,
            )
        )
        return self

    def leaves(self, hours: float = 5, action: str = "opt-out") -> Self:
        """The patient wants no more texts, so many hours after the end."""
        now = clock.now()
        clock.stand_still(self.ended_at + timedelta(hours=hours), machine=now)
        trail.record(self.db, action, agent=self.story.patient, entity=self.story.patient)
        clock.stand_still(now, machine=now)
        return self
