import pytest
from sqlalchemy import select

from app.tasks.models import StaffTask, TaskCode
from app.telehealth.models import Seat, SeatState, VideoVisit, Whereabouts

JSON = {"accept": "application/json"}


@pytest.fixture
def phone(tap, address):
    """Maya's phone in the waiting room."""
    browser = tap()
    browser.post(f"{address}/claim")
    return browser


def visit_of(database):
    with database.session() as db:
        return db.scalars(select(VideoVisit)).one()


def test_at_home_is_one_tap_and_answers_without_the_address(database, phone, address):
    answer = phone.post(f"{address}/whereabouts", data={"kind": "home"}, headers=JSON)

    assert answer.json() == {"ok": True, "kind": "home", "ending": "42"}
    assert visit_of(database).whereabouts is Whereabouts.HOME


def test_somewhere_else_keeps_place_and_state_encrypted(database, phone, address):
    said = {"kind": "elsewhere", "place": "Lake House, Mill Road", "region": "VT"}

    phone.post(f"{address}/whereabouts", data=said, headers=JSON)

    visit = visit_of(database)
    assert visit.place == "Lake House, Mill Road, VT"
    assert b"Lake" not in visit.place_sealed


def test_somewhere_else_without_a_place_is_refused_at_the_form(phone, address):
    answer = phone.post(f"{address}/whereabouts", data={"kind": "elsewhere"}, headers=JSON)

    assert answer.status_code == 422
    assert "Write where you are" in answer.json()["message"]


def test_without_a_script_the_form_comes_back_to_the_room(phone, address):
    answer = phone.post(f"{address}/whereabouts", data={"kind": "tell"})

    assert answer.status_code == 303
    assert answer.headers["location"].endswith(address)


def test_without_a_script_a_refusal_is_a_page(phone, address):
    answer = phone.post(f"{address}/whereabouts", data={"kind": "elsewhere"})

    assert answer.status_code == 422
    assert "Back to the room" in answer.text


def test_a_driver_is_not_connected(database, phone, address):
    phone.post(f"{address}/whereabouts", data={"kind": "driving"}, headers=JSON)

    assert phone.post(f"{address}/claim").status_code == 409
    phone.post(f"{address}/whereabouts", data={"kind": "stopped"}, headers=JSON)
    assert phone.post(f"{address}/claim").status_code == 200


def test_phone_me_puts_a_task_with_the_number_on_the_desk(database, phone, address):
    phone.post(f"{address}/phone-me", data={"number": "(312) 555-0177"}, headers=JSON)

    with database.session() as db:
        (task,) = db.scalars(select(StaffTask)).all()
    assert (task.code, task.urgent, task.note) == (TaskCode.CALL_BACK, True, "+13125550177")


def test_phone_me_with_a_number_nobody_could_call_says_so(phone, address):
    answer = phone.post(f"{address}/phone-me", data={"number": "12"}, headers=JSON)

    assert answer.status_code == 422
    assert "area code" in answer.json()["message"]


def test_leaving_gives_the_place_back(database, phone, address):
    phone.post(f"{address}/leaving", headers=JSON)

    with database.session() as db:
        assert db.scalars(select(Seat.state)).one() is SeatState.LEFT


def test_the_link_can_be_copied_into_another_browser(phone, address, link):
    answer = phone.post(f"{address}/link", headers=JSON)

    assert answer.json() == {"address": f"https://afterglow.test/j#{link}"}


def test_an_unknown_place_is_a_bad_request(phone, address):
    assert phone.post(f"{address}/whereabouts", data={"kind": "moon"}).status_code == 400
