"""One appointment as staff see it: what it is, what hangs on it, what a change would text."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app import clock, wall_time
from app.i18n import gettext as _
from app.intake import camera
from app.messaging.models import Message
from app.people.models import Practitioner
from app.plans import kept
from app.plans.kept import Kept
from app.scheduling import at_risk, booking, calendars, joining, rules
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.scheduling.therapeutic_window import TherapeuticWindow
from app.web.console.appointments import taking_home_seen
from app.web.console.appointments.left_out_shown import counts_of
from app.web.console.appointments.quiet_hour_seen import companion_of
from app.web.console.book import next_session
from app.web.console.book.next_session import Next
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.protocols import plan_words
from app.web.console.schedule import calendar
from app.web.console.today import risk_words
from app.web.console.today.risk_words import State
from app.web.console.visits.guests_seen import guests_of
from app.web.console.visits.outcome_shown import asked_of


@dataclass(frozen=True)
class Shown:
    """Everything the page says about an appointment."""

    row: Appointment
    infusion: Appointment | None  # the one the visit follows
    visit: Appointment | None  # the one that follows the infusion
    window: TherapeuticWindow | None
    encounter: Encounter | None
    text: Message | None
    risk: State | None
    is_staffed: bool
    clinicians: list[Practitioner]
    protocol: Kept  # what a session follows, and the visit after it
    suggested: Next | None  # the session that would come next

    @property
    def is_infusion(self) -> bool:
        return self.row.service is Service.INFUSION

    @property
    def is_open(self) -> bool:
        return self.row.status.is_open

    @property
    def has_begun(self) -> bool:
        return self.row.starts_at <= clock.now()

    @property
    def theirs(self) -> str:
        """The start on the patient's own clock, where it differs."""
        return calendar.patients_own(self.row)

    @property
    def room_is_open(self) -> bool:
        return joining.is_open(self.row)

    @property
    def may_record_end(self) -> bool:
        """An infusion that has begun and was not called off."""
        over = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)
        return self.is_infusion and self.row.status not in over and self.has_begun

    @property
    def needs_a_visit(self) -> bool:
        """An infusion in whose window no visit stands, though one is planned."""
        if not self.is_infusion or self.row.status is AppointmentStatus.CANCELLED:
            return False
        if not self.protocol.plan.visit.is_on:
            return False
        lost = (AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW)
        return self.visit is None or self.visit.status in lost

    @property
    def route(self) -> str:
        """How the medicine is given."""
        return plan_words.route(self.row.route or self.protocol.plan.route)

    @property
    def ended_at(self) -> datetime | None:
        return self.encounter.ended_at if self.encounter else None

    @property
    def said_on_moving(self) -> str:
        """What moving it texts."""
        patient = self.row.patient
        if not patient.takes_texts:
            return _("%(name)s takes no texts. Please phone with the new time.") % {
                "name": patient.given_name
            }
        if self.is_infusion:
            return _(
                "Nothing is texted about the session itself. Where its visit no longer lies in the "
                "window, the visit moves along and %(name)s is texted its new time."
            ) % {"name": patient.given_name}
        return _(
            "%(name)s is texted the new time, and a new link five minutes before it. "
            "Links from earlier texts lead to the new time."
        ) % {"name": patient.given_name}

    @property
    def said_on_calling_off(self) -> str:
        """What calling it off texts."""
        name = {"name": self.row.patient.given_name}
        if not self.row.patient.takes_texts:
            return _("%(name)s takes no texts. Please phone.") % name
        if self.is_infusion:
            return (
                _("Its visit is called off with it, and %(name)s is texted that the visit is off.")
                % name
            )
        return _("%(name)s is texted that it is off. Links from earlier texts say so too.") % name


def shown(db: Session, appointment: Appointment) -> Shown:
    """Read what belongs to an appointment."""
    is_infusion = appointment.service is Service.INFUSION
    practitioner = appointment.practitioner
    return Shown(
        row=appointment,
        infusion=windows.infusion_before(db, appointment),
        visit=windows.visit_after(db, appointment) if is_infusion else None,
        window=windows.window_of(db, appointment)
        if is_infusion
        else windows.window_around(db, appointment),
        encounter=booking.encounter_of(db, appointment),
        text=calendar.join_texts(db, [appointment.id]).get(appointment.id),
        risk=None if is_infusion else _risk(db, appointment),
        is_staffed=practitioner is None
        or rules.is_staffed(
            db, appointment.clinic, practitioner, appointment.starts_at, appointment.ends_at
        ),
        clinicians=calendars.clinicians(db, appointment.clinic_id),
        protocol=kept.protocol_of(db, appointment),
        suggested=next_session.of(db, appointment.patient, appointment.clinic)
        if appointment.status is AppointmentStatus.FULFILLED
        else None,
    )


def _risk(db: Session, visit: Appointment) -> State | None:
    found = at_risk.look(
        visit,
        at_risk.texts_of(db, [visit.id]).get(visit.id, []),
        is_untried=visit.patient_id in camera.untried(db, [visit.patient_id]),
    )
    return risk_words.state(visit, found) if found else None


def appointment_page(
    request: Request,
    db: Session,
    appointment: Appointment,
    *,
    faults: Faults | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """The page; with faults it is a 422 that keeps what was typed."""
    zone = request.state.clinic.zone
    seen = shown(db, appointment)
    ended_at = seen.ended_at or clock.now()
    values = {
        "starts_at": wall_time.wall(appointment.starts_at, zone).isoformat(timespec="minutes"),
        "practitioner": str(appointment.practitioner_id or ""),
        "ended_at": wall_time.wall(ended_at, zone).isoformat(timespec="minutes"),
        "guest_name": "",
        "guest_phone": "",
        "guest_language": appointment.patient.language,
    }
    return desk_page(
        request,
        db,
        "console/appointments/show.html",
        422 if faults else 200,
        section="schedule",
        seen=seen,
        values=values | (typed or {}),
        asked=asked_of(request, db, appointment),
        counts=counts_of(request, db, appointment),
        typed=typed or {},
        guests=guests_of(db, appointment),
        taking_home=taking_home_seen.shown(db, appointment, typed),
        companion=companion_of(db, request.state.clinic, appointment),
        refusal=faults or Faults(),
    )
