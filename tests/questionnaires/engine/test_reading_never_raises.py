"""Any JSON at all gets a report; nothing that somebody uploads breaks the reading."""

import copy
import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.questionnaires.engine import sheets
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.reading import read
from app.questionnaires.engine.response import read_response, to_response_items
from app.questionnaires.engine.scoring import score
from tests.questionnaires.shelf import SHELF

EXAMPLES = Path(__file__).parents[2] / "fhir_examples"
SEEDS = [
    json.loads(path.read_text())
    for path in (
        EXAMPLES / "03-repeated-group.json",
        EXAMPLES / "05-validation.json",
        EXAMPLES / "07-demo-form.json",
        SHELF / "phq-2.json",
    )
]
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["group", "choice", "reference", "exists", "=", "1e999999", "NaN", "\ud800", "-1", "#"]
    )
)
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("item", "linkId", "type", "text", "_text", "extension", "url", "enableWhen"),
                    *("question", "operator", "answerString", "answerInteger", "answerOption"),
                    *("valueCoding", "valueDecimal", "valueInteger", "code", "system", "display"),
                    *("answerValueSet", "contained", "compose", "include", "concept", "initial"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
OFTEN = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@OFTEN
@given(st.dictionaries(st.text(max_size=6), ANYTHING, max_size=3), ANYTHING, ANYTHING)
def test_anything_called_a_questionnaire_is_read_or_refused(more, items, contained):
    file = {**more, "item": items, "contained": contained, "resourceType": "Questionnaire"}

    assert _came_of(file) in ("refused", "kept")


@OFTEN
@given(st.data())
def test_a_real_form_with_something_broken_in_it_is_read_or_refused(data):
    file = copy.deepcopy(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        _break(file, data)

    assert _came_of(file) in ("refused", "kept")


@OFTEN
@given(ANYTHING, ANYTHING)
def test_any_answers_that_are_kept_fit_their_form(items, value):
    form = read(SEEDS[0]).form

    for found in (items, [{"linkId": "1", "item": items}, {"linkId": "1", "item": value}]):
        sheet = read_response(form, found).sheet
        state = evaluate(form, sheet)

        assert read_response(form, to_response_items(form, state)).sheet == state.sheet


def _came_of(file):
    """All the way: `refused` with a reason, or `kept`, answers and score with it."""
    found = read(file)
    if found.form is None:
        return "refused" if any(each.severity == "refused" for each in found.findings) else "lost"
    state = evaluate(found.form, sheets.begin(found.form))
    items = json.loads(json.dumps(to_response_items(found.form, state)))
    if read_response(found.form, items).sheet != state.sheet:
        return "changed on the way"
    return "kept" if score(found.form, state) is not None else "without a score"


def _break(file, data):
    """Put something else in one place of a file, however deep."""
    places = list(_places(file))
    if not places:
        return
    holder, key = places[data.draw(st.integers(0, len(places) - 1))]
    act = data.draw(st.sampled_from(["put", "put", "take", "double"]))
    if act == "put":
        holder[key] = data.draw(ANYTHING)
    elif act == "take":
        del holder[key]
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))


def _places(element):
    keys = list(element) if isinstance(element, dict) else range(len(element))
    for key in keys:
        yield element, key
        if isinstance(element[key], dict | list):
            yield from _places(element[key])
