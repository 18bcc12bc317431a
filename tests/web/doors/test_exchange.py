import json
import time
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.access.models import Strength, WebSession
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.people.models import Patient
from app.scheduling import booking, rescheduling
from app.scheduling.models import Appointment, AppointmentStatus
from app.security.tokens import hash_token, new_token
from app.telehealth.models import Seat, SeatState
from app.web import even_pace
from app.web.access import others
from app.web.doors import exchange
from app.web.pages import LANGUAGE_COOKIE
from tests.conftest import BASE_URL, FRIDAY_NOON

JOIN = "__Host-ag_j"


@pytest.fixture
def give(browser):
    """`give(token)`: post a token the way a link's page does, from a new browser unless given."""

    def give(token, kind="join", **differs):
        return differs.pop("from_", None or browser()).post(
            "/x", json={"t": token, "kind": kind}, **differs
        )

    return give


@pytest.fixture
def changed(database):
    """`changed(row, …)`: change a row behind the clinic's back."""

    def changed(row, **values):
        with database.session() as db:
            kept = db.get_one(type(row), row.id)
            for name, value in values.items():
                setattr(kept, name, value)

    return changed


def cookie_of(response):
    parts = [part.strip() for part in cookie_line(response).split(";")]
    return parts[0].split("=", 1)[1], {part.lower() for part in parts[1:]}


def cookie_line(response):
    return next(
        line for line in response.headers.get_list("set-cookie") if line.startswith(JOIN + "=")
    )


def said(response):
    """Everything by which one answer could be told from another."""
    headers = {name for name in response.headers if name != "date"}
    return response.status_code, response.content, headers


def test_one_tap_opens_the_waiting_room(give, link_to, cast):
    _, token = link_to()

    opened = give(token)

    assert opened.status_code == 200
    assert opened.json()["state"] == "open"
    assert opened.json()["address"] == f"/visits/{cast.integration_visit.id}"
    assert "Dr. Okafor" in opened.json()["html"]


def test_what_a_link_shows_names_no_patient_and_no_clinical_word(give, link_to):
    _, token = link_to()

    shown = give(token).text

    for word in ("Maya", "Osei", "5550142", "1990", "infusion", "integration", "ketamine"):
        assert word.lower() not in shown.lower()


def test_opening_a_link_spends_nothing_and_tells_nobody(give, link_to, database):
    link, token = link_to()

    for _ in range(5):
        assert give(token).json()["state"] == "open"

    with database.session(write=False) as db:
        assert db.get_one(MagicLink, link.id).state is LinkState.OPEN
        assert set(db.scalars(select(Seat.state))) == {SeatState.GHOST}


def test_the_cookie_is_for_this_host_alone_and_unseen_by_scripts(give, link_to):
    _, token = link_to()

    value, flags = cookie_of(give(token))

    assert len(value) == 22
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)


def test_every_exchange_gives_the_browser_a_new_token_and_ends_the_old_one(
    give, browser, link_to, database, cast, at
):
    _, token = link_to()
    phone = browser()
    first, _ = cookie_of(give(token, from_=phone))
    second, _ = cookie_of(give(token, from_=phone))
    at(FRIDAY_NOON + timedelta(minutes=5))  # a lost answer may be made good for a short while

    assert first != second
    room = f"/visits/{cast.integration_visit.id}"
    assert browser(cookie=f"{JOIN}={second}").get(room).status_code == 200
    assert browser(cookie=f"{JOIN}={first}").get(room).status_code == 403
    with database.session(write=False) as db:
        assert db.scalar(select(func.count(Seat.id))) == 1


def test_a_browsers_session_rests_as_a_hash(give, link_to, database):
    _, token = link_to()
    value, _ = cookie_of(give(token))

    with database.session(write=False) as db:
        assert db.scalars(select(WebSession.token_hash)).all() == [hash_token(value)]


def test_a_session_that_somebody_planted_is_not_taken_over(give, browser, link_to):
    _, token = link_to()
    planted = new_token()

    value, _ = cookie_of(give(token, from_=browser(cookie=f"{JOIN}={planted}")))

    assert value != planted


