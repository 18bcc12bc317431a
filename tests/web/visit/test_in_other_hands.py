"""A link that was passed on or pulled back: what its browser may still do, and what not."""

import re

import pytest
from sqlalchemy import select

from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.people.models import Patient, Practitioner
from app.protocols import resending
from app.scheduling import new_number, visit_texts
from app.scheduling.models import Appointment
from app.telehealth import seats
from app.telehealth.models import Seat, SeatState, VideoVisit, Whereabouts

JSON = {"accept": "application/json"}
SOCKET = {"origin": "https://afterglow.test"}


@pytest.fixture
def pull_back(database, cast):
    def pull_back():
        with database.session() as db:
            by = db.get_one(Practitioner, cast.dr_okafor.id)
            for link in db.scalars(select(MagicLink)).all():
                resending.pull_back(db, link, by=by)

    return pull_back


@pytest.fixture
def admit(database, cast):
    """Let the seat through that was claimed last."""

    def admit():
        with database.session() as db:
            seat = db.scalars(select(Seat).order_by(Seat.claimed_at.desc())).first()
            seats.admit(db, seat, by=db.get_one(Practitioner, cast.dr_okafor.id))

    return admit


def test_whoever_waits_by_a_link_that_is_pulled_back_is_out(database, tap, address, pull_back):
    stranger = tap()
    stranger.post(f"{address}/claim")

    pull_back()

    assert stranger.get(address).status_code == 403
    assert stranger.get(f"{address}/not-today").status_code == 403
    visit = address.rsplit("/", 1)[1]
    assert stranger.post("/x/claim", json={"visit": visit}).status_code == 403
    assert stranger.post(f"{address}/asking", headers=JSON).status_code == 403
    with database.session() as db:
        assert db.scalars(select(Seat.state)).one() is SeatState.LEFT


def test_an_open_line_ends_when_its_link_is_pulled_back(tap, address, pull_back):
    stranger = tap()
    stranger.post(f"{address}/claim")
    with stranger.websocket_connect(
        f"wss://afterglow.test{address}/socket", headers=SOCKET
    ) as line:
        line.send_json({"type": "hello", "page": "a-page"})
        assert line.receive_json()["type"] == "welcome"

        pull_back()
        line.send_json({"type": "ping"})

        while (said := line.receive())["type"] != "websocket.close":
            pass
        assert said["code"] == 4401


def test_whoever_was_let_in_goes_on_talking_after_that(tap, address, pull_back, admit):
    phone = tap()
    phone.post(f"{address}/claim")
    admit()

    pull_back()

    assert phone.get(address).status_code == 200


def test_a_fresh_link_lets_the_same_phone_in_again(database, cast, desk, tap, address, browser):
    phone = tap()
    phone.post(f"{address}/claim")
    desk.post(f"/clinic/appointments/{cast.integration_visit.id}/fresh-link")
    assert phone.get(address).status_code == 403
    with database.session() as db:
        fresh = db.scalars(select(MagicLink).where(MagicLink.state != LinkState.REVOKED)).one()
        token = magic_links.token_of(fresh)

    assert phone.post("/x", json={"t": token, "kind": "join"}).json()["state"] == "open"
    assert phone.post(f"{address}/claim").json()["state"] == "claimed"


def test_nobody_else_speaks_for_a_patient_who_was_let_in(database, tap, address, admit):
    phone = tap()
    phone.post(f"{address}/claim")
    phone.post(f"{address}/whereabouts", data={"kind": "home"}, headers=JSON)
    admit()
    stranger = tap()
    said = {"kind": "elsewhere", "place": "Mill Road", "callback": "+13125550199"}

    answer = stranger.post(f"{address}/whereabouts", data=said, headers=JSON)

    assert answer.status_code == 422
    number = {"number": "+13125550199"}
    assert stranger.post(f"{address}/phone-me", data=number, headers=JSON).status_code == 422
    with database.session() as db:
        visit = db.scalars(select(VideoVisit)).one()
        assert (visit.whereabouts, visit.place, visit.callback) == (Whereabouts.HOME, "", "")


def test_nobody_else_moves_a_talk_that_is_going_on(database, cast, tap, address, admit):
    phone = tap()
    phone.post(f"{address}/claim")
    admit()
    stranger = tap()
    times = re.findall(
        r'name="starts_at" value="([^"]+)"', stranger.get(f"{address}/not-today").text
    )

    answer = stranger.post(f"{address}/not-today", data={"starts_at": times[0]})
    stranger.post(f"{address}/asking")

    assert answer.status_code == 422
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        assert (visit.starts_at, visit.asked_at) == (cast.integration_visit.starts_at, None)


def test_an_old_link_on_an_old_phone_tells_nothing_of_where_the_visit_went(
    database, cast, link, browser
):
    with database.session() as db:
        visit_texts.plan(db, db.get_one(Appointment, cast.integration_visit.id))
    assert browser().post("/x", json={"t": link, "kind": "join"}).json()["state"] == "moved"

    with database.session() as db:
        by = db.get_one(Practitioner, cast.dr_okafor.id)
        new_number.follow(db, db.get_one(Patient, cast.maya.id), by=by)

    assert browser().post("/x", json={"t": link, "kind": "join"}).json()["state"] == "unknown"


def test_staff_see_that_a_number_is_not_theirs_and_who_said_it_another_device(
    desk, clinic_address, tap, address, cast
):
    stranger, phone = tap(), tap()
    said = {"kind": "home", "callback": "(312) 555-0199"}
    stranger.post(f"{address}/whereabouts", data=said, headers=JSON)
    stranger.post(f"{address}/phone-me", headers=JSON)
    phone.post(f"{address}/claim")

    room, today = desk.get(clinic_address).text, desk.get("/clinic").text

    assert "<p data-said-elsewhere>" in room
    [ways] = re.findall(r"<dd>(<a [^>]*data-fact=\"callback\".*?)</dd>", room, re.DOTALL)
    assert "<span data-not-on-file>" in ways
    assert "Not the number we have" in ways
    assert f'href="tel:{cast.maya.phone}"' in ways
    for dials in re.findall(r'<a [^>]*href="tel:\+13125550199".*?</a>', room + today, re.DOTALL):
        marked = "(not the number we have)", "<span data-not-on-file>", 'data-fact="callback"'
        assert any(mark in dials for mark in marked)
    assert "(not the number we have)" in today


def test_nothing_is_marked_where_the_patient_says_what_is_on_file(
    desk, clinic_address, tap, address, cast
):
    phone = tap()
    phone.post(f"{address}/claim")
    said = {"kind": "home", "callback": cast.maya.phone}
    phone.post(f"{address}/whereabouts", data=said, headers=JSON)

    room = desk.get(clinic_address).text

    assert "<p data-said-elsewhere hidden>" in room
    assert "<span data-not-on-file>" not in room
