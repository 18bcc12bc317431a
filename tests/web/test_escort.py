"""Whoever takes a patient home: one link, one page, one day, nothing of what the visit is for."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.access.models import SessionKind, WebSession
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.messaging import inbound
from app.messaging.inbound import Raw
from app.messaging.models import Message, MessageStatus, Purpose
from app.replies import taking_in
from app.scheduling import booking, escort_texts, locations
from app.scheduling.models import Appointment, Escort, Service
from tests.messaging.test_texts import FORBIDDEN

IRA = "(914) 555-0157"


@pytest.fixture
def session(database, cast):
    """Theo's session at the clinic, from noon to two today."""
    with database.session() as db:
        booked = booking.book(
            db,
            patient=db.merge(cast.theo),
            service=Service.INFUSION,
            starts_at=clock.now() + timedelta(minutes=30),
            ends_at=clock.now() + timedelta(hours=2),
            by=db.merge(cast.jordan),
        )
        place = locations.Place(
            "Main street", "1 Main street, Albany", "Ring twice", cast.clinic.zone
        )
        locations.add(db, db.merge(cast.clinic), place, by=None)
        return booked.appointment.id


@pytest.fixture
def named(desk, session):
    """`named(**fields)`: staff name Ira; the answer."""

    def named(**fields):
        given = {
            "escort_name": "Ira Vance",
            "escort_phone": IRA,
            "escort_language": "en",
            "pick_up_at": "2026-11-20T14:00",
        } | fields
        return desk.post(f"/clinic/appointments/{session}/escort", data=given)

    return named


@pytest.fixture
def token(named, database):
    assert named().status_code == 303
    with database.session(write=False) as db:
        return magic_links.token_of(db.get_one(MagicLink, db.scalar(select(Escort.link_id))))


@pytest.fixture
def others_token(desk, cast, database):
    """The link to somebody who takes Maya home, too."""
    with database.session() as db:
        booked = booking.book(
            db,
            patient=db.merge(cast.maya),
            service=Service.INFUSION,
            starts_at=clock.now() + timedelta(minutes=30),
            ends_at=clock.now() + timedelta(hours=2),
            by=db.merge(cast.jordan),
        )
    given = {
        "escort_name": "Ira Vance",
        "escort_phone": IRA,
        "escort_language": "en",
        "pick_up_at": "2026-11-20T15:00",
    }
    visit = booked.appointment.id
    assert desk.post(f"/clinic/appointments/{visit}/escort", data=given).status_code == 303
    with database.session(write=False) as db:
        escort = db.scalars(select(Escort).where(Escort.appointment_id == visit)).one()
        return magic_links.token_of(db.get_one(MagicLink, escort.link_id))


def tap(client, token):
    return client.post("/x", json={"t": token, "kind": "escort"}).json()


def test_the_link_opens_time_place_and_number_and_nothing_of_the_patient(
    client, token, cast, database
):
    assert tap(client, token)["address"] == "/escort"

    page = client.get("/escort").text
    for words in ("Pick up Theo at 2:00 pm.", "Friday, November 20", "1 Main street, Albany"):
        assert words in page
    assert "Ring twice" in page
    assert f'href="tel:{cast.clinic.phone}"' in page
    assert "Brandt" not in page
    shown = re.sub(r"<[^>]*>", " ", page.replace("What helps", ""))
    assert FORBIDDEN.findall(shown) == []
    with database.session(write=False) as db:
        assert (
            db.scalar(select(MagicLink.state).where(MagicLink.kind == "escort")) is LinkState.OPEN
        )


def test_the_same_phone_may_tap_again_and_another_too(client, token, browser):
    assert tap(client, token)["state"] == tap(client, token)["state"] == "escort"
    assert tap(browser(), token)["state"] == "escort"
    assert client.get("/escort").status_code == 200


def test_nothing_opens_the_page_but_its_link(client, signed_in, cast, token):
    for anybody in (client, signed_in(cast.theo), signed_in(cast.jordan)):
        answer = anybody.get("/escort")
        assert answer.status_code == 403
        assert "Theo" not in answer.text
        assert "Main street" not in answer.text


def test_the_link_of_an_escort_opens_nothing_else(client, token):
    tap(client, token)

    assert client.get("/").headers["location"] == "/sign-in"
    for kind in ("join", "intake", "write", "sign-in", "guest"):
        assert client.post("/x", json={"t": token, "kind": kind}).json()["state"] == "unknown"


