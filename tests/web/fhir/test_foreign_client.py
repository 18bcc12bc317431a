"""A client library that nobody here wrote, over a real socket: fhirpy."""

import socket
import threading
import time
from datetime import datetime, timedelta

import pytest
import uvicorn
from fhirclient.client import FHIRClient
from fhirclient.models.appointment import Appointment as R4Appointment
from fhirclient.models.patient import Patient as R4Patient
from fhirclient.server import FHIRNotFoundException
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


def test_a_client_of_others_finds_what_belongs_and_pages_through_it(door, at, cast):
    client = door()
    theo = client.reference("Patient", str(cast.theo.id)).to_resource()
    booking(client, theo, "infusion", at("2026-11-24T10:00"), 2).save()

    search = (
        client.resources("Appointment").search(patient=theo.id).include("Appointment", "patient")
    )
    bundle = search.fetch_raw()
    found = [each.resource for each in bundle.entry]
    assert {each.resourceType for each in found} == {"Appointment", "Patient"}
    one_a_page = client.resources("Appointment").search(patient=theo.id).limit(1).fetch_all()
    assert len(one_a_page) == 2
    everybody = client.resources("Patient").search(_lastUpdated__ge="2026-11-01").limit(1)
    assert {each.id for each in everybody.fetch_all()} == {str(cast.theo.id), str(cast.maya.id)}
    assert client.resources("Patient").search(name="Brandt").first().id == theo.id
    maya = client.reference("Patient", str(cast.maya.id)).to_resource()
    everything = maya.execute("$everything", method="get")
    kinds = {entry["resource"]["resourceType"] for entry in everything["entry"]}
    assert kinds == {"Patient", "Appointment", "Consent", "Encounter"}


def test_a_client_of_others_makes_what_is_not_there_and_only_that(door, cast):
    client = door()
    sam = client.resource(
        "Patient",
        name=[{"family": "Rivera", "given": ["Sam"]}],
        telecom=[{"system": "phone", "value": "+13125550171"}],
    )

    made, is_new = client.resources("Patient").search(name="Rivera").get_or_create(sam)
    again, is_new_again = client.resources("Patient").search(name="Rivera").get_or_create(sam)

    assert (is_new, is_new_again) == (True, False)
    assert again.id == made.id


def test_a_client_of_others_asks_to_be_told_and_changes_a_protocol(door):
    client = door()
    subscription = client.resource(
        "Subscription",
        status="requested",
        reason="the record",
        criteria="Appointment",
        channel={"type": "rest-hook", "endpoint": "https://ehr.example.com/told"},
    )
    subscription.save()
    assert subscription.status == "active"
    subscription["status"] = "off"
    subscription.save()
    assert client.resources("Subscription").search(status="off").first().id == subscription.id
    subscription.delete()
    assert client.resources("Subscription").fetch_all() == []

    plan = client.resources("PlanDefinition").search(status="active").first()
    plan["title"] = "As we do it"
    plan.save()
    assert client.resources("PlanDefinition").search(_id=plan.id).first().title == "As we do it"


def test_another_client_of_others_reads_strictly_what_is_there(door, cast, listening):
    door()  # the server runs
    key = door().authorization.removeprefix("Bearer ")
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/fhir/R4"
    smart = fhirclient_of({"app_id": "ehr", "api_base": address})
    smart.server.auth = Bearer(key)

    maya = R4Patient.read(str(cast.maya.id), smart.server)
    visits = R4Appointment.where({"patient": str(cast.maya.id), "_count": "1"})

    assert maya.name[0].family == "Osei"
    found = list(visits.perform_resources_iter(smart.server))
    assert {each.status for each in found} == {"fulfilled", "booked"}  # it follows the pages
    assert next(visits.perform_iter(smart.server)).total == 2
    with pytest.raises(FHIRNotFoundException):
        R4Patient.read(str(cast.noor.id), smart.server)


class Bearer:
    """How fhirclient is handed a key that was made by hand."""

    def __init__(self, key):
        self._key = key

    def signed_headers(self, headers):
        return (headers or {}) | {"Authorization": f"Bearer {self._key}"}

    def can_sign_headers(self):
        return True


def fhirclient_of(settings):
    return FHIRClient(settings=settings)


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
