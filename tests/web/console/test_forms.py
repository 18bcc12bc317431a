"""The clinic's forms: brought, looked at, given rules, retired."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.intake import packets
from app.intake.models import IntakeTask
from app.people.models import Clinic, Patient
from app.questionnaires import forms, importing, library
from app.questionnaires.models import Questionnaire

EXAMPLES = Path(__file__).parents[2] / "fhir_examples"
FORM = {
    "resourceType": "Questionnaire",
    "status": "active",
    "url": "https://clinic.example/sleep",
    "version": "1",
    "title": "Sleep",
    "item": [
        {
            "linkId": "a",
            "type": "choice",
            "text": "How do you sleep?",
            "answerOption": [{"valueString": "Well"}, {"valueString": "Badly"}],
        },
        {
            "linkId": "b",
            "type": "integer",
            "text": "How many hours?",
            "enableWhen": [{"question": "a", "operator": "=", "answerString": "Badly"}],
        },
    ],
}


def raw(**others):
    return json.dumps(FORM | others).encode()


@pytest.fixture
def brought(database, cast):
    """`brought(version="2")`: the clinic has this form."""

    def brought(**others):
        with database.session() as db:
            clinic = db.get_one(Clinic, cast.clinic.id)
            return importing.import_questionnaire(
                db, clinic, raw(**others), by=cast.ada
            ).questionnaire

    return brought


def upload(desk, content, name="form.json", pasted=""):
    return desk.post(
        "/clinic/forms",
        files={"file": (name, content, "application/json")},
        data={"pasted": pasted},
    )


def test_the_list_shows_shipped_forms_and_the_clinics_own(desk, brought):
    row = brought()

    page = desk.get("/clinic/forms").text

    assert f'href="/clinic/forms/{row.id}"' in page
    assert all(f"/clinic/forms/{library.unkept(slug).id}" in page for slug in library.SLUGS)
    assert 'href="/clinic/forms" aria-current="page"' in page


def test_a_form_comes_in_by_file_and_its_report_is_shown(desk):
    answer = upload(desk, (EXAMPLES / "01-layout-paginated.json").read_bytes())

    assert answer.status_code == 303
    page = desk.get(answer.headers["location"]).text
    assert "Accepted with warnings" in page
    assert "It has no status, which FHIR requires." in page
    assert "<code>10.1</code>" in page


def test_a_form_comes_in_pasted(desk):
    answer = upload(desk, b"", name="", pasted=raw().decode())

    page = desk.get(answer.headers["location"]).text
    assert "All of it is understood." in page


def test_a_refused_file_is_told_why_and_stays_to_be_put_right(desk, database):
    answer = upload(desk, raw(item=[{"linkId": "a<b", "type": "colour", "text": "Hue?"}]))

    assert answer.status_code == 422
    assert answer.text.count("This form was not taken in.") == 2
    assert "“colour” is not one of R4&#39;s item types." in answer.text
    assert "<code>a&lt;b</code>" in answer.text
    assert "Hue?" in re.search(r"<textarea.*?</textarea>", answer.text, re.DOTALL)[0]
    with database.session(write=False) as db:
        assert db.scalars(select(Questionnaire)).all() == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file, or paste the form below."),
        (b"\xff\xfe\x00", "The file is not text in UTF-8."),
        (b"{", "The file is not JSON."),
        (b" {" + b" " * (5 << 20), "The file is larger than 4 MiB."),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(desk, content, words):
    answer = upload(desk, content)

    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-describedby="file-hint file-error"' in answer.text


def test_a_form_without_files_is_a_form_too(desk):
    answer = desk.post("/clinic/forms", data={"pasted": "{"})

    assert answer.status_code == 422
    assert "The file is not JSON." in answer.text


def test_every_question_is_shown_with_when_it_is_asked(desk, brought):
    page = desk.get(f"/clinic/forms/{brought().id}/preview").text

    assert "How many hours?" in page
    assert "Asked if “How do you sleep?” is Badly" in page
    assert page.count("data-link-id=") == 2


@pytest.mark.parametrize("slug", library.SLUGS)
def test_a_shipped_form_can_be_looked_at_before_it_was_used(desk, slug, database):
    path = f"/clinic/forms/{library.unkept(slug).id}"

    for page in (path, f"{path}/preview", f"{path}/rules", f"{path}/file", f"{path}/pages"):
        assert desk.get(page).status_code == 200
    with database.session(write=False) as db:
        assert db.scalars(select(Questionnaire)).all() == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_example_can_be_looked_at(desk, path):
    address = upload(desk, path.read_bytes()).headers["location"]

    for page in (address, f"{address}/preview", f"{address}/rules"):
        assert desk.get(page).status_code == 200
    following, pages = f"{address}/pages", 0
    while following:
        page = desk.get(following)
        assert page.status_code == 200
        assert "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
        found = re.search(r'href="([^"]+)">Next page<', page.text)
        following, pages = found and found[1], pages + 1
    assert f"page {pages} of {pages}" in page.text


def test_a_page_that_is_not_there_is_unknown(desk, brought):
    assert desk.get(f"/clinic/forms/{brought().id}/pages?page=nowhere").status_code == 404


def test_the_form_is_given_back_as_it_came(desk, brought):
    answer = desk.get(f"/clinic/forms/{brought().id}/file")

    assert answer.content == raw()
    assert "attachment" in answer.headers["content-disposition"]


def test_a_retired_form_is_not_asked_with_until_it_is_again(desk, brought, database, cast):
    row = brought()

    def current():
        with database.session(write=False) as db:
            return library.current(db, cast.clinic, row.url)

    desk.post(f"/clinic/forms/{row.id}/retirement")
    assert current() is None
    assert "Retired" in desk.get("/clinic/forms").text

    desk.post(f"/clinic/forms/{row.id}/return")
    assert current().id == row.id


def test_other_versions_are_named(desk, brought):
    first, second = brought(), brought(version="2")

    assert f"/clinic/forms/{first.id}" in desk.get(f"/clinic/forms/{second.id}").text


def rules_of(database, row):
    with database.session(write=False) as db:
        form = forms.form_of(db.get_one(Questionnaire, row.id))
        return {item.link_id: item.rules for item in form.in_order if item.rules}


def test_an_answer_can_be_put_on_the_review_list(desk, brought, database):
    row = brought()
    path = f"/clinic/forms/{row.id}/rules"
    assert "Badly" in desk.get(f"{path}/new?question=0").text

    desk.post(path, data={"question": "0", "answer": "o1", "kind": "flag", "label": "Sleep"})

    (rule,) = rules_of(database, row)["a"]
    assert (rule.kind, rule.operator, rule.answer) == ("flag", "=", "Badly")
    assert rule.label.plain == "Sleep"
    page = desk.get(path).text
    assert "“How do you sleep?” is Badly" in page
    assert "Review list" in page


def test_the_rules_that_a_form_brings_are_told_in_its_own_words(desk):
    page = desk.get(f"/clinic/forms/{library.unkept('phq-9').id}/rules").text

    assert "is Several days / More than half the days / Nearly every day" in page
    assert "Alert, the same day or at once, by the answer" in page


def test_a_number_can_raise_an_alert(desk, brought, database):
    row = brought()
    posted = {"question": "1", "operator": "<", "amount": "3", "kind": "urgent"}

    desk.post(f"/clinic/forms/{row.id}/rules", data=posted)

    (rule,) = rules_of(database, row)["b"]
    assert (rule.kind, rule.operator, rule.answer, rule.is_urgent) == ("safety", "<", 3, True)
    assert rule.label.plain == "How many hours?"


@pytest.mark.parametrize(
    ("kind", "is_urgent", "says"),
    [
        ("emergency", True, "Alert at once; the patient sees 911"),
        ("call-today", False, "Alert; the patient sees your number"),
    ],
)
def test_an_answer_about_the_body_can_lead_to_911_or_to_the_clinics_number(
    desk, brought, database, kind, is_urgent, says
):
    row = brought()
    posted = {"question": "1", "operator": "<", "amount": "3", "kind": kind}

    desk.post(f"/clinic/forms/{row.id}/rules", data=posted)

    (rule,) = rules_of(database, row)["b"]
    assert (rule.kind, rule.is_urgent) == (kind, is_urgent)
    assert says in desk.get(f"/clinic/forms/{row.id}/rules").text


@pytest.mark.parametrize(
    ("question", "field", "value", "words"),
    [
        ("0", "answer", "", "Choose which answer."),
        ("0", "answer", "o7", "Choose which answer."),
        ("0", "kind", "", "Choose what the answer leads to."),
        ("1", "amount", "many", "Enter a number."),
        ("1", "amount", "NaN", "Enter a number."),
        ("1", "operator", "~", "Choose how to compare."),
        ("0", "label", "x" * 121, "That is too long."),
    ],
)
def test_a_rule_that_is_not_whole_is_said_at_its_field(
    desk, brought, database, question, field, value, words
):
    row = brought()
    posted = {"question": question, "answer": "o0", "operator": ">", "amount": "1", "kind": "flag"}

    answer = desk.post(f"/clinic/forms/{row.id}/rules", data=posted | {field: value})

    assert answer.status_code == 422
    assert answer.text.count(words) == 2
    assert rules_of(database, row) == {}


def test_a_rule_is_taken_away_and_twice_is_once(desk, brought, database):
    row = brought()
    path = f"/clinic/forms/{row.id}/rules"
    for answer in ("o0", "o1"):
        desk.post(path, data={"question": "0", "answer": answer, "kind": "flag"})
    mark = re.search(r'name="rule" value="(\w+)"', desk.get(path).text)[1]

    for _ in range(2):
        desk.post(f"{path}/removal", data={"rule": mark})

    (rule,) = rules_of(database, row)["a"]
    assert rule.answer == "Badly"


def test_rules_for_a_shipped_form_go_onto_the_clinics_own_copy(desk, database, cast):
    shipped = library.unkept("gad-7")
    path = f"/clinic/forms/{shipped.id}/rules"
    index = re.search(r'<option value="(\d+)"', desk.get(path).text)[1]

    answer = desk.post(path, data={"question": index, "answer": "any", "kind": "flag"})

    assert str(shipped.id) not in answer.headers["location"]
    with database.session() as db:
        own = library.for_clinic(db, cast.clinic, "gad-7")
        assert (own.clinic_id, own.version) == (cast.clinic.id, shipped.version)
        assert library.for_clinic(db, cast.neighbour, "gad-7").clinic_id is None
    assert desk.get("/clinic/forms").text.count(shipped.title) == 1
    assert desk.get(path).text.count('name="rule"') == 0


def test_what_was_asked_already_goes_on_with_the_clinics_rules(desk, database, cast):
    with database.session() as db:
        theo, noor = db.get_one(Patient, cast.theo.id), db.get_one(Patient, cast.noor.id)
        shipped = library.shipped(db, "gad-7")
        for patient in (theo, noor):
            packets.ask(db, patient, [shipped], by=None)
    path = f"/clinic/forms/{shipped.id}/rules"
    index = re.search(r'<option value="(\d+)"', desk.get(path).text)[1]

    desk.post(path, data={"question": index, "answer": "any", "kind": "flag"})

    with database.session(write=False) as db:
        asked = dict(db.execute(select(IntakeTask.patient_id, IntakeTask.questionnaire_id)).all())
        assert asked[noor.id] == shipped.id
        assert asked[theo.id] == library.current(db, cast.clinic, shipped.url).id != shipped.id


def test_a_shipped_form_itself_is_nobodys_to_retire(desk):
    path = f"/clinic/forms/{library.unkept('gad-7').id}"

    assert desk.post(f"{path}/retirement").status_code == 404
    assert desk.post(f"{path}/rules/removal", data={"rule": "x"}).status_code == 404


def test_a_coordinator_reads_the_rules_and_changes_none(signed_in, cast, database):
    with database.session() as db:
        form = library.shipped(db, "goals")
    browser = signed_in(cast.jordan)

    assert browser.get(f"/clinic/forms/{form.id}/rules").status_code == 200
    refused = browser.post(f"/clinic/forms/{form.id}/rules", data={})

    assert refused.status_code == 403
    assert "This is for clinicians" in refused.text
