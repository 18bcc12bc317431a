"""Whose a text is when clinics have senders of their own, and when they share one.

The clinic next door enrols a number of Northside's patient and texts it, as anybody could.
"""

from datetime import timedelta
from itertools import count

import pytest

from app import clock
from app.db.base import Model
from app.messaging import alarms, delivery, inbound, outbox, senders
from app.messaging.inbound import Raw
from app.messaging.models import Direction, InboundText, Message, Purpose, Thread
from app.people import enrolment
from app.people.models import Clinic, Patient
from app.replies import care, taking_in
from app.safety.models import SafetyAlert
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks.models import StaffTask
from tests.conftest import BASE_URL, FRIDAY_NOON

MAYA, STRANGER = "+13125550142", "+13125550199"
NORTH, LAKE, SHARED, POOL = "+13125550901", "+13125550902", "recording", "+13125550100"
WORDS = [
    "ok",
    "LATER",
    "CALL",
    "STOP",
    "please stop texting me",
    "START",
    "HELP",
    "AYUDA",
    "Who is this?",
    "I want to die",
    "skip",
    "Liked “See you soon. Reply OK”",
]


@pytest.fixture
def twin(database, cast):
    """Maya's number, entered at the clinic next door too: nothing is booked there."""
    with database.session() as db:
        return enrolment.enrol(
            db,
            db.get_one(Clinic, cast.neighbour.id),
            given_name="Somebody",
            family_name="Else",
            phone=cast.maya.phone,
            by=None,
        )


@pytest.fixture
def give(database):
    def give(clinic, name):
        with database.session() as db:
            return senders.give(db, db.get_one(Clinic, clinic.id), name, shared=SHARED)

    return give


@pytest.fixture
def take_back(database):
    def take_back(clinic):
        with database.session() as db:
            senders.take_back(db, db.get_one(Clinic, clinic.id))

    return take_back


@pytest.fixture
def own(give, cast):
    """Both clinics have a sender of their own."""
    give(cast.clinic, NORTH)
    give(cast.neighbour, LAKE)


@pytest.fixture
def texts(database, gateway, at):
    """`texts(patient)`: her clinic texts her; a minute passes."""

    def texts(patient):
        with database.session() as db:
            kept = db.get_one(Patient, patient.id)
            outbox.enqueue(db, Purpose.CODE, "Hello.", patient=kept, due_at=clock.now())
        while delivery.send_one(database, gateway, "worker-1", BASE_URL):
            pass
        at(clock.now() + timedelta(minutes=1))

    return texts


@pytest.fixture
def writes(database):
    """`writes(words, to)`: a text comes in and is understood."""
    sids = (f"SM{number:032d}" for number in count(500))

    def writes(words, to=POOL, *, sender=MAYA, service=None, answered=""):
        if service is None:
            service = SHARED if to == POOL else ""
        with database.session() as db:
            raw = Raw(sender, to, words, answered, service=service)
            inbound.store(db, next(sids), raw, at=clock.now())
        while taking_in.understand_next(database):
            pass

    return writes


@pytest.fixture
def of_clinic(database):
    """Every row of every table that belongs to a clinic."""

    def of_clinic(clinic):
        with database.session(write=False) as db:
            return {
                table.name: sorted(
                    repr(tuple(row))
                    for row in db.execute(table.select().where(table.c.clinic_id == clinic.id))
                )
                for table in Model.metadata.sorted_tables
                if "clinic_id" in table.c and table.name != "sender"
            }

    return of_clinic


@pytest.fixture
def read_at(received):
    """`read_at(clinic)`: the words that its staff read."""
    return lambda clinic: [text.body for text in received() if text.clinic_id == clinic.id]


@pytest.fixture
def book(database, cast):
    """`book(patient, days)`: an appointment so many days from now."""

    def book(patient, days, status=AppointmentStatus.BOOKED):
        starts_at = clock.now() + timedelta(days=days)
        with database.session() as db:
            db.add(
                Appointment(
                    clinic_id=patient.clinic_id,
                    patient_id=patient.id,
                    service=Service.INFUSION,
                    status=status,
                    wall_start="2026-11-20T12:00",
                    zone="America/New_York",
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(hours=2),
                    made_at=clock.now(),
                )
            )

    return book


