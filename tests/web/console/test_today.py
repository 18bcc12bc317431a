"""Today: what needs somebody, and one action for it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.messaging import outbox
from app.messaging.models import MessageStatus, Purpose
from app.people.models import Patient, Practitioner
from app.safety import escalation
from app.safety.models import SafetyAlert, Signal
from app.scheduling import asking, booking
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.tasks import desk as tasks
from app.tasks.models import StaffTask, TaskCode
from app.telehealth import seats, visits


def _seen(page):
    """What a page shows: without the panels and lines that are hidden."""
    return re.sub(r"(?s)<(section|p|ol)\b[^>]* hidden>.*?</\1>", "", page)


def _row(page, name):
    """A row of the board by its own name."""
    return page[page.index(f'id="{name}"') :].split("</li>")[0]


def _sit_down(database, visit):
    with database.session() as db:
        appointment = db.get_one(Appointment, visit.id)
        web_session, _ = web_sessions.start(
            db,
            SessionKind.JOIN,
            clinic_id=visit.clinic_id,
            patient=appointment.patient,
            strength=Strength.LINK,
            expires_at=clock.now() + timedelta(hours=30),
        )
        return seats.claim(db, seats.take(db, appointment, web_session, None)).id


def test_an_idle_desk_says_so(desk, cast, database):
    with database.session() as db:
        db.execute(update(Appointment).values(status=AppointmentStatus.CANCELLED))

    text = desk.get("/clinic").text

    assert "Nobody is in their window. Nothing to do." in text
    assert "<title>Today · Northside Clinic</title>" in text


def test_the_board_shows_hours_left_and_the_visit(desk, cast):
    text = _seen(desk.get("/clinic").text)

    row = _row(text, f"window-{cast.infusion.id}")
    assert ">50</span> <small>h left</small>" in row
    assert "Visit tomorrow, 10:00 am" in row
    assert "1 person in their window." in text
    assert text.index("On course") < text.index("Maya Osei")


def test_a_window_without_a_visit_comes_first_with_a_way_to_book(desk, cast, database):
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        visit.status = AppointmentStatus.CANCELLED

    text = _seen(desk.get("/clinic").text)

    assert "Needs one of us" in text
    assert "1 person in their window. 1 needs one of us." in text
    assert "No visit booked" in text
    assert f"/clinic/book?patient={cast.maya.id}&amp;service=integration" in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (MessageStatus.UNDELIVERED, "Text not delivered"),
        (MessageStatus.FAILED, "Text not delivered"),
        (MessageStatus.IN_DOUBT, "Text in doubt"),
    ],
)
def test_a_lost_text_is_a_number_to_phone(desk, cast, database, status, words):
    with database.session() as db:
        message = outbox.enqueue(
            db,
            Purpose.JOIN,
            "…",
            patient=db.get_one(Patient, cast.maya.id),
            due_at=clock.now(),
            appointment_id=cast.integration_visit.id,
        )
        message.status = status

    text = desk.get("/clinic").text

    assert words in text
    assert 'href="tel:+13125550142"' in text


def test_somebody_waiting_stands_on_every_page_and_in_its_title(desk, cast, database):
    _sit_down(database, cast.integration_visit)

    for path in ("/clinic", "/clinic/patients", "/clinic/schedule", "/clinic/book"):
        text = desk.get(path).text
        assert "<title>(1) " in text
        assert "Maya Osei is waiting" in text
        assert f'href="/clinic/visits/{cast.integration_visit.id}"' in text


def test_a_ghost_waits_for_nobody(desk, cast, database):
    with database.session() as db:
        appointment = db.get_one(Appointment, cast.integration_visit.id)
        web_session, _ = web_sessions.start(
            db,
            SessionKind.JOIN,
            clinic_id=cast.clinic.id,
            patient=appointment.patient,
            strength=Strength.LINK,
            expires_at=clock.now() + timedelta(hours=30),
        )
        seats.take(db, appointment, web_session, None)

    assert "is waiting" not in desk.get("/clinic").text


def test_whoever_is_let_in_or_whose_visit_ended_waits_no_more(desk, cast, database):
    seat_id = _sit_down(database, cast.integration_visit)
    with database.session() as db:
        appointment = db.get_one(Appointment, cast.integration_visit.id)
        visits.end(db, visits.of(db, appointment), by=cast.dr_okafor)

    assert seat_id is not None
    assert "is waiting" not in desk.get("/clinic").text


def test_an_alert_stays_until_it_is_acknowledged(desk, cast, database):
    with database.session() as db:
        alert = escalation.raise_alert(db, db.get_one(Patient, cast.maya.id), Signal.CONTROL)
    assert "pressed “I am not safe”" in desk.get("/clinic/patients").text

    answer = desk.post(
        f"/clinic/alerts/{alert.id}/acknowledgement", data={"to": "/clinic/patients"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/clinic/patients")
    assert "I am not safe" not in desk.get("/clinic/patients").text
    with database.session() as db:
        kept = db.get_one(SafetyAlert, alert.id)
        assert (kept.acknowledged_by_id, kept.next_round_at) == (cast.dr_okafor.id, None)


def test_acknowledging_leads_to_no_other_site(desk, cast, database):
    with database.session() as db:
        alert = escalation.raise_alert(db, db.get_one(Patient, cast.maya.id), Signal.CONTROL)

    answer = desk.post(
        f"/clinic/alerts/{alert.id}/acknowledgement", data={"to": "//elsewhere.example"}
    )

    assert answer.headers["location"] == "/"


def test_a_call_that_was_asked_for_shows_the_number_to_call(desk, cast, database):
    with database.session() as db:
        tasks.open_task(
            db,
            TaskCode.CALL_BACK,
            db.get_one(Patient, cast.maya.id),
            by=None,
            note="+13125550199",
            urgent=True,
        )

    text = desk.get("/clinic").text

    assert "Maya Osei asked to be phoned" in text
    assert 'href="tel:+13125550199"' in text


def test_a_task_is_done_once(desk, cast, database):
    with database.session() as db:
        task = tasks.open_task(db, TaskCode.OPTED_OUT, db.get_one(Patient, cast.maya.id), by=None)
    assert "Wants no more texts" in desk.get("/clinic").text

    for _ in range(2):
        assert desk.post(f"/clinic/tasks/{task.id}/completion").status_code == 303

    assert "Wants no more texts" not in desk.get("/clinic").text
    with database.session() as db:
        assert db.scalar(select(StaffTask.done_by_id)) == cast.dr_okafor.id


def test_a_page_that_refreshes_itself_is_no_activity(desk, cast, database):
    clock.stand_still(clock.now(), machine=clock.now() + timedelta(minutes=10))
    assert desk.get("/clinic/now").status_code == 200
    assert desk.get("/clinic/alerts").status_code == 200

    clock.stand_still(clock.now(), machine=clock.now() + timedelta(minutes=16))

    assert desk.get("/clinic").headers["location"] == "/clinic/sign-in"


def test_who_asked_for_another_time_is_seen_at_once_with_how_long_ago(desk, cast, database):
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        asking.ask(db, visit, by=visit.patient)
    clock.stand_still(clock.now() + timedelta(minutes=12), machine=clock.machine_now())

    text = _seen(desk.get("/clinic").text)

    assert "Asked for another time, 12 min ago" in text
    row = text[text.index(f'id="window-{cast.infusion.id}"') :]
    assert row.index("Find a time: Maya Osei") < row.index("</li>")
    assert text.index("Needs one of us") < text.index("Asked for another time")
    assert f"/clinic/inbox/{cast.maya.id}#starts_at" in row
    assert "To do" not in text  # it is said once


def test_who_wants_a_call_to_find_a_time_is_a_number_to_phone(desk, cast, database):
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        asking.ask(db, visit, by=visit.patient)
        tasks.open_task(
            db,
            TaskCode.FIND_A_TIME,
            visit.patient,
            by=None,
            appointment_id=visit.id,
            note=visit.patient.phone,
        )

    text = desk.get("/clinic").text

    row = _row(text, f"window-{cast.infusion.id}")
    assert "Wants a call to find a time" in row
    assert 'href="tel:+13125550142"' in row
    assert "To do" not in _seen(text)  # it is said once


def test_a_visit_at_risk_outside_every_window_stands_there_too(desk, cast, database):
    starts_at = clock.now() + timedelta(hours=5)
    with database.session() as db:
        theo = db.get_one(Patient, cast.theo.id)
        visit = booking.book(
            db,
            patient=theo,
            service=Service.CONSULTATION,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=50),
            by=db.get_one(Practitioner, cast.jordan.id),
        ).appointment
        theo.opted_out_at = clock.now() + timedelta(seconds=1)

    text = desk.get("/clinic").text

    row = text[text.index(f'id="visit-{visit.id}"') :].split("</li>")[0]
    assert "Theo Brandt" in row
    assert "Wants no more texts" in row
    assert ">5</span> <small>h to the visit</small>" in row
    assert row.count('<a class="button') == 1


def test_the_soonest_needs_us_first(desk, cast, database):
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        asking.ask(db, visit, by=visit.patient)  # in 22 hours
        starts_at = clock.now() + timedelta(hours=3)
        near = booking.book(
            db,
            patient=db.get_one(Patient, cast.theo.id),
            service=Service.CONSULTATION,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=50),
            by=None,
        ).appointment
        asking.ask(db, near, by=None)

    text = desk.get("/clinic").text

    assert text.index(f"visit-{near.id}") < text.index(f"window-{cast.infusion.id}")


def test_the_page_of_a_visit_at_risk_says_why_and_lets_staff_write_down_a_yes(desk, cast, database):
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        asking.ask(db, visit, by=visit.patient)
    path = f"/clinic/appointments/{cast.integration_visit.id}"
    assert "Asked for another time, just now" in desk.get(path).text

    desk.post(f"{path}/confirmation")

    assert "Asked for another time" not in desk.get(path).text
