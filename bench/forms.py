"""What the form engine costs a page: all of a form's answers, settled from nothing."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from app.questionnaires import importing
from app.questionnaires.engine import sheets
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.items import Form, ItemType
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.response import from_response_items, to_response_items
from app.questionnaires.engine.values import Sheet, Slot
from bench.rows import Row, at_most, seen

_LIBRARY = Path(__file__).parents[1] / "app" / "questionnaires" / "library"
_EXAMPLES = Path(__file__).parents[1] / "tests" / "fhir_examples"


def measure(*, full: bool) -> list[Row]:
    times = 200 if full else 40
    rows = []
    for items, conditions, budget in ((100, 30, 2), (1_000, 300, 15)):
        form = form_of(items, conditions)
        sheet = filled(form)
        rows.append(
            at_most(
                f"evaluate, {items:,} items, {conditions} conditions (n={times})",
                milliseconds(lambda form=form, sheet=sheet: evaluate(form, sheet), times),
                "ms",
                budget,
            )
        )
    state = evaluate(form, sheet)
    written = to_response_items(form, state)
    rows.append(
        seen("the same, written", milliseconds(lambda: to_response_items(form, state), 20), "ms")
    )
    rows.append(
        seen(
            "the same, read again",
            milliseconds(lambda: from_response_items(form, written), 20),
            "ms",
        )
    )
    files = sorted(
        [*_LIBRARY.glob("*.json"), *_EXAMPLES.glob("*.json")], key=lambda f: f.stat().st_size
    )
    largest = files[-1].read_bytes()
    rows.append(
        at_most(
            f"check the largest form for import, {len(largest) / 1000:.0f} kB (n=10)",
            milliseconds(lambda: importing.examine(largest), 10),
            "ms",
            200,
        )
    )
    return rows


def form_of(items: int, conditions: int) -> Form:
    """A form of groups of ten, spread with conditions on earlier questions, a few of them rows."""
    groups: list[dict[str, Any]] = []
    questions: list[str] = []
    every = max(items // max(conditions, 1), 1)
    for number in range(items):
        if number % 10 == 0:
            groups.append({"linkId": f"g{number}", "type": "group", "text": "Part", "item": []})
            groups[-1]["repeats"] = number % 100 == 50
            continue
        item = {
            "linkId": f"q{number}",
            "type": "choice",
            "text": "How often?",
            "answerOption": [
                {
                    "valueCoding": {"system": "urn:a", "code": f"a{weight}", "display": "Often"},
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/ordinalValue",
                            "valueDecimal": weight,
                        }
                    ],
                }
                for weight in range(4)
            ],
        }
        if questions and number % every == 1:
            item["enableWhen"] = [
                {
                    "question": questions[-(number % 7) - 1]
                    if len(questions) > 7
                    else questions[0],
                    "operator": "!=" if number % 5 == 0 else "=",
                    "answerCoding": {"system": "urn:a", "code": "a1"},
                }
            ]
        groups[-1]["item"].append(item)
        questions.append(f"q{number}")
    form = read({"resourceType": "Questionnaire", "status": "active", "item": groups}).form
    assert form is not None
    return form


def filled(form: Form) -> Sheet:
    """Every question answered in every row."""
    return sheets.put_all(
        sheets.begin(form),
        {
            Slot(item.link_id, (0,) * len(form.repeating_above[item.link_id])): (
                item.options[item.index % 2].value,
            )
            for item in form.in_order
            if item.type is ItemType.CHOICE
        },
    )


def milliseconds(act: Callable[[], object], times: int) -> float:
    """The median of so many runs, on the processor: what else the machine does is not counted."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        act()
        taken.append(time.process_time() - start)
    return median(taken) * 1000
