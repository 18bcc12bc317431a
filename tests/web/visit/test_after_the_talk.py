"""What the phone is asked, and what it tells, when the talk is over."""

import pytest
from sqlalchemy import select

from app.scheduling.models import Appointment, AppointmentStatus
from app.telehealth import visits
from app.telehealth.models import Ease, VisitEase, VisitTiming
from tests.conftest import BASE_URL
from tests.web.visit.test_socket import connect, hello, until


@pytest.fixture
def talked(database, cast):
    """Both were there."""
    with database.session() as db:
        appointment = db.get_one(Appointment, cast.integration_visit.id)
        visits.start(db, visits.of(db, appointment), by=None)


def answers(database) -> list[Ease]:
    with database.session(write=False) as db:
        return list(db.scalars(select(VisitEase.said)))


@pytest.mark.parametrize("said", ["yes", "partly", "no", "skipped"])
def test_whether_it_was_easy_is_one_tap(database, tap, address, talked, said):
    answer = tap().post(f"{address}/ease", data={"said": said}, headers={"accept": "text/html"})

    assert answer.headers["location"].endswith("/chosen")
    assert answers(database) == [Ease(said)]


def test_the_rooms_script_is_not_led_away(tap, address, talked):
    asked = {"accept": "application/json"}

    assert tap().post(f"{address}/ease", data={"said": "yes"}, headers=asked).json()["ok"]


def test_an_answer_of_ones_own_making_is_refused(database, tap, address, talked):
    assert tap().post(f"{address}/ease", data={"said": "never"}).status_code == 400
    assert answers(database) == []


def test_before_any_talk_nothing_is_kept(database, tap, address):
    tap().post(f"{address}/ease", data={"said": "yes"})

    assert answers(database) == []


def test_the_page_of_a_talk_that_took_place_asks_until_it_is_answered(database, cast, tap, address):
    browser = tap()
    with database.session() as db:
        appointment = db.get_one(Appointment, cast.integration_visit.id)
        appointment.status = AppointmentStatus.FULFILLED

    assert "Was this easy?" in browser.get(f"{address}/chosen").text
    browser.post(f"{address}/ease", data={"said": "skipped"})

    page = browser.get(f"{address}/chosen").text
    assert "Was this easy?" not in page
    assert "Thank you. That is all." in page


def test_the_room_asks_nothing_of_whoever_has_not_talked(tap, address):
    page = tap().get(address).text

    assert page.count('data-flag="talked" hidden') == page.count("data-ease") == 2


def test_what_the_page_measured_comes_over_the_visits_own_line(database, tap, address):
    with connect(tap(), address) as phone:
        hello(phone, "phone")
        phone.send_json({"type": "marks", "ms": {"usable": 210, "allow": 1900}, "fault": ""})
        phone.send_json({"type": "ping"})
        until(phone, "pong")

    with database.session(write=False) as db:
        (row,) = db.scalars(select(VisitTiming)).all()
        assert (row.usable_ms, row.allow_ms, row.fault) == (210, 1900, "")


def test_theo_answers_for_nobody_else(signed_in, cast, address, talked, database):
    answer = signed_in(cast.theo).post(
        f"{address}/ease", data={"said": "no"}, headers={"origin": BASE_URL}
    )

    assert answer.status_code == 403
    assert answers(database) == []