@pytest.mark.parametrize("words", WORDS)
def test_next_door_neither_draws_nor_stops_nor_reads_what_is_written_to_another_sender(
    own, twin, cast, planned, texts, writes, of_clinic, read_at, words
):
    texts(cast.maya)
    texts(twin)  # last
    before = of_clinic(cast.neighbour)

    writes(words, NORTH)

    assert of_clinic(cast.neighbour) == before
    assert read_at(cast.clinic) == [words]


@pytest.mark.parametrize("words", WORDS)
def test_what_is_written_to_next_doors_own_sender_changes_nothing_here(
    own, twin, cast, planned, texts, writes, of_clinic, read_at, words
):
    texts(twin)
    texts(cast.maya)
    before = of_clinic(cast.clinic)

    writes(words, LAKE)

    assert of_clinic(cast.clinic) == before
    assert read_at(cast.neighbour) == [words]


def test_a_patient_whom_only_another_clinic_knows_is_a_stranger_to_a_sender(
    own, cast, writes, rows, read_at
):
    writes("I want to die", LAKE)

    (thread,) = rows(Thread)
    (alert,) = rows(SafetyAlert)
    assert (thread.clinic_id, thread.patient_id) == (cast.neighbour.id, None)
    assert alert.clinic_id == cast.neighbour.id
    assert read_at(cast.clinic) == []


def test_staff_are_staff_to_their_own_clinics_sender_alone(own, cast, writes, received):
    writes("on my way", NORTH, sender=cast.jordan.phone)
    writes("on my way", LAKE, sender=cast.jordan.phone)

    first, second = received()
    assert (first.practitioner_id, second.practitioner_id) == (cast.jordan.id, None)
    assert second.clinic_id == cast.neighbour.id


def test_a_stranger_belongs_to_the_clinic_whose_sender_it_is_whoever_knew_them_before(
    own, cast, writes, rows
):
    writes("Hello?", LAKE, sender=STRANGER)
    writes("Hello?", NORTH, sender=STRANGER)

    assert {thread.clinic_id for thread in rows(Thread)} == {cast.clinic.id, cast.neighbour.id}


def test_an_answer_names_the_clinic_that_was_asked(own, twin, cast, texts, writes, rows):
    texts(twin)
    writes("who are you? help", NORTH)
    writes("ALTO", NORTH)

    answers = [row for row in rows(Message) if row.purpose is Purpose.KEYWORD]
    assert {row.clinic_id for row in answers} == {cast.clinic.id}
    assert all("Northside" in row.body for row in answers)


def test_a_stop_holds_for_the_sender_it_was_written_to(own, twin, cast, writes, rows):
    writes("STOP", LAKE)

    stopped = {row.id: row.opted_out_at is not None for row in rows(Patient)}
    assert (stopped[twin.id], stopped[cast.maya.id]) == (True, False)


# A shared sender.


@pytest.mark.parametrize("words", ["I want to die", "STOP. I want to die", "ok I want to die"])
def test_danger_reaches_the_clinic_that_cares_for_them_whoever_texted_last(
    twin, cast, texts, writes, rows, read_at, words
):
    texts(cast.maya)
    texts(twin)

    writes(words)

    (alert,) = rows(SafetyAlert)
    assert (alert.clinic_id, alert.patient_id) == (cast.clinic.id, cast.maya.id)
    assert (read_at(cast.clinic), read_at(cast.neighbour)) == ([words], [])


def test_danger_reaches_every_clinic_that_cares_for_them_and_is_answered_once(
    twin, cast, texts, writes, rows, read_at, book, said
):
    book(twin, 3)
    texts(cast.maya)
    texts(twin)

    writes("I want to die")

    alerts = rows(SafetyAlert)
    assert {(row.clinic_id, row.patient_id) for row in alerts} == {
        (cast.clinic.id, cast.maya.id),
        (cast.neighbour.id, twin.id),
    }
    assert len(alerts) == 2
    assert (read_at(cast.clinic), read_at(cast.neighbour)) == (["I want to die"],) * 2
    told = said("safety")
    assert len(told) == 1
    assert "988" in told[0][1]
    opened = {row.clinic_id for row in rows(Thread) if row.opened_at is not None}
    assert opened == {cast.clinic.id, cast.neighbour.id}