def test_a_phone_that_two_patients_share_gets_a_session_of_its_own_for_each(
    give, browser, link_to, cast, database
):
    phone = browser()
    _, mayas = link_to()
    _, theos = link_to(patient_id=cast.theo.id)
    give(mayas, from_=phone)
    give(theos, from_=phone)

    with database.session(write=False) as db:
        assert set(db.scalars(select(WebSession.patient_id))) == {cast.maya.id, cast.theo.id}


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"t": "", "kind": "join"},
        {"t": None, "kind": "join"},
        {"t": ["a"], "kind": "join"},
        {"t": {"a": 1}, "kind": "join"},
        {"t": 7, "kind": "join"},
        {"t": "x" * 500, "kind": "join"},
        {"t": "0" * 22, "kind": "join"},
        {"t": "\ud800" * 22, "kind": "join"},
        {"t": "A" * 22, "kind": None},
        {"t": "A" * 22},
    ],
)
def test_whatever_is_no_link_of_ours_gets_one_neutral_page(browser, cast, posted):
    neutral = browser().post("/x", json={"t": new_token(), "kind": "join"})

    response = browser().post("/x", content=json.dumps(posted), headers=JSON)

    assert neutral.json()["state"] == "unknown"
    assert said(response) == said(neutral)


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("kind", ["intake", "write", "sign-in", "JOIN", "", None, ["join"]])
def test_a_link_shown_as_another_kind_is_unknown(give, link_to, kind, database):
    link, token = link_to()

    response = give(token, kind)

    assert said(response) == said(give(new_token()))
    assert "set-cookie" not in response.headers
    with database.session(write=False) as db:
        assert db.get_one(MagicLink, link.id).state is LinkState.MINTED


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("why", ["expired", "pulled back"])
def test_a_stranger_cannot_tell_a_dead_link_from_none(
    give, link_to, changed, at, cast, why, language
):
    link, token = link_to()
    changed(cast.maya, language=language)
    if why == "expired":
        at(link.expires_at)
    else:
        changed(link, state=LinkState.REVOKED)

    assert said(give(token)) == said(give(new_token()))


def test_a_stranger_with_a_dead_link_is_slowed_like_one_with_none(give, link_to, at):
    link, token = link_to()
    at(link.expires_at)

    assert [give(token).status_code for _ in range(11)][-1] == 429


def test_who_was_in_the_visit_reads_that_it_has_ended(give, browser, link_to, at):
    link, token = link_to()
    phone = browser()
    give(token, from_=phone)
    at(link.expires_at + timedelta(minutes=1))

    response = give(token, from_=phone)

    assert response.json()["state"] == "ended"
    assert "Northside" in response.text


def test_a_link_of_a_moved_visit_says_where_it_went(give, link_to, database, cast, at):
    _, token = link_to()
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        rescheduling.reschedule(db, visit, visit.starts_at + timedelta(hours=1), by=None)

    response = give(token)

    assert response.json()["state"] == "moved"
    assert "11:00" in response.json()["html"]
    assert "set-cookie" not in response.headers


def test_a_link_of_a_cancelled_visit_says_so(give, link_to, database, cast):
    _, token = link_to()
    with database.session() as db:
        booking.cancel(db, db.get_one(Appointment, cast.integration_visit.id), by=cast.dr_okafor)

    assert give(token).json()["state"] == "cancelled"


def test_an_old_link_of_a_visit_that_took_place_does_not_say_it_was_called_off(
    give, link_to, changed, cast, database
):
    link, token = link_to()
    changed(link, state=LinkState.SUPERSEDED)
    changed(cast.integration_visit, status=AppointmentStatus.FULFILLED)

    assert give(token).json()["state"] not in ("cancelled", "moved")


def test_an_old_link_says_nothing_of_a_new_time_that_is_past(give, link_to, changed, at, cast):
    link, token = link_to()
    changed(link, state=LinkState.SUPERSEDED)
    at(cast.integration_visit.ends_at + timedelta(days=20))

    assert said(give(token)) == said(give(new_token()))


def test_after_ten_failures_a_place_waits_while_real_links_still_open(give, link_to):
    _, token = link_to()

    tried = [give(new_token()).status_code for _ in range(12)]

    assert tried == [200] * 10 + [429] * 2
    assert give(new_token()).headers["retry-after"] == "60"
    assert give(token).json()["state"] == "open"


def test_a_minute_later_a_place_may_try_again(give, at):
    for _ in range(11):
        give(new_token())
    at(FRIDAY_NOON + timedelta(seconds=61))

    assert give(new_token()).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"t":"' + b"a" * 1010 + b'"}', 200),
        (b'{"t":"' + b"a" * 1017 + b'"}', 413),
        (b"a" * 70_000, 413),
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"t"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 1024, 400),
        (b'{"a":' * 200, 400),
    ],
)
def test_a_body_that_is_too_large_or_no_object_is_refused(browser, cast, body, status):
    assert browser().post("/x", content=body, headers=JSON).status_code == status


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_only_json_is_taken(browser, link_to, content_type):
    _, token = link_to()
    body = json.dumps({"t": token, "kind": "join"})

    response = browser().post("/x", content=body, headers={"content-type": content_type})

    assert response.status_code == 415
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_a_token_is_taken_by_post_alone(browser, link_to, everything, method):
    _, token = link_to()
    before = everything()

    response = browser().request(method, f"/x?t={token}&kind=join")

    assert response.status_code == 405
    assert everything() == before


