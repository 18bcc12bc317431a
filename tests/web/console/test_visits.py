import pytest
from sqlalchemy import select

from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling.models import Appointment, AppointmentStatus, Encounter
from app.telehealth import presence, seats


@pytest.fixture
def address(cast) -> str:
    return f"/clinic/visits/{cast.integration_visit.id}"


@pytest.fixture
def elsewhere(database, cast):
    """The clinic keeps its own rooms."""
    with database.session() as db:
        db.get_one(Clinic, cast.clinic.id).video = "external"
        db.get_one(Practitioner, cast.dr_okafor.id).room_url = "https://video.example/okafor"


def test_the_room_names_the_patient_and_shows_whom_to_call(database, desk, cast, address):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        maya.emergency_name, maya.emergency_phone = "Alex", "+13125550199"

    page = desk.get(address).text

    assert "Maya, 10:00 am" in page
    assert "(312) 555-0142" in page
    assert "(312) 555-0199" in page
    assert "Not said yet. Please ask." in page


@pytest.mark.parametrize("action", ["admit", "mute", "camera", "self", "phone-me", "end"])
def test_every_control_of_the_room_carries_its_name(desk, address, action):
    assert f'data-action="{action}"' in desk.get(address).text


def test_only_the_clinics_own_staff_enter(client, signed_in, cast, address):
    assert client.get(address).headers["location"].endswith("/clinic/sign-in")
    assert signed_in(cast.dr_lind).get(address).status_code == 404


def test_an_infusion_has_no_room(desk, cast):
    assert desk.get(f"/clinic/visits/{cast.infusion.id}").status_code == 404


def test_a_room_elsewhere_is_opened_and_marked(database, desk, cast, address, elsewhere):
    assert "https://video.example/okafor" in desk.get(address).text

    desk.post(f"{address}/outcome", data={"held": "yes"})

    assert "Held" in desk.get(address).text
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        held = db.scalars(
            select(Encounter).where(Encounter.appointment_id == cast.integration_visit.id)
        ).all()
        assert visit.status is AppointmentStatus.FULFILLED
        assert len(held) == 1


def test_a_visit_in_our_own_room_is_not_marked_by_hand(desk, address):
    assert desk.post(f"{address}/outcome", data={"held": "yes"}).status_code == 404


def test_the_room_that_is_open_does_not_also_ring_on_its_own_page(desk, database, cast):
    with database.session() as db:
        visit = db.get(Appointment, cast.integration_visit.id)
        web_session, _ = web_sessions.start(
            db,
            SessionKind.JOIN,
            clinic_id=cast.clinic.id,
            patient=cast.maya,
            strength=Strength.LINK,
            expires_at=visit.ends_at,
        )
        seat = seats.take(db, visit, web_session, None)
        seats.claim(db, seat)
        presence.arrive(db, seat, "page")

    elsewhere = desk.get("/clinic/alerts").text
    here = desk.get(f"/clinic/visits/{visit.id}").text
    refreshed = desk.get(f"/clinic/alerts?room={visit.id}").text

    assert f"waiting-{visit.id}" in elsewhere
    assert f"waiting-{visit.id}" not in here
    assert f"waiting-{visit.id}" not in refreshed
