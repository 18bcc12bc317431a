"""What is offered for keeps comes one at a time, on calm days; "not now" is an answer."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from app.access import web_sessions
from app.access.models import Passkey, SessionKind, Strength
from app.people.models import Patient
from app.push import subscriptions
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from app.security.tokens import new_token
from app.settings import Settings
from app.telehealth.models import ProviderName, Seat, SeatState, VideoVisit
from app.web.guards import BROWSER_COOKIE
from tests.conftest import FRIDAY_NOON

SHOWN = re.compile(r'<section class="stack" data-offer="(\w+)" aria-label="[^"]+">')
WAITING = re.compile(r'data-offer="(\w+)"')


@pytest.fixture
def calm_day(database, cast):
    """Maya has had two talks, and her last dose is 25 hours ago."""
    with database.session() as db:
        for weeks in (2, 3):
            starts_at = FRIDAY_NOON - timedelta(weeks=weeks)
            db.add(
                Appointment(
                    clinic_id=cast.clinic.id,
                    patient_id=cast.maya.id,
                    practitioner_id=cast.dr_okafor.id,
                    service=Service.INTEGRATION,
                    status=AppointmentStatus.FULFILLED,
                    wall_start="2026-11-06T12:00",
                    zone=cast.clinic.zone,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=50),
                    made_at=starts_at,
                )
            )
        db.execute(update(Encounter).values(ended_at=FRIDAY_NOON - timedelta(hours=25)))


@pytest.fixture
def maya(signed_in, cast, calm_day, database):
    """Maya's phone, on which Dr. Okafor has seen her face."""
    browser, own = signed_in(cast.maya), new_token()
    browser.cookies.set(BROWSER_COOKIE, own, domain="afterglow.test")
    with database.session() as db:
        visit = VideoVisit(
            clinic_id=cast.clinic.id,
            appointment_id=cast.integration_visit.id,
            provider=ProviderName.PEER,
            made_at=FRIDAY_NOON,
        )
        db.add(visit)
        joined, _ = web_sessions.start(
            db,
            SessionKind.JOIN,
            clinic_id=cast.clinic.id,
            patient=cast.maya,
            strength=Strength.LINK,
            browser=own,
            expires_at=FRIDAY_NOON,
        )
        db.add(
            Seat(
                clinic_id=cast.clinic.id,
                visit_id=visit.id,
                web_session_id=joined.id,
                state=SeatState.LEFT,
                opened_at=FRIDAY_NOON,
                admitted_at=FRIDAY_NOON,
            )
        )
    return browser


def test_the_passkey_comes_first_and_alone(maya):
    page = maya.get("/").text

    assert SHOWN.findall(page) == ["passkey"]
    assert WAITING.findall(page) == ["passkey", "install", "notices"]


def test_where_no_face_was_seen_no_passkey_could_be_made_so_none_is_offered(maya, signed_in, cast):
    assert SHOWN.findall(signed_in(cast.maya).get("/").text) == ["install"]


def test_without_two_good_visits_nothing_is_offered(maya, database, cast):
    with database.session() as db:
        db.execute(
            update(Appointment)
            .where(Appointment.starts_at == FRIDAY_NOON - timedelta(weeks=2))
            .values(status=AppointmentStatus.NOSHOW)
        )

    assert WAITING.findall(maya.get("/").text) == []


def test_a_raw_morning_is_left_alone(maya, database):
    with database.session() as db:
        db.execute(update(Encounter).values(ended_at=FRIDAY_NOON - timedelta(hours=23)))

    assert WAITING.findall(maya.get("/").text) == []


def test_whoever_has_a_passkey_is_shown_the_next_thing(maya, database, cast):
    with database.session() as db:
        db.add(
            Passkey(
                clinic_id=cast.clinic.id,
                patient_id=cast.maya.id,
                user_handle=b"h" * 64,
                credential_id=b"c" * 16,
                public_key=b"k",
                sign_count=0,
                aaguid="",
                device_type="multi_device",
                backed_up=True,
                made_at=FRIDAY_NOON,
            )
        )

    assert SHOWN.findall(maya.get("/").text) == ["install"]


def test_whoever_takes_notices_is_not_offered_them(maya, database, cast, browser_keys):
    _, p256dh, auth = browser_keys()
    with database.session() as db:
        subscriptions.subscribe(
            db,
            db.get_one(Patient, cast.maya.id),
            endpoint="https://fcm.googleapis.com/a",
            p256dh=p256dh,
            auth=auth,
            device="iPhone",
            hosts=("fcm.googleapis.com",),
        )

    assert "notices" not in WAITING.findall(maya.get("/").text)


def test_an_installation_without_push_services_offers_no_notices(maya, app, settings):
    app.state.settings = Settings(
        _env_file=None, **(settings.model_dump(exclude={"demo"}) | {"push_hosts": ()})
    )

    assert "notices" not in WAITING.findall(maya.get("/").text)
    assert "Turn notices on" not in maya.get("/notices").text


def test_not_now_is_followed_by_a_quiet_week_and_then_by_something_else(maya):
    answer = maya.post("/offers/later", data={"offer": "passkey"})

    assert answer.status_code == 303
    assert WAITING.findall(maya.get("/").text) == []
    maya.cookies.delete("__Host-ag_quiet")  # as browsers do after a week
    assert WAITING.findall(maya.get("/").text) == ["install", "notices"]


def test_everything_may_be_put_off(maya):
    for offer in ("passkey", "install", "notices", "something else", ""):
        maya.post("/offers/later", data={"offer": offer})
    maya.cookies.delete("__Host-ag_quiet")

    page = maya.get("/").text

    assert WAITING.findall(page) == []
    assert "data-offers" not in page


def test_nothing_is_offered_beside_something_to_do(maya, asked, cast):
    asked("phq-2", patient=cast.maya)

    assert WAITING.findall(maya.get("/").text) == []


def test_opening_home_writes_nothing(maya, everything, database):
    maya.get("/")
    with database.session() as db:
        db.execute(delete(Passkey))
    before = everything()

    maya.get("/")

    assert everything() == before
