"""A day's schedule as another system writes it in CSV: read line by line, every fault at its line.

Nothing is looked up and nothing kept here. Times are on the clinic's clock.
"""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import StringIO

from app import wall_time
from app.i18n import gettext as _
from app.people import phones
from app.people.models import Clinic
from app.refusal import Refusal
from app.scheduling.models import Service

COLUMNS = (
    "date",
    "time",
    "minutes",
    "type",
    "first name",
    "last name",
    "phone",
    "birth date",
    "clinician",
    "place",
    "language",
    "texts agreed",
)
NEEDED = ("date", "time", "type", "first name", "phone")
MOST_BYTES = 512 * 1024
MOST_LINES = 100
_LONGEST_CELL = 200
_USUAL = {Service.INFUSION: 120}
_USUAL_VISIT = 50
_SHORTEST, _LONGEST = 5, 12 * 60
_DAYS = ("%Y-%m-%d", "%m/%d/%Y")
_TIMES = ("%H:%M", "%I:%M %p", "%I:%M%p")
_GUARDED = re.compile(r"'[=+\-@\t\r\n＝＋－＠]")  # as our own export guards a cell
_OLDEST = date(1900, 1, 1)
_SAID = {"yes": True, "y": True, "1": True, "true": True, "": False, "no": False, "n": False}
_SAID |= {"0": False, "false": False}


class NoSchedule(Refusal):
    """The file as a whole cannot be read."""


@dataclass(frozen=True)
class Wanted:
    """What one line asks for."""

    starts_at: datetime
    ends_at: datetime
    service: Service
    given_name: str
    family_name: str
    phone: str  # normal
    birth_on: date | None
    clinician: str
    place: str
    language: str
    texts_agreed: bool


@dataclass
class Line:
    """One line of the file: what stood there, what is wrong with it, by column."""

    number: int  # as an editor counts them
    typed: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    wanted: Wanted | None = None


def read(raw: bytes, clinic: Clinic) -> list[Line]:
    """Every line below the heads, in order; empty ones are passed over.

    Refuses (NoSchedule) what is no table, lacks a column that is needed, or is too much at once.
    """
    rows = _rows(_text(raw))
    if not rows:
        raise NoSchedule(_("The file is empty."), field="file")
    heads = [" ".join(cell.split()).casefold() for cell in rows[0][1]]
    missing = [name for name in NEEDED if name not in heads]
    if missing:
        raise NoSchedule(
            _("The first line must name the columns. Missing: %(names)s.")
            % {"names": ", ".join(missing)},
            field="file",
        )
    if len(rows) - 1 > MOST_LINES:
        raise NoSchedule(
            _("Bring at most %(most)s lines at once.") % {"most": MOST_LINES}, field="file"
        )
    return [_line(number, heads, cells, clinic) for number, cells in rows[1:]]


def _text(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise NoSchedule(_("The file is too large for one day's schedule."), field="file")
    if b"\x00" in raw:
        raise NoSchedule(_("This is no CSV file. Save the table as CSV first."), field="file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # as spreadsheets still save


def _rows(text: str) -> list[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise NoSchedule(
            _("This is no CSV file. Save the table as CSV first."), field="file"
        ) from None


def _line(number: int, heads: list[str], cells: list[str], clinic: Clinic) -> Line:
    pairs = zip(heads, cells, strict=False)
    line = Line(number, {head: _cell(cell) for head, cell in pairs if head in COLUMNS})
    if len(cells) > len(heads) and any(cell.strip() for cell in cells[len(heads) :]):
        line.faults["date"] = _("This line has more cells than there are columns.")
        return line
    for head, value in line.typed.items():
        if len(value) > _LONGEST_CELL:
            line.faults[head] = _("That is too long.")
    if not line.faults:
        _read_line(line, clinic)
    return line


def _read_line(line: Line, clinic: Clinic) -> None:
    def got(column: str, reading: Callable[[str], object]) -> object:
        try:
            return reading(line.typed.get(column, ""))
        except Refusal as refusal:
            line.faults[column] = refusal.message
            return None

    on, at = got("date", _day), got("time", _time)
    service = got("type", _service)
    minutes = got("minutes", lambda value: _minutes(value, service))
    phone = got("phone", lambda value: phones.normal(value, clinic.country))
    birth_on = got("birth date", _birth)
    agreed = got("texts agreed", _yes)
    given_name = got("first name", _name)
    starts_at = None
    if isinstance(on, date) and isinstance(at, time):
        wall = datetime.combine(on, at)
        starts_at = got("time", lambda _value: _moment(wall, clinic.zone))
    if line.faults or not isinstance(starts_at, datetime) or not isinstance(minutes, int):
        return
    assert isinstance(service, Service)
    line.wanted = Wanted(
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        service=service,
        given_name=str(given_name),
        family_name=line.typed.get("last name", ""),
        phone=str(phone),
        birth_on=birth_on if isinstance(birth_on, date) else None,
        clinician=line.typed.get("clinician", ""),
        place=line.typed.get("place", ""),
        language=line.typed.get("language", "").casefold()[:2],
        texts_agreed=bool(agreed),
    )


def _cell(value: str) -> str:
    value = value.strip()
    return value[1:].strip() if _GUARDED.match(value) else value


def _day(value: str) -> date:
    for pattern in _DAYS:
        try:
            return datetime.strptime(value, pattern).date()  # noqa: DTZ007  a calendar day
        except ValueError:
            continue
    raise Refusal(_("Enter a day, like 2026-11-27."))


def _time(value: str) -> time:
    for pattern in _TIMES:
        try:
            return datetime.strptime(value.upper(), pattern).time()  # noqa: DTZ007  a wall time
        except ValueError:
            continue
    raise Refusal(_("Enter a time, like 15:00 or 3:00 PM."))


def _moment(wall: datetime, zone: str) -> datetime:
    moment = wall_time.instant(wall, zone)
    if wall_time.wall(moment, zone) != wall:
        raise Refusal(_("The clocks go forward then: there is no such time on that day."))
    return moment


def _service(value: str) -> Service:
    if value.casefold() not in {each.value for each in Service}:
        known = ", ".join(each.value for each in Service)
        raise Refusal(_("Enter one of these: %(known)s.") % {"known": known})
    return Service(value.casefold())


def _minutes(value: str, service: object) -> int:
    if not value:
        return _USUAL.get(service, _USUAL_VISIT) if isinstance(service, Service) else _USUAL_VISIT
    if not (value.isascii() and value.isdigit()) or not _SHORTEST <= int(value) <= _LONGEST:
        raise Refusal(_("Enter a length from 5 to 720 minutes."))
    return int(value)


def _birth(value: str) -> date | None:
    if not value:
        return None
    day = _day(value)
    if day < _OLDEST:
        raise Refusal(_("Enter a day in the past, like 1990-01-31."))
    return day


def _name(value: str) -> str:
    if not value:
        raise Refusal(_("Enter a first name."))
    return value


def _yes(value: str) -> bool:
    if value.casefold() not in _SAID:
        raise Refusal(_("Enter yes or no."))
    return _SAID[value.casefold()]
