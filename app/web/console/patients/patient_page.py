"""The page of one patient: where they are, how they are doing, what opens for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, i18n
from app.access import codes, kept_passkeys, web_sessions
from app.intake import reviewing
from app.journal import preferences
from app.journal.preferences import Preference
from app.messaging import threads
from app.messaging.models import MessageStatus, Thread
from app.outcomes import saying
from app.people import doubles
from app.people.models import Clinic, Patient
from app.push import subscriptions
from app.safety import closing
from app.scheduling.models import Appointment
from app.web import course_pictures
from app.web.console import looking, roles
from app.web.console.book import next_session
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.patients import agreement_words, asked_words, brought, course, link_words
from app.web.console.patients.found import patient_of
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

_TEXTS = 6
_PAST = 5


@dataclass(frozen=True)
class Reach:
    """How somebody is reached, and what opens their pages."""

    preference: Preference
    notices: int
    browsers: int
    passkeys: int

    @property
    def hours(self) -> str:
        """The hours they chose for quiet minutes: `5:30 pm, 9:00 am`."""
        chosen = (self.preference.evening_at, self.preference.morning_at)
        return ", ".join(i18n.wall_clock(each) for each in chosen if each)


@staff_only
def show(request: Request, db: Session) -> Response:
    """Everything about one patient. Looking is written into the audit trail."""
    patient = find_or_404(db, Patient, request, clinic_id=request.state.clinic.id)
    if patient.merged_into_id is not None:
        return redirect(request, "console:patient", id=patient.merged_into_id)
    looking.note(request, "view", patient)
    if patient.erased_at is not None:
        erased = "console/patients/erased.html"
        return desk_page(request, db, erased, section="patients", person=patient)
    return patient_page(request, db, patient)


def patient_page(
    request: Request,
    db: Session,
    patient: Patient,
    *,
    faults: Faults | None = None,
    typed: Mapping[str, object] | None = None,
) -> Response:
    """The page of one patient; refused, with what was typed into the form that asks for forms."""
    clinic = request.state.clinic
    return desk_page(
        request,
        db,
        "console/patients/show.html",
        422 if faults else 200,
        section="patients",
        person=patient,
        refusal=faults or Faults(),
        typed=typed or {"forms": [], "camera": "", "due_on": ""},
        twins=doubles.of_patient(db, patient) if patient.is_active else [],
        held_until=codes.held_until(patient),
        sees_answers=roles.may(request, "course"),
        may_join=roles.may(request, "join-patients"),
        asked=asked_words.asked_of(db, patient, clinic.zone),
        choices=asked_words.choices(db, clinic),
        agreements=agreement_words.agreements_of(db, patient),
        links=link_words.open_links(db, patient, clinic.zone),
        reach=_reach(db, patient),
        **_course(db, patient, clinic),
        **_calendar(db, patient),
        **_own_words(request, db, patient),
        **_concerns(request, db, patient),
        **_texts(db, patient),
    )


@staff_only
def lock_out(request: Request, db: Session) -> Response:
    """For a lost phone: signed out everywhere, and no passkey opens their pages any more."""
    patient = patient_of(request, db)
    kept_passkeys.remove_all(db, patient, by=request.state.practitioner)
    web_sessions.end_all(db, patient, by=request.state.practitioner)
    subscriptions.end_all(db, patient)
    return redirect(request, "console:patient", id=patient.id)


def _course(db: Session, patient: Patient, clinic: Clinic) -> dict[str, Any]:
    """How far they are with their sessions, what the scores say, and what comes next."""
    shown = course_pictures.of(db, patient, zone=clinic.zone, title=course.title)
    return {
        "course": shown,
        "where": saying.where(shown.standing, clinic.zone),
        "coming": saying.coming(shown.standing, clinic.zone),
        "suggested": next_session.of(db, patient, clinic) if patient.is_active else None,
        "stands_at": course.stands_at,
    }


def _calendar(db: Session, patient: Patient) -> dict[str, Any]:
    """Their appointments, the earliest first; those long past lie folded."""
    now, planned = clock.now(), _appointments(db, patient)
    before = [each for each in planned if each.ends_at <= now]
    return {
        "ahead": [each for each in planned if each.ends_at > now],
        "before": before[-_PAST:],
        "earlier": before[:-_PAST],
    }


def _own_words(request: Request, db: Session, patient: Patient) -> dict[str, Any]:
    """What they bring to their next talk, and what they share. Showing it is reading it."""
    return {
        "brought": brought.by_patient(request, db, patient),
        "shared_entries": brought.shared_by(request, db, patient),
        "writes": brought.writes(db, patient, request.state.clinic.zone),
        "file_path": lambda file: f"/clinic/patients/{patient.id}/journal/files/{file.uuid}",
    }


def _concerns(request: Request, db: Session, patient: Patient) -> dict[str, Any]:
    """Answers for a clinician and alerts; what is open stands first on the page."""
    flags, alerts = reviewing.of_patient(db, patient), closing.of_patient(db, patient)
    return {
        "flags": flags,
        "alerts": alerts,
        "is_concerning": any(each.cleared_at is None for each in flags)
        or any(each.closed_at is None for each in alerts),
        "may_clear": reviewing.may_clear(request.state.practitioner),
    }


def _texts(db: Session, patient: Patient) -> dict[str, Any]:
    """The last that were said; of somebody to whom nothing has left yet, the first to come."""
    thread = threads.texts(db, Thread(patient_id=patient.id))
    said = [each for each in thread if each.status is not MessageStatus.QUEUED]
    return {
        "thread": said[-_TEXTS:] or thread[:_TEXTS],
        "texts_before": max(0, len(said) - _TEXTS),
        "texts_to_come": len(thread) - len(said),
    }


def _appointments(db: Session, patient: Patient) -> list[Appointment]:
    """All there ever were, the earliest first."""
    rows = select(Appointment).options(joinedload(Appointment.practitioner))
    rows = rows.where(Appointment.patient_id == patient.id)
    return list(db.scalars(rows.order_by(Appointment.starts_at)))


def _reach(db: Session, patient: Patient) -> Reach:
    return Reach(
        preference=preferences.of(db, patient),
        notices=len(subscriptions.live_of(db, patient)),
        browsers=len(web_sessions.of(db, patient)),
        passkeys=len(kept_passkeys.of(db, patient)),
    )


routes = [
    Route("/patients/{id}", show, methods=["GET"], name="patient"),
    Route("/patients/{id}/sign-out", lock_out, methods=["POST"], name="lock-out-patient"),
]
