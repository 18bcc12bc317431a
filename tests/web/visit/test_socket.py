from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.websockets import WebSocketDisconnect

from app import clock
from app.access.models import WebSession
from app.links.models import MagicLink
from app.telehealth.models import Seat, VideoVisit
from app.web.lines import shared_lines
from tests.conftest import BASE_URL
from tests.web.test_budgets import counting

ORIGIN = {"origin": BASE_URL}


@pytest.fixture
def phone(tap, address):
    browser = tap()
    browser.post(f"{address}/claim")
    return browser


def connect(browser, path, **headers):
    return browser.websocket_connect(f"wss://afterglow.test{path}/socket", headers=ORIGIN | headers)


def hello(socket, page, since=None):
    socket.send_json({"type": "hello", "page": page, "since": since})
    return until(socket, "welcome")


def until(socket, kind):
    """The next message of a kind; what comes before it is not asked for here."""
    for _ in range(20):
        message = socket.receive_json()
        if message["type"] == kind:
            return message
    raise AssertionError(f"no {kind} came")


def offer(socket, peer):
    socket.send_json({"type": "offer", "peer": peer, "sdp": f"v=0 {peer}"})
    socket.send_json({"type": "ping"})
    until(socket, "pong")


def test_two_pages_find_each_other(phone, desk, address, clinic_address):
    with connect(desk, clinic_address) as clinician, connect(phone, address) as patient:
        room = hello(clinician, "desk")["room"]
        assert hello(patient, "phone")["you"]["state"] == "claimed"
        offer(clinician, "spare")

        assert until(patient, "offer")["sdp"] == "v=0 spare"
        answer = {"type": "answer", "sdp": "v=0"}
        patient.send_json({"type": "signal", "n": 1, "peer": "spare", "description": answer})

        assert until(patient, "ack")["n"] == 1
        signal = until(clinician, "signal")
        assert (signal["peer"], signal["description"]) == ("spare", answer)
        seat = room["seats"][0]["id"]
        clinician.send_json({"type": "admit", "seat": seat})
        assert until(patient, "you")["you"]["state"] == "admitted"


def test_a_page_that_lost_its_line_reads_on_from_where_it_was(phone, desk, address, clinic_address):
    with connect(desk, clinic_address) as clinician:
        hello(clinician, "desk")
        offer(clinician, "spare")
        with connect(phone, address) as patient:
            since = hello(patient, "phone")["since"]
            until(patient, "offer")
        seat = until(clinician, "room")["room"]["seats"][0]["id"]
        said = {"type": "signal", "n": 1, "seat": seat, "peer": "spare", "candidates": ["a way"]}
        clinician.send_json(said)
        until(clinician, "ack")
        clinician.send_json(said)
        until(clinician, "ack")

        with connect(phone, address) as patient:
            hello(patient, "phone", since)
            assert until(patient, "signal")["candidates"] == ["a way"]
            patient.send_json({"type": "ping"})
            assert patient.receive_json()["type"] != "signal"


def test_a_ghost_hears_no_offer(tap, desk, address, clinic_address):
    with connect(desk, clinic_address) as clinician, connect(tap(), address) as scanner:
        room = hello(clinician, "desk")["room"]
        offer(clinician, "spare")

        you = hello(scanner, "scanner")["you"]
        scanner.send_json({"type": "again"})
        scanner.send_json({"type": "ping"})

        assert room["seats"] == []
        assert you["state"] == "ghost"
        assert scanner.receive_json()["type"] == "pong"


def test_another_page_of_the_same_browser_takes_the_place(phone, address):
    with connect(phone, address) as first:
        hello(first, "first")
        with connect(phone, address) as second:
            hello(second, "second")
            with pytest.raises(WebSocketDisconnect) as closed:
                until(first, "never")
    assert closed.value.code == 4409


def test_a_new_page_of_staff_takes_the_visit_over(desk, clinic_address):
    with connect(desk, clinic_address) as first:
        hello(first, "first")
        with connect(desk, clinic_address) as second:
            hello(second, "second")
            with pytest.raises(WebSocketDisconnect) as closed:
                until(first, "never")
    assert closed.value.code == 4409


def test_the_socket_dies_with_its_session(database, phone, address):
    with connect(phone, address) as socket:
        hello(socket, "phone")
        with database.session() as db:
            db.execute(update(WebSession).values(ended_at=clock.machine_now()))
        socket.send_json({"type": "ping"})
        with pytest.raises(WebSocketDisconnect) as closed:
            until(socket, "never")
    assert closed.value.code == 4401


@pytest.mark.parametrize("origin", ["https://evil.test", ""])
def test_a_socket_from_another_site_is_refused(phone, address, origin):
    with pytest.raises(WebSocketDisconnect), connect(phone, address, origin=origin):
        pass


def test_without_a_seat_there_is_no_line(client, address):
    with connect(client, address) as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    assert closed.value.code == 4401


