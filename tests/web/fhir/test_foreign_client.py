"""A client library that nobody here wrote, over a real socket: fhirpy."""

import socket
import threading
import time
from datetime import datetime, timedelta

import pytest
import uvicorn
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import (
    AuthorizationError,
    ForbiddenError,
    OperationOutcome,
    ResourceNotFound,
)

from app.access import api_keys
from app.access.scopes import EVERYTHING
from app.main import create_app
from app.people.models import Clinic


@pytest.fixture
def listening():
    """A socket on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture
def door(listening, settings, database, gateway, cast):
    """`door(scopes)`: fhirpy with a key of the clinic, before a server that really listens."""
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    own = settings.model_copy(update={"base_url": address})
    app = create_app(own, database, gateway=gateway, works=False)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    running.start()
    while not server.started:
        time.sleep(0.01)

    def open_door(scopes=EVERYTHING):
        with database.session() as db:
            clinic = db.get(Clinic, cast.clinic.id)
            _, token = api_keys.create(db, clinic, "EHR", by=None, scopes=scopes)
        return SyncFHIRClient(f"{address}/fhir/R4", authorization=f"Bearer {token}")

    yield open_door
    server.should_exit = True
    running.join(10)
    assert not running.is_alive()


def booking(client, patient, service, start, hours):
    reference = client.reference("Practitioner", next(iter(practitioners(client))).id)
    return client.resource(
        "Appointment",
        status="booked",
        serviceType=[{"coding": [{"code": service}]}],
        start=start.isoformat(),
        end=(start + timedelta(hours=hours)).isoformat(),
        participant=[
            {"actor": patient.to_reference(), "status": "accepted"},
            {"actor": reference, "status": "accepted"},
        ],
    )


def practitioners(client):
    return client.resources("Practitioner").fetch_all()


def thread(client, patient):
    """All that was texted with a patient, a text a page."""
    texts = client.resources("Communication").search(subject=patient.to_reference().reference)
    return texts.limit(1).fetch_all()


def test_a_client_of_others_enrols_books_moves_and_calls_off(door, at):
    client = door()
    sam = client.resource(
        "Patient",
        name=[{"family": "Rivera", "given": ["Sam"]}],
        telecom=[{"system": "phone", "value": "+13125550171"}],
    )
    sam.save()

    infusion = booking(client, sam, "infusion", at("2026-11-24T10:00"), 2)
    infusion.save()
    visit = client.reference(reference=infusion.supportingInformation[0].reference).to_resource()
    assert datetime.fromisoformat(visit.start) == at("2026-11-25T09:00")

    infusion["start"] = at("2026-12-01T10:00").isoformat()
    infusion["end"] = at("2026-12-01T12:00").isoformat()
    infusion.save()
    visit.refresh()
    assert datetime.fromisoformat(visit.start) == at("2026-12-02T09:00")
    texts = thread(client, sam)
    assert {text.status for text in texts} == {"preparation"}
    assert any("Dec 2" in text.payload[0].contentString for text in texts)

    infusion["status"] = "cancelled"
    infusion.save()
    visit.refresh()
    assert visit.status == "cancelled"
    (last,) = thread(client, sam)
    assert last.get_by_path(["about", 0, "reference"]) == visit.to_reference().reference
    booked = client.resources("Appointment").search(patient=sam.id).fetch_all()
    assert [each.status for each in booked] == ["cancelled", "cancelled"]


def test_a_client_of_others_understands_every_no(door, at, cast):
    client, reader = door(), door(["system/Patient.read", "system/Practitioner.read"])
    theo = client.reference("Patient", cast.theo.id).to_resource()

    with pytest.raises(ForbiddenError, match=r"system/Appointment\.write"):
        booking(reader, theo, "consultation", at("2026-11-24T10:00"), 1).save()
    with pytest.raises(OperationOutcome, match="has passed"):
        booking(client, theo, "consultation", at("2026-11-19T10:00"), 1).save()
    with pytest.raises(ResourceNotFound):
        client.reference("Patient", cast.noor.id).to_resource()
    client.authorization = "Bearer ag_nothing"
    with pytest.raises(AuthorizationError):
        practitioners(client)


def test_a_form_is_brought_asked_for_and_its_answers_looked_for(door, cast):
    client = door()
    form = client.resource(
        "Questionnaire",
        status="active",
        url="https://clinic.example/sleep",
        version="1",
        item=[{"linkId": "1", "type": "boolean", "text": "Did you sleep?"}],
    )
    form.save()
    patient = client.reference("Patient", str(cast.theo.id))
    task = client.resource(
        "Task",
        status="requested",
        intent="order",
        code={"coding": [{"code": "complete-questionnaire"}]},
        focus=form.to_reference(),
        **{"for": patient},
    )
    task.save()

    asked = client.resources("Task").search(patient=patient.reference).fetch()
    answers = client.resources("QuestionnaireResponse").search(subject=patient.reference)

    assert [each.id for each in asked] == [task.id]
    assert answers.search(status="completed", _lastUpdated__ge="2026-11-01").fetch_all() == []
    assert client.resources("Questionnaire").search(url=form["url"]).first().id == form.id
