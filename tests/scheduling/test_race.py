"""Twenty at once: a clinician is never booked twice, whatever the database."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import func, select

from app import clock
from app.people.models import Patient, Practitioner
from app.scheduling import booking, rescheduling
from app.scheduling.models import Appointment, Service
from app.scheduling.rules import SlotTaken
from bench import race

CROWD = 20


def at_once(database, act):
    """Run `act(db, number)` in twenty threads that start together; what each returned or raised."""
    gate = threading.Barrier(CROWD)

    def run(number):
        gate.wait()
        try:
            with database.session() as db:
                return act(db, number)
        except SlotTaken:
            return "taken"

    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(run, range(CROWD)))


def test_asvs_2_3_4_of_twenty_who_book_the_same_slot_one_wins(database, cast):
    starts_at = clock.now() + timedelta(days=5)

    def book(db, number):
        booking.book(
            db,
            patient=db.get(Patient, cast.theo.id),
            service=Service.CONSULTATION,
            practitioner=db.get(Practitioner, cast.dr_okafor.id),
            # Overlapping is enough: they need not ask for the same minute.
            starts_at=starts_at + timedelta(minutes=number),
            ends_at=starts_at + timedelta(minutes=number + 50),
            by=None,
        )
        return "booked"

    assert sorted(at_once(database, book)) == ["booked"] + ["taken"] * (CROWD - 1)


def test_twenty_infusions_at_once_get_twenty_visits_that_do_not_overlap(database, cast):
    starts_at = clock.now() + timedelta(days=5)

    def book(db, number):
        booked = booking.book(
            db,
            patient=db.get(Patient, cast.theo.id if number % 2 else cast.maya.id),
            service=Service.INFUSION,
            practitioner=db.get(Practitioner, cast.dr_okafor.id),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            by=None,
        )
        assert booked.integration is not None
        return (booked.integration.starts_at, booked.integration.ends_at)

    times = sorted(at_once(database, book))

    assert all(first[1] <= second[0] for first, second in pairwise(times))
    with database.session(write=False) as db:
        infusions = select(func.count()).where(
            Appointment.service == Service.INFUSION, Appointment.starts_at == starts_at
        )
        assert db.scalar(infusions) == CROWD


def test_twenty_who_move_the_same_visit_move_it_one_after_the_other(database, cast):
    def move(db, number):
        rescheduling.reschedule(
            db,
            db.get(Appointment, cast.integration_visit.id),
            cast.integration_visit.starts_at + timedelta(minutes=number + 1),
            by=None,
        )

    at_once(database, move)

    with database.session(write=False) as db:
        assert db.get(Appointment, cast.integration_visit.id).version == CROWD + 1


def test_of_a_crowd_that_picks_moves_and_books_the_same_hour_one_has_it(database):
    told, held = race.run(database, 60)

    assert told == {"has it": 1, "refused": 59}
    assert held == 1
