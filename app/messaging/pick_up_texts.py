"""Texts to whoever takes a patient home: one with the link, and one whenever the time changes.

They name the clinic and nobody; whom, says the page behind the link.
"""

from datetime import datetime

from app import i18n
from app.i18n import gettext as _
from app.messaging.wording import LINK, fitted, short_clock
from app.people import phones
from app.people.models import Clinic


def asked(clinic: Clinic, pick_up_at: datetime, zone: str) -> str:
    """On the day: when, and the link to whom and where. The first text says how to stop."""
    return fitted(
        _(
            "%(clinic)s: your pick-up is %(day)s, %(time)s. "
            "%(link)s says who and where. Reply STOP to end texts."
        )
        % _named(clinic, pick_up_at, zone)
    )


def moved(clinic: Clinic, pick_up_at: datetime, zone: str) -> str:
    """The time they were told is another now; the link is the one they have."""
    return fitted(
        _("%(clinic)s: the pick-up is now %(day)s at %(time)s. Open %(link)s for the place.")
        % _named(clinic, pick_up_at, zone)
    )


def called_off(clinic: Clinic) -> str:
    """Nobody has to be picked up after all."""
    return fitted(
        _("%(clinic)s: there is no pick-up after all, so nothing to do. Questions? Call %(phone)s.")
        % {"clinic": clinic.short_name, "phone": phones.spoken(clinic.phone)}
    )


def _named(clinic: Clinic, pick_up_at: datetime, zone: str) -> dict[str, str]:
    return {
        "clinic": clinic.short_name,
        "day": i18n.local_short_day(pick_up_at, zone),
        "time": short_clock(pick_up_at, zone),
        "link": LINK,
    }
