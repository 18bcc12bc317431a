"""What a guard does beside letting in: whom it looks for, what it opens, what it notes."""

from datetime import timedelta
from types import SimpleNamespace

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import select, text, update
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.access import api_keys
from app.access.models import ApiKey, Strength, WebSession
from app.people import enrolment
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.web import guards
from app.web.visitors import COOKIES

MINUTE = timedelta(minutes=1)


@pytest.fixture
def maya(signed_in, cast):
    return signed_in(cast.maya)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_only_reads_waits_for_nobody_who_writes(client, database, method):
    with database.session() as db:
        db.execute(text("SELECT 1"))  # a writer from here on

        assert client.request(method, "/sign-in").status_code == 200


@pytest.fixture
def another_visit(database, cast):
    """One more talk of Maya's, the day after."""
    with database.session() as db:
        first = db.get_one(Appointment, cast.integration_visit.id)
        visit = Appointment(
            clinic_id=first.clinic_id,
            patient_id=first.patient_id,
            practitioner_id=first.practitioner_id,
            service=Service.INTEGRATION,
            status=AppointmentStatus.BOOKED,
            wall_start="2026-11-22T10:00",
            zone=first.zone,
            starts_at=first.starts_at + timedelta(days=1),
            ends_at=first.ends_at + timedelta(days=1),
            made_at=clock.now(),
        )
        db.add(visit)
        db.flush()
        return visit


@pytest.fixture
def tapped(client, link_to):
    """A browser in which the link of Maya's first visit was opened."""
    _, token = link_to()
    assert client.post("/x", json={"t": token, "kind": "join"}).json()["state"] == "open"
    return client


def test_a_link_to_one_visit_opens_no_other_of_the_same_patient(tapped, cast, another_visit):
    assert tapped.get(f"/visits/{cast.integration_visit.id}").status_code == 200
    assert tapped.get(f"/visits/{another_visit.id}").status_code == 403


def test_a_patient_who_is_signed_in_gets_to_all_their_visits_whichever_link_they_tapped(
    tapped, maya, another_visit
):
    maya.cookies.update(tapped.cookies)

    assert maya.get(f"/visits/{another_visit.id}").status_code == 200


@pytest.mark.parametrize("visit", ["none", "0193b3c0-0000-7000-8000-000000000000", "an infusion"])
def test_what_is_no_visit_is_answered_like_somebody_elses(maya, cast, signed_in, visit):
    wanted = cast.infusion.id if visit == "an infusion" else visit
    theirs = signed_in(cast.theo).get(f"/visits/{cast.integration_visit.id}")

    answer = maya.get(f"/visits/{wanted}")

    assert answer.status_code == theirs.status_code == 403
    assert answer.text.count("<h1") == theirs.text.count("<h1") == 1
    assert "tap the link in the text again" in answer.text


def test_who_is_not_signed_in_is_led_to_sign_in_whatever_they_press(client, cast):
    for answer in (client.get("/"), client.post("/devices/sign-out")):
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_who_has_left_the_clinic_is_out_with_the_next_page(desk, cast, database):
    assert desk.get("/clinic").status_code == 200
    with database.session() as db:
        db.get_one(Practitioner, cast.dr_okafor.id).disabled_at = clock.now()

    assert desk.get("/clinic").headers["location"] == "/clinic/sign-in"


@pytest.mark.parametrize("strength", [Strength.PASSKEY, Strength.DEMO])
def test_what_outlasts_a_session_wants_a_passkey_shown_just_now_and_nothing_else_does(
    signed_in, cast, database, strength
):
    ada = signed_in(cast.ada)
    with database.session() as db:
        long_ago = clock.machine_now() - timedelta(hours=1)
        db.execute(update(WebSession).values(proved_at=long_ago, strength=strength))

    asked = ada.post("/clinic/keys", data={"name": ""})

    if strength is Strength.DEMO:  # it has no passkey to show
        assert asked.status_code == 422
    else:
        assert (asked.status_code, asked.headers["location"]) == (303, "/clinic/sign-in?again=1")
    assert ada.get("/clinic/team").status_code == 200


