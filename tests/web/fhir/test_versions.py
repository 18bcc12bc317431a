"""Which version somebody has, and what they may save themselves or overwrite by knowing it."""

from email.utils import format_datetime
from urllib.parse import quote

import pytest

from app import clock
from app.people.models import Patient
from app.scheduling.models import Appointment
from tests.web.fhir.test_door import told


@pytest.fixture
def paths(cast, ehr):
    forms = ehr.get("/Questionnaire").json()["entry"]
    return [
        f"/Patient/{cast.maya.id}",
        f"/Appointment/{cast.infusion.id}",
        f"/Practitioner/{cast.dr_okafor.id}",
        f"/Organization/{cast.clinic.id}",
        f"/Consent/{cast.maya.id}",
        f"/Questionnaire/{forms[0]['resource']['id']}",
        f"/PlanDefinition/{ehr.get('/PlanDefinition').json()['entry'][0]['resource']['id']}",
    ]


def test_every_resource_has_a_version_and_who_has_it_is_sent_nothing(ehr, paths):
    for path in paths:
        answer = ehr.get(path)
        etag = answer.headers["etag"]
        assert etag == f'W/"{answer.json()["meta"]["versionId"]}"', path

        again = ehr.get(path, headers={"if-none-match": etag})

        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["etag"] == etag
        assert ehr.get(path, headers={"if-none-match": '"other"'}).status_code == 200
        assert ehr.get(path, headers={"if-none-match": f'"x", {etag}'}).status_code == 304


def test_only_the_head_is_told_to_who_asks_for_it(ehr, paths):
    for path in paths:
        whole, head = ehr.get(path), ehr.head(path)

        assert head.status_code == 200
        assert head.headers["etag"] == whole.headers["etag"]
        assert head.headers["content-type"] == "application/fhir+json"
    assert told(ehr.get("/Patient/x"), 404)
    assert ehr.head("/Patient/x").status_code == 404


def test_the_version_is_the_same_in_a_search(ehr, cast):
    one = ehr.get(f"/Appointment/{cast.infusion.id}").json()
    several = ehr.get(f"/Appointment?patient={cast.maya.id}").json()["entry"]

    assert several[0]["resource"] == one


def test_when_it_changed_is_told_and_may_be_asked_for(ehr, cast):
    path = f"/Appointment/{cast.infusion.id}"
    now = format_datetime(clock.now(), usegmt=True)

    assert ehr.get(path).headers["last-modified"] == now
    assert ehr.get(path, headers={"if-modified-since": now}).status_code == 304
    earlier = "Thu, 19 Nov 2026 10:00:00 GMT"
    assert ehr.get(path, headers={"if-modified-since": earlier}).status_code == 200
    assert ehr.get(path, headers={"if-modified-since": "yesterday"}).status_code == 200


def test_whatever_is_told_otherwise_is_another_version(ehr, cast, database):
    path = f"/Appointment/{cast.integration_visit.id}"
    before = ehr.get(path).headers["etag"]
    with database.session() as db:  # the patient said OK: the appointment's own version stays
        db.get_one(Appointment, cast.integration_visit.id).confirmed_at = clock.now()

    answer = ehr.get(path, headers={"if-none-match": before})

    assert answer.status_code == 200
    assert answer.headers["etag"] != before
    change = {"if-match": before}
    assert told(ehr.put(path, json=answer.json(), headers=change), 412)


def test_the_same_patient_is_not_made_twice(ehr, cast):
    posted = {"resourceType": "Patient", "name": [{"given": ["Sam"], "family": "Rivera"}]}
    posted["telecom"] = [{"system": "phone", "value": "+13125550171"}]
    only = {"if-none-exist": "name=Rivera"}

    first = ehr.post("/Patient", json=posted, headers=only)
    posted["telecom"][0]["value"] = "+13125550172"
    second = ehr.post("/Patient", json=posted, headers=only)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert second.headers["location"] == first.headers["location"]


def test_where_several_are_there_none_is_made(ehr, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.theo.id).family_name = "Osei"
    posted = {"resourceType": "Patient", "name": [{"given": ["Ama"], "family": "Osei"}]}
    posted["telecom"] = [{"system": "phone", "value": "+13125550171"}]

    assert "2" in told(
        ehr.post("/Patient", json=posted, headers={"if-none-exist": "name=osei"}), 412
    )


def test_an_appointment_is_made_only_where_none_is(ehr, asked, cast):
    only = {"if-none-exist": f"patient={cast.theo.id}&date=2026-11-24&status=booked"}

    first = ehr.post("/Appointment", json=asked("consultation", "2026-11-24T10:00"), headers=only)
    second = ehr.post("/Appointment", json=asked("consultation", "2026-11-24T15:00"), headers=only)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]


@pytest.mark.parametrize(
    "only", ["identifier=urn:mrn|7", "", "nonsense", "patient=x&slot=1", "_include=Patient:link"]
)
def test_a_condition_that_is_not_understood_whole_makes_nothing(ehr, asked, only):
    visit = asked("consultation", "2026-11-24T10:00")

    assert told(ehr.post("/Appointment", json=visit, headers={"if-none-exist": only}), 400)


def test_a_condition_reads_and_so_takes_the_right_to(door, cast, asked):
    writer = door(cast.clinic, scopes=["system/Appointment.write"])
    only = {"if-none-exist": f"patient={quote(str(cast.theo.id))}"}

    refused = writer.post(
        "/Appointment", json=asked("consultation", "2026-11-24T10:00"), headers=only
    )

    assert "system/Appointment.read" in told(refused, 403)
