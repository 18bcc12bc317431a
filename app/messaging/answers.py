"""What patients are answered at once when they text, and the times they are offered; in the
language in use.
"""

from datetime import datetime

from app import i18n
from app.i18n import gettext as _
from app.messaging.wording import LINK, first_that_fits, fitted, short_clock
from app.people import phones
from app.people.models import Clinic


def other_times(clinic: Clinic) -> str:
    """The answer to LATER: a link that opens on other times."""
    named = {"clinic": clinic.short_name, "link": LINK}
    return first_that_fits(
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


def times_to_choose(clinic: Clinic) -> str:
    """Staff offer other times; the link opens on them."""
    return first_that_fits(
        _(
            "%(clinic)s: here are times that are free. "
            "Tap %(link)s to pick one, or reply CALL and we'll phone you."
        )
        % {"clinic": clinic.short_name, "link": LINK},
        _("%(clinic)s: tap %(link)s to pick a time, or reply CALL and we'll phone you.")
        % {"clinic": clinic.short_name, "link": LINK},
    )


def read_until(clinic: Clinic, closes_at: datetime, zone: str) -> str:
    """To what nobody but a person can answer, while the clinic is staffed."""
    named = {"clinic": clinic.short_name, "time": short_clock(closes_at, zone)}
    return first_that_fits(
        _(
            "%(clinic)s: thank you, a person here reads this today by %(time)s. "
            "We don't watch texts all day: in danger, call 911, or call or text 988."
        )
        % named,
        _(
            "%(clinic)s: a person here reads this today by %(time)s. "
            "In danger, call 911, or call or text 988."
        )
        % named,
    )


def read_from(clinic: Clinic, opens_at: datetime, zone: str) -> str:
    """To what nobody but a person can answer, while the clinic is closed."""
    named = {
        "clinic": clinic.short_name,
        "day": i18n.local_weekday(opens_at, zone),
        "time": short_clock(opens_at, zone),
    }
    return first_that_fits(
        _(
            "%(clinic)s: thank you, a person reads this on %(day)s from %(time)s. "
            "Nobody watches texts until then: in danger, call 911, or call or text 988."
        )
        % named,
        _(
            "%(clinic)s: a person reads this on %(day)s from %(time)s. "
            "In danger, call 911, or call or text 988."
        )
        % named,
    )


def read_sometime(clinic: Clinic) -> str:
    """To what nobody but a person can answer, when the clinic has said no hours."""
    return fitted(
        _(
            "%(clinic)s: thank you. A person reads this when we are next in; "
            "sooner by phone, %(phone)s. In danger, call 911, or call or text 988."
        )
        % _and_phone(clinic)
    )


def call_until(clinic: Clinic, closes_at: datetime, zone: str) -> str:
    """To CALL, while the clinic is staffed."""
    return fitted(
        _(
            "%(clinic)s: we'll phone you on this number as soon as we can, today by %(time)s. "
            "In danger, call 911, or call or text 988."
        )
        % {"clinic": clinic.short_name, "time": short_clock(closes_at, zone)}
    )


def call_from(clinic: Clinic, opens_at: datetime, zone: str) -> str:
    """To CALL, while the clinic is closed."""
    return fitted(
        _(
            "%(clinic)s: we'll phone this number on %(day)s from %(time)s. "
            "In danger, call 911, or call or text 988."
        )
        % {
            "clinic": clinic.short_name,
            "day": i18n.local_weekday(opens_at, zone),
            "time": short_clock(opens_at, zone),
        }
    )


def call_sometime(clinic: Clinic) -> str:
    """To CALL, when the clinic has said no hours."""
    return fitted(
        _(
            "%(clinic)s: we'll phone you on this number when we are next in. "
            "In danger, call 911, or call or text 988."
        )
        % {"clinic": clinic.short_name}
    )


def resources(clinic: Clinic) -> str:
    """To words that may mean danger, when somebody at the clinic is told at once."""
    return fitted(
        _(
            "%(clinic)s: you deserve support right now. Call or text 988 any time; "
            "in danger, 911. We are telling our team, who may not see it at once."
        )
        % {"clinic": clinic.short_name}
    )


def resources_alone(clinic: Clinic) -> str:
    """To words that may mean danger, when nobody at the clinic can be told at once."""
    return fitted(
        _(
            "%(clinic)s: you deserve support right now. Call or text 988 any time; "
            "in danger, 911. Nobody here has seen this yet: %(phone)s."
        )
        % _and_phone(clinic)
    )


def stopped(clinic: Clinic) -> str:
    """The one confirmation that texts have ended. Twilio gives its own for its own words."""
    return fitted(
        _(
            "%(clinic)s: you will get no more texts from us. "
            "We are still here for you at %(phone)s. Reply START to get texts again."
        )
        % _and_phone(clinic)
    )


def stopped_in_danger(clinic: Clinic) -> str:
    """The same to somebody whose words may mean danger: it is the last text they get."""
    return fitted(
        _(
            "%(clinic)s: no more texts from us, and you deserve support right now. "
            "Call or text 988 any time; in danger, 911. Reply START to get texts again."
        )
        % {"clinic": clinic.short_name}
    )


def rejoined(clinic: Clinic) -> str:
    """The confirmation that texts have begun again."""
    return fitted(
        _("%(clinic)s: you will get our texts again. Reply STOP to end texts, HELP for help.")
        % {"clinic": clinic.short_name}
    )


def who_we_are(clinic: Clinic) -> str:
    """To a word for help that Twilio does not answer by itself."""
    return fitted(
        _(
            "%(clinic)s texts you about your visits. Call us at %(phone)s. "
            "Reply STOP to end texts. In danger, call 911, or call or text 988."
        )
        % _and_phone(clinic)
    )


def _and_phone(clinic: Clinic) -> dict[str, str]:
    return {"clinic": clinic.short_name, "phone": phones.spoken(clinic.phone)}
