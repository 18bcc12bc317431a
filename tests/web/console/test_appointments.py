"""One appointment: seen, moved, called off, confirmed, begun, ended."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.messaging.models import Message, MessageStatus
from app.people.models import Patient, Practitioner
from app.plans import shipped
from app.protocols import infusions
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.web.console import words


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

    said = "Session 2 of 4, about Thursday, November 26 at 12:00 pm. It is not booked."
    assert said in page
    assert said in desk.get(f"/clinic/patients/{cast.maya.id}").text
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


@pytest.fixture
def theos(database, cast):
    """Theo's session in three days, with all that hangs on it."""
    starts_at = clock.now() + timedelta(days=3)
    with database.session() as db:
        return infusions.book(
            db,
            patient=db.get_one(Patient, cast.theo.id),
            service=Service.INFUSION,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            by=db.get_one(Practitioner, cast.jordan.id),
        ).appointment


def _due(database, session):
    """What hangs on a session and its visit: what it is, and when it comes."""
    with database.session(write=False) as db:
        visit = db.scalars(select(Appointment).where(Appointment.follows_id == session.id)).one()
        texts = db.execute(
            select(Message.purpose, Message.due_at).where(
                Message.appointment_id.in_((session.id, visit.id)),
                Message.status == MessageStatus.QUEUED,
            )
        )
        return {*((each.purpose, each.due_at) for each in texts), ("visit", visit.starts_at)}


def test_before_a_session_moves_all_that_moves_along_is_shown_and_nothing_moved(
    desk, database, theos, everything
):
    before = everything()

    answer = desk.post(_path(theos, "/rescheduling"), data={"starts_at": "2026-11-24T12:00"})

    assert answer.status_code == 200
    assert everything() == before
    assert "Look before you move" in answer.text
    assert "Tuesday, November 24, 12:00 pm" in answer.text
    assert answer.text.count('<th scope="row">') > 8
    assert "Integration visit</th>" in answer.text


def test_a_session_moves_as_it_was_shown(desk, database, theos):
    form = {"starts_at": "2026-11-24T12:00"}
    shown = html.unescape(desk.post(_path(theos, "/rescheduling"), data=form).text)
    before = _due(database, theos)

    answer = desk.post(_path(theos, "/rescheduling"), data=form | {"confirmed": "1"})

    assert answer.status_code == 303
    after = _due(database, theos)
    cells = re.findall(r'<td data-label="Then">([^<]+)</td>', shown)
    with database.session(write=False) as db:
        zone = db.get_one(Appointment, theos.id).clinic.zone
    told = {words.at_start(words.when(at, zone)) for _what, at in after - before}
    assert told <= {*cells}
    assert ("visit", max(at for what, at in after if what == "visit")) in after - before


def test_a_session_that_may_not_go_there_says_so_at_its_field(desk, theos):
    answer = desk.post(_path(theos, "/rescheduling"), data={"starts_at": "soon"})

    assert answer.status_code == 422
    assert 'href="#starts_at"' in answer.text


def test_a_session_may_be_left_where_it_is(desk, theos, everything):
    before = everything()

    answer = desk.post(
        _path(theos, "/rescheduling"), data={"starts_at": "2026-11-24T12:00", "back": "1"}
    )

    assert answer.headers["location"] == _path(theos)
    assert everything() == before
