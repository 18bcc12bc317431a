"""What patients are answered at once, by itself, when they text; in the language in use."""

from app.i18n import gettext as _
from app.messaging.wording import LINK, first_that_fits
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
