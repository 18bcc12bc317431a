"""The texts to guests of a talk: when it is, that it begins, that it is off. They name nobody's
patient.
"""

from datetime import datetime

from app import i18n
from app.i18n import gettext as _
from app.messaging.wording import LINK, first_that_fits, fitted, short_clock
from app.people.models import Clinic


def invited(clinic: Clinic, clinician: str, starts_at: datetime, zone: str) -> str:
    """To somebody invited to a visit: when it is. The first that they hear from the clinic."""
    named = {
        "clinic": clinic.short_name,
        "clinician": clinician,
        "day": i18n.local_short_day(starts_at, zone),
        "time": short_clock(starts_at, zone),
    }
    return first_that_fits(
        _(
            "%(clinic)s: you are invited to a video talk with %(clinician)s, %(day)s at %(time)s. "
            "A link comes just before. Reply STOP to end texts."
        )
        % named,
        _(
            "%(clinic)s: a video talk with you, %(day)s at %(time)s. "
            "A link comes just before. Reply STOP to end texts."
        )
        % named,
    )


def begins(clinic: Clinic, clinician: str, starts_at: datetime, zone: str) -> str:
    """To somebody invited to a visit, five minutes before it."""
    named = {
        "clinic": clinic.short_name,
        "clinician": clinician,
        "time": short_clock(starts_at, zone),
        "link": LINK,
    }
    return first_that_fits(
        _(
            "%(clinic)s: the talk with %(clinician)s begins at %(time)s. "
            "Tap %(link)s to join, no login."
        )
        % named,
        _("%(clinic)s: the talk begins at %(time)s. Tap %(link)s to join, no login.") % named,
    )


def off(clinic: Clinic, starts_at: datetime, zone: str) -> str:
    """To somebody invited to a visit: it does not take place."""
    return fitted(
        _("%(clinic)s: the talk on %(day)s at %(time)s is off. There is nothing to do.")
        % {
            "clinic": clinic.short_name,
            "day": i18n.local_short_day(starts_at, zone),
            "time": short_clock(starts_at, zone),
        }
    )
