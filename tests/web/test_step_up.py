"""What opens somebody's earlier words: a passkey all, a fresh code its session's, a link none."""

import re
from datetime import date, timedelta
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import update
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength, WebSession
from app.people.models import Patient
from app.scheduling import aftercare
from app.scheduling.models import Appointment
from app.web import step_up
from app.web.step_up import Reach
from app.web.visitors import COOKIES

NOWHERE = "0193b3c0-0000-7000-8000-000000000000"
BORN = date(1990, 1, 1)
QUARTER = timedelta(minutes=15)


def asked(web_session=None, **cookies):
    named = "; ".join(f"{name}={value}" for name, value in cookies.items())
    state = {"web_session": web_session} if web_session else {}
    headers = [(b"cookie", named.encode())] if named else []
    return Request({"type": "http", "state": state, "headers": headers})


def shown(patient, strength, *, born=BORN, ago=timedelta(0), kind=SessionKind.PATIENT):
    patient.birth_on = born
    proved_at = clock.machine_now() - ago
    return WebSession(kind=kind, strength=strength, patient=patient, proved_at=proved_at)


@pytest.mark.parametrize(
    ("strength", "differs", "reach"),
    [
        (Strength.PASSKEY, {}, Reach.ALL),
        (Strength.PASSKEY, {"born": None, "ago": timedelta(days=1)}, Reach.ALL),
        (Strength.DEMO, {}, Reach.ALL),
        (Strength.CODE, {}, Reach.VISIT),
        (Strength.CODE, {"ago": QUARTER - timedelta(seconds=1)}, Reach.VISIT),
        (Strength.CODE, {"ago": QUARTER}, Reach.NONE),
        (Strength.CODE, {"born": None}, Reach.NONE),
        (Strength.LINK, {}, Reach.NONE),
        (Strength.PASSKEY, {"kind": SessionKind.WRITE}, Reach.NONE),
    ],
)
def test_how_much_of_their_own_somebody_may_read(cast, strength, differs, reach):
    assert step_up.reach_of(asked(shown(cast.maya, strength, **differs))) is reach


def test_nobody_reads_anything():
    nobodys = WebSession(kind=SessionKind.PATIENT, strength=Strength.PASSKEY)

    assert step_up.reach_of(asked(nobodys)) is Reach.NONE
    assert step_up.reach_of(asked()) is Reach.NONE


@pytest.mark.parametrize(
    ("address", "back"),
    [
        ("/journal", "/journal"),
        ("/goals", "/goals"),
        (f"/journal/entries/{NOWHERE}", f"/journal/entries/{NOWHERE}"),
        (f"/journal/files/{NOWHERE}", "/journal"),
        ("/journal/download.pdf", "/journal"),
    ],
)
def test_who_shows_that_it_is_them_comes_back_to_the_page_they_wanted(client, cast, address, back):
    answer = client.get(address)

    kept = SimpleCookie(answer.headers["set-cookie"])["__Host-ag_to"]
    assert (answer.status_code, kept.value, kept["max-age"]) == (403, back, "1200")
    assert ("Your words are safe." in answer.text) is address.startswith("/journal")
    assert ("Only you can open this." in answer.text) is not address.startswith("/journal")


@pytest.mark.parametrize(
    ("strength", "born", "told"),
    [(Strength.CODE, None, True), (Strength.LINK, None, True), (Strength.LINK, BORN, False)],
)
def test_whom_a_code_cannot_open_anything_for_is_told_why(
    signed_in, cast, database, strength, born, told
):
    maya = signed_in(cast.maya)
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).birth_on = born
        db.execute(update(WebSession).values(strength=strength))

    answer = maya.get("/journal")

    assert answer.status_code == 403
    assert ("no date of birth for you yet" in answer.text) is told


def test_whoever_only_opened_a_link_is_asked_without_a_word_of_their_birth_date(
    client, cast, database
):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        maya.birth_on = None
        _, token = web_sessions.start(
            db,
            SessionKind.WRITE,
            clinic_id=maya.clinic_id,
            patient=maya,
            strength=Strength.LINK,
            expires_at=clock.now() + QUARTER,
        )

    answer = client.get("/journal", headers={"cookie": f"{COOKIES[SessionKind.WRITE]}={token}"})

    assert answer.status_code == 403
    assert "date of birth for you" not in answer.text


def test_light_and_language_lead_home_from_a_page_that_is_not_theirs_yet(client):
    forms = re.findall(r'name="to" value="([^"]*)"', client.get("/goals").text)

    assert forms
    assert set(forms) == {"/"}


@pytest.mark.parametrize(
    ("kept", "to"), [("/goals", "/goals"), ("//evil.test", "/"), ("x", "/"), (None, "/")]
)
def test_the_way_back_is_a_page_of_ours_or_home(kept, to):
    cookies = {} if kept is None else {"__Host-ag_to": kept}

    assert step_up.where_to(asked(**cookies)) == to


@pytest.mark.parametrize("wanted", [True, False])
def test_once_they_are_there_the_way_back_is_forgotten(wanted):
    response = Response()

    step_up.forget(asked(**({"__Host-ag_to": "/goals"} if wanted else {})), response)

    assert ("__Host-ag_to" in response.headers.get("set-cookie", "")) is wanted


@pytest.mark.parametrize(
    ("kind", "is_known", "is_noted"),
    [
        (SessionKind.PATIENT, True, False),
        (SessionKind.WRITE, True, True),
        (SessionKind.GUEST, False, False),
        (None, False, False),
    ],
)
def test_a_browser_is_gentle_with_whomever_it_knows(database, cast, kind, is_known, is_noted):
    with database.session() as db:
        maya, request = db.get_one(Patient, cast.maya.id), asked()
        if kind is not None:
            _, token = web_sessions.start(
                db,
                kind,
                clinic_id=maya.clinic_id,
                patient=maya,
                strength=Strength.LINK,
                expires_at=clock.now() + QUARTER,
            )
            request = asked(**{COOKIES[kind]: token})
        infusion = db.get_one(Appointment, cast.infusion.id)
        infusion.ends_at = clock.now()
        db.flush()

        assert step_up.known_here(request, db) is (maya if is_known else None)
        step_up.keep_light(request, db)
        until = getattr(request.state, "after_dose", None)
        assert (until is not None) is is_known
        assert until == (aftercare.gentle_until(db, maya) if is_known else None)

        step_up.note_writer(request, db)
        assert getattr(request.state, "patient", None) is (maya if is_noted else None)


@pytest.mark.parametrize("kind", [SessionKind.PATIENT, SessionKind.WRITE])
def test_a_browser_that_knows_nobody_is_nobodys(database, cast, kind):
    with database.session() as db:
        _, token = web_sessions.start(db, kind, clinic_id=cast.clinic.id, strength=Strength.LINK)
        request = asked(**{COOKIES[kind]: token})

        assert step_up.known_here(request, db) is None
        step_up.note_writer(request, db)
        assert not hasattr(request.state, "patient")