def test_asvs_16_2_5_no_log_line_holds_a_token_a_name_or_a_number(give, link_to, cast, changed, at):
    link, token = link_to()

    with structlog.testing.capture_logs() as lines:
        cookie, _ = cookie_of(give(token))
        give(token, "write")
        give("1" * 22)
        changed(link, state=LinkState.SUPERSEDED)
        give(token)
        at(link.expires_at)
        give(token)

    written = repr(lines)
    assert len(lines) >= 5
    private = (token, cookie, "Maya", "Osei", "5550142", "1990", str(cast.integration_visit.id))
    assert [word for word in private if word in written] == []


def test_a_visit_of_the_neighbour_clinic_stays_closed(give, browser, link_to, cast):
    _, token = link_to(LinkKind.JOIN, clinic_id=cast.neighbour.id, patient_id=cast.noor.id)
    phone = browser()
    give(token, from_=phone)

    assert phone.get(f"/visits/{cast.integration_visit.id}").status_code == 403


def test_a_claim_without_a_seat_claims_nothing(browser, cast, database):
    for visit in (str(cast.integration_visit.id), "", "x", "\x00", None, 7, ["a"]):
        response = browser().post("/x/claim", json={"visit": visit})

        assert (response.status_code, response.json()) == (403, {"state": "unknown"})
    with database.session(write=False) as db:
        assert db.scalars(select(Seat.id)).all() == []


def test_the_first_tap_of_a_person_claims_and_a_second_device_is_marked(
    give, browser, link_to, cast, database
):
    link, token = link_to()
    phone, tablet = browser(), browser()
    for device in (phone, tablet):
        give(token, from_=device)
        claimed = device.post("/x/claim", json={"visit": str(cast.integration_visit.id)})
        assert claimed.json()["state"] == "claimed"

    with database.session(write=False) as db:
        assert db.get_one(MagicLink, link.id).state is LinkState.CLAIMED
        marks = db.scalars(select(Seat.second_device).order_by(Seat.opened_at, Seat.id)).all()
    assert marks == [False, True]


def test_a_token_signed_with_a_key_that_is_gone_still_opens(give, link_to, cast):
    # What is looked up is the hash: a retired key stops new texts, not links in people's phones.
    link, token = link_to()
    assert magic_links.token_of(link) == token

    assert give(token).json()["state"] == "open"


def test_a_patient_reads_what_a_link_says_in_their_language(give, link_to, changed, cast):
    changed(cast.maya, language="es")
    _, token = link_to()

    assert give(token).json()["lang"] == "es"
    assert Patient.__tablename__ == "patient"


def test_guessing_from_everywhere_at_once_is_slowed_while_real_links_still_open(app, link_to, at):
    _, token = link_to()

    def give_from(address: str, what: str) -> int:
        phone = TestClient(
            app,
            base_url=BASE_URL,
            headers={"sec-fetch-site": "same-origin"},
            client=(address, 50_000),
        )
        return phone.post("/x", json={"t": what, "kind": "join"}).status_code

    tried = [give_from(f"203.0.113.{n // 10}", new_token()) for n in range(100)]

    assert set(tried) == {200}
    assert give_from("203.0.113.99", new_token()) == 429
    assert give_from("203.0.113.98", token) == 200
    at(FRIDAY_NOON + timedelta(seconds=1))
    assert give_from("203.0.113.99", new_token()) == 200


def test_a_dead_link_and_none_are_both_answered_when_a_step_is_full(give, link_to, at, monkeypatch):
    link, token = link_to()
    at(link.expires_at)
    monkeypatch.setattr(even_pace, "STEP_SECONDS", 0.2)

    for tried in (token, new_token(), "no token"):
        began = time.monotonic()
        assert give(tried).json()["state"] == "unknown"
        assert time.monotonic() - began >= 0.2  # and not sooner, however little there was to do


def test_a_real_link_is_never_held_up(give, link_to, monkeypatch):
    _, token = link_to()
    monkeypatch.setattr(even_pace, "STEP_SECONDS", 10**6)  # whoever is held is held for ever

    assert give(token).json()["state"] == "open"


def test_a_later_link_lets_a_phone_stay_longer_and_an_earlier_one_no_shorter(
    give, browser, link_to, cast, database
):
    end = cast.integration_visit.ends_at + timedelta(minutes=30)
    phone, ends = browser(), []
    for until in (end, end + timedelta(days=2), end + timedelta(days=1)):
        link, token = link_to(expires_at=until)
        give(token, from_=phone)
        with database.session(write=False) as db:
            row = db.scalars(select(WebSession)).one()
            ends.append(row.expires_at)
            assert row.link_id == link.id

    assert ends == [end, end + timedelta(days=2), end + timedelta(days=2)]