def test_danger_where_nobody_cares_for_them_any_more_reaches_everybody_who_has_the_number(
    twin, cast, texts, writes, rows, at
):
    at(FRIDAY_NOON + care.LATELY + timedelta(days=2))
    texts(twin)

    writes("I want to die")

    assert {row.clinic_id for row in rows(SafetyAlert)} == {cast.clinic.id, cast.neighbour.id}


def test_somebody_put_away_next_door_is_not_told_of_there(
    twin, cast, texts, writes, rows, at, change
):
    at(FRIDAY_NOON + care.LATELY + timedelta(days=2))
    texts(twin)
    change(twin, archived_at=clock.now())

    writes("I want to die")

    assert {row.clinic_id for row in rows(SafetyAlert)} == {cast.clinic.id}


@pytest.mark.parametrize(
    ("days", "status", "is_in_care"),
    [
        (200, AppointmentStatus.BOOKED, True),
        (-179, AppointmentStatus.FULFILLED, True),
        (-179, AppointmentStatus.NOSHOW, True),
        (-181, AppointmentStatus.FULFILLED, False),
        (2, AppointmentStatus.CANCELLED, False),
    ],
)
def test_care_is_an_appointment_ahead_or_of_the_last_half_year(
    twin, database, book, days, status, is_in_care
):
    book(twin, days, status)

    with database.session(write=False) as db:
        assert (care.where(db, [twin]) == {twin.id}) is is_in_care


def test_danger_that_cannot_be_understood_still_reaches_who_cares_for_them(
    twin, cast, texts, database, rows, come_in
):
    texts(twin)
    text = come_in("I want to die")
    with database.session() as db:
        kept = db.get_one(InboundText, text.id)
        kept.attempts = inbound.MOST_ATTEMPTS
    assert taking_in.understand_next(database)

    assert {row.clinic_id for row in rows(SafetyAlert)} == {cast.clinic.id}


@pytest.mark.parametrize("words", ["STOP", "ALTO", "please stop texting me"])
def test_a_stop_to_a_shared_sender_stops_every_clinic_behind_it_and_none_elsewhere(
    twin, cast, texts, writes, rows, database, give, words
):
    with database.session() as db:
        third = enrolment.open_clinic(
            db, name="Hill House", slug="hill", zone="America/Chicago", phone="+13125550130"
        )
        db.flush()
        apart = enrolment.enrol(db, third, given_name="M", family_name="O", phone=MAYA, by=None)
    give(third, NORTH)
    texts(twin)

    writes(words)

    stopped = {row.id: row.opted_out_at is not None for row in rows(Patient)}
    assert (stopped[cast.maya.id], stopped[twin.id], stopped[apart.id]) == (True, True, False)
    told = {row.clinic_id for row in rows(StaffTask) if row.code.value == "opted-out"}
    assert told == {cast.clinic.id, cast.neighbour.id}


def test_staff_who_care_for_somebody_see_that_a_text_may_be_for_another_clinic(
    twin, cast, texts, writes, received, desk
):
    texts(cast.maya)

    writes("Yes, that suits me")

    (text,) = received()
    assert (text.clinic_id, text.may_be_anothers) == (cast.clinic.id, True)
    page = desk.get(f"/clinic/inbox/{cast.maya.id}").text
    assert "Other clinics text by the same number." in page
    assert "Lakeview" not in page


def test_who_only_entered_a_number_does_not_learn_that_it_is_a_patients_elsewhere(
    twin, cast, texts, writes, received
):
    texts(twin)

    writes("Yes, that suits me")

    (text,) = received()
    assert (text.clinic_id, text.may_be_anothers) == (cast.neighbour.id, False)


def test_a_number_that_one_clinic_alone_has_is_marked_nowhere(cast, texts, writes, received):
    texts(cast.maya)

    writes("Yes, that suits me")

    assert not received()[0].may_be_anothers


