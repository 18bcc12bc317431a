"""Forms that another system brings, and reads back."""

import json
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.db.base import new_id
from app.people.models import Clinic
from app.questionnaires import importing, library, strict_json
from app.questionnaires.models import Questionnaire
from tests.web.fhir.test_door import told


def form(**others):
    return {
        "resourceType": "Questionnaire",
        "status": "active",
        "url": "https://clinic.example/sleep",
        "version": "1",
        "title": "Sleep",
        "item": [{"linkId": "1", "type": "boolean", "text": "Did you sleep?"}],
    } | others


def kept(database):
    with database.session(write=False) as db:
        return db.scalar(select(func.count()).select_from(Questionnaire))


def test_a_form_comes_in_and_is_read_back_as_it_came(ehr):
    answer = ehr.post("/Questionnaire", json=form())

    assert answer.status_code == 201
    location = answer.headers["location"].removeprefix("/fhir/R4")
    there = ehr.get(location).json()
    assert there == answer.json()
    assert {name: there[name] for name in form()} == form()
    assert "contained" not in there


@pytest.mark.parametrize("slug", ["consents", "phq-9"])
def test_a_system_puts_no_form_in_place_of_a_shipped_one(ehr, cast, database, slug):
    shipped = library.unkept(slug)

    assert told(ehr.post("/Questionnaire", json=form(url=shipped.url, version="99")), 422)

    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        assert library.for_clinic(db, clinic, slug).id == shipped.id


def test_warnings_come_along_contained_and_say_where(ehr):
    odd = form(item=[{"linkId": "1", "type": "choice", "text": "Which?", "answerValueSet": "x"}])
    del odd["status"]

    answer = ehr.post("/Questionnaire", json=odd)

    assert answer.status_code == 201
    (outcome,) = answer.json()["contained"]
    assert outcome["resourceType"] == "OperationOutcome"
    assert {each["severity"] for each in outcome["issue"]} == {"warning"}
    where = [each.get("expression") for each in outcome["issue"]]
    assert ["Questionnaire.descendants().where(linkId = '1')"] in where
    codes = {each["details"]["coding"][0]["code"] for each in outcome["issue"]}
    assert codes == {"no-status", "value-set-not-found"}
    assert answer.json()["extension"][-1]["valueReference"] == {"reference": f"#{outcome['id']}"}


def test_a_refused_form_leaves_nothing_and_every_reason_is_told(ehr, database):
    bad = form(
        item=[
            {"linkId": "1", "type": "colour", "text": "?"},
            {"linkId": "2", "type": "string", "enableWhen": [{"question": "9", "operator": "="}]},
        ]
    )

    answer = ehr.post("/Questionnaire", json=bad)

    assert "linkId 1" in told(answer, 422)
    errors = [each for each in answer.json()["issue"] if each["severity"] == "error"]
    assert {each["details"]["coding"][0]["code"] for each in errors} == {
        "unknown-type",
        "condition-nowhere",
    }
    assert kept(database) == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"resourceType": "Patient"}', b'{"a": NaN}', b'{"a":1,"a":2}']
)
def test_what_is_no_questionnaire_is_malformed(ehr, body):
    assert told(ehr.post("/Questionnaire", content=body), 400)


def test_the_same_form_again_is_the_one_that_stands(ehr, database):
    first = ehr.post("/Questionnaire", json=form())

    again = ehr.post("/Questionnaire", json=form())
    other = ehr.post("/Questionnaire", json=form(title="Other"))

    assert (again.status_code, again.json()) == (200, first.json())
    assert "another version" in told(other, 422)
    assert kept(database) == 1


def _retired(ehr, cast, database):
    """A form that a system brought and staff retired, as it is read now, and its address."""
    path = ehr.post("/Questionnaire", json=form()).headers["location"].removeprefix("/fhir/R4")
    with database.session() as db:
        row = db.get_one(Questionnaire, UUID(path.rpartition("/")[2]))
        importing.retire(db, row, by=db.merge(cast.ada))
    return path, ehr.get(path)


def _asks(database, cast):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        return library.current(db, clinic, form()["url"]) is not None


def test_a_retired_form_stays_retired_when_a_system_posts_it_again(ehr, cast, database):
    path, _ = _retired(ehr, cast, database)

    words = told(ehr.post("/Questionnaire", json=form()), 409)

    assert f"PUT {path.removeprefix('/')} as active" in words
    assert ehr.get(path).json()["status"] == "retired"
    assert not _asks(database, cast)


