"""When somebody at the clinic reads what comes in, as staff are told."""

from sqlalchemy.orm import Session

from app import clock, i18n
from app.i18n import gettext as _
from app.people.models import Clinic
from app.scheduling import reading_hours
from app.web.console import words


def said(db: Session, clinic: Clinic) -> str:
    """`Texts are read until 5:00 pm.`: what patients are promised just now."""
    hours = reading_hours.reading_time(db, clinic, clock.now())
    if hours is None:
        return _("No hours are set: patients are told that texts are read when you are next in.")
    if hours.opens_at <= clock.now():
        until = i18n.local_clock(hours.closes_at, clinic.zone)
        return i18n.one_stop(_("Patients are told: read today by %(time)s.") % {"time": until})
    opens = words.when(hours.opens_at, clinic.zone)
    told = _("Patients are told: read %(when)s. In danger they reach the person on call.")
    return i18n.one_stop(told % {"when": opens})
