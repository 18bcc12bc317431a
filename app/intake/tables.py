"""A form's answers as a table for spreadsheets: a row for each sheet, a column for each question.

A cell can never be a formula: one that could begin one starts with an apostrophe. The file begins
with the mark that tells spreadsheets it is UTF-8.
"""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from app import i18n, wall_time
from app.i18n import gettext as _
from app.intake import drafts, reading_back, scored
from app.intake.drafts import Draft
from app.intake.papers import answers
from app.people.models import Clinic, Patient
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.values import EMPTY
from app.questionnaires.forms import form_of
from app.questionnaires.models import Questionnaire, QuestionnaireResponse, ResponseStatus
from app.questionnaires.spoken import spoken

_BYTE_ORDER_MARK = "\ufeff"
# The wide ones begin a formula where wide letters are written.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def of_form(db: Session, clinic: Clinic, questionnaire: Questionnaire) -> str:
    """Every sheet of this version of a form that was sent in to the clinic, oldest first."""
    form = form_of(questionnaire)
    questions = [item for item in form.in_order if item.is_question and not item.is_hidden]
    drawn = [_row(db, clinic, response, questions) for response in _sent(db, clinic, questionnaire)]
    return written([_head(form, questions, clinic), *drawn])


def patients_of(db: Session, clinic: Clinic, questionnaire: Questionnaire) -> Sequence[Patient]:
    """Whose sheets stand in that table."""
    ids = select(QuestionnaireResponse.patient_id).where(*_is_sent(clinic, questionnaire))
    return db.scalars(select(Patient).where(Patient.id.in_(ids)).order_by(Patient.id)).all()


def of_response(db: Session, clinic: Clinic, response: QuestionnaireResponse) -> str:
    """One sheet alone, in the same columns."""
    form = form_of(response.questionnaire)
    questions = [item for item in form.in_order if item.is_question and not item.is_hidden]
    return written([_head(form, questions, clinic), _row(db, clinic, response, questions)])


def written(rows: list[list[str]]) -> str:
    """The table as CSV (RFC 4180), every cell in quotes."""
    to = StringIO(newline="")
    csv.writer(to, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [safe(cell) for cell in row] for row in rows
    )
    return _BYTE_ORDER_MARK + to.getvalue()


def safe(cell: str) -> str:
    """What a spreadsheet takes for words, whatever it begins with."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _sent(
    db: Session, clinic: Clinic, questionnaire: Questionnaire
) -> Iterator[QuestionnaireResponse]:
    yield from db.scalars(
        select(QuestionnaireResponse)
        .options(joinedload(QuestionnaireResponse.questionnaire))
        .where(*_is_sent(clinic, questionnaire))
        .order_by(QuestionnaireResponse.completed_at, QuestionnaireResponse.id)
    )


def _is_sent(clinic: Clinic, questionnaire: Questionnaire) -> list[ColumnElement[bool]]:
    return [
        QuestionnaireResponse.clinic_id == clinic.id,
        QuestionnaireResponse.questionnaire_id == questionnaire.id,
        QuestionnaireResponse.status == ResponseStatus.COMPLETED,
    ]


def _head(form: Form, questions: list[Item], clinic: Clinic) -> list[str]:
    facts = [_("Sheet"), _("Patient"), _("Name"), _("Sent in"), _("Language"), _("Version")]
    words = [f"{item.words.within(i18n.language())} [{item.link_id}]" for item in questions]
    empty = evaluate(form, EMPTY)
    totals = [each.title for each in scored.scores(form, empty, clinic)]
    return [*facts, *words, *totals, _("Notice")]


def _row(
    db: Session, clinic: Clinic, response: QuestionnaireResponse, questions: list[Item]
) -> list[str]:
    patient = db.get_one(Patient, response.patient_id)
    draft = drafts.read(response, zone=patient.zone)
    sent = response.completed_at
    facts = [
        str(response.id),
        str(patient.id),
        patient.full_name,
        wall_time.wall(sent, clinic.zone).isoformat(sep=" ", timespec="minutes") if sent else "",
        response.language,
        draft.form.version,
    ]
    totals = [each.total for each in scored.scores(draft.form, draft.state, clinic)]
    cells = (_cell(draft, item, patient.zone) for item in questions)
    return [*facts, *cells, *totals, _notice(draft)]


def _notice(draft: Draft) -> str:
    """What has to go along with answers about substance use, on whatever page they lie."""
    tells = reading_back.is_about_substances(draft.form, draft.state)
    return answers.part_2_notice() if tells else ""


def _cell(draft: Draft, item: Item, zone: str) -> str:
    """The answer; of a list of rows one answer a line."""
    slots = [slot for slot in draft.state.slots if slot.link_id == item.link_id]
    said = [spoken(item, draft.state.sheet.values.get(slot, ()), zone=zone) for slot in slots]
    return "\n".join(said) if any(said) else ""
