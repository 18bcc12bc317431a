"""Booking: a look first, nothing typed is lost, nothing is booked twice."""

import re

import pytest
from sqlalchemy import func, select

from app import clock
from app.messaging.models import Message, Purpose
from app.people.models import Clinic, Patient, Practitioner
from app.plans import keeping, kept, reading, shipped
from app.plans.steps import StepKind
from app.scheduling.models import Appointment, Service, StaffedHours


def _wanted(cast, **differently):
    return {
        "patient": str(cast.theo.id),
        "service": "infusion",
        "practitioner": "",
        "starts_at": "2026-11-23T10:00",
        "minutes": "",
        **differently,
    }


def _count(database):
    with database.session(write=False) as db:
        return db.scalar(select(func.count()).select_from(Appointment))


def test_the_patient_of_the_address_is_chosen_already(desk, cast):
    text = desk.get(f"/clinic/book?patient={cast.theo.id}").text

    assert f'<option value="{cast.theo.id}" selected>Theo Brandt</option>' in text


def test_an_infusion_is_looked_at_before_it_is_booked(desk, cast, database):
    before = _count(database)

    answer = desk.post("/clinic/book", data=_wanted(cast))

    assert answer.status_code == 200
    assert "Tuesday, November 24, 9:00 am" in answer.text
    assert "Dr. Okafor" in answer.text
    assert _count(database) == before


def test_booking_an_infusion_books_its_visit_and_text(desk, cast, database):
    answer = desk.post("/clinic/book", data=_wanted(cast, confirmed="1"))

    assert answer.status_code == 303
    with database.session(write=False) as db:
        infusion = db.scalars(
            select(Appointment).where(
                Appointment.patient_id == cast.theo.id, Appointment.service == Service.INFUSION
            )
        ).one()
        visit = db.scalars(select(Appointment).where(Appointment.follows_id == infusion.id)).one()
        texts = db.scalars(
            select(Message).where(Message.appointment_id == visit.id).order_by(Message.due_at)
        )
        assert [text.purpose for text in texts] == [Purpose.CONFIRM, Purpose.JOIN, Purpose.NUDGE]
        assert answer.headers["location"] == f"/clinic/appointments/{infusion.id}"
    page = desk.get(answer.headers["location"]).text
    assert "Tue, Nov 24, 9:00 am, Dr. Okafor" in page


def test_a_form_sent_twice_books_once(desk, cast, database):
    first = desk.post("/clinic/book", data=_wanted(cast, confirmed="1"))
    count = _count(database)

    second = desk.post("/clinic/book", data=_wanted(cast, confirmed="1"))

    assert second.headers["location"] == first.headers["location"]
    assert _count(database) == count


def test_a_visit_is_booked_at_once(desk, cast, database):
    answer = desk.post("/clinic/book", data=_wanted(cast, service="consultation"))

    with database.session(write=False) as db:
        visit = db.scalars(select(Appointment).where(Appointment.patient_id == cast.theo.id)).one()
        assert (visit.ends_at - visit.starts_at).total_seconds() == 50 * 60
        assert visit.practitioner_id == cast.dr_okafor.id
    assert answer.headers["location"] == f"/clinic/appointments/{visit.id}"


def test_a_window_without_a_slot_warns_offers_better_and_still_books(desk, cast, database):
    with database.session() as db:
        for row in db.scalars(select(StaffedHours)):
            if row.clinic_id == cast.clinic.id and row.weekday in (1, 2, 3):
                db.delete(row)

    look = desk.post("/clinic/book", data=_wanted(cast, starts_at="2026-11-23T15:00"))

    assert "No time with a clinician is free in the window." in look.text
    assert 'name="instead"' in look.text
    assert "Book without a visit" in look.text
    booked = desk.post(
        "/clinic/book", data=_wanted(cast, starts_at="2026-11-23T15:00", confirmed="1")
    )
    page = desk.get(booked.headers["location"]).text
    assert "No integration visit is booked in the window of this session." in page


def test_a_better_start_is_looked_at_anew(desk, cast):
    look = desk.post("/clinic/book", data=_wanted(cast, instead="2026-11-24T10:00"))

    assert "Tuesday, November 24, 10:00 am" in look.text
    assert 'name="starts_at" value="2026-11-24T10:00"' in look.text


