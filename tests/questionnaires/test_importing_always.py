"""Whatever is brought, something is said of it, and what was taken can be used."""

import copy
import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.questionnaires import forms, importing, staff_rules
from app.questionnaires.engine.items import StaffRule, Words
from app.questionnaires.models import Questionnaire

EXAMPLES = [
    json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[1] / "fhir_examples").glob("*.json"))
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def places(value, found):
    """Every place in a document at which something else may stand."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        found.append((value, key))
        if isinstance(each, dict | list):
            places(each, found)
    return found


@st.composite
def documents(draw):
    """An example in which a few things were replaced or left out."""
    resource = copy.deepcopy(draw(st.sampled_from(EXAMPLES)))
    for _ in range(draw(st.integers(1, 4))):
        left = places(resource, [])
        if not left:
            break
        holder, key = draw(st.sampled_from(left))
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = draw(ODD)
    return resource


@given(documents())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_odd_document_is_refused_with_a_reason_or_can_be_used(resource):
    raw = json.dumps(resource).encode()

    examined = importing.examine(raw)

    if examined.form is None:
        assert any(each.severity == "refused" for each in examined.findings)
        return
    rule = StaffRule("flag", "exists", True, Words("Any"))
    rules = [staff_rules.added(item.link_id, rule) for item in examined.form.in_order[:3]]
    row = Questionnaire(
        url="u",
        version="1",
        definition=raw.decode(),
        warnings=importing._written(examined.findings),
        rules=json.dumps(
            [{"linkId": each.link_id, "extension": json.loads(each.written)} for each in rules]
        ),
        made_at=clock.now(),
    )
    form = forms.form_of(row)
    assert [item.link_id for item in form.in_order] == [
        item.link_id for item in examined.form.in_order
    ]
    assert all(form.by_link_id[each.link_id].rules for each in rules)


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_refused_with_a_reason(raw):
    examined = importing.examine(raw)

    assert examined.form is None
    assert examined.findings
