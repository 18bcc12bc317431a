"""What a visit came to is asked calmly: nobody has to say anything, and it can be set right."""

from datetime import timedelta

import pytest

from app import clock
from app.scheduling.models import Appointment, AppointmentStatus
from app.telehealth import outcomes
from app.telehealth.models import VisitResult
from tests.conftest import FRIDAY_NOON


@pytest.fixture(autouse=True)
def _its_hour(cast):
    clock.stand_still(cast.integration_visit.starts_at + timedelta(minutes=50), machine=FRIDAY_NOON)


@pytest.fixture
def address(cast) -> str:
    return f"/clinic/appointments/{cast.integration_visit.id}"


def kept(database, cast):
    with database.session(write=False) as db:
        appointment = db.get_one(Appointment, cast.integration_visit.id)
        row = outcomes.of(db, appointment)
        return appointment.status, row and row.result, row and row.note


def test_by_phone_with_one_line(database, desk, cast, address):
    answer = desk.post(f"{address}/outcome", data={"result": "by-phone", "note": "Sleeps again."})

    assert answer.headers["location"] == address
    assert kept(database, cast) == (
        AppointmentStatus.FULFILLED,
        VisitResult.BY_PHONE,
        "Sleeps again.",
    )
    page = desk.get(address).text
    assert "Held by phone" in page
    assert 'value="Sleeps again."' in page


def test_an_empty_form_is_no_fault(database, desk, cast, address):
    answer = desk.post(f"{address}/outcome", data={"reason": "", "began_at": "", "note": ""})

    assert answer.status_code == 303
    assert kept(database, cast) == (AppointmentStatus.BOOKED, None, None)


def test_not_held_wants_a_reason_and_keeps_the_line(database, desk, cast, address):
    answer = desk.post(f"{address}/outcome", data={"result": "not-held", "note": "Rang twice"})

    assert answer.status_code == 422
    assert "Choose why it was not held." in answer.text
    assert 'value="Rang twice"' in answer.text
    assert kept(database, cast)[1] is None


@pytest.mark.parametrize("typed", [{"result": "perhaps"}, {"result": "held", "reason": "x"}])
def test_an_answer_of_ones_own_making_is_refused(desk, address, typed):
    assert desk.post(f"{address}/outcome", data=typed).status_code == 422


def test_coordinators_say_how_it_went_and_neither_see_nor_touch_the_line(
    database, desk, signed_in, cast, address
):
    desk.post(f"{address}/outcome", data={"result": "held", "note": "Sleeps again."})
    jordan = signed_in(cast.jordan)

    page = jordan.get(address).text
    jordan.post(f"{address}/outcome", data={"result": "part-by-phone", "note": "mine"})

    assert "Sleeps again." not in page
    assert 'name="note"' not in page
    assert kept(database, cast)[1:] == (VisitResult.PART_BY_PHONE, "Sleeps again.")


def test_it_is_asked_in_the_room_when_the_visit_has_ended(desk, cast, address):
    page = desk.get(f"/clinic/visits/{cast.integration_visit.id}").text

    assert f'action="{address}/outcome"' in page


def test_nothing_is_asked_of_a_session_or_of_a_visit_ahead(desk, cast, address):
    clock.stand_still(cast.integration_visit.starts_at - timedelta(hours=2), machine=FRIDAY_NOON)

    assert "/outcome" not in desk.get(address).text
    assert "/outcome" not in desk.get(f"/clinic/appointments/{cast.infusion.id}").text
    assert desk.post(f"{address}/outcome", data={"result": "held"}).status_code == 422


def test_the_neighbours_know_of_no_such_visit(signed_in, cast, address):
    assert signed_in(cast.dr_lind).post(f"{address}/outcome", data={}).status_code == 404
