"""The form of a member of staff: read, checked, and shown again as it was typed."""

from starlette.datastructures import FormData

from app.i18n import gettext as _
from app.people import phones
from app.people.models import Clinic, Practitioner, Role
from app.people.staffing import Member
from app.telehealth import provider
from app.web.console import words
from app.web.console.faults import Faults
from app.web.forms import text

FIELDS = ("name", "display_name", "role", "phone", "room_url", "on_call_rank")
_LAST_RANK = 20


def read(form: FormData, clinic: Clinic) -> tuple[Member, Faults]:
    """Who they are, and what is wrong with it."""
    faults = Faults()
    display_name = faults.reading(lambda: text(form, "display_name", limit=60)) or ""
    if not display_name:
        faults.add("display_name", _("Enter the name that patients will read."))
    if phone := text(form, "phone"):
        faults.reading(lambda: phones.normal(phone, clinic.country))
    room_url = faults.reading(lambda: text(form, "room_url", limit=500)) or ""
    if room_url:
        room_url = faults.reading(lambda: provider.room_address(room_url)) or ""
    role = text(form, "role")
    if role not in {each.value for each in Role}:
        faults.add("role", _("Choose what they do."))
    return (
        Member(
            name=faults.reading(lambda: text(form, "name", limit=100)) or "",
            display_name=display_name,
            role=Role(role) if role in {each.value for each in Role} else Role.COORDINATOR,
            phone=phone,
            room_url=room_url,
            on_call_rank=_rank(text(form, "on_call_rank"), faults),
        ),
        faults,
    )


def typed(form: FormData) -> dict[str, str]:
    """What was typed, to show again."""
    return {name: str(form.get(name, "")) for name in FIELDS}


def empty() -> dict[str, str]:
    """What the form of a new member holds."""
    return dict.fromkeys(FIELDS, "") | {"role": Role.CLINICIAN.value}


def filled(practitioner: Practitioner) -> dict[str, str]:
    """What is known, to change."""
    return {
        "name": practitioner.name,
        "display_name": practitioner.display_name,
        "role": practitioner.role.value,
        "phone": phones.spoken(practitioner.phone) if practitioner.phone else "",
        "room_url": practitioner.room_url,
        "on_call_rank": str(practitioner.on_call_rank or ""),
    }


def roles() -> list[tuple[str, str, str]]:
    """Roles to choose from, with what each may do."""
    return [
        (Role.CLINICIAN.value, words.role(Role.CLINICIAN), _("Gives visits, and may book.")),
        (
            Role.COORDINATOR.value,
            words.role(Role.COORDINATOR),
            _("Books, phones, looks after the day."),
        ),
        (
            Role.ADMINISTRATOR.value,
            words.role(Role.ADMINISTRATOR),
            _("Also changes team, hours and keys."),
        ),
    ]


def _rank(value: str, faults: Faults) -> int | None:
    if not value:
        return None
    if value.isascii() and value.isdigit() and 1 <= int(value) <= _LAST_RANK:
        return int(value)
    faults.add("on_call_rank", _("Enter a place from 1 to 20, or leave it empty."))
    return None
