"""Each shipped form can be gone through to its end, the short way and the long one."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from app.questionnaires.engine import journey, sheets
from app.questionnaires.engine.checking import check
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.response import from_response_items, to_response_items
from app.questionnaires.engine.values import Coding, Quantity, Sheet, Signature, Slot
from tests.questionnaires.shelf import SLUGS, read_file

WRITTEN = {
    ItemType.STRING: "some words",
    ItemType.TEXT: "some words",
    ItemType.DATE: date(1990, 5, 4),
    ItemType.TIME: time(15, 0),
    ItemType.DATETIME: datetime(2026, 11, 22, 7, 30, tzinfo=UTC),
    ItemType.QUANTITY: Quantity(Decimal(150), "pounds", "http://unitsofmeasure.org", "[lb_av]"),
}
SIGNED = Signature("Sam Rivera", "2026-11-22T09:00:00+00:00", "0" * 64, "url|1.0.0")
CALM = ("none", "none-known", "no", "never", "agree", "read", "well")
READY = {"food-clear": "yes", "ride": "yes", "go-ahead": "yes"}


def _form(slug):
    return read(read_file(slug)).form


def _short(item):
    """The answer that opens least."""
    choices = {option.value.code: option.value for option in item.options}
    if item.link_id in READY:
        return (choices[READY[item.link_id]],)
    return (next((choices[code] for code in CALM if code in choices), item.options[0].value),)


def _long(item):
    """Everything that can be ticked, else the first answer that is no plain "no"."""
    open_ones = [o.value for o in item.options if not o.is_exclusive and o.value.code not in CALM]
    if item.is_repeating:
        return tuple(open_ones)
    agreeing = [option.value for option in item.options if option.value.code == "agree"]
    return tuple((agreeing or open_ones or [item.options[0].value])[:1])


def _answer(item, choose):
    if item.is_signature:
        return (SIGNED,)
    if item.options:
        return choose(item)
    if item.type is ItemType.INTEGER:
        return (int(item.limits.max_value),)
    return (WRITTEN[item.type],)


def _filled(form, choose, *, leave_out_optional):
    """Go from page to page as a person does: answer what stands there, then Continue."""
    sheet, touched, after, pages = sheets.begin(form), set(), None, []
    while True:
        state = evaluate(form, sheet)
        step = journey.next_unanswered(form, state, touched, after)
        if step is None:
            return state, pages
        for slot in step.slots:
            item = form.by_link_id[slot.link_id]
            if item.is_required or item.is_signature or not leave_out_optional:
                sheet = sheets.put(sheet, slot, _answer(item, choose))
        touched |= set(step.marks)
        pages.append(step.id)
        after = step.id
        assert len(pages) < 200


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(("choose", "leave_out"), [(_short, True), (_long, False)])
def test_a_form_is_finished_without_a_fault_and_its_response_is_sound(slug, choose, leave_out):
    form = _form(slug)

    state, pages = _filled(form, choose, leave_out_optional=leave_out)

    print(f"\n{slug}: {len(pages)} pages")  # noqa: T201
    assert check(form, state) == ()
    for language in ("en", "es"):
        items = to_response_items(form, state, language=language)
        QuestionnaireResponse.model_validate(
            {
                "resourceType": "QuestionnaireResponse",
                "questionnaire": form.canonical,
                "status": "completed",
                "item": items or None,
            }
        )
        assert evaluate(form, from_response_items(form, items)).sheet.values == state.sheet.values


def test_the_first_contact_takes_two_minutes():
    _, pages = _filled(_form("candidate-assessment"), _short, leave_out_optional=False)

    assert len(pages) <= 11


def test_a_person_in_good_health_is_through_the_history_in_thirty_pages():
    _, pages = _filled(_form("medical-history"), _short, leave_out_optional=True)

    assert len(pages) <= 30


def test_nothing_is_flagged_when_there_is_nothing_to_flag():
    for slug in ("medical-history", "medicines", "readiness-eve", "consents", "preparation-guide"):
        state, _ = _filled(_form(slug), _short, leave_out_optional=True)
        assert [hit.rule.label.plain for hit in state.hits] == [], slug


def test_a_consent_that_is_given_needs_a_name_and_one_that_is_not_does_not():
    form = _form("consents")
    answers = {item.link_id: item for item in form.in_order if item.options}

    def faults(code):
        values = {
            Slot(link_id): (option.value,)
            for link_id, item in answers.items()
            for option in item.options
            if option.value.code == code
        }
        return {fault.slot.link_id for fault in check(form, evaluate(form, Sheet(values)))}

    assert faults("agree") == {
        f"{code}-name" for code in ("treatment", "telehealth", "texts", "privacy", "sharing")
    }
    assert faults("decline") == {"privacy-agreement"}
    assert "texts-name" not in faults("discuss")


def test_every_rule_of_the_history_can_be_met():
    form = _form("medical-history")
    met = set()
    for item in form.in_order:
        for rule in item.rules:
            rows = (0,) * len(form.repeating_above.get(item.link_id, ()))
            sheet = sheets.put_all(sheets.begin(form), _opening(form, item))
            sheet = sheets.put(sheet, Slot(item.link_id, rows), _meeting(rule))
            met |= {hit.rule.label.plain for hit in evaluate(form, sheet).hits}
    assert met == {rule.label.plain for item in form.in_order for rule in item.rules}


def _meeting(rule):
    if isinstance(rule.answer, Coding):
        return (rule.answer,)
    return (int(rule.answer) + (rule.operator == ">"),)


def _opening(form, item):
    """Answers that open an item and the groups around it."""
    found = {}
    link_id = item.link_id
    while link_id:
        above = form.by_link_id[link_id]
        for condition in above.enable_when[:1]:
            found[Slot(condition.question)] = (condition.answer,)
            found |= _opening(form, form.by_link_id[condition.question])
        link_id = form.parents.get(link_id)
    return found
