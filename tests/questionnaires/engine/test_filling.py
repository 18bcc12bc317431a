"""Every form that is shipped or brought can be filled page by page, and left as it may be."""

import json
from pathlib import Path

import pytest

from app.questionnaires.engine import checking, fields, journey, sheets
from app.questionnaires.engine.consenting import consent_of
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.values import File
from tests.questionnaires.engine.made import posting

ROOT = Path(__file__).parents[3]
FORMS = sorted(
    [
        *(ROOT / "app" / "questionnaires" / "library").glob("*.json"),
        *(ROOT / "tests" / "fhir_examples").glob("*.json"),
    ]
)
CARD = File("card", "image/jpeg", 1000)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
@pytest.mark.parametrize("choice", ["first", "last", "least"])
def test_a_form_comes_to_its_end(path, choice):
    form = read(json.loads(path.read_text())).form
    state = evaluate(form, sheets.begin(form))
    touched, here, seen = set(), None, []

    while step := journey.next_unanswered(form, state, touched, here):
        here = step.id
        seen.append(here)
        assert len(seen) < 300, "it leads in a circle"
        answers = {}
        for slot in step.slots:
            name = fields.name(form, slot)
            answers[slot], fault = fields.read(
                form,
                slot,
                posting(**{name: _typed(form, slot, choice), f"{name}-unit": "o0"}),
                "en",
                file_of={"card": CARD}.get,
            )
            assert fault is None, (slot, fault)
        state = evaluate(form, sheets.put_all(state.sheet, answers))
        assert checking.check(form, state, step.marks) == ()
        touched |= set(step.marks)

    assert checking.check(form, state) == ()
    assert len(seen) == len(set(seen)) or choice != "least"


def _typed(form, slot, choice):
    """What somebody types: the first or last of all, or only what they must."""
    item = form.by_link_id[slot.link_id]
    group = consent_of(form, item)
    if choice == "least" and not item.is_required and not (group and item.is_signature):
        return ""
    if fields.is_chosen(item):
        return "o0" if choice != "last" else f"o{len(item.options) - 1}"
    if item.type is ItemType.BOOLEAN:
        return "true" if choice == "first" else "false"
    if item.type in (ItemType.INTEGER, ItemType.DECIMAL, ItemType.QUANTITY):
        least, most = item.limits.min_value, item.limits.max_value
        return str(max(3, least or 3) if most is None else most)
    kinds = {
        ItemType.DATE: "1990-02-03",
        ItemType.DATETIME: "2026-11-24T10:00",
        ItemType.TIME: "10:00",
        ItemType.URL: "https://example.org",
        ItemType.ATTACHMENT: "card",
    }
    return kinds.get(item.type, "maya@example.org"[: item.limits.max_length])
