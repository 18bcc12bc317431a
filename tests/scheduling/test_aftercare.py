"""The day after a dose begins where the dose ended, and ends by the clock."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from app import clock
from app.people.models import Patient
from app.scheduling import aftercare
from app.scheduling.models import Appointment, AppointmentStatus, Encounter


@pytest.fixture
def until(database, cast):
    def until(patient=None):
        with database.session(write=False) as db:
            return aftercare.gentle_until(db, db.get_one(Patient, (patient or cast.maya).id))

    return until


def test_it_is_over_a_day_after_the_recorded_end(cast, until):
    assert until() == cast.infusion.ends_at + timedelta(hours=24)

    clock.stand_still(cast.infusion.ends_at + timedelta(hours=24))
    assert until() is None


def test_the_recorded_end_counts_not_the_planned_one(cast, until, database):
    later = cast.infusion.ends_at + timedelta(minutes=40)
    with database.session() as db:
        db.execute(update(Encounter).values(ended_at=later))

    assert until() == later + timedelta(hours=24)


def test_while_nothing_is_recorded_the_planned_end_counts(cast, until, database):
    with database.session() as db:
        db.execute(delete(Encounter))

    assert until() == cast.infusion.ends_at + timedelta(hours=24)


@pytest.mark.parametrize("status", [AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW])
def test_a_dose_that_was_not_given_is_not_felt(cast, until, database, status):
    with database.session() as db:
        db.execute(
            update(Appointment).where(Appointment.id == cast.infusion.id).values(status=status)
        )

    assert until() is None


def test_nobody_else_rests(cast, until):
    assert until(cast.theo) is None
