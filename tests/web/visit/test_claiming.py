import pytest
from sqlalchemy import select

from app.links.models import LinkState, MagicLink
from app.people.models import Practitioner
from app.scheduling.models import Appointment
from app.telehealth import offers, presence, visits
from app.telehealth.models import Seat, SeatState, Signal


@pytest.fixture
def held_room(database, cast):
    """Dr. Okafor's page holds the visit, an offer ready."""
    with database.session() as db:
        visit = visits.of(db, db.get_one(Appointment, cast.integration_visit.id))
        presence.hold(db, visit, "desk", by=db.get_one(Practitioner, cast.dr_okafor.id))
        offers.put(db, visit, peer="spare", sdp="v=0")


def seats_of(database):
    with database.session() as db:
        return db.scalars(select(Seat).order_by(Seat.opened_at, Seat.id)).all()


def test_a_human_signal_claims_the_seat_and_the_link(database, tap, cast):
    phone = tap()

    answer = phone.post("/x/claim", json={"visit": str(cast.integration_visit.id)}).json()

    assert answer == {"state": "claimed", "peer": None, "sdp": None, "ice": []}
    assert [seat.state for seat in seats_of(database)] == [SeatState.CLAIMED]
    with database.session() as db:
        assert db.scalars(select(MagicLink.state)).one() is LinkState.CLAIMED


def test_the_room_claims_by_its_own_address_too(database, tap, address):
    assert tap().post(f"{address}/claim").json()["state"] == "claimed"


def test_a_browser_that_runs_scripts_but_has_no_person_spends_nothing(database, tap, address):
    tap()
    phone = tap()
    phone.post(f"{address}/claim")

    scanner, patient = seats_of(database)

    assert scanner.state is SeatState.GHOST
    assert patient.state is SeatState.CLAIMED
    assert not patient.second_device


def test_a_second_browser_is_marked(database, tap, address):
    tap().post(f"{address}/claim")
    tap().post(f"{address}/claim")

    assert [seat.second_device for seat in seats_of(database)] == [False, True]


def test_tapping_again_in_the_same_browser_keeps_the_seat(database, tap, address):
    phone = tap()
    phone.post(f"{address}/claim")

    tap(phone)

    (seat,) = seats_of(database)
    assert seat.state is SeatState.CLAIMED
    assert '"state": "claimed"' in phone.opened["html"].replace("&#34;", '"')


def test_a_browser_without_a_seat_claims_nothing(client, cast):
    answer = client.post("/x/claim", json={"visit": str(cast.integration_visit.id)})

    assert (answer.status_code, answer.json()) == (403, {"state": "unknown"})


def test_claiming_in_an_ended_visit_is_refused_in_words(database, tap, address, desk, cast):
    phone = tap()
    phone.post(f"{address}/claim")
    origin = {"origin": "https://afterglow.test"}
    socket_path = f"/clinic/visits/{cast.integration_visit.id}/socket"
    with desk.websocket_connect(f"wss://afterglow.test{socket_path}", headers=origin) as socket:
        socket.send_json({"type": "hello", "page": "desk", "since": None})
        socket.receive_json()
        socket.send_json({"type": "end"})
        while socket.receive_json().get("room", {}).get("ended") is not True:
            pass

    answer = phone.post(f"{address}/claim")

    assert answer.status_code == 409
    assert answer.json()["message"] == "This visit has ended."


def test_a_signal_may_come_before_the_socket_and_counts_once(database, tap, address, held_room):
    phone = tap()
    peer = phone.post(f"{address}/claim").json()["peer"]
    signal = {"page": "phone", "n": 1, "peer": peer, "candidates": ["a way"]}

    for _ in range(2):
        assert phone.post(f"{address}/signals", json=signal).json() == {"state": "heard"}

    with database.session() as db:
        assert [each.content for each in db.scalars(select(Signal))] == [{"candidates": ["a way"]}]


def test_a_signal_of_no_known_shape_is_refused(tap, address):
    assert tap().post(f"{address}/signals", json={"n": "one"}).status_code == 400