def test_changing_ones_mind_keeps_what_was_typed(desk, cast):
    form = desk.post("/clinic/book", data=_wanted(cast, minutes="90", change="1"))

    assert form.status_code == 200
    assert 'value="2026-11-23T10:00"' in form.text
    assert 'value="90"' in form.text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("patient", "", "Choose a patient."),
        ("service", "massage", "Choose what to book."),
        ("starts_at", "tomorrow", "Enter a day and a time."),
        ("starts_at", "", "Enter a day and a time."),
        ("minutes", "4", "Enter a length from 5 to 720 minutes."),
        ("minutes", "721", "Enter a length from 5 to 720 minutes."),
        ("minutes", "-50", "Enter a length from 5 to 720 minutes."),
    ],
)
def test_what_is_wrong_is_said_above_and_at_its_field(desk, cast, database, field, value, words):
    before = _count(database)

    answer = desk.post("/clinic/book", data=_wanted(cast, **{field: value}))

    assert answer.status_code == 422
    assert answer.text.count(words) == 2
    assert f'<a href="#{field}">{words}</a>' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert "<title>Error: Book" in answer.text
    assert _count(database) == before


def test_several_faults_are_said_at_once(desk, cast):
    answer = desk.post("/clinic/book", data=_wanted(cast, patient="", starts_at="", minutes="0"))

    assert answer.text.count('class="wrong"') == 3


def test_a_taken_clinician_is_refused_and_nothing_typed_is_lost(desk, cast, database):
    at_mayas = _wanted(
        cast,
        service="consultation",
        practitioner=str(cast.dr_okafor.id),
        starts_at="2026-11-21T10:30",
        minutes="25",
    )

    answer = desk.post("/clinic/book", data=at_mayas)

    assert answer.status_code == 422
    assert answer.text.count("Dr. Okafor has another visit then. Choose another time.") == 2
    assert 'value="2026-11-21T10:30"' in answer.text
    assert 'value="25"' in answer.text


def test_a_patient_is_not_booked_into_two_things_at_once(desk, cast, database):
    before = _count(database)

    answer = desk.post(
        "/clinic/book",
        data=_wanted(
            cast, patient=str(cast.maya.id), service="consultation", starts_at="2026-11-21T10:30"
        ),
    )

    assert answer.status_code == 422
    assert "Maya has another appointment then." in answer.text
    assert _count(database) == before


def test_a_visit_in_the_past_is_refused(desk, cast):
    answer = desk.post(
        "/clinic/book", data=_wanted(cast, service="consultation", starts_at="2026-11-20T08:00")
    )

    assert answer.status_code == 422
    assert "That time has passed. Choose a later one." in answer.text


def test_nobody_but_clinicians_gives_visits(desk, cast, database):
    with database.session() as db:
        assert db.get_one(Practitioner, cast.jordan.id).role != "clinician"

    answer = desk.post(
        "/clinic/book",
        data=_wanted(cast, service="consultation", practitioner=str(cast.jordan.id)),
    )

    assert answer.status_code == 422
    assert 'id="practitioner-error"' in answer.text


def _session_of(database, patient):
    with database.session(write=False) as db:
        return db.scalars(
            select(Appointment).where(
                Appointment.patient_id == patient.id, Appointment.service == Service.INFUSION
            )
        ).one()


def test_a_session_follows_the_usual_protocol_and_its_route_unless_somebody_chooses(
    desk, cast, database
):
    preview = desk.post("/clinic/book", data=_wanted(cast)).text
    assert "Single session" in preview
    assert "Infusion (IV)" in preview

    desk.post("/clinic/book", data=_wanted(cast, confirmed="1"))

    session = _session_of(database, cast.theo)
    assert session.protocol_id == shipped.id_of(cast.clinic.id, "single")
    assert session.route is None


def test_protocol_and_route_that_were_chosen_are_kept_with_the_session(desk, cast, database):
    weekly = shipped.id_of(cast.clinic.id, "four-weekly")
    chosen = {"protocol": str(weekly), "route": "nasal"}

    preview = desk.post("/clinic/book", data=_wanted(cast, **chosen)).text
    assert "Nasal spray" in preview
    desk.post("/clinic/book", data=_wanted(cast, **chosen, confirmed="1"))

    session = _session_of(database, cast.theo)
    assert (session.protocol_id, session.route) == (weekly, "nasal")


def test_a_visit_by_itself_has_no_route(desk, cast, database):
    desk.post("/clinic/book", data=_wanted(cast, service="consultation", route="nasal"))

    with database.session(write=False) as db:
        visit = db.scalars(select(Appointment).where(Appointment.patient_id == cast.theo.id)).one()
        assert visit.route is None


def test_a_protocol_that_is_off_is_not_offered_and_refused(desk, cast, database):
    at_home = str(shipped.id_of(cast.clinic.id, "tablets-at-home"))
    assert at_home not in desk.get("/clinic/book").text

    answer = desk.post("/clinic/book", data=_wanted(cast, protocol=at_home, confirmed="1"))

    assert answer.status_code == 422
    assert 'href="#protocol"' in answer.text


