"""ISO 8601 durations, as scripts push the demo's clock by them."""

import re
from datetime import timedelta

from app.i18n import gettext as _
from app.refusal import Refusal

LONGEST = timedelta(days=400)
_NUMBER = r"(\d{1,7}(?:[.,]\d{1,6})?)"
_FORM = re.compile(
    rf"P(?=.)(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
    re.ASCII,
)


class NotADuration(Refusal):
    pass


def read(written: object) -> timedelta:
    """`PT4H`, `P1D`, `P1DT2H`, `PT30M`, `P2W` … as a span of elapsed time.

    Refuses (NotADuration) anything else: years and months, whose length nobody knows, spans that
    go back, and more than 400 days.
    """
    found = _FORM.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None:
        raise NotADuration(
            _("Write how far to push the clock as an ISO 8601 duration, such as PT4H or P1DT2H.")
        )
    weeks, days, hours, minutes, seconds = (
        float(number.replace(",", ".")) if number else 0.0 for number in found.groups()
    )
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if span > LONGEST:
        raise NotADuration(_("That is too far. Push the clock by 400 days at most."))
    return span
