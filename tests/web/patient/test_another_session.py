"""Whoever has had a session can ask for another: staff are told once, and nothing is booked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.people.models import Patient, Practitioner
from app.protocols import infusions
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks import desk as tasks
from app.tasks.models import StaffTask, TaskCode

ASK = 'href="/another-session"'
PATH = "/another-session"


@pytest.fixture
def open_tasks(database):
    """`open_tasks()`: what stands on the desk for another session."""

    def open_tasks():
        with database.session(write=False) as db:
            return db.scalars(
                select(StaffTask).where(
                    StaffTask.code == TaskCode.ANOTHER_SESSION, StaffTask.done_at.is_(None)
                )
            ).all()

    return open_tasks


def _book_infusion(database, cast, days=3):
    starts_at = clock.now() + timedelta(days=days)
    with database.session() as db:
        return infusions.book(
            db,
            patient=db.get_one(Patient, cast.maya.id),
            service=Service.INFUSION,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            by=db.get_one(Practitioner, cast.jordan.id),
        ).appointment


def test_home_leads_whoever_has_had_a_session_to_asking_for_another(signed_in, cast):
    assert ASK in signed_in(cast.maya).get("/").text
    assert ASK not in signed_in(cast.theo).get("/").text


def test_asking_tells_staff_once_and_home_says_so(signed_in, cast, open_tasks):
    maya = signed_in(cast.maya)

    for _time in range(2):
        answer = maya.post(PATH)
        assert (answer.status_code, answer.headers["location"]) == (303, PATH)

    [task] = open_tasks()
    assert task.patient_id == cast.maya.id
    assert not task.urgent
    home = maya.get("/").text
    assert "You asked for another session. Northside Clinic will be in touch." in home
    assert ASK not in home
    page = maya.get(PATH).text
    assert "Your team knows." in page
    assert "Friday, November 20" in page
    assert "<button" not in page.split("<main")[1].split("</main>")[0]


def test_looking_tells_nobody(signed_in, cast, everything):
    maya = signed_in(cast.maya)
    maya.get("/")
    before = everything()

    assert "Tell my team" in maya.get(PATH).text

    assert everything() == before


def test_whoever_has_one_booked_is_not_led_there_and_cannot_ask(
    signed_in, cast, database, open_tasks
):
    _book_infusion(database, cast)
    maya = signed_in(cast.maya)

    assert ASK not in maya.get("/").text
    assert "A session is booked for you." in maya.get(PATH).text
    maya.post(PATH)
    assert open_tasks() == []


def test_nor_can_whoever_never_had_one(signed_in, cast, open_tasks):
    theo = signed_in(cast.theo)

    theo.post(PATH)

    assert open_tasks() == []
    assert "There is nothing to ask for right now." in theo.get(PATH).text


@pytest.mark.parametrize("status", [AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW])
def test_a_session_that_never_began_is_no_session(signed_in, cast, database, status):
    with database.session() as db:
        db.get_one(Appointment, cast.infusion.id).status = status

    assert ASK not in signed_in(cast.maya).get("/").text


def test_it_stands_on_today_with_a_booking_that_is_filled_in(signed_in, cast, desk):
    signed_in(cast.maya).post(PATH)

    page = desk.get("/clinic").text

    assert "Asks for another session" in page
    address = f"/clinic/book?patient={cast.maya.id}&amp;service=infusion"
    assert f'href="{address}"' in page
    form = desk.get(address.replace("&amp;", "&")).text
    assert f'<option value="{cast.maya.id}" selected>' in form
    assert '<option value="infusion" selected>' in form


def test_booking_one_settles_it(signed_in, cast, database, open_tasks):
    signed_in(cast.maya).post(PATH)

    _book_infusion(database, cast)

    assert open_tasks() == []
    with database.session(write=False) as db:
        assert db.scalars(select(StaffTask.done_by_id)).one() == cast.jordan.id


def test_after_staff_have_closed_it_it_may_be_asked_again(signed_in, cast, database, open_tasks):
    maya = signed_in(cast.maya)
    maya.post(PATH)
    with database.session() as db:
        task = db.scalars(select(StaffTask)).one()
        tasks.close_task(db, task, by=db.get_one(Practitioner, cast.jordan.id))

    assert ASK in maya.get("/").text
    maya.post(PATH)

    assert len(open_tasks()) == 1


def test_nobody_asks_without_being_signed_in(client, open_tasks):
    assert client.post(PATH).headers["location"] == "/sign-in"
    assert open_tasks() == []
