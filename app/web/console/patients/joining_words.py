"""What joining two records comes to, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app import i18n
from app.i18n import gettext as _
from app.people import phones
from app.people.merging import Choice


@dataclass(frozen=True)
class ShownChoice:
    """One value that differs: what each record says, and which is ticked."""

    field: str
    title: str
    options: list[tuple[str, str, str]]
    value: str


def say_sure() -> str:
    """Said where the box was left empty."""
    return _("Tick that they are one person. This cannot be undone.")


def choices(found: Sequence[Choice], typed: Mapping[str, str]) -> list[ShownChoice]:
    """What is to be chosen, with what was ticked before or is offered first."""
    return [
        ShownChoice(
            each.field,
            _titles()[each.field],
            [
                ("ours", _said(each.field, each.ours), _("in the record that stays")),
                ("theirs", _said(each.field, each.theirs), _("in the other one")),
            ],
            typed.get(each.field) or ("theirs" if each.theirs_first else "ours"),
        )
        for each in found
    ]


def moves(counted: Mapping[str, int]) -> list[str]:
    """What comes along, line by line. Of what only its patient may know, no number."""
    said = [
        words % {"num": count}
        for name, words in (
            ("appointment", _("Sessions and visits: %(num)s")),
            ("questionnaire_response", _("Sheets of answers: %(num)s")),
            ("intake_packet", _("Forms asked for: %(num)s")),
            ("consent", _("Consents: %(num)s")),
            ("message", _("Texts: %(num)s")),
            ("staff_task", _("Tasks: %(num)s")),
            ("safety_alert", _("Safety alerts: %(num)s")),
            ("review_flag", _("Answers to review: %(num)s")),
        )
        if (count := counted.get(name, 0))
    ]
    return [*said, _("What they write for themselves, unseen as before")]


def _titles() -> dict[str, str]:
    return {
        "name": _("Name"),
        "birth_on": _("Born on"),
        "phone": _("Mobile phone"),
        "language": _("Language"),
        "zone": _("Time zone"),
        "home_address": _("Home address"),
        "emergency": _("Emergency contact"),
    }


def _said(field: str, value: str) -> str:
    if not value:
        return _("Not known")
    if field == "phone":
        return phones.spoken(value)
    if field == "emergency":
        name, _blank, number = value.rpartition(" ")
        return f"{name} {phones.spoken(number)}" if number.startswith("+") else value
    if field == "birth_on":
        return i18n.local_date(date.fromisoformat(value))
    if field == "language":
        return "Español" if value == "es" else "English"
    return value.replace("_", " ") if field == "zone" else value
