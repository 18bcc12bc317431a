"""All there is about a patient: what took place, what they agreed to, and the rest, in pages."""

from datetime import timedelta

import pytest

from app import clock
from app.intake import consents
from app.intake.models import Consent
from app.people.models import Patient
from tests import sheets
from tests.web.fhir.test_door import told
from tests.web.fhir.test_searching import ids, walk
from tests.web.fhir.test_shapes import hold


@pytest.fixture
def signed(database, cast):
    """Maya has signed the consents, all but the one to be treated."""
    answers = sheets.agreements(sheets.form_named(database, "consents"), treatment="discuss")
    return sheets.hand_in(database, cast.maya, "consents", answers)


@pytest.fixture
def of_maya(ehr, cast):
    def of_maya(said=""):
        bundle = ehr.get(f"/Consent?patient={cast.maya.id}{said}").json()
        return {code(each["resource"]): each["resource"] for each in bundle.get("entry", [])}

    return of_maya


def code(consent):
    return consent["category"][1]["coding"][0]["code"]


def test_an_infusion_that_took_place_is_told_with_its_end(ehr, cast):
    (found,) = ehr.get(f"/Encounter?patient={cast.maya.id}").json()["entry"]
    encounter = found["resource"]

    hold(encounter)
    assert encounter["status"] == "finished"
    assert encounter["class"]["code"] == "AMB"
    assert encounter["appointment"] == [{"reference": f"Appointment/{cast.infusion.id}"}]
    assert encounter["period"]["end"] == "2026-11-19T19:00:00.000+00:00"
    assert ehr.get(f"/Encounter/{encounter['id']}").json() == encounter
    assert ehr.get(f"/Encounter?appointment={cast.infusion.id}").json()["total"] == 1
    assert ehr.get(f"/Encounter?patient={cast.maya.id}&status=in-progress").json()["total"] == 0
    assert ehr.get("/Encounter?date=2026-11-19&status=finished").json()["total"] == 1


def test_a_visit_that_began_is_told_as_going_on(ehr, asked):
    visit = ehr.post("/Appointment", json=asked("consultation", "2026-11-24T10:00")).json()
    ehr.put(f"/Appointment/{visit['id']}", json=visit | {"status": "fulfilled"})

    found = ehr.get(f"/Encounter?appointment={visit['id']}&_include=Encounter:appointment").json()

    hold(found["entry"][0]["resource"])
    assert found["entry"][0]["resource"]["class"]["code"] == "VR"
    assert ids(found, "include") == [visit["id"]]


def test_a_neighbours_encounter_and_consent_are_unknown(ehr, stranger, cast, signed):
    encounter = ids(ehr.get(f"/Encounter?patient={cast.maya.id}").json())[0]
    consent = ids(ehr.get(f"/Consent?patient={cast.maya.id}").json())[0]

    assert told(stranger.get(f"/Encounter/{encounter}"), 404)
    assert told(stranger.get(f"/Consent/{consent}"), 404)
    assert told(stranger.get(f"/Consent/{cast.maya.id}"), 404)
    assert told(stranger.get(f"/Consent?patient={cast.maya.id}"), 404)
    assert stranger.get("/Encounter?_lastUpdated=ge2026-01-01").json()["total"] == 0


def test_the_consent_to_texts_that_no_form_holds_is_told_too(ehr, cast, of_maya):
    (texts,) = of_maya().values()

    hold(texts)
    assert (texts["id"], texts["status"], code(texts)) == (str(cast.maya.id), "active", "texts")
    assert ehr.get(f"/Consent/{cast.maya.id}").json() == texts
    assert of_maya("&status=inactive") == {}


def test_what_was_signed_is_told_with_the_words_by_their_hash(of_maya, signed, database, cast):
    found = of_maya()

    for consent in found.values():
        hold(consent)
        assert consent["sourceReference"]["reference"] == f"QuestionnaireResponse/{signed}"
        assert len(consent["identifier"][0]["value"]) >= 32
    assert found["treatment"]["status"] == "rejected"
    assert found["treatment"]["provision"]["type"] == "deny"
    assert found["telehealth"]["status"] == "active"
    assert set(of_maya("&status=rejected")) == {"treatment"}
    with database.session(write=False) as db:
        assert all(row.name not in str(found) for row in db.query(Consent) if row.name)


def test_what_was_taken_back_is_inactive_and_says_when(of_maya, signed, database, cast):
    clock.stand_still(clock.now() + timedelta(hours=1), machine=clock.machine_now())
    with database.session() as db:
        row = db.query(Consent).filter_by(code="telehealth").one()
        consents.withdraw(db, row, by=db.get_one(Patient, cast.maya.id))

    taken_back = of_maya("&status=inactive")["telehealth"]

    assert taken_back["meta"]["lastUpdated"].startswith("2026-11-20T18:00")


def test_who_wrote_stop_has_no_consent_to_texts_that_stands(of_maya, signed, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    assert of_maya()["texts"]["status"] == "inactive"


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("count", [1, 2, 3, 500])
def test_everything_comes_once_in_pages_of_any_size(ehr, cast, signed, infusion, asked, count):
    kinds = ("Appointment", "Encounter", "Consent", "Task", "QuestionnaireResponse")
    expected = [f"Patient/{cast.maya.id}"]
    for kind in (*kinds, "Communication"):
        found = ehr.get(f"/{kind}?patient={cast.maya.id}&_count=200").json()
        expected += [f"{kind}/{each}" for each in ids(found)]

    pages = walk(ehr, f"/Patient/{cast.maya.id}/$everything?_count={count}")

    resources = [each["resource"] for page in pages for each in page["entry"]]
    names = [f"{each['resourceType']}/{each['id']}" for each in resources]
    assert sorted(names) == sorted(expected)
    assert {page["total"] for page in pages} == {len(expected)}
    assert all(len(page["entry"]) <= max(count, 2) for page in pages)
    for resource in resources:
        hold(resource)


def test_everything_of_some_kinds_or_since_a_moment(ehr, cast, signed):
    path = f"/Patient/{cast.maya.id}/$everything"

    some = ehr.get(f"{path}?_type=Encounter,Consent").json()["entry"]
    assert {each["resource"]["resourceType"] for each in some} == {"Encounter", "Consent"}
    since = ehr.get(f"{path}?_since=2027-01-01T00:00:00Z").json()
    assert ids(since) == [str(cast.maya.id)]
    assert told(ehr.get(f"{path}?_since=lately"), 400)


def test_everything_names_what_the_key_may_not_read(door, cast):
    ehr = door(cast.clinic, scopes=["system/Patient.read", "system/Encounter.read"])

    *found, last = ehr.get(f"/Patient/{cast.maya.id}/$everything").json()["entry"]

    assert [each["resource"]["resourceType"] for each in found] == ["Patient", "Encounter"]
    assert "system/Consent.read" in str(last)
