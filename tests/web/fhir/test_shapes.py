"""What the door says has the shape that R4 gives it, as somebody else's models know it."""

import importlib

import pytest
from fhir.resources.R4B.bundle import Bundle

from app import clock
from app.messaging.models import Direction, Message, MessageStatus, Purpose


def hold(resource):
    """Read a resource strictly: an element R4 does not know, or of another type, is an error."""
    kind = resource["resourceType"]
    model = getattr(importlib.import_module(f"fhirclient.models.{kind.lower()}"), kind)
    assert model(resource, strict=True).as_json() == resource


@pytest.fixture
def texts(database, cast):
    """A text of every status with Theo, and where it can be with all that a text may carry."""
    with database.session() as db:
        for status in MessageStatus:
            inbound = status is MessageStatus.RECEIVED
            message = Message(
                clinic_id=cast.clinic.id,
                patient_id=cast.theo.id,
                appointment_id=cast.integration_visit.id,
                written_by_id=None if inbound else cast.dr_okafor.id,
                direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
                purpose=Purpose.REPLY if inbound else Purpose.WRITTEN,
                status=status,
                body="hello",
                error_code="30003" if status is MessageStatus.UNDELIVERED else "",
                due_at=clock.now(),
                sent_at=None if status is MessageStatus.QUEUED else clock.now(),
                status_at=clock.now(),
                made_at=clock.now(),
            )
            db.add(message)


def test_every_resource_has_the_shape_of_r4(ehr, infusion, visit_of, texts, cast):
    hold(infusion)
    hold(visit_of(infusion))
    for path in (
        "/metadata",
        f"/Patient/{cast.maya.id}",
        f"/Organization/{cast.clinic.id}",
        "/Practitioner?unknown=1",
        f"/Appointment?patient={cast.theo.id}",
    ):
        hold(ehr.get(path).json())
    page = ehr.get(f"/Communication?subject={cast.theo.id}&_count=6").json()
    assert len(page["entry"]) == 6
    while True:
        hold(page)
        for entry in page["entry"]:
            hold(entry["resource"])
        following = [each["url"] for each in page["link"] if each["relation"] == "next"]
        if not following:
            break
        page = ehr.get(following[0].removeprefix("https://afterglow.test/fhir/R4")).json()


def test_forms_and_requests_have_the_shape_of_r4(ehr, cast):
    forms = ehr.get("/Questionnaire").json()
    ids = [each["resource"]["id"] for each in forms["entry"]]
    odd = {
        "resourceType": "Questionnaire",
        "item": [{"linkId": "1", "type": "choice", "text": "Which?"}],
    }
    task = {
        "resourceType": "Task",
        "code": {"coding": [{"code": "complete-questionnaire"}]},
        "focus": {"reference": f"Questionnaire/{ids[0]}"},
        "for": {"reference": f"Patient/{cast.theo.id}"},
    }

    Bundle.model_validate(forms)
    assert len(ids) == forms["total"] > 10
    imported = ehr.post("/Questionnaire", json=odd).json()
    assert imported["contained"]
    hold(imported)
    hold(ehr.post("/Questionnaire", json={"resourceType": "Questionnaire"}).json())
    hold(ehr.post("/Task", json=task).json())
    hold(ehr.get(f"/Task?patient={cast.theo.id}").json())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/Patient/x", 404),
        ("GET", "/Appointment", 400),
        ("POST", "/Patient", 400),
        ("DELETE", "/Patient/x", 405),
    ],
)
def test_every_no_has_the_shape_of_r4(ehr, method, path, status):
    answer = ehr.request(method, path)

    assert answer.status_code == status
    hold(answer.json())


def test_a_warning_beside_a_booking_has_the_shape_of_r4(ehr, asked):
    late = asked("consultation", "2026-11-24T20:00")

    booked = ehr.post("/Appointment", json=late).json()

    assert booked["contained"]
    hold(booked)