def test_a_route_that_there_is_not_is_refused_at_its_field(desk, cast):
    answer = desk.post("/clinic/book", data=_wanted(cast, route="smoke", confirmed="1"))

    assert answer.status_code == 422
    assert 'href="#route"' in answer.text


def test_a_protocol_of_another_clinic_is_unknown(desk, cast):
    theirs = str(shipped.id_of(cast.neighbour.id, "single"))

    for protocol in (theirs, "42"):
        answer = desk.post("/clinic/book", data=_wanted(cast, protocol=protocol))
        assert answer.status_code == 404


def test_a_protocol_without_a_visit_books_none_and_says_so(desk, cast, database):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        usual = kept.default_of(db, clinic)
        plan = reading.changed(usual.plan, StepKind.VISIT, {"is_on": False})
        keeping.save(db, clinic, usual.id, plan, by=None)

    preview = desk.post("/clinic/book", data=_wanted(cast)).text
    assert "This protocol books no visit along." in preview
    assert "Book it" in preview
    desk.post("/clinic/book", data=_wanted(cast, confirmed="1"))

    session = _session_of(database, cast.theo)
    with database.session(write=False) as db:
        follows = select(Appointment).where(Appointment.follows_id == session.id)
        assert db.scalar(follows) is None


def test_who_is_put_away_is_not_among_the_patients_to_choose_from(desk, cast, database):
    with database.session() as db:
        db.get_one(Patient, cast.theo.id).archived_at = clock.now()

    page = desk.get("/clinic/book").text

    assert "Maya Osei" in page
    assert "Theo Brandt" not in page


def _sessions(database, patient):
    with database.session(write=False) as db:
        return db.scalars(
            select(Appointment)
            .where(Appointment.patient_id == patient.id, Appointment.service == Service.INFUSION)
            .order_by(Appointment.starts_at)
        ).all()


def _a_course(cast, **differently):
    weekly = str(shipped.id_of(cast.clinic.id, "four-weekly"))
    return _wanted(cast, protocol=weekly, **differently)


def test_a_course_is_looked_at_session_by_session(desk, cast, database):
    page = desk.post("/clinic/book", data=_a_course(cast)).text

    offered = re.findall(r'name="session" value="([^"]+)" checked', page)
    assert offered == [
        "2026-11-23T10:00",
        "2026-11-30T10:00",
        "2026-12-07T10:00",
        "2026-12-14T10:00",
    ]
    assert "Visit Tue, Dec 1, 9:00 am, Dr. Okafor" in page
    assert "Book the course" in page
    assert _sessions(database, cast.theo) == []


def test_a_course_is_booked_in_one_go_without_what_is_not_ticked(desk, cast, database):
    ticked = ["2026-11-23T10:00", "2026-11-30T10:00", "2026-12-14T10:00"]
    posted = _a_course(cast, session=ticked, confirmed="course", route="im")

    answer = desk.post("/clinic/book", data=posted)
    again = desk.post("/clinic/book", data=posted)

    sessions = _sessions(database, cast.theo)
    assert [each.wall_start for each in sessions] == ticked
    assert {each.route for each in sessions} == {"im"}
    assert answer.headers["location"] == f"/clinic/appointments/{sessions[0].id}"
    assert again.headers["location"] == answer.headers["location"]
    assert "Session 1 of 4" in desk.get(f"/clinic/patients/{cast.theo.id}").text


def test_of_a_course_the_first_alone_may_be_booked(desk, cast, database):
    desk.post("/clinic/book", data=_a_course(cast, session="2026-11-30T10:00", confirmed="1"))

    assert [each.wall_start for each in _sessions(database, cast.theo)] == ["2026-11-23T10:00"]


@pytest.mark.parametrize("ticked", [[], ["soon"], ["2026-11-23T10:00", "2026-11-23T10:30"]])
def test_a_course_that_cannot_be_booked_books_nothing_of_it(desk, cast, database, ticked):
    answer = desk.post("/clinic/book", data=_a_course(cast, session=ticked, confirmed="course"))

    assert answer.status_code == 422
    assert 'href="#starts_at"' in answer.text
    assert _sessions(database, cast.theo) == []


def test_whoever_is_in_the_middle_of_a_course_is_booked_one_by_one(desk, cast, database):
    wanted = _a_course(cast, patient=str(cast.maya.id))
    assert 'name="session"' in desk.post("/clinic/book", data=wanted).text  # hers was a single one

    with database.session() as db:
        weekly = shipped.id_of(cast.clinic.id, "four-weekly")
        db.get_one(Appointment, cast.infusion.id).protocol_id = weekly

    assert 'name="session"' not in desk.post("/clinic/book", data=wanted).text
