"""Somebody's answers over weeks, handed in as they came to be."""

from datetime import datetime, timedelta

import pytest

from app import clock, wall_time
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from tests import sheets

ANSWERS = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
COUNT = {"phq-9": 9, "gad-7": 7, "pcl-5": 20}
MOST = {"phq-9": 3, "gad-7": 3, "pcl-5": 4}


@pytest.fixture
def at():
    """`at("2026-11-24T10:00")`: that time on the clinic's clock."""
    return lambda text: wall_time.instant(datetime.fromisoformat(text), "America/New_York")


@pytest.fixture
def later(at):
    """`later("2026-11-24T10:00")`: the clock stands there from now on."""
    return lambda text: clock.stand_still(at(text), machine=at(text))


def answers_of(slug, total, left_out=0):
    """Answers of a scale that come to `total`."""
    given = {}
    for place in range(1, COUNT[slug] + 1 - left_out):
        weight = min(MOST[slug], total)
        given[f"q{place}"] = str(weight) if slug == "pcl-5" else ANSWERS[weight]
        total -= weight
    return given


@pytest.fixture
def hand_in(database, cast, later):
    """`hand_in("phq-9", 15, "2026-11-24T10:00")`: a sheet of Maya's that comes to 15, then."""

    def hand_in(slug, total, when, patient=None, left_out=0):
        later(when)
        given = answers_of(slug, total, left_out)
        return sheets.hand_in(database, patient or cast.maya, slug, given)

    return hand_in


@pytest.fixture
def session_on(database, cast, at):
    """`session_on("2026-11-24T14:00")`: a session of Maya's that took place, or is booked."""

    def session_on(text, patient=None, service=Service.INFUSION, status=None, minutes=90):
        starts_at, now = at(text), clock.now()
        who = patient or cast.maya
        is_past = starts_at + timedelta(minutes=minutes) <= now
        with database.session() as db:
            row = Appointment(
                clinic_id=who.clinic_id,
                patient_id=who.id,
                practitioner_id=cast.dr_okafor.id,
                service=service,
                status=status
                or (AppointmentStatus.FULFILLED if is_past else AppointmentStatus.BOOKED),
                wall_start=text,
                zone="America/New_York",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=minutes),
                made_at=now,
            )
            db.add(row)
            db.flush()
            if row.status is AppointmentStatus.FULFILLED:
                db.add(
                    Encounter(
                        clinic_id=who.clinic_id,
                        appointment_id=row.id,
                        started_at=row.starts_at,
                        ended_at=row.ends_at,
                    )
                )
            return row.id

    return session_on


@pytest.fixture
def maya(cast):
    """Maya, to be read in a session: `maya(db)`."""
    return lambda db: db.get_one(Patient, cast.maya.id)
