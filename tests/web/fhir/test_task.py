"""Asking a patient to fill in a form, from another system."""

import pytest
from sqlalchemy import select

from app.intake.models import IntakeTask
from app.messaging.models import Message
from app.questionnaires import library
from tests.web.fhir.test_door import told

FORM = library.unkept("phq-9")


@pytest.fixture
def wanted(cast):
    """A Task to post: Theo is asked for the PHQ-9, unless said otherwise."""

    def wanted(**others):
        return {
            "resourceType": "Task",
            "status": "requested",
            "intent": "order",
            "code": {"coding": [{"code": "complete-questionnaire"}]},
            "focus": {"reference": f"Questionnaire/{FORM.id}"},
            "for": {"reference": f"Patient/{cast.theo.id}"},
        } | others

    return wanted


def test_the_patient_is_asked_and_gets_a_text(ehr, wanted, cast, database):
    answer = ehr.post("/Task", json=wanted())

    assert answer.status_code == 201
    task = answer.json()
    assert ehr.get(answer.headers["location"].removeprefix("/fhir/R4")).json() == task
    assert (task["status"], task["focus"]) == ("requested", wanted()["focus"])
    assert task["for"] == {"reference": f"Patient/{cast.theo.id}"}
    with database.session(write=False) as db:
        assert db.scalar(select(IntakeTask.patient_id)) == cast.theo.id
        assert db.scalars(select(Message).where(Message.patient_id == cast.theo.id)).all()


def test_who_sends_twice_does_not_ask_twice(ehr, wanted, database):
    first = ehr.post("/Task", json=wanted())
    with database.session(write=False) as db:
        texts = len(db.scalars(select(Message)).all())

    again = ehr.post("/Task", json=wanted())

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["location"] == first.headers["location"]
    with database.session(write=False) as db:
        assert len(db.scalars(select(Message)).all()) == texts
        assert len(db.scalars(select(IntakeTask)).all()) == 1
    later = ehr.post("/Task", json=wanted(restriction={"period": {"end": "2026-12-20"}}))
    assert later.status_code == 201


def test_when_it_is_due_is_said_by_the_asker(ehr, wanted):
    period = {"period": {"end": "2026-11-27T18:00:00-05:00"}}

    task = ehr.post("/Task", json=wanted(restriction=period)).json()
    day = ehr.post("/Task", json=wanted(restriction={"period": {"end": "2026-11-28"}})).json()

    assert task["restriction"]["period"]["end"].startswith("2026-11-27T23:00:00")
    assert day["restriction"]["period"]["end"].startswith("2026-11-29T04:59:00")


@pytest.mark.parametrize(
    ("others", "status"),
    [
        ({"code": {"coding": [{"code": "fulfill"}]}}, 422),
        ({"code": {}}, 422),
        ({"status": "completed"}, 422),
        ({"focus": {}}, 422),
        ({"focus": {"reference": "Questionnaire/00000000-0000-0000-0000-000000000000"}}, 404),
        ({"for": {"reference": "Patient/nobody"}}, 404),
        ({"for": "Theo"}, 400),
        ({"restriction": {"period": {"end": "soon"}}}, 400),
        ({"restriction": {"period": {"end": "2026-02-30"}}}, 400),
        ({"restriction": {"period": {"end": "2026-11-01"}}}, 422),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nobody_is_texted(
    ehr, wanted, database, others, status
):
    assert told(ehr.post("/Task", json=wanted(**others)), status)

    with database.session(write=False) as db:
        assert db.scalars(select(IntakeTask)).all() == []
        assert db.scalars(select(Message)).all() == []


def test_a_form_may_be_named_by_its_canonical(ehr, wanted):
    canonical = {"reference": f"{FORM.url}|{FORM.version}"}

    assert ehr.post("/Task", json=wanted(focus=canonical)).json()["focus"] == wanted()["focus"]


def test_what_a_patient_was_asked_is_listed(ehr, wanted, cast):
    first = ehr.post("/Task", json=wanted()).json()

    listed = ehr.get(f"/Task?patient={cast.theo.id}").json()
    done = ehr.get(f"/Task?patient={cast.theo.id}&status=completed,cancelled").json()

    assert [each["resource"] for each in listed["entry"]] == [first]
    assert done["total"] == 0
    assert told(ehr.get("/Task"), 400)


def test_the_neighbours_tasks_and_patients_are_unknown_here(ehr, stranger, wanted, cast):
    here = ehr.post("/Task", json=wanted()).json()

    assert told(stranger.get(f"/Task/{here['id']}"), 404)
    assert told(stranger.get(f"/Task?patient={cast.theo.id}"), 404)
    assert told(stranger.post("/Task", json=wanted()), 404)


def test_a_form_of_the_neighbour_cannot_be_asked(ehr, stranger, wanted):
    theirs = {
        "resourceType": "Questionnaire",
        "status": "active",
        "url": "https://lakeview.example/q",
        "item": [{"linkId": "1", "type": "string", "text": "?"}],
    }
    row = stranger.post("/Questionnaire", json=theirs).json()

    assert told(
        ehr.post("/Task", json=wanted(focus={"reference": f"Questionnaire/{row['id']}"})), 404
    )
