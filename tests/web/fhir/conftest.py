"""A clinic's other system at the door, with its key."""

from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from app import wall_time
from app.access import api_keys
from app.access.scopes import EVERYTHING
from app.people.models import Clinic

SERVER = "https://afterglow.test"


@pytest.fixture
def door(app, database):
    """`door(clinic)`: a client with a key of that clinic. It opens everything unless said."""

    def open_door(clinic, scopes=EVERYTHING):
        with database.session() as db:
            clinic = db.get(Clinic, clinic.id)
            _, token = api_keys.create(db, clinic, "EHR", by=None, scopes=scopes)
        return TestClient(
            app,
            base_url=f"{SERVER}/fhir/R4",
            headers={"authorization": f"Bearer {token}", "content-type": "application/fhir+json"},
            raise_server_exceptions=False,
        )

    return open_door


@pytest.fixture
def ehr(door, cast):
    """The system of the cast's clinic."""
    return door(cast.clinic)


@pytest.fixture
def stranger(door, cast):
    """The system of the neighbour clinic."""
    return door(cast.neighbour)


@pytest.fixture
def at():
    """`at("2026-11-24T10:00")`: that time on the clinic's clock."""
    return lambda text: wall_time.instant(datetime.fromisoformat(text), "America/New_York")


@pytest.fixture
def asked(cast, at):
    """An Appointment to post: Theo's, with Dr. Okafor, unless said otherwise."""

    def asked(service, start, *, hours=1, patient=cast.theo, practitioner=cast.dr_okafor, **others):
        actors = [f"Patient/{patient.id}"] if patient else []
        actors += [f"Practitioner/{practitioner.id}"] if practitioner else []
        return {
            "resourceType": "Appointment",
            "status": "booked",
            "serviceType": [{"coding": [{"code": service}]}],
            "start": at(start).isoformat(),
            "end": (at(start) + timedelta(hours=hours)).isoformat(),
            "participant": [
                {"actor": {"reference": actor}, "status": "accepted"} for actor in actors
            ],
        } | others

    return asked


@pytest.fixture
def infusion(ehr, asked):
    """An infusion on Tuesday, 10:00 to 12:00, as the door answered it."""
    answer = ehr.post("/Appointment", json=asked("infusion", "2026-11-24T10:00", hours=2))
    assert answer.status_code == 201
    return answer.json()


@pytest.fixture
def visit_of(ehr):
    """The integration visit that an infusion lists first."""

    def visit_of(infusion):
        return ehr.get("/" + infusion["supportingInformation"][0]["reference"]).json()

    return visit_of
