"""Maya's visit, and the browsers that come to it."""

import pytest

from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.scheduling.models import Appointment
from app.telehealth import presence, seats, visits


@pytest.fixture
def appointment(db, cast):
    return db.get_one(Appointment, cast.integration_visit.id)


@pytest.fixture
def visit(db, appointment):
    return visits.of(db, appointment)


@pytest.fixture
def open_link(db, cast, appointment):
    """`open_link()`: another of Maya's browsers opens the visit's link; its ghost seat."""

    def another_browser(device="iPhone"):
        web_session, _ = web_sessions.start(
            db,
            SessionKind.JOIN,
            clinic_id=cast.clinic.id,
            patient=appointment.patient,
            strength=Strength.LINK,
            user_agent=device,
            expires_at=appointment.ends_at,
        )
        return seats.take(db, appointment, web_session, None)

    return another_browser


@pytest.fixture
def clinician(db, cast):
    return db.merge(cast.dr_okafor)


@pytest.fixture
def room_open(db, visit, clinician):
    """The clinician's page holds the visit."""
    presence.hold(db, visit, "page-1", by=clinician)
    return "page-1"
