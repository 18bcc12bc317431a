"""Every text that Afterglow writes, one function each, in the language in use.

Short, named by the clinic, one thing to do, and never a clinical word. `{link}` is put in by the
worker when the text leaves, and never ends the text: phones show a preview of an address at the
end.
"""

from datetime import datetime

from app import i18n
from app.i18n import gettext as _
from app.messaging.segments import plain, segments, without_accents
from app.people import phones
from app.people.models import Clinic

LINK = "{link}"
_MOST_IN_SPANISH = 2
LONGEST_LINK = 53  # signs


def join(clinic: Clinic, clinician: str, starts_at: datetime, zone: str) -> str:
    """Five minutes before a visit. Says less where long names leave no room."""
    named = {
        "clinic": clinic.short_name,
        "clinician": clinician,
        "time": _time(starts_at, zone),
        "link": LINK,
    }
    return _first_that_fits(
        _(
            "%(clinic)s: %(clinician)s is ready when you are, at %(time)s. "
            "Tap %(link)s to join, no login. Not up to it? Reply LATER."
        )
        % named,
        _(
            "%(clinic)s: %(clinician)s is ready at %(time)s. "
            "Tap %(link)s to join. Not up to it? Reply LATER."
        )
        % named,
    )


def moved(clinic: Clinic, clinician: str, starts_at: datetime, zone: str) -> str:
    """A visit has a new time."""
    return _fitted(
        _(
            "%(clinic)s: %(clinician)s will see you %(day)s at %(time)s. "
            "We'll text you a link just before. Reply LATER if you need a new time."
        )
        % {
            "clinic": clinic.short_name,
            "clinician": clinician,
            "day": i18n.local_short_day(starts_at, zone),
            "time": _time(starts_at, zone),
        }
    )


def called_off(clinic: Clinic, clinician: str, starts_at: datetime, zone: str) -> str:
    """A visit will not take place."""
    return _fitted(
        _(
            "%(clinic)s: your time with %(clinician)s on %(day)s at %(time)s is off. "
            "We'll be in touch, or call %(phone)s."
        )
        % {
            "clinic": clinic.short_name,
            "clinician": clinician,
            "day": i18n.local_short_day(starts_at, zone),
            "time": _time(starts_at, zone),
            "phone": phones.spoken(clinic.phone),
        }
    )


def other_times(clinic: Clinic) -> str:
    """The answer to LATER: a link that opens on other times."""
    named = {"clinic": clinic.short_name, "link": LINK}
    return _first_that_fits(
        _(
            "%(clinic)s: that's fine, your place is safe. "
            "Tap %(link)s to pick a kinder time, or reply CALL and we'll phone you."
        )
        % named,
        _(
            "%(clinic)s: that's fine. "
            "Tap %(link)s to pick a kinder time, or reply CALL and we'll phone you."
        )
        % named,
    )


def code(clinic: Clinic, digits: str) -> str:
    """A sign-in code, and a link that uses it in the browser that asked."""
    return _fitted(
        _(
            "%(clinic)s: your code is %(code)s. "
            "Or tap %(link)s on the phone where you asked. It works for 10 minutes."
        )
        % {"clinic": clinic.short_name, "code": digits, "link": LINK}
    )


def passkey_added(clinic: Clinic) -> str:
    """Somebody made a passkey for this patient's pages."""
    return _fitted(
        _(
            "%(clinic)s: a phone can now open your pages by face, finger or screen lock. "
            "Not you? Call %(phone)s."
        )
        % {"clinic": clinic.short_name, "phone": phones.spoken(clinic.phone)}
    )


def staff_waiting(clinic: Clinic) -> str:
    """To staff: a patient waits in a visit room."""
    return _fitted(
        _(
            "Afterglow for %(clinic)s: somebody has been waiting in a room for you. "
            "Please open the console."
        )
        % {"clinic": clinic.short_name}
    )


def staff_call(clinic: Clinic) -> str:
    """To staff: a patient asked to be phoned."""
    return _fitted(
        _("Afterglow for %(clinic)s: somebody asked to be phoned now. Please open the console.")
        % {"clinic": clinic.short_name}
    )


def staff_alert(clinic: Clinic) -> str:
    """To staff on call: an alert that must be acknowledged."""
    return _fitted(
        _(
            "Afterglow for %(clinic)s: an alert needs you now. "
            "Please open the console and acknowledge it."
        )
        % {"clinic": clinic.short_name}
    )


def _first_that_fits(*wordings: str) -> str:
    """The first wording that is one segment with a link in its place; else the last."""
    bodies = [_fitted(wording) for wording in wordings]
    return next((body for body in bodies if segments(_with_link(body)) == 1), bodies[-1])


def _fitted(body: str) -> str:
    """As it is sent. English goes without accents; Spanish keeps its own while two segments do."""
    body = plain(body)
    if i18n.language() == "es" and segments(_with_link(body)) <= _MOST_IN_SPANISH:
        return body
    return without_accents(body)


def _with_link(body: str) -> str:
    return body.replace(LINK, "x" * LONGEST_LINK)


def _time(moment: datetime, zone: str) -> str:
    return i18n.local_clock(moment, zone).replace(" ", "").replace(".", "")