def test_a_system_takes_a_retired_form_up_again_if_it_says_so_and_knows_what_stands(
    ehr, cast, database
):
    path, there = _retired(ehr, cast, database)
    again = there.json() | {"status": "active"}
    knowing = {"if-match": there.headers["etag"]}

    assert told(ehr.put(path, json=again), 400)
    assert told(ehr.put(path, json=again, headers={"if-match": 'W/"other"'}), 412)
    assert told(ehr.put(path, json=again | {"title": "Other"}, headers=knowing), 422)
    assert told(ehr.put(path, json=again | {"status": "draft"}, headers=knowing), 422)
    assert not _asks(database, cast)

    assert ehr.put(path, json=again, headers=knowing).json()["status"] == "active"
    assert _asks(database, cast)


def test_a_system_takes_up_no_version_of_a_shipped_form(ehr, cast, database):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        own = library.own_copy(db, clinic, library.unkept("phq-9"))
        importing.retire(db, own, by=db.merge(cast.ada))
    there = ehr.get(f"/Questionnaire/{own.id}")
    again = there.json() | {"status": "active"}

    answer = ehr.put(
        f"/Questionnaire/{own.id}", json=again, headers={"if-match": there.headers["etag"]}
    )

    assert "comes with Afterglow" in told(answer, 422)
    assert ehr.get(f"/Questionnaire/{own.id}").json()["status"] == "retired"


def test_a_whole_form_may_be_large_and_nothing_else(ehr):
    large = form(description="x" * 1_000_000)

    assert ehr.post("/Questionnaire", json=large).status_code == 201
    huge = json.dumps(form(description="x" * strict_json.MOST_BYTES)).encode()
    assert told(ehr.post("/Questionnaire", content=huge), 413)
    assert told(ehr.post("/Task", json=large), 413)


def test_shipped_forms_are_there_before_anybody_asked_for_one(ehr, database):
    ours = library.unkept("phq-9")

    by_url = ehr.get("/Questionnaire", params={"url": ours.url}).json()
    by_both = ehr.get("/Questionnaire", params={"url": f"{ours.url}|{ours.version}"}).json()
    by_id = ehr.get(f"/Questionnaire/{ours.id}").json()

    assert [each["resource"]["id"] for each in by_url["entry"]] == [str(ours.id)]
    assert by_both["entry"][0]["resource"]["version"] == ours.version
    assert by_id["title"] == ours.title
    assert kept(database) == 0


def test_a_form_is_found_by_url_and_version(ehr):
    ehr.post("/Questionnaire", json=form())
    ehr.post("/Questionnaire", json=form(version="2"))
    url = form()["url"]

    both = ehr.get("/Questionnaire", params={"url": url}).json()
    one = ehr.get("/Questionnaire", params={"url": url, "version": "1"}).json()
    none = ehr.get("/Questionnaire", params={"url": url, "status": "retired"}).json()

    assert [each["resource"]["version"] for each in both["entry"]] == ["2", "1"]
    assert [each["resource"]["version"] for each in one["entry"]] == ["1"]
    assert none["total"] == 0


def test_a_version_that_was_shipped_earlier_is_still_found(ehr, database):
    ours = library.unkept("phq-9")
    with database.session() as db:
        former = library.unkept("phq-9")
        former.id, former.version = new_id(), "0.9"
        former.identity = library.identity(None, ours.url, "0.9")
        db.add(former)

    found = ehr.get("/Questionnaire", params={"url": ours.url, "version": "0.9"}).json()
    now = ehr.get("/Questionnaire", params={"url": ours.url}).json()

    assert [each["resource"]["version"] for each in found["entry"]] == ["0.9"]
    assert [each["resource"]["version"] for each in now["entry"]] == [ours.version]


def test_the_neighbours_forms_are_unknown_here(ehr, stranger, cast):
    here = ehr.post("/Questionnaire", json=form()).json()

    assert told(stranger.get(f"/Questionnaire/{here['id']}"), 404)
    assert stranger.get("/Questionnaire", params={"url": here["url"]}).json()["total"] == 0
    theirs = stranger.post("/Questionnaire", json=form(title="Ours now"))
    assert theirs.status_code == 201
