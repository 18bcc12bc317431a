"""What only the clinic knows and a form tells: times on the patient's clock, a number, hours.

A form marks a line as a fact; the sentence is made here, in the language in use.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n, wall_time
from app.i18n import gettext as _
from app.intake.models import IntakePacket, IntakeTask
from app.people import phones
from app.people.models import Clinic
from app.scheduling import calendars, reading_hours
from app.scheduling.models import Appointment, Service


def facts(db: Session, task: IntakeTask) -> Mapping[str, str]:
    """The sentences of a form that was asked of a patient, by the names that forms use."""
    packet = task.packet
    clinic, zone = packet.patient.clinic, packet.patient.zone
    infusion = _infusion(db, packet)
    starts_at = infusion.starts_at if infusion else None
    return {
        "fasting": fasting(clinic, starts_at, zone),
        "session-time": _session_time(starts_at, zone),
        "ride-home": _("An adult you know has to take you home. Please do not drive that day."),
        **of_clinic(db, clinic, zone),
    }


def of_clinic(db: Session, clinic: Clinic, zone: str) -> Mapping[str, str]:
    """The sentences that hold for anybody who writes to the clinic."""
    read_when = _read_when(db, clinic, zone)
    return {
        "clinic-phone": _phone(clinic),
        "read-when": read_when,
        "reading-hours": read_when + " " + _("In danger, call 911 or 988."),
    }


def fasting(clinic: Clinic, starts_at: datetime | None, zone: str) -> str:
    """Until when one may eat and drink, as clock times: the clinic's setting decides."""
    food, fluids = clinic.food_stops_hours, clinic.fluids_stop_hours
    if starts_at is None or (food is None and fluids is None):
        return _("Your clinic will tell you when to stop eating and drinking.")
    if food is None:
        assert fluids is not None, "one of both is set"
        return _("Clear liquids until %(fluids)s.") % {"fluids": _clock(starts_at, fluids, zone)}
    if fluids is None:
        return _("Nothing to eat after %(food)s.") % {"food": _clock(starts_at, food, zone)}
    return _("Nothing to eat after %(food)s, clear liquids until %(fluids)s.") % {
        "food": _clock(starts_at, food, zone),
        "fluids": _clock(starts_at, fluids, zone),
    }


def _clock(starts_at: datetime, hours: int, zone: str) -> str:
    """`8:00 am`, with the day where it is the evening before."""
    moment = starts_at - timedelta(hours=hours)
    shown = i18n.local_clock(moment, zone)
    if wall_time.wall(moment, zone).date() == wall_time.wall(starts_at, zone).date():
        return shown
    return _("%(time)s on %(day)s") % {"time": shown, "day": i18n.local_weekday(moment, zone)}


def _session_time(starts_at: datetime | None, zone: str) -> str:
    if starts_at is None:
        return _("Your clinic will tell you the time.")
    said = _("You are expected on %(day)s at %(time)s.") % {
        "day": i18n.local_day(starts_at, zone),
        "time": i18n.local_clock(starts_at, zone),
    }
    return i18n.one_stop(said)


def _phone(clinic: Clinic) -> str:
    if not clinic.phone:
        return ""
    return _("Questions? Call %(clinic)s at %(phone)s.") % {
        "clinic": clinic.short_name,
        "phone": phones.spoken(clinic.phone),
    }


def _read_when(db: Session, clinic: Clinic, zone: str) -> str:
    hours = reading_hours.reading_time(db, clinic, clock.now())
    if hours is None:
        return _("Nobody reads this at once.")
    if hours.opens_at <= clock.now():
        said = _("Your clinic reads this until %(time)s today.")
        return said % {"time": i18n.local_clock(hours.closes_at, zone)}
    said = _("Your clinic reads this from %(day)s, %(time)s.")
    named = {
        "day": i18n.local_weekday(hours.opens_at, zone),
        "time": i18n.local_clock(hours.opens_at, zone),
    }
    return i18n.one_stop(said % named)


def _infusion(db: Session, packet: IntakePacket) -> Appointment | None:
    """The one the packet is for, else the next of the patient."""
    if packet.appointment is not None:
        return packet.appointment
    return db.scalar(
        select(Appointment)
        .where(
            Appointment.patient_id == packet.patient_id,
            Appointment.service == Service.INFUSION,
            Appointment.status.in_(calendars.OPEN),
            Appointment.starts_at > clock.now(),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )
