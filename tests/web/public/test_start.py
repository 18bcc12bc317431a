import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app import clock
from app.access.models import SessionKind
from app.candidates import applying
from app.candidates.models import Application
from app.intake import packets
from app.intake.models import IntakePacket, IntakeTask, PacketCode, TaskState
from app.links import magic_links
from app.people import enrolment
from app.people.models import Clinic, Patient
from app.questionnaires import library
from app.scheduling.models import Appointment, Service
from app.tasks.models import StaffTask, TaskCode
from app.web.guards import BROWSER_COOKIE, COOKIES

INES = {"full_name": "Ines Duarte", "phone": "(312) 555-0177"}
WRITE = COOKIES[SessionKind.WRITE]


@pytest.fixture
def alone(database, cast):
    """The neighbour takes nobody, so /start is Northside's."""
    with database.session() as db:
        db.get_one(Clinic, cast.neighbour.id).takes_candidates = False


@pytest.fixture
def digits(database, client):
    """The code that this browser waits for."""

    def of_this_browser():
        with database.session(write=False) as db:
            waiting = applying.waiting_in(db, client.cookies[BROWSER_COOKIE])
            return applying.digits_of(waiting)

    return of_this_browser


@pytest.fixture
def confirmed(alone, client, digits):
    client.post("/start", data=INES | {"texts_agreed": "1"})
    return client.post("/start/code", data={"code": digits()})


@pytest.fixture
def finished(database, confirmed):
    """Ines has answered everything."""
    with database.session() as db:
        packet = db.scalars(select(IntakePacket)).one()
        packet.done_at = clock.now()
        task = db.scalars(select(IntakeTask)).one()
        task.state, task.completed_at = TaskState.COMPLETED, clock.now()


def test_the_first_page_asks_for_a_name_and_a_number_and_nothing_about_health(alone, client):
    page = client.get("/start")

    assert page.status_code == 200
    assert page.text.count("<form") - page.text.count('action="/safety"') >= 1
    assert 'autocomplete="name"' in page.text
    assert 'name="texts_agreed" value="1" checked' not in page.text


def test_a_name_that_is_missing_is_asked_for_and_the_number_stays(alone, client):
    page = client.post("/start", data={"full_name": " ", "phone": INES["phone"]})

    assert page.status_code == 422
    assert "Enter your name." in page.text
    assert INES["phone"] in page.text


def test_a_number_that_is_none_is_asked_for_again(alone, client):
    page = client.post("/start", data=INES | {"phone": "12"})

    assert page.status_code == 422
    assert "area code" in page.text


def test_the_code_opens_the_questions_in_this_browser(confirmed, client, database):
    assert confirmed.status_code == 303
    assert confirmed.headers["location"].startswith("/intake/")
    assert WRITE in client.cookies
    with database.session(write=False) as db:
        patient = db.scalars(select(Patient).where(Patient.applied_at.is_not(None))).one()
        packet = db.scalars(select(IntakePacket)).one()
        assert (packet.patient_id, packet.code) == (patient.id, PacketCode.ASSESSMENT)
        assert patient.full_name == "Ines Duarte"


def test_a_wrong_code_says_how_many_tries_are_left(alone, client, digits):
    client.post("/start", data=INES)
    wrong = f"{(int(digits()) + 1) % 1_000_000:06d}"

    page = client.post("/start/code", data={"code": wrong})

    assert page.status_code == 422
    assert "4 tries left" in page.text


def test_after_the_last_try_the_page_leads_to_a_new_code(alone, client, digits):
    client.post("/start", data=INES)
    wrong = "000000" if digits() != "000000" else "111111"
    for _ in range(5):
        page = client.post("/start/code", data={"code": wrong})

    main = page.text.split("<main")[1].split("</main>")[0]
    assert "That was the last try. Ask for a new code." in main
    assert main.count("<form") == 1
    assert '<form method="get" action="/start">' in main
    assert 'name="code"' not in main
    assert 'href="#' not in main


def test_whoever_did_not_ask_for_a_code_starts_at_the_beginning(alone, client):
    assert client.get("/start/code").headers["location"].endswith("/start")
    assert client.get("/start/times").headers["location"].endswith("/start")
    assert client.get("/start/done").headers["location"].endswith("/start")


def test_a_number_that_a_patient_has_is_answered_the_same(alone, client, cast, database):
    page = client.post("/start", data=INES | {"phone": cast.maya.phone})

    assert page.headers["location"].endswith("/start/code")
    with database.session(write=False) as db:
        assert len(db.scalars(select(Application)).all()) == 1


def test_with_two_clinics_the_page_asks_which(cast, client):
    page = client.get("/start")

    assert "/start?clinic=northside" in page.text
    assert "/start?clinic=lakeview" in page.text
    assert "Lakeview" in client.get("/start?clinic=lakeview").text


def test_a_clinic_that_is_not_there_is_not_guessed(cast, client):
    assert 'name="phone"' not in client.get("/start?clinic=nowhere").text


def test_after_the_questions_a_time_is_booked_with_its_texts(finished, client, database):
    page = client.get("/start/times")
    first = page.text.split('name="starts_at" value="')[1].split('"')[0]

    answered = client.post("/start/times", data={"starts_at": first})

    assert answered.headers["location"].endswith("/start/done")
    with database.session(write=False) as db:
        visit = db.scalars(select(Appointment).where(Appointment.service == Service.CONSULTATION))
        assert visit.one().starts_at.isoformat() == first
    assert "You talk with Dr. Okafor" in client.get("/start/done").text


def test_no_time_is_booked_before_the_questions_are_answered(confirmed, client):
    assert client.get("/start/times").headers["location"].endswith("/start")


def test_whoever_finds_no_time_is_called(finished, client, database):
    answered = client.post("/start/times", data={"starts_at": "call"})

    assert answered.headers["location"].endswith("/start/done")
    assert "calls you to find a time" in client.get("/start/done").text
    with database.session(write=False) as db:
        codes = {task.code for task in db.scalars(select(StaffTask))}
        assert TaskCode.CALL_BACK in codes


@pytest.mark.parametrize("typed", ["", "2026-11-25", "2026-11-25T03:07:00+00:00", "tomorrow"])
def test_a_time_that_was_not_offered_is_refused(finished, client, typed):
    page = client.post("/start/times", data={"starts_at": typed})

    assert page.status_code == 422
    assert "error-summary" in page.text


def test_the_clinics_payment_page_is_shown_once_a_talk_is_booked(finished, client, database, cast):
    with database.session() as db:
        db.get_one(Clinic, cast.clinic.id).deposit_url = "https://pay.example/northside"
    assert "pay.example" not in client.get("/start/done").text
    page = client.get("/start/times")
    first = page.text.split('name="starts_at" value="')[1].split('"')[0]
    client.post("/start/times", data={"starts_at": first})

    assert 'href="https://pay.example/northside"' in client.get("/start/done").text


def test_whom_the_clinic_declined_books_nothing_more(finished, client, database):
    with database.session() as db:
        ines = db.scalars(select(Patient).where(Patient.applied_at.is_not(None))).one()
        ines.declined_at = clock.now()

    assert client.get("/start/times").headers["location"].endswith("/start")


def test_another_browser_with_no_code_sees_nothing_of_a_candidate(finished, app):
    stranger = TestClient(app, base_url="https://afterglow.test", follow_redirects=False)

    assert stranger.get("/start/done").headers["location"].endswith("/start")


def test_a_link_to_something_else_is_no_way_to_their_times(finished, app, database):
    with database.session() as db:
        ines = db.scalars(select(Patient).where(Patient.applied_at.is_not(None))).one()
        packet = packets.ask(db, ines, [library.shipped(db, "phq-2")], by=None)
        db.flush()
        token = magic_links.token_of(packet.link)
    finder = TestClient(
        app,
        base_url="https://afterglow.test",
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )

    assert finder.post("/x", json={"t": token, "kind": "intake"}).json()["state"] == "intake"

    for path in ("/start/times", "/start/done"):
        assert finder.get(path).headers["location"].endswith("/start")


def test_staff_accept_a_candidate_and_go_on_to_their_page(finished, desk, database):
    with database.session(write=False) as db:
        ines = db.scalars(select(Patient).where(Patient.applied_at.is_not(None))).one()
    assert "Ines Duarte" in desk.get("/clinic/candidates").text

    answered = desk.post(f"/clinic/candidates/{ines.id}/acceptance")

    assert answered.headers["location"].endswith(f"/clinic/patients/{ines.id}")
    assert "Nobody is waiting" in desk.get("/clinic/candidates").text


def test_a_patient_who_never_applied_is_no_candidate(desk, cast):
    assert desk.post(f"/clinic/candidates/{cast.maya.id}/refusal").status_code == 404


def test_the_neighbours_candidates_are_nobodys_here(desk, cast, database):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.neighbour.id)
        away = enrolment.enrol(
            db, clinic, given_name="Kai", family_name="Moss", phone="+13125550178", by=None
        )
        away.applied_at = clock.now()

    assert "Kai" not in desk.get("/clinic/candidates").text
    assert desk.post(f"/clinic/candidates/{away.id}/acceptance").status_code == 404