def test_a_link_that_ends_early_still_lets_its_patient_see_the_visit_through(
    give, link_to, cast, database, at
):
    at(cast.integration_visit.starts_at)
    _, token = link_to(expires_at=cast.integration_visit.starts_at + timedelta(minutes=1))

    cookie = cookie_line(give(token))

    with database.session(write=False) as db:
        end = db.scalars(select(WebSession.expires_at)).one()
    assert end == cast.integration_visit.ends_at + timedelta(minutes=30)
    # A day longer, so that the same phone can be told that the visit has ended.
    assert f"Max-Age={(80 + 24 * 60) * 60}" in cookie


def test_a_session_remembers_the_phone_and_how_little_a_link_proves(give, link_to, database):
    link, token = link_to()
    give(token, headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)"})

    with database.session(write=False) as db:
        row = db.scalars(select(WebSession)).one()
    assert (row.device, row.strength, row.link_id) == ("iPhone", Strength.LINK, link.id)
    assert row.browser_hash


def test_a_phone_keeps_its_mark_from_one_link_to_the_next(give, browser, link_to, cast, database):
    phone = browser()
    for patient in (cast.maya, cast.theo):
        give(link_to(patient_id=patient.id)[1], from_=phone)

    with database.session(write=False) as db:
        marks = db.scalars(select(WebSession.browser_hash)).all()
    assert len(marks) == 2
    assert marks[0] == marks[1]


def test_whoever_waits_is_told_for_how_long_and_nothing_else(give, cast):
    for _ in range(10):
        give(new_token())

    waits = give(new_token())

    assert (waits.status_code, waits.json()) == (429, {"state": "wait"})
    assert waits.headers["retry-after"] == "60"


def test_a_reader_chooses_the_language_whatever_the_patient_speaks(give, browser, link_to, changed):
    _, token = link_to()

    opened = give(token, from_=browser(cookie=f"{LANGUAGE_COOKIE}=es"))

    assert opened.json()["lang"] == "es"


@pytest.mark.parametrize(
    ("speaks", "chose", "reads"), [("es", "", "es"), ("en", "es", "es"), ("es", "en", "en")]
)
def test_where_a_visit_went_is_said_in_the_language_of_whoever_asks(
    give, browser, link_to, changed, cast, speaks, chose, reads
):
    link, token = link_to()
    changed(cast.maya, language=speaks)
    changed(link, state=LinkState.SUPERSEDED)

    told = give(token, from_=browser(cookie=f"{LANGUAGE_COOKIE}={chose}")).json()

    assert (told["state"], told["lang"]) == ("moved", reads)


def test_a_tapped_links_page_learns_all_it_goes_on_with(give, link_to, cast):
    room = give(link_to()[1]).json()
    times = give(link_to(for_choosing=True)[1]).json()

    address = f"/visits/{cast.integration_visit.id}"
    assert room.keys() == {"state", "address", "lang", "mood", "html", "title"}
    assert all(room.values())
    assert times == {
        "state": "times",
        "address": f"{address}/not-today",
        "lang": room["lang"],
        "mood": room["mood"],
    }


def test_an_old_link_leads_to_other_times_only_where_its_patient_asked_for_them(
    give, browser, link_to, changed, cast, at
):
    visit, phone, theos_phone = cast.integration_visit, browser(), browser()
    link, token = link_to(expires_at=visit.starts_at)
    assert give(token, from_=phone).json()["state"] == "open"
    give(link_to(patient_id=cast.theo.id)[1], from_=theos_phone)
    at(visit.starts_at)

    assert give(token, from_=phone).json()["state"] == "ended"
    changed(visit, asked_at=FRIDAY_NOON)
    assert give(token, from_=phone).json()["state"] == "times"
    assert give(token, from_=theos_phone).json()["state"] == "unknown"
    changed(link, state=LinkState.REVOKED)
    assert give(token, from_=phone).json()["state"] == "ended"


def test_who_was_in_a_moved_visit_reads_in_the_end_that_it_is_over(
    give, browser, link_to, changed, cast
):
    phone = browser()
    link, token = link_to()
    give(token, from_=phone)
    changed(link, state=LinkState.SUPERSEDED)
    changed(cast.integration_visit, status=AppointmentStatus.FULFILLED)

    assert give(token, from_=phone).json()["state"] == "ended"
    assert give(token).json()["state"] == "unknown"


def test_the_addresses_of_a_tap_stand_among_those_open_to_anyone_and_take_posts_alone():
    assert {route.name for route in exchange.routes} <= others.PUBLIC.keys()
    assert all(route.methods == {"POST"} for route in exchange.routes)
