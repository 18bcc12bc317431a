from datetime import timedelta

from app import clock
from app.people.models import Clinic
from app.scheduling import booking, upcoming
from app.scheduling.models import Service


def _book(db, patient, days):
    starts_at = clock.now() + timedelta(days=days)
    return booking.book(
        db,
        patient=patient,
        service=Service.INFUSION,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        by=None,
    ).appointment


def test_the_next_session_is_the_earliest_that_stands(db, cast):
    theo, clinic = db.merge(cast.theo), db.get_one(Clinic, cast.clinic.id)
    called_off, near, _far = (_book(db, theo, days) for days in (2, 5, 9))
    booking.cancel(db, called_off, by=None)

    found = upcoming.sessions(db, clinic, {theo.id, cast.maya.id})

    assert found == {theo.id: near.starts_at}


def test_the_neighbours_sessions_are_not_told(db, cast):
    _book(db, db.merge(cast.noor), 3)

    assert upcoming.sessions(db, db.get_one(Clinic, cast.clinic.id), {cast.noor.id}) == {}


def test_of_nobody_nothing_is_asked(db, cast):
    assert upcoming.sessions(db, db.get_one(Clinic, cast.clinic.id), set()) == {}