@pytest.mark.parametrize("matter", ["course", "joining"])
def test_a_coordinator_reads_for_whom_clinical_pages_are(signed_in, cast, matter):
    refused = signed_in(cast.jordan).get(f"/clinic/patients/{cast.maya.id}/{matter}")

    assert refused.status_code == 403
    assert "clinician" in refused.text


def test_a_part_of_a_console_page_sends_the_whole_page_to_sign_in(client):
    whole = client.get("/clinic/now", headers={"sec-fetch-dest": "empty"})
    part = client.get("/clinic/now", headers={"sec-fetch-dest": "empty", "hx-request": "true"})

    assert (whole.status_code, whole.headers["location"]) == (303, "/clinic/sign-in")
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/clinic/sign-in")
    assert part.content == b""


@pytest.fixture
def token(database, cast):
    with database.session() as db:
        return api_keys.create(db, cast.clinic, "EHR", by=None, scopes=["system/*.read"])[1]


@pytest.mark.parametrize(
    ("scheme", "status"),
    [("Bearer {}", 200), ("bearer {}", 200), ("BEARER  {} ", 200), ("Basic {}", 401), ("{}", 401)],
)
def test_a_key_is_taken_as_a_bearers_and_in_no_other_way(client, token, scheme, status):
    asked = client.get("/fhir/R4/Practitioner", headers={"authorization": scheme.format(token)})

    assert asked.status_code == status


def test_a_key_notes_when_it_was_used(client, token, database):
    for minutes in (0, 1, 5):
        clock.stand_still(clock.now(), machine=clock.machine_now() + minutes * MINUTE)
        client.get("/fhir/R4/Practitioner", headers={"authorization": f"Bearer {token}"})

        with database.session(write=False) as db:
            assert db.scalars(select(ApiKey.used_at)).one() == clock.machine_now()


@pytest.mark.parametrize("who", ["maya", "dr_okafor"])
def test_whoever_goes_on_using_pages_is_not_signed_out(signed_in, cast, who):
    browser = signed_in(getattr(cast, who))
    page = "/clinic" if who == "dr_okafor" else "/"

    for _ in range(4):
        clock.stand_still(clock.now(), machine=clock.machine_now() + 10 * MINUTE)
        assert browser.get(page).status_code == 200
    clock.stand_still(clock.now(), machine=clock.machine_now() + 15 * MINUTE)
    assert browser.get(page).headers["location"].endswith("/sign-in")


NOWHERE = "0193b3c0-0000-7000-8000-000000000000"
DOORS = [
    f"/visits/{NOWHERE}",
    f"/guest/{NOWHERE}",
    f"/session/{NOWHERE}",
    f"/intake/{NOWHERE}",
    f"/intake/{NOWHERE}/elsewhere/code",
    "/escort",
    "/journal",
    "/goals",
]


@pytest.mark.parametrize("door", DOORS)
def test_who_is_not_let_in_is_told_so_in_their_language(client, cast, door):
    answer = client.get(door, headers={"accept-language": "es"})

    assert answer.status_code == 403
    assert language_of(answer) == "es"


@pytest.mark.parametrize("door", [door for door in DOORS if "/intake/" not in door])
def test_who_is_not_let_in_reads_whom_to_call_where_there_is_but_one_clinic(client, database, door):
    with database.session() as db:
        enrolment.open_clinic(
            db, name="Northside", slug="n", zone="America/New_York", phone="+13125550110"
        )

    assert "tel:+13125550110" in client.get(door).text


def test_a_coordinator_reads_in_the_clinics_language_what_is_not_for_them(
    signed_in, cast, database
):
    speak(database, cast.clinic, "es")

    refused = signed_in(cast.jordan).get("/clinic/trail", headers={"accept-language": "en"})

    assert refused.status_code == 403
    assert language_of(refused) == "es"


