from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.people.models import Patient
from app.tasks.models import StaffTask, TaskCode
from tests.web.fhir.test_door import told

SAM = {
    "resourceType": "Patient",
    "name": [{"use": "official", "family": "Rivera", "given": ["Sam", "Lee"]}],
    "telecom": [
        {"system": "email", "value": "sam@example.com"},
        {"system": "phone", "value": "+13125550171"},
    ],
    "birthDate": "1990-04-12",
    "communication": [{"language": {"coding": [{"code": "es-MX"}]}, "preferred": True}],
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/timezone",
            "valueCode": "America/Chicago",
        }
    ],
    "address": [{"line": ["12 Elm Street"], "city": "Albany", "state": "NY"}],
}


def test_a_posted_patient_is_enrolled_and_can_be_read(ehr):
    created = ehr.post("/Patient", json=SAM)

    assert created.status_code == 201
    patient = created.json()
    assert created.headers["location"] == f"/fhir/R4/Patient/{patient['id']}"
    assert ehr.get(f"/Patient/{patient['id']}").json() == patient
    assert patient["name"] == [{"use": "official", "given": ["Sam Lee"], "family": "Rivera"}]
    assert patient["telecom"][0]["value"] == "+13125550171"
    assert patient["birthDate"] == "1990-04-12"
    assert patient["communication"][0]["language"]["coding"][0]["code"] == "es"
    assert patient["extension"][0]["valueCode"] == "America/Chicago"
    assert patient["address"][0]["text"] == "12 Elm Street, Albany, NY"


@pytest.mark.parametrize("number", ["+13125550171", "(312) 555-0171", "312 555 0171"])
def test_the_same_number_again_is_the_same_patient(ehr, number):
    first = ehr.post("/Patient", json=SAM).json()

    again = ehr.post(
        "/Patient",
        json=SAM | {"name": [{"text": "S. R."}], "telecom": [{"system": "phone", "value": number}]},
    )

    assert again.status_code == 200
    assert again.json() == first
    assert again.headers["location"].endswith(first["id"])


def test_who_has_a_number_is_told_to_keys_that_read_and_stands_in_the_trail(
    ehr, door, cast, database
):
    there = ehr.post("/Patient", json=SAM).json()

    answer = door(cast.clinic, ["system/Patient.write"]).post("/Patient", json=SAM)

    assert answer.status_code == 200
    assert answer.json().keys() == {"resourceType", "id", "meta"}
    assert answer.json()["id"] == there["id"]
    assert ehr.post("/Patient", json=SAM).json() == there
    with database.session(write=False) as db:
        views = db.scalars(select(AuditEvent).where(AuditEvent.action == "view")).all()
        assert [str(view.entity_id) for view in views] == [there["id"]]


def test_the_same_number_in_another_clinic_is_another_patient(ehr, stranger):
    ours, theirs = ehr.post("/Patient", json=SAM), stranger.post("/Patient", json=SAM)

    assert (ours.status_code, theirs.status_code) == (201, 201)
    assert told(stranger.get(f"/Patient/{ours.json()['id']}"), 404)


def test_what_is_not_said_comes_from_the_clinic(ehr):
    little = {
        "resourceType": "Patient",
        "name": [{"text": "Sam"}],
        "telecom": [{"system": "phone", "value": "3125550171"}],
        "birthDate": "1990",
    }

    patient = ehr.post("/Patient", json=little).json()

    assert patient["name"][0]["given"] == ["Sam"]
    assert patient["extension"][0]["valueCode"] == "America/New_York"
    assert patient["communication"][0]["language"]["coding"][0]["code"] == "en"
    assert "birthDate" not in patient


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"telecom": []}, "Enter a phone number"),
        ({"telecom": [{"system": "phone", "value": "12"}]}, "Enter a phone number"),
        ({"name": []}, "Enter a first name."),
        (
            {"extension": [SAM["extension"][0] | {"valueCode": "Mars/Olympus"}]},
            "Choose a time zone",
        ),
    ],
)
def test_a_rule_that_says_no_is_422(ehr, change, sentence):
    assert sentence in told(ehr.post("/Patient", json=SAM | change), 422)


@pytest.mark.parametrize("id_", ["x", "00000000-0000-7000-8000-000000000000", "%00"])
def test_an_unknown_id_is_404(ehr, id_):
    assert told(ehr.get(f"/Patient/{id_}"), 404)


def test_a_number_posted_many_times_at_once_is_one_patient(ehr):
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: ehr.post("/Patient", json=SAM), range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


def _doubles(database):
    with database.session(write=False) as db:
        wanted = select(StaffTask.patient_id).where(StaffTask.code == TaskCode.DUPLICATE)
        return db.scalars(wanted.where(StaffTask.done_at.is_(None))).all()


def test_somebody_enrolled_with_a_second_number_is_put_before_staff(ehr, signed_in, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).birth_on = date(1990, 1, 31)
    twin = {
        "resourceType": "Patient",
        "name": [{"given": [cast.maya.given_name], "family": cast.maya.family_name}],
        "telecom": [{"system": "phone", "value": "+13125550188"}],
        "birthDate": "1990-01-31",
    }

    there = ehr.post("/Patient", json=twin | {"birthDate": "1991-01-31"}).json()
    assert _doubles(database) == []
    twin["telecom"][0]["value"] = "+13125550189"
    twin = ehr.post("/Patient", json=twin).json()

    assert [str(each) for each in _doubles(database)] == [twin["id"]] != [there["id"]]
    desk = signed_in(cast.dr_okafor)
    assert 'href="/clinic/patients/doubles"' in desk.get("/clinic").text
    desk.post(f"/clinic/patients/{twin['id']}/telling-apart/{cast.maya.id}")
    assert _doubles(database) == []
