"""Every text that Afterglow starts by itself, one function each, in the language in use.

Short, named by the clinic, one thing to do, and never a clinical word. `{link}` never ends a text:
phones show a preview of an address at the end.
"""

from datetime import datetime

from app import clock, i18n, wall_time
from app.i18n import gettext as _
from app.messaging.wording import LINK, first_that_fits, fitted, short_clock
from app.people import phones
from app.people.models import Clinic

_A_WEEK = 7  # days


def join(clinic: Clinic, clinician: str, starts_at: datetime, zone: str) -> str:
    """Five minutes before a visit. Says less where long names leave no room."""
    named = {
        "clinic": clinic.short_name,
        "clinician": clinician,
        "time": short_clock(starts_at, zone),
        "link": LINK,
    }
    return first_that_fits(
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


def confirm(clinic: Clinic, clinician: str, starts_at: datetime, zone: str) -> str:
    """The day before a visit. It names the day: a text may be read after midnight."""
    return fitted(
        _(
            "%(clinic)s: %(clinician)s is set to see you %(day)s at %(time)s. "
            "Reply OK, or LATER if you need a new time."
        )
        % {
            "clinic": clinic.short_name,
            "clinician": clinician,
            "day": i18n.local_short_day(starts_at, zone),
            "time": short_clock(starts_at, zone),
        }
    )


def nudge(clinic: Clinic) -> str:
    """Three minutes after the start, with the link they have already."""
    return fitted(
        _("%(clinic)s here, no rush. Tap %(link)s to join, or reply CALL and we'll phone you.")
        % {"clinic": clinic.short_name, "link": LINK}
    )


def moved(clinic: Clinic, clinician: str, starts_at: datetime, zone: str) -> str:
    """A visit has a new time."""
    return fitted(
        _(
            "%(clinic)s: %(clinician)s will see you %(day)s at %(time)s. "
            "We'll text you a link just before. Reply LATER if you need a new time."
        )
        % {
            "clinic": clinic.short_name,
            "clinician": clinician,
            "day": i18n.local_short_day(starts_at, zone),
            "time": short_clock(starts_at, zone),
        }
    )


def called_off(clinic: Clinic, clinician: str, starts_at: datetime, zone: str) -> str:
    """A visit will not take place."""
    return fitted(
        _(
            "%(clinic)s: your time with %(clinician)s on %(day)s at %(time)s is off. "
            "We'll be in touch, or call %(phone)s."
        )
        % {
            "clinic": clinic.short_name,
            "clinician": clinician,
            "day": i18n.local_short_day(starts_at, zone),
            "time": short_clock(starts_at, zone),
            "phone": phones.spoken(clinic.phone),
        }
    )


def intake(clinic: Clinic, starts_at: datetime, zone: str) -> str:
    """There is something to fill in before an infusion. The first of its texts says how to stop."""
    named = {"clinic": clinic.short_name, "day": _near_day(starts_at, zone), "link": LINK}
    return first_that_fits(
        _(
            "%(clinic)s: a few questions before %(day)s. Open %(link)s to start. "
            "Reply STOP to end texts, HELP for help."
        )
        % named,
        _(
            "%(clinic)s: a few questions for you. Open %(link)s to start. "
            "Reply STOP to end texts, HELP for help."
        )
        % named,
    )


def asked(clinic: Clinic) -> str:
    """Staff, or another system, ask for something by itself."""
    return fitted(
        _(
            "%(clinic)s: a few questions for you. Open %(link)s when you have a moment. "
            "You can stop and come back."
        )
        % {"clinic": clinic.short_name, "link": LINK}
    )


def reminder(clinic: Clinic, closes_at: datetime, zone: str) -> str:
    """What was asked is still open. `closes_at`: before when it is wanted."""
    named = {"clinic": clinic.short_name, "day": _near_day(closes_at, zone), "link": LINK}
    return first_that_fits(
        _(
            "%(clinic)s: a few questions are still open before %(day)s. "
            "Open %(link)s to go on. You can stop and come back."
        )
        % named,
        _("%(clinic)s: a few questions are still open before %(day)s. Open %(link)s to go on.")
        % named,
    )


def readiness_eve(clinic: Clinic, starts_at: datetime, zone: str) -> str:
    """The check of the day before. It names the day: a text may be read after midnight."""
    return fitted(
        _(
            "%(clinic)s: a short check before %(day)s. "
            "Open %(link)s this evening, please. It takes a few minutes."
        )
        % {
            "clinic": clinic.short_name,
            "day": i18n.local_short_day(starts_at, zone),
            "link": LINK,
        }
    )


def readiness_morning(clinic: Clinic, starts_at: datetime, zone: str) -> str:
    """The check of the day itself."""
    return fitted(
        _(
            "%(clinic)s: one last short check before %(time)s today. "
            "Open %(link)s now, please. It takes 2 minutes."
        )
        % {"clinic": clinic.short_name, "time": short_clock(starts_at, zone), "link": LINK}
    )


def session(clinic: Clinic, phone: str) -> str:
    """Staff have opened the quiet hour of a session."""
    return fitted(
        _(
            "%(clinic)s: we are ready when you are. Open %(link)s once you are settled. "
            "For help, call %(phone)s."
        )
        % {"clinic": clinic.short_name, "link": LINK, "phone": phones.spoken(phone)}
    )


def quiet_minute(clinic: Clinic) -> str:
    """On the evening of a session and the morning after. Says nothing of what it was."""
    return fitted(
        _(
            "%(clinic)s: a quiet minute if you want it. "
            "Tap %(link)s to say or write a few words, or skip."
        )
        % {"clinic": clinic.short_name, "link": LINK}
    )


def quiet_week(clinic: Clinic) -> str:
    """The same a week later."""
    return first_that_fits(
        _(
            "%(clinic)s: a week on, a quiet minute if you want it. "
            "Tap %(link)s to say or write a few words, or skip."
        )
        % {"clinic": clinic.short_name, "link": LINK},
        quiet_minute(clinic),
    )


def code(clinic: Clinic, digits: str) -> str:
    """A sign-in code, and a link that uses it in the browser that asked."""
    return fitted(
        _(
            "%(clinic)s: your code is %(code)s. "
            "Or tap %(link)s on the phone where you asked. It works for 10 minutes."
        )
        % {"clinic": clinic.short_name, "code": digits, "link": LINK}
    )


def start_code(clinic: Clinic, digits: str) -> str:
    """The code that shows a number is theirs, to somebody who has just typed it at the clinic's."""
    return fitted(
        _(
            "%(clinic)s: your code is %(code)s. It works for 10 minutes. "
            "Not you? Ignore this, nobody texts again."
        )
        % {"clinic": clinic.short_name, "code": digits}
    )


def passkey_added(clinic: Clinic) -> str:
    """Somebody made a passkey for this patient's pages."""
    return fitted(
        _(
            "%(clinic)s: a phone can now open your pages by face, finger or screen lock. "
            "Not you? Call %(phone)s."
        )
        % {"clinic": clinic.short_name, "phone": phones.spoken(clinic.phone)}
    )


def staff_waiting(clinic: Clinic) -> str:
    """To staff: a patient waits in a visit room."""
    return fitted(
        _(
            "Afterglow for %(clinic)s: somebody has been waiting in a room for you. "
            "Please open the console."
        )
        % {"clinic": clinic.short_name}
    )


def staff_call(clinic: Clinic) -> str:
    """To staff: a patient asked to be phoned."""
    return fitted(
        _("Afterglow for %(clinic)s: somebody asked to be phoned now. Please open the console.")
        % {"clinic": clinic.short_name}
    )


def staff_alert(clinic: Clinic) -> str:
    """To staff on call: an alert that must be acknowledged."""
    return fitted(
        _(
            "Afterglow for %(clinic)s: an alert needs you now. "
            "Please open the console and acknowledge it."
        )
        % {"clinic": clinic.short_name}
    )


def _near_day(moment: datetime, zone: str) -> str:
    """`Tue` within the next six days, else `Tue, Dec 1`. In Spanish `mar` would be the sea."""
    days = (wall_time.wall(moment, zone).date() - wall_time.wall(clock.now(), zone).date()).days
    if 0 < days < _A_WEEK:
        return i18n.local_weekday(moment, zone, short=i18n.language() == "en")
    return i18n.local_short_day(moment, zone)