def test_when_the_day_is_over_link_and_page_are_dead(client, token, browser, database):
    tap(client, token)
    with database.session(write=False) as db:
        ends = db.scalar(select(MagicLink.expires_at).where(MagicLink.kind == "escort"))

    clock.stand_still(ends)

    assert client.get("/escort").status_code == 403
    assert tap(browser(), token)["state"] == "unknown"


def test_the_page_follows_a_session_that_moves_and_says_when_it_is_off(
    client, desk, token, session, database
):
    tap(client, token)
    desk.post(
        f"/clinic/appointments/{session}/rescheduling",
        data={"starts_at": "2026-11-21T09:00", "confirmed": "1"},
    )
    with database.session() as db:
        escort_texts.follow(db)

    assert "Pick up Theo at 10:30 am." in client.get("/escort").text

    desk.post(f"/clinic/appointments/{session}/cancellation")

    page = client.get("/escort").text
    assert "There is no pick-up after all." in page
    assert "Pick up Theo" not in page


def test_staff_withdraw_it_and_it_opens_nothing_at_once(client, desk, token, session, browser):
    tap(client, token)

    for _ in range(2):
        assert desk.post(f"/clinic/appointments/{session}/escort/end").status_code == 303

    assert client.get("/escort").status_code == 403
    assert tap(browser(), token)["state"] == "unknown"
    assert "Who takes Theo home" in desk.get(f"/clinic/appointments/{session}").text


def test_staff_see_who_comes_when_and_how_the_text_stands(desk, token, session):
    page = desk.get(f"/clinic/appointments/{session}").text

    assert "Ira Vance" in page
    assert "Text queued" in page
    assert token not in page


def test_a_visit_by_video_has_no_way_home(desk, cast):
    assert "Way home" not in desk.get(f"/clinic/appointments/{cast.integration_visit.id}").text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"escort_phone": "12"}, "escort_phone", "Enter a phone number with its area code"),
        ({"escort_phone": "312 555 0143"}, "escort_phone", "the patient&#39;s own number"),
        ({"pick_up_at": ""}, "pick_up_at", "Enter a day and a time."),
        ({"pick_up_at": "2026-11-20T11:00"}, "pick_up_at", "Enter a time after the start"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nobody_is_texted(
    named, database, typed, field, words
):
    answer = named(**typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{field}"' in answer.text
    assert "Ira Vance" in answer.text
    with database.session(write=False) as db:
        assert db.scalar(select(Message.id).where(Message.purpose == Purpose.ESCORT)) is None


def test_who_wrote_stop_is_not_texted_again(named, session, database):
    named()
    with database.session() as db:
        message = db.scalars(select(Message).where(Message.purpose == Purpose.ESCORT)).one()
        message.status, message.sent_at = MessageStatus.DELIVERED, clock.now()
    with database.session() as db:
        inbound.store(db, "SM" + "1" * 32, Raw("+19145550157", "+13125550110", "STOP", "", 0))
    while taking_in.understand_next(database):
        pass

    with database.session() as db:
        db.get_one(Appointment, session).ends_at += timedelta(hours=1)
        escort_texts.follow(db)
        waiting = db.scalars(select(Message).where(Message.status == MessageStatus.QUEUED))
        assert not [each for each in waiting if each.purpose is Purpose.ESCORT]

    answer = named(escort_phone="914 555 0157", escort_name="Ira again")
    assert "asked for no texts" in answer.text


def test_a_phone_that_fetches_two_people_shows_whose_link_was_tapped_last(
    client, token, others_token
):
    tap(client, token)
    tap(client, others_token)
    assert "Pick up Maya at 3:00 pm." in client.get("/escort").text

    tap(client, token)
    assert "Pick up Theo at 2:00 pm." in client.get("/escort").text


IPHONE = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)"}


def test_the_phone_is_remembered_once_by_its_kind_and_for_a_month(client, token, database):
    for _ in range(2):
        opened = client.post("/x", json={"t": token, "kind": "escort"}, headers=IPHONE)

    assert opened.json().keys() == {"lang", "mood", "state", "address"}
    cookie = next(line for line in opened.headers.get_list("set-cookie") if "__Host-ag_e" in line)
    assert f"Max-Age={30 * 24 * 60 * 60};" in cookie
    with database.session(write=False) as db:
        known = db.scalars(select(WebSession).where(WebSession.kind == SessionKind.ESCORT)).one()
    assert (known.device, known.expires_at) == ("iPhone", clock.now() + timedelta(days=30))


def test_whoever_fetches_somebody_is_spoken_to_in_the_language_that_staff_noted(
    client, token, database
):
    tap(client, token)
    with database.session() as db:
        db.execute(update(Escort).values(language="es"))

    assert 'lang="es"' in client.get("/escort", headers={"accept-language": "en"}).text
