"""One appointment: seen, moved, called off, confirmed, begun, ended."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.messaging.models import Message
from app.people.models import Patient
from app.plans import shipped
from app.scheduling.models import Appointment, AppointmentStatus, Encounter


def _path(appointment, change=""):
    return f"/clinic/appointments/{appointment.id}{change}"


def test_a_visit_says_what_it_follows_and_what_a_change_texts(desk, cast):
    text = desk.get(_path(cast.integration_visit)).text

    assert "Infusion, Thu, Nov 19, 12:00 pm" in text
    assert "Maya is texted the new time" in text
    assert "Maya is texted that it is off." in text


def test_the_patients_own_time_stands_beside_the_clinics(desk, cast, database):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).zone = "America/Los_Angeles"

    for path in (_path(cast.integration_visit), "/clinic/schedule", "/clinic"):
        assert "7:00 am for Maya" in desk.get(path).text


def test_moving_a_visit_keeps_its_id_and_texts_the_new_time(desk, cast, database):
    answer = desk.post(
        _path(cast.integration_visit, "/rescheduling"),
        data={"starts_at": "2026-11-21T13:00", "practitioner": str(cast.dr_okafor.id)},
    )

    assert answer.headers["location"] == _path(cast.integration_visit)
    with database.session(write=False) as db:
        moved = db.get_one(Appointment, cast.integration_visit.id)
        assert moved.starts_at == datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
        assert any("1:00pm" in message.body for message in db.scalars(select(Message)))


def test_a_time_outside_the_window_is_refused_and_nobody_is_texted(desk, cast, database):
    answer = desk.post(
        _path(cast.integration_visit, "/rescheduling"), data={"starts_at": "2026-11-28T09:00"}
    )

    assert answer.status_code == 422
    words = "Choose a time from Thursday, November 19, 2:00 pm to Sunday, November 22, 2:00 pm."
    assert answer.text.count(words) == 2
    assert 'value="2026-11-28T09:00"' in answer.text
    with database.session(write=False) as db:
        assert db.scalars(select(Message)).all() == []


def test_calling_off_twice_changes_nothing_more(desk, cast, database):
    for _ in range(2):
        assert desk.post(_path(cast.integration_visit, "/cancellation")).status_code == 303

    with database.session(write=False) as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        assert (visit.status, visit.version) == (AppointmentStatus.CANCELLED, 2)
    assert "Move" not in desk.get(_path(cast.integration_visit)).text


def test_what_was_called_off_cannot_move(desk, cast):
    desk.post(_path(cast.integration_visit, "/cancellation"))

    answer = desk.post(
        _path(cast.integration_visit, "/rescheduling"), data={"starts_at": "2026-11-21T13:00"}
    )

    assert answer.status_code == 422
    assert "It cannot change." in answer.text


@pytest.mark.parametrize("change", ["/confirmation", "/arrival"])
def test_marking_twice_is_marking_once(desk, cast, database, change):
    for _ in range(2):
        assert desk.post(_path(cast.integration_visit, change)).status_code == 303

    with database.session(write=False) as db:
        actions = db.scalars(
            select(AuditEvent.action).where(AuditEvent.entity_id == cast.integration_visit.id)
        ).all()
        assert len(actions) == 1


def test_the_real_end_moves_the_window(desk, cast, database):
    answer = desk.post(_path(cast.infusion, "/end"), data={"ended_at": "2026-11-19T15:30"})

    assert answer.status_code == 303
    with database.session(write=False) as db:
        ended_at = db.scalar(
            select(Encounter.ended_at).where(Encounter.appointment_id == cast.infusion.id)
        )
        assert ended_at == datetime(2026, 11, 19, 20, 30, tzinfo=UTC)
    assert "Sun, Nov 22, 3:30 pm" in desk.get(_path(cast.infusion)).text


@pytest.mark.parametrize(
    ("ended_at", "words"),
    [
        ("2026-11-19T11:00", "The end must come after the start"),
        ("2026-11-20T12:30", "within a day of it"),
        ("2026-11-20T12:01", "within a day of it"),
        ("soon", "Enter a day and a time."),
    ],
)
def test_an_end_out_of_place_is_refused_at_its_field(desk, cast, ended_at, words):
    answer = desk.post(_path(cast.infusion, "/end"), data={"ended_at": ended_at})

    assert answer.status_code == 422
    assert answer.text.count(words) == 2
    assert 'id="ended_at-error"' in answer.text
    assert f'value="{ended_at}"' in answer.text


def test_an_end_ahead_is_refused(desk, cast, database):
    with database.session() as db:
        infusion = db.get_one(Appointment, cast.infusion.id)
        infusion.starts_at = clock.now() - timedelta(hours=1)
        infusion.ends_at = clock.now() + timedelta(hours=1)
        infusion.status = AppointmentStatus.BOOKED

    answer = desk.post(_path(cast.infusion, "/end"), data={"ended_at": "2026-11-20T12:30"})

    assert answer.status_code == 422
    assert "That time lies ahead." in answer.text


def test_somebody_who_did_not_come_is_said_so(desk, cast, database):
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        visit.starts_at, visit.ends_at = clock.now() - timedelta(hours=1), clock.now()

    assert desk.post(_path(cast.integration_visit, "/absence")).status_code == 303

    assert "Did not meet" in desk.get("/clinic").text


def test_after_a_session_the_next_of_its_course_is_suggested_with_a_form_filled_in(
    desk, cast, database
):
    weekly = shipped.id_of(cast.clinic.id, "four-weekly")
    with database.session() as db:
        db.get_one(Appointment, cast.infusion.id).protocol_id = weekly

    page = desk.get(f"/clinic/appointments/{cast.infusion.id}").text

    assert "Session 2 of 4, about Thursday, November 26 at 12:00 pm. It is not booked." in page
    address = re.search(r'href="(/clinic/book\?[^"]*starts_at[^"]*)"', page)[1]
    form = desk.get(html.unescape(address)).text
    assert f'<option value="{cast.maya.id}" selected>' in form
    assert f'<option value="{weekly}" selected>' in form
    assert 'value="2026-11-26T12:00"' in form
    assert 'value="120"' in form


def test_asking_for_another_opens_a_form_with_the_next_of_the_course(desk, cast, database):
    weekly = shipped.id_of(cast.clinic.id, "four-weekly")
    with database.session() as db:
        db.get_one(Appointment, cast.infusion.id).protocol_id = weekly

    form = desk.get(f"/clinic/book?patient={cast.maya.id}&service=infusion").text

    assert f'<option value="{weekly}" selected>' in form
    assert 'value="2026-11-26T12:00"' in form


def test_a_session_says_which_protocol_it_follows_and_how_the_medicine_is_given(
    desk, cast, database
):
    with database.session() as db:
        db.get_one(Appointment, cast.infusion.id).route = "nasal"

    page = desk.get(f"/clinic/appointments/{cast.infusion.id}").text

    assert "Single session</a>, Nasal spray" in page
    assert "It is not booked." not in page
