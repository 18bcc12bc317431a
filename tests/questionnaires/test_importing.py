"""A clinic brings a form: what is taken, what is taken with a word, what is refused."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import i18n
from app.audit.models import AuditEvent
from app.questionnaires import finding_words, forms, importing, library, strict_json
from app.questionnaires.importing import Result
from app.questionnaires.models import Questionnaire

EXAMPLES = sorted((Path(__file__).parents[1] / "fhir_examples").glob("*.json"))
EXPECTED = {
    "01": {"no-status", "shared-link-id"},
    "02": {"unknown-element"},
    "03": {"no-status"},
    "04": {"no-status"},
    "05": {"unknown-extension"},
    "06": {"odd-expression-name"},
    "07": {"coerced-answer", "question-by-path", "odd-status"},
    "08": {"value-set-not-found"},
}


def form(**others):
    return {
        "resourceType": "Questionnaire",
        "status": "active",
        "url": "https://clinic.example/sleep",
        "version": "1",
        "title": "Sleep",
        "item": [{"linkId": "1", "type": "boolean", "text": "Did you sleep?"}],
    } | others


def raw(resource):
    return json.dumps(resource).encode()


@pytest.fixture
def bring(db, cast):
    """`bring(resource or bytes)`: the clinic imports it."""

    def bring(what, clinic=cast.clinic, by=cast.ada):
        what = what if isinstance(what, bytes) else raw(what)
        return importing.import_questionnaire(db, clinic, what, by=by)

    return bring


def rows(db):
    return db.scalar(select(func.count()).select_from(Questionnaire))


def test_a_form_that_is_understood_is_accepted(bring, db, cast):
    imported = bring(form())

    assert (imported.result, imported.findings, imported.is_new) == (Result.ACCEPTED, (), True)
    row = imported.questionnaire
    assert (row.url, row.version, row.title) == ("https://clinic.example/sleep", "1", "Sleep")
    assert (row.clinic_id, row.imported_by_id) == (cast.clinic.id, cast.ada.id)
    assert db.scalar(select(AuditEvent.action).where(AuditEvent.entity_id == row.id)) == (
        "import-questionnaire"
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_eight_examples_come_in_with_the_right_warnings(bring, path):
    imported = bring(path.read_bytes())

    assert imported.result is Result.WARNINGS
    assert {each.code for each in imported.findings} >= EXPECTED[path.name[:2]]
    row = imported.questionnaire
    assert forms.form_of(row).canonical == f"{row.url}|{row.version}"
    assert importing.findings_of(row) == imported.findings


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"\xff\xfe{}", "not-utf-8"),
        (b"[]", "not-an-object"),
        (b'"Questionnaire"', "not-an-object"),
        (b'{"resourceType": "Patient"}', "not-a-questionnaire"),
        (b'{"resourceType": "Questionnaire", "resourceType": "Questionnaire"}', "same-name-twice"),
        (b'{"a": NaN}', "not-json"),
        (b'{"a": -Infinity}', "not-json"),
        (b'{"a": 1e999999}', "not-json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not-json"),
        (b'{"a": "\\ud800"}', "unreadable-signs"),
        (b'{"a": "\\u0000"}', "unreadable-signs"),
        (b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}", "too-deep"),
        (b"[" * 200_000, "too-deep"),
        (b" " * (strict_json.MOST_BYTES + 1), "too-large"),
        (raw(form(url="https://clinic.example/" + "x" * 500)), "name-too-long"),
        (raw(form(item=[{"linkId": "1", "type": "colour"}])), "unknown-type"),
        (raw(form(item=[])), "no-items"),
        (raw(form(modifierExtension=[{"url": "https://x.example"}])), "modifier-extension"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(bring, db, what, code):
    imported = bring(what)

    assert imported.result is Result.REFUSED
    assert code in {each.code for each in imported.refusals}
    assert rows(db) == 0


def test_a_mark_in_front_of_the_text_is_no_reason_to_refuse(bring):
    imported = bring(b"\xef\xbb\xbf" + raw(form()))

    assert imported.result is Result.ACCEPTED
    assert forms.form_of(imported.questionnaire).in_order


def test_the_same_form_again_is_the_row_that_stands(bring, db):
    first = bring(form())
    again = bring(raw(form(id="other", meta={"versionId": "7"}, text={"status": "empty"})))

    assert again.questionnaire is first.questionnaire
    assert not again.is_new
    assert rows(db) == 1


def test_another_form_under_a_version_that_is_taken_is_refused(bring, db):
    bring(form())

    imported = bring(form(title="Sleep and rest"))

    (reason,) = imported.refusals
    assert reason.code == "version-taken"
    assert "Give it another version." in finding_words.said(reason)
    assert rows(db) == 1
    assert bring(form(title="Sleep and rest", version="2")).result is Result.ACCEPTED


def test_a_version_of_a_shipped_form_is_taken_too(bring, db):
    ours = library.unkept("phq-9")

    same = bring(ours.definition.encode())
    changed = bring(json.loads(ours.definition) | {"title": "Mine"})

    assert same.questionnaire.id == ours.id
    assert [each.code for each in changed.refusals] == ["version-taken"]


def test_the_neighbour_may_use_the_same_version_for_something_else(bring, cast):
    bring(form())

    theirs = bring(form(title="Other"), clinic=cast.neighbour, by=None)

    assert theirs.result is Result.ACCEPTED
    assert theirs.questionnaire.clinic_id == cast.neighbour.id


def test_a_form_without_a_name_gets_one_that_stays(bring, db):
    nameless = form()
    del nameless["url"], nameless["version"]

    first, again = bring(nameless), bring(dict(reversed(nameless.items())))
    other = bring(nameless | {"title": "Other"})

    assert first.questionnaire is again.questionnaire
    assert first.questionnaire.url.startswith("urn:uuid:")
    assert first.questionnaire.version
    assert other.questionnaire.url != first.questionnaire.url


def test_a_form_without_a_title_is_called_by_the_first_thing_it_says(bring):
    untitled = form()
    del untitled["title"]

    assert bring(untitled).questionnaire.title == "Did you sleep?"
    assert bring(untitled | {"name": "Sleep"}).refusals
    assert bring(untitled | {"name": "Sleep", "version": "2"}).questionnaire.title == "Sleep"


def test_two_versions_of_a_form_that_has_only_an_id_are_versions_of_one(bring):
    nameless = form(id="sleep")
    del nameless["url"], nameless["version"]

    first, second = bring(nameless), bring(nameless | {"title": "Other"})

    assert first.questionnaire.url == second.questionnaire.url
    assert first.questionnaire.version != second.questionnaire.version


def test_a_retired_form_that_is_brought_again_is_asked_with_again(bring, db, cast):
    row = bring(form()).questionnaire
    importing.retire(db, row, by=cast.ada)
    assert library.current(db, cast.clinic, row.url) is None

    bring(form())

    assert row.retired_at is None
    assert library.current(db, cast.clinic, row.url) is row


def test_a_hostile_pattern_costs_a_moment_and_a_warning(bring):
    url = "http://hl7.org/fhir/StructureDefinition/regex"
    items = [
        {
            "linkId": str(number),
            "type": "string",
            "text": "?",
            "extension": [{"url": url, "valueString": pattern}],
        }
        for number, pattern in enumerate(["(a+)+$", "(a+)+$", "[", "[0-9]{5}"])
    ]

    imported = bring(form(item=items))

    told = [(each.link_id, each.code) for each in imported.findings]
    assert told == [("0", "slow-pattern"), ("1", "slow-pattern"), ("2", "odd-pattern")]
    kept = forms.form_of(imported.questionnaire).in_order
    assert [each.limits.pattern for each in kept] == ["", "", "", "[0-9]{5}"]


def test_what_was_found_is_said_in_the_readers_language():
    finding = importing.examine(raw(form(item=[{"linkId": "1", "type": "colour"}]))).findings[0]

    assert finding_words.line(finding) == "1: “colour” is not one of R4's item types."
    with i18n.using("es"):
        assert "colour" in finding_words.said(finding)
        assert finding_words.said(finding) != finding.message


def test_every_kind_of_finding_has_words():
    engine = Path(importing.__file__).parent / "engine"
    source = "".join(path.read_text() for path in engine.glob("*.py"))
    told = set(re.findall(r'report\.(?:warn|refuse)\(\s*[^,]+,\s*"([a-z-]+)"', source))

    assert len(told) > 30
    assert sorted(told - set(finding_words.of_each_kind())) == []


def test_what_is_kept_never_changes_the_form_read_from_it(bring, db):
    row = bring(form()).questionnaire

    assert forms.form_of(row) is forms.form_of(row)
    assert forms.form_of(row).title.plain == "Sleep"