def test_another_system_without_a_key_is_told_as_fhir_tells_it(client, cast):
    answer = client.get("/fhir/R4/Practitioner")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": "login", "diagnostics": "A valid bearer key is needed."}
        ],
    }


def test_an_address_that_names_nothing_is_answered_like_one_that_is_somebody_elses(client, cast):
    for door in ("/intake/none", "/session/none", "/guest/none"):
        assert client.get(door).status_code == 403


def test_each_kind_of_session_has_a_cookie_of_its_own_for_this_host_alone():
    names = [*COOKIES.values(), guards.BROWSER_COOKIE]

    assert len(set(names)) == len(names)
    assert all(len(name) > len("__Host-ag_") for name in names)
    assert all(name.startswith("__Host-ag_") for name in names)


class Watched:
    """The clinic's database, which says when a transaction begins."""

    def __init__(self, database, happened):
        self._database, self._happened = database, happened

    def session(self, *, write):
        self._happened.append("writes" if write else "reads")
        return self._database.session(write=write)


@pytest.mark.parametrize(
    ("method", "order"), [("POST", ["sent", "writes", "page"]), ("GET", ["reads", "page"])]
)
def test_what_is_sent_is_taken_in_before_a_transaction_begins(client, database, method, order):
    """A slow sender must not hold the one writer that SQLite has."""
    happened = []
    inside = SimpleNamespace(state=SimpleNamespace(database=Watched(database, happened)))

    async def receive():
        happened.append("sent")
        return {"type": "http.request", "body": b"x", "more_body": False}

    def page(_request, _db):
        happened.append("page")
        return Response("")

    scope = {"type": "http", "method": method, "headers": [], "app": inside, "state": {}}
    anyio.run(anyio.to_thread.run_sync, guards.anyone(page), Request(scope, receive))

    assert happened == order


def test_a_guard_says_for_whom_it_is_and_leaves_an_endpoint_its_name():
    def page(_request, _db):
        return Response("")

    guarded = guards.staff_only(page)

    assert (guarded.audience, guarded.__name__) == ("staff", "page")


# The language of a page.


def language_of(answer):
    return answer.text.split('lang="', 1)[1][:2]


@pytest.mark.parametrize(
    ("asks_for", "language"),
    [
        ("es", "es"),
        ("es-MX,en;q=0.5", "es"),
        ("fr, es;q=0.8, en;q=0.5", "es"),
        ("de-DE , en;q=0.9 , es", "en"),
        ("es;q=0.9,en", "es"),  # the first that we have, as browsers list them
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_a_stranger_is_spoken_to_as_their_browser_asks(client, asks_for, language):
    asked = client.get("/sign-in", headers={"accept-language": asks_for})

    assert language_of(asked) == language


def speak(database, thing, language):
    with database.session() as db:
        db.get_one(type(thing), thing.id).language = language


def test_a_patient_is_spoken_to_in_their_language_and_in_the_one_they_choose_before_it(
    maya, cast, database
):
    speak(database, cast.maya, "es")
    assert language_of(maya.get("/", headers={"accept-language": "en"})) == "es"

    maya.cookies.set("__Host-ag_lang", "en", domain="afterglow.test")
    assert language_of(maya.get("/", headers={"accept-language": "es"})) == "en"
    maya.cookies.set("__Host-ag_lang", "xx", domain="afterglow.test")
    assert language_of(maya.get("/", headers={"accept-language": "en"})) == "es"


def test_staff_are_spoken_to_in_their_clinics_language(desk, cast, database):
    speak(database, cast.clinic, "es")

    assert language_of(desk.get("/clinic", headers={"accept-language": "en"})) == "es"


def test_a_patient_is_spoken_to_in_their_own_language_and_not_in_their_clinics(
    maya, cast, database
):
    speak(database, cast.clinic, "es")

    assert language_of(maya.get("/", headers={"accept-language": "es"})) == "en"
    with database.session(write=False) as db:
        assert db.get_one(Clinic, cast.clinic.id).language == "es"
        assert db.get_one(Patient, cast.maya.id).language == "en"
