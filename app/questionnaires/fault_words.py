"""What is wrong with an answer, in a sentence that says what to do."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

from babel.dates import format_time
from babel.numbers import format_decimal

from app.i18n import gettext as _
from app.i18n import language, local_date, ngettext
from app.questionnaires.engine.faults import Code, Fault
from app.questionnaires.engine.values import Quantity, Value


def said(fault: Fault, *, zone: tzinfo = UTC) -> str:
    """The sentence for a fault in the language in use: the form's own, where it gives one."""
    own = fault.words.within(language())
    if own:
        return own
    if fault.code in _COUNTED:
        return _COUNTED[fault.code](_count(fault.limit))
    sentence = _sentences()[fault.code]
    if fault.code is Code.EXCLUSIVE:
        return sentence % {"answer": fault.option.within(language())}
    if fault.code is Code.FILE_SIZE:
        megabytes = Decimal(_count(fault.limit)) / 1_000_000
        return sentence % {"limit": _limit(round(megabytes, 1).normalize(), zone)}
    return sentence % {"limit": _limit(fault.limit, zone)}


def _sentences() -> dict[Code, str]:
    return {
        Code.REQUIRED: _("Please answer this question."),
        Code.REQUIRED_CHOICE: _("Choose an answer."),
        Code.REQUIRED_FILE: _("Add a photo or a file."),
        Code.REQUIRED_TICK: _("Check the box to go on."),
        Code.REQUIRED_ROW: _("Please answer at least one of these questions."),
        Code.SIGNATURE: _("Type your full name to sign."),
        Code.NUMBER: _("Write a number, such as 12."),
        Code.WHOLE_NUMBER: _("Write a whole number, such as 12."),
        Code.DATE: _("Write a date as month, day and year, such as 11/24/2026."),
        Code.MOMENT: _("Choose a day and a time."),
        Code.TIME: _("Write a time, such as 2:30 pm."),
        Code.URL: _("Write a web address, such as https://example.org."),
        Code.OPTION: _("Choose one of the answers on this page."),
        Code.OTHER_WORDS: _("Write your answer in the box, or choose another one."),
        Code.UNIT: _("Choose a unit."),
        Code.FILE: _("We do not have this file any more. Please add it again."),
        Code.ONE_ONLY: _("Give one answer only."),
        Code.TOO_SMALL: _("The number must be %(limit)s or more."),
        Code.TOO_LARGE: _("The number must be %(limit)s or less."),
        Code.TOO_EARLY: _("This must be %(limit)s or later."),
        Code.TOO_LATE: _("This must be %(limit)s or earlier."),
        Code.PATTERN: _("This does not look right. Please check it."),
        Code.PHONE: _("Write the whole number, with the area code."),
        Code.EXCLUSIVE: _("Choose “%(answer)s” alone, or the other answers."),
        Code.FILE_SIZE: _("This file is too large. It may have up to %(limit)s MB."),
        Code.FILE_TYPE: _("This kind of file cannot be used here."),
        Code.CONSTRAINT: _("These answers do not fit together. Please check them."),
    }


_COUNTED: dict[Code, Callable[[int], str]] = {
    Code.TOO_SHORT: lambda count: (
        ngettext(
            "Write at least %(count)s character.", "Write at least %(count)s characters.", count
        )
        % {"count": count}
    ),
    Code.TOO_LONG: lambda count: (
        ngettext("Write %(count)s character at most.", "Write %(count)s characters at most.", count)
        % {"count": count}
    ),
    Code.DECIMALS: lambda count: (
        ngettext(
            "Give at most %(count)s digit after the point.",
            "Give at most %(count)s digits after the point.",
            count,
        )
        % {"count": count}
        if count
        else _("Write a whole number, such as 12.")
    ),
    Code.TOO_FEW: lambda count: (
        ngettext("Give at least %(count)s answer.", "Give at least %(count)s answers.", count)
        % {"count": count}
    ),
    Code.TOO_MANY: lambda count: (
        ngettext("Give %(count)s answer at most.", "Give %(count)s answers at most.", count)
        % {"count": count}
    ),
}


def _count(limit: Value | None) -> int:
    return limit if isinstance(limit, int) else 0


def _limit(limit: Value | None, zone: tzinfo) -> str:
    match limit:
        case datetime():
            local = limit.astimezone(zone)
            return f"{local_date(local.date())}, {_time(local.time())}"
        case date():
            return local_date(limit)
        case time():
            return _time(limit)
        case int() | Decimal():
            return format_decimal(limit, locale=_locale(), decimal_quantization=False)
        case Quantity():
            return f"{_limit(limit.value, zone)} {limit.unit or limit.code}".strip()
        case _:
            return "" if limit is None else str(limit)


def _time(moment: time) -> str:
    spoken = format_time(moment, "h:mm a", locale=_locale())
    return spoken.replace("\u202f", " ").replace("\xa0", " ").lower()


def _locale() -> str:
    return "en_US" if language() == "en" else "es_US"