def test_help_asked_for_in_danger_is_heard_where_the_alert_was(
    twin, cast, texts, writes, rows, database
):
    writes("I want to die")
    with database.session() as db:
        for alert in db.query(SafetyAlert):
            alert.next_round_at, alert.acknowledged_at = None, clock.now()
    texts(twin)  # who knows nothing of it
    writes("AYUDA")

    assert [row.clinic_id for row in rows(SafetyAlert)] == [cast.clinic.id] * 2


# From one sender to another.


def test_who_goes_on_writing_to_the_number_of_before_is_still_found(
    cast, texts, writes, give, read_at, rows, received
):
    texts(cast.maya)
    give(cast.clinic, NORTH)

    writes("I want to die")

    assert read_at(cast.clinic) == ["I want to die"]
    assert {row.clinic_id for row in rows(SafetyAlert)} == {cast.clinic.id}
    assert received()[0].patient_id == cast.maya.id


def test_a_clinic_that_never_texted_by_the_shared_sender_is_not_looked_for_behind_it(
    cast, texts, writes, give, read_at
):
    give(cast.clinic, NORTH)
    texts(cast.maya)

    writes("Hello?")

    assert (read_at(cast.clinic), read_at(cast.neighbour)) == ([], ["Hello?"])


def test_a_start_to_the_number_of_before_brings_nothing_back_and_is_put_before_a_person(
    cast, texts, writes, give, rows, tasks, change
):
    texts(cast.maya)
    give(cast.clinic, NORTH)
    change(cast.maya, opted_out_at=clock.now())

    writes("START")

    assert {row.id: row.opted_out_at is not None for row in rows(Patient)}[cast.maya.id]
    assert ("answer", "START") in tasks()


def test_what_is_written_to_a_number_that_its_clinic_has_left_reaches_that_clinic(
    own, cast, take_back, writes, read_at
):
    take_back(cast.clinic)

    writes("I want to die", NORTH)

    assert read_at(cast.clinic) == ["I want to die"]


# Nobody's.


def test_what_is_written_to_nobodys_number_is_kept_and_alarms_the_operator_and_is_shown_to_nobody(
    own, cast, writes, received, waiting, database, of_clinic
):
    before = of_clinic(cast.clinic), of_clinic(cast.neighbour)

    writes("I want to die", "+15005550006", service="MG" + "f" * 32)

    assert received() == []
    assert (of_clinic(cast.clinic), of_clinic(cast.neighbour)) == before
    (text,) = waiting()
    assert inbound.raw_of(text).body == "I want to die"
    with database.session(write=False) as db:
        for clinic in (None, db.get_one(Clinic, cast.neighbour.id)):
            assert [a.code for a in alarms.open_alarms(db, clinic)] == ["unknown-sender"]


def test_it_holds_up_nothing_else_that_the_same_person_writes(
    own, cast, writes, rows, read_at, waiting
):
    writes("Hello?", "+15005550006")
    writes("I want to die", NORTH)

    assert read_at(cast.clinic) == ["I want to die"]
    assert len(waiting()) == 1


def test_it_is_understood_with_all_that_follows_once_the_operator_says_whose_the_number_is(
    own, cast, writes, give, rows, waiting, at, database
):
    for _ in range(5):
        writes("I want to die", "+15005550006") if not waiting() else None
        at(clock.now() + timedelta(minutes=11))
        while taking_in.understand_next(database):
            pass
    assert len(waiting()) == 1
    give(cast.clinic, "+15005550006")
    at(clock.now() + timedelta(minutes=11))
    while taking_in.understand_next(database):
        pass

    assert waiting() == []
    assert {row.clinic_id for row in rows(SafetyAlert)} == {cast.clinic.id}


def test_a_shared_sender_that_every_clinic_has_left_shows_strangers_to_nobody(
    own, cast, writes, received, waiting
):
    writes("Hello?", sender=STRANGER)

    assert (received(), len(waiting())) == ([], 1)


def test_what_leaves_is_never_taken_for_what_came_in(own, cast, texts, rows):
    texts(cast.maya)

    assert {row.direction for row in rows(Message)} == {Direction.OUTBOUND}
