"""Takes a schedule's lines in, all of them or none: patients are recognised, bookings made once.

A look does the very same and takes it back, so what it says is what happens.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import Model
from app.i18n import gettext as _
from app.people import enrolment
from app.people.models import Clinic, Patient, Practitioner
from app.protocols import infusions
from app.protocols.rehearsing import rehearse
from app.protocols.schedule_lines import Line, Wanted
from app.refusal import Refusal
from app.scheduling import already_there, calendars, locations, rules
from app.scheduling.models import Appointment, Location, Service
from app.scheduling.therapeutic_window import infusion_before, window_of


class Outcome(StrEnum):
    """What becomes of a line."""

    BOOKED = "booked"
    THERE = "there"  # it was booked before
    FAULTY = "faulty"


@dataclass
class Taken:
    """One line and what becomes of it."""

    line: Line
    outcome: Outcome
    is_new_patient: bool = False
    visit_at: datetime | None = None  # of the visit that is booked along with a session
    warning: str = ""


def look(db: Session, clinic: Clinic, lines: list[Line], *, by: Model) -> list[Taken]:
    """What taking these lines in would do. Leaves nothing behind. Faults are noted at the lines."""
    with rehearse(db):
        return _take_all(db, clinic, lines, by)


def take(db: Session, clinic: Clinic, lines: list[Line], *, by: Model) -> list[Taken]:
    """Take all of them in; with one fault among them, none, and the faults stand at their lines."""
    with db.begin_nested() as savepoint:
        found = _take_all(db, clinic, lines, by)
        if any(each.outcome is Outcome.FAULTY for each in found):
            savepoint.rollback()
    return found


def _take_all(db: Session, clinic: Clinic, lines: list[Line], by: Model) -> list[Taken]:
    calendars.hold(db, clinic.id)
    desk = _Desk(db, clinic, by)
    ordered = sorted(lines, key=lambda line: _order(line.wanted))
    taken = {line.number: desk.take(line) for line in ordered}
    return [taken[line.number] for line in lines]


def _order(wanted: Wanted | None) -> tuple[int, float]:
    """Visits first, so that those booked along with sessions find room beside them."""
    if wanted is None:
        return (len(_TURNS), 0.0)
    return (_TURNS.get(wanted.service, 0), wanted.starts_at.timestamp())


class _Desk:
    """Takes one line after the other, as a person at the desk would."""

    def __init__(self, db: Session, clinic: Clinic, by: Model) -> None:
        self._db, self._clinic, self._by = db, clinic, by
        self._clinicians = calendars.clinicians(db, clinic.id)
        self._places = locations.of_clinic(db, clinic)

    def take(self, line: Line) -> Taken:
        if line.wanted is None:
            return Taken(line, Outcome.FAULTY)
        try:
            with self._db.begin_nested():
                return self._book(line, line.wanted)
        except Refusal as refusal:
            line.faults[_COLUMN.get(refusal.field or "", "time")] = refusal.message
            return Taken(line, Outcome.FAULTY)

    def _book(self, line: Line, wanted: Wanted) -> Taken:
        rules.refuse_past(wanted.ends_at)
        clinician, place = self._clinician(wanted.clinician), self._place(wanted.place)
        patient = self._known(wanted)
        is_new = patient is None
        if patient is None:
            patient = self._enrol(wanted)
        there = already_there.find(
            self._db, patient, wanted.service, wanted.starts_at, wanted.ends_at
        )
        if there is not None:
            return Taken(line, Outcome.THERE)
        if wanted.service is Service.INTEGRATION:
            self._refuse_second_visit(patient, wanted)
        booked = infusions.book(
            self._db,
            patient=patient,
            service=wanted.service,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            practitioner=clinician,
            by=self._by,
        )
        if place is not None and wanted.service is Service.INFUSION:
            locations.give(self._db, booked.appointment, place)
        visit_at = booked.integration.starts_at if booked.integration else None
        return Taken(line, Outcome.BOOKED, is_new, visit_at, booked.warning or "")

    def _known(self, wanted: Wanted) -> Patient | None:
        """Whose number it is. Refuses somebody else's: by birth date, else by family name."""
        patient = enrolment.with_number(self._db, self._clinic.id, wanted.phone)
        if patient is None:
            return None
        if patient.birth_on is not None and wanted.birth_on is not None:
            is_same = patient.birth_on == wanted.birth_on
        else:
            is_same = patient.family_name.casefold() == wanted.family_name.casefold()
        if not is_same:
            raise Refusal(
                _("This number is on file with another birth date or name. Look before you book."),
                field="phone",
            )
        if patient.birth_on is None:
            patient.birth_on = wanted.birth_on
        return patient

    def _enrol(self, wanted: Wanted) -> Patient:
        patient = enrolment.enrol(
            self._db,
            self._clinic,
            given_name=wanted.given_name,
            family_name=wanted.family_name,
            phone=wanted.phone,
            birth_on=wanted.birth_on,
            language=wanted.language,
            texts_agreed=wanted.texts_agreed,
            by=self._by,
        )
        self._db.flush()  # what is booked points at it
        return patient

    def _refuse_second_visit(self, patient: Patient, wanted: Wanted) -> None:
        """A session has booked its visit along already; a second would be one too many."""
        visits = self._db.scalars(
            select(Appointment).where(
                Appointment.patient_id == patient.id,
                Appointment.service == Service.INTEGRATION,
                Appointment.status.in_(calendars.OPEN),
                Appointment.follows_id.is_not(None),
            )
        )
        for visit in visits:
            session = infusion_before(self._db, visit)
            if session is not None and wanted.starts_at in window_of(self._db, session):
                raise Refusal(
                    _("A visit is booked along with the session already. Move that one instead."),
                    field="service",
                )

    def _clinician(self, name: str) -> Practitioner | None:
        if not name:
            return None
        for each in self._clinicians:
            if name.casefold() in (each.display_name.casefold(), each.name.casefold()):
                return each
        raise Refusal(_("No clinician here has this name."), field="practitioner")

    def _place(self, name: str) -> Location | None:
        if not name:
            return None
        for each in self._places:
            if name.casefold() == each.name.casefold():
                return each
        raise Refusal(_("No place here has this name."), field="location")


_TURNS = {Service.INFUSION: 1, Service.INTEGRATION: 2}
# Where a refusal of the booking itself is said.
_COLUMN = {
    "starts_at": "time",
    "ends_at": "minutes",
    "practitioner": "clinician",
    "location": "place",
    "service": "type",
    "phone": "phone",
    "given_name": "first name",
}
