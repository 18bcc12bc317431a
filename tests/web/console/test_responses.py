"""A sheet of answers as staff read it, print it and take it along."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.intake import signals
from app.intake.models import Consent
from app.people.models import Patient
from app.questionnaires.engine.response import to_response_items
from app.questionnaires.models import QuestionnaireResponse
from tests import sheets
from tests.conftest import FRIDAY_NOON

SEVERAL = "LA6569-3"


@pytest.fixture
def scale(database):
    return sheets.form_named(database, "phq-9")


@pytest.fixture
def answered(scale):
    """`answered(7)`: the first seven questions of the PHQ-9, each “several days”."""
    codes = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5")
    more = ("44253-3", "44260-8")

    def answered(count, answer=SEVERAL):
        by_code = {code: item.link_id for item in scale.in_order for code in item.codes}
        return {by_code[code]: answer for code in (*codes, *more)[:count]}

    return answered


def _path(cast, response_id, *more):
    return "/".join((f"/clinic/patients/{cast.maya.id}/responses/{response_id}", *more))


def _actions(database, entity_id):
    with database.session(write=False) as db:
        found = select(AuditEvent.action).where(AuditEvent.entity_id == entity_id)
        return db.scalars(found.order_by(AuditEvent.id)).all()


def test_a_whole_scale_has_its_total_and_band_with_the_earlier_ones(desk, cast, database, answered):
    clock.stand_still(FRIDAY_NOON - timedelta(days=8), machine=FRIDAY_NOON)
    sheets.hand_in(database, cast.maya, "phq-9", answered(9, "LA6571-9"))
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)
    response_id = sheets.hand_in(database, cast.maya, "phq-9", answered(9))

    text = desk.get(_path(cast, response_id)).text

    assert "9 of 27" in text
    assert "mild" in text
    assert "-18 since last time" in text
    assert '<span class="figures">27</span>' in text
    assert _actions(database, response_id)[-1] == "read-answers"


def test_an_incomplete_scale_is_not_scored(desk, cast, database, answered):
    response_id = sheets.hand_in(database, cast.maya, "phq-9", answered(7))

    text = desk.get(_path(cast, response_id)).text

    assert "not scored, 7 of 9 answered" in text
    assert "mild" not in text
    assert "Not answered" in text


def test_their_own_words_are_set_as_words_and_are_no_markup(desk, cast, database):
    response_id = sheets.hand_in(
        database, cast.maya, "goals", _own_words(database, "Paint <b>again</b>\nwith my sister")
    )

    text = desk.get(_path(cast, response_id)).text

    assert '<dd class="said">Paint &lt;b&gt;again&lt;/b&gt;\nwith my sister</dd>' in text


def test_of_a_sheet_not_sent_in_only_the_answer_behind_an_alert_is_read(
    desk, cast, database, scale, answered
):
    answers = answered(9)
    with database.session() as db:
        response, form = sheets.begin(db, db.get_one(Patient, cast.maya.id), "phq-9")
        state = sheets.state_of(form, answers)
        response.answers = to_response_items(form, state)
        db.flush()
        signals.notice(db, response, state)

    text = desk.get(_path(cast, response.id)).text

    assert "Not sent in yet" in text
    assert "Thoughts that you would be better off dead" in text
    assert "Little interest or pleasure" not in text
    assert "of 27" not in text
    for what in ("paper", "copy", "table"):
        assert desk.get(_path(cast, response.id, what)).status_code in (403, 404)


def test_the_paper_has_questions_answers_and_scores_and_says_nothing_outside(
    desk, cast, database, answered
):
    response_id = sheets.hand_in(database, cast.maya, "phq-9", answered(7))

    answer = desk.get(_path(cast, response_id, "paper"))

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="northside-answers.pdf"'
    paper = PdfReader(BytesIO(answer.content))
    assert paper.metadata.title == "Answers"
    words = " ".join(page.extract_text() for page in paper.pages)
    assert "not scored, 7 of 9 answered" in words
    assert "Several days" in words
    assert _actions(database, response_id)[-1] == "print-answers"


def test_whoever_reads_the_answers_can_have_them_as_a_table(desk, cast, database, answered):
    response_id = sheets.hand_in(database, cast.maya, "phq-9", answered(9))
    assert "CSV" in desk.get(_path(cast, response_id)).text

    answer = desk.get(_path(cast, response_id, "table"))

    assert answer.headers["content-disposition"] == 'attachment; filename="northside-answers.csv"'
    assert _actions(database, response_id)[-1] == "export-answers"
    head, row = csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert dict(zip(head, row, strict=True))["PHQ-9"] == "9"


def test_every_sheet_of_a_form_is_a_row(signed_in, cast, database, answered):
    sheets.hand_in(database, cast.maya, "phq-9", answered(9))
    sheets.hand_in(database, cast.theo, "phq-9", answered(2))
    sheets.hand_in(database, cast.noor, "phq-9", answered(9))  # the neighbour's
    with database.session() as db:
        form_id = db.scalar(select(QuestionnaireResponse.questionnaire_id))

    answer = signed_in(cast.ada).get(f"/clinic/forms/{form_id}/answers")

    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [(row["Name"], row["PHQ-9"]) for row in rows] == [
        ("Maya Osei", "9"),
        ("Theo Brandt", ""),
    ]
    assert _actions(database, form_id) == ["export-answers"]
    assert signed_in(cast.jordan).get(f"/clinic/forms/{form_id}/answers").status_code == 403


def test_what_was_signed_is_printed_as_the_patient_has_it(desk, cast, database):
    form = sheets.form_named(database, "consents")
    response_id = sheets.hand_in(database, cast.maya, "consents", sheets.agreements(form))

    answer = desk.get(_path(cast, response_id, "copy"))

    assert answer.headers["content-disposition"] == 'attachment; filename="northside-copy.pdf"'
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert "This use is off-label." in words
    assert "Maya Osei" in words


def test_what_was_signed_stands_on_the_patients_page_and_is_taken_back(desk, cast, database):
    form = sheets.form_named(database, "consents")
    sheets.hand_in(database, cast.maya, "consents", sheets.agreements(form, sharing="decline"))
    with database.session(write=False) as db:
        kept = {consent.code.value: consent.id for consent in db.scalars(select(Consent))}
    page = f"/clinic/patients/{cast.maya.id}"
    text = desk.get(page).text
    assert "signed “Maya Osei”" in text
    assert f"{page}/consents/{kept['sharing']}/withdrawal" not in text

    answer = desk.post(f"{page}/consents/{kept['texts']}/withdrawal")

    assert answer.status_code == 303
    assert "Taken back" in desk.get(page).text
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).texts_agreed_at is None
    refused = desk.post(f"{page}/consents/{kept['sharing']}/withdrawal")
    assert refused.status_code == 422
    assert "That was not agreed to." in refused.text


@pytest.mark.parametrize("what", ["", "paper", "copy", "table"])
def test_a_sheet_is_found_with_its_own_patient_alone(
    desk, signed_in, cast, database, answered, what
):
    response_id = sheets.hand_in(database, cast.theo, "phq-9", answered(9))

    assert signed_in(cast.ada).get(_path(cast, response_id, what).rstrip("/")).status_code == 404
    assert desk.get(_path(cast, "none", what).rstrip("/")).status_code in (403, 404)


def _own_words(database, words):
    form = sheets.form_named(database, "goals")
    field = next(item.link_id for item in form.in_order if item.type.value == "text")
    return {field: words}