def test_staff_of_another_clinic_get_no_line(signed_in, cast, clinic_address):
    neighbour = signed_in(cast.dr_lind)
    with connect(neighbour, clinic_address) as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    assert closed.value.code == 4401


@pytest.mark.parametrize(
    "frame",
    ["not json", "[]", '{"type":"hello"}', '{"type":"hello","page":""}', "x" * 70_000],
)
def test_a_malformed_frame_ends_the_line(phone, address, frame):
    with connect(phone, address) as socket:
        socket.send_text(frame)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code in (4400, 1009)


def test_both_connected_starts_the_visit(database, phone, desk, address, clinic_address):
    with connect(desk, clinic_address) as clinician, connect(phone, address) as patient:
        seat = hello(clinician, "desk")["room"]["seats"][0]["id"]
        hello(patient, "phone")
        offer(clinician, "spare")
        until(patient, "offer")
        clinician.send_json({"type": "admit", "seat": seat})
        until(patient, "you")

        patient.send_json({"type": "state", "pc": "connected"})
        patient.send_json({"type": "ping"})
        until(patient, "pong")

    with database.session() as db:
        assert db.scalars(select(VideoVisit.started_at)).one() is not None


def test_a_closed_page_keeps_its_place(database, phone, address):
    with connect(phone, address) as socket:
        hello(socket, "phone")

    with database.session() as db:
        seat = db.scalars(select(Seat)).one()
        assert seat.gone_at is not None
        assert seat.state.is_live


def test_a_call_that_runs_over_its_time_keeps_its_session_and_its_link(
    database, phone, address, cast
):
    with database.session() as db:
        db.execute(update(Seat).values(connected=True))
    over_time = cast.integration_visit.ends_at + timedelta(minutes=20)
    clock.stand_still(over_time, machine=clock.machine_now())

    with connect(phone, address) as socket:
        hello(socket, "phone")
        with database.session() as db:
            sessions_end = db.scalars(select(WebSession.expires_at)).all()
            links_end = db.scalars(select(MagicLink.expires_at)).all()

    assert max(sessions_end) == max(links_end) == over_time + timedelta(minutes=30)


def test_a_talk_is_no_rest_so_nothing_covers_the_desk(phone, desk, address, clinic_address):
    with connect(desk, clinic_address) as clinician, connect(phone, address) as patient:
        hello(clinician, "desk")
        hello(patient, "phone")
        for _ in range(3):
            clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(minutes=10))
            for line in (patient, clinician):
                line.send_json({"type": "ping"})
                until(line, "pong")

        assert desk.get("/clinic").status_code == 200

    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(minutes=15))
    assert desk.get("/clinic").headers["location"] == "/clinic/sign-in"


@pytest.mark.parametrize("since", [False, -1, 2**31, 10**40, "1", 0.5])
def test_a_page_that_names_a_signal_there_cannot_be_has_heard_none(desk, clinic_address, since):
    with connect(desk, clinic_address) as clinician:
        assert hello(clinician, "desk", since)["since"] == 0


@pytest.mark.parametrize("number", [False, -1, 2**31, 10**40])
def test_a_signal_with_a_number_there_cannot_be_ends_the_line(desk, clinic_address, number):
    with connect(desk, clinic_address) as clinician:
        hello(clinician, "desk")
        answer = {"type": "answer", "sdp": "v=0"}
        clinician.send_json({"type": "signal", "n": number, "peer": "a", "description": answer})
        with pytest.raises(WebSocketDisconnect) as over:
            until(clinician, "ack")

    assert over.value.code == 4400


def test_an_offer_that_was_there_before_the_page_is_taken_at_hello(
    phone, desk, address, clinic_address
):
    with connect(desk, clinic_address) as clinician:
        hello(clinician, "desk")
        offer(clinician, "spare")

        with connect(phone, address) as patient:
            hello(patient, "phone")
            assert until(patient, "offer")["sdp"] == "v=0 spare"


def test_whoever_never_says_a_word_costs_no_row(database, phone, address):
    with counting(database) as said, connect(phone, address):
        pass

    assert len(said) <= 2, "\n\n".join(said)
    assert not [each for each in said if each.startswith(("INSERT", "UPDATE"))]


def test_waiting_costs_few_statements(database, phone, address):
    with connect(phone, address) as patient, counting(database) as said:
        hello(patient, "phone")
        patient.send_json({"type": "ping"})
        until(patient, "pong")

    asked = [each for each in said if "pg_notify" not in each]
    assert len(asked) <= 8, "\n\n".join(asked)


def test_what_changes_without_a_word_is_found_at_the_next_look(
    database, phone, desk, address, clinic_address, monkeypatch
):
    monkeypatch.setattr(shared_lines, "LOOK_EVERY", 0.05)
    with connect(desk, clinic_address) as clinician, connect(phone, address) as patient:
        hello(clinician, "desk")
        hello(patient, "phone")
        patient.send_json({"type": "ping"})
        until(patient, "pong")

        clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(minutes=1))

        assert until(patient, "you")["you"]["clinician"] == "away"
