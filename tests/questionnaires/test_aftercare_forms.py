"""After a session: what cannot wait is asked first, and each answer leads where it has to."""

import pytest

from app.intake.signals import Help, help_for
from app.questionnaires import library
from app.questionnaires.engine import journey
from app.questionnaires.forms import form_of
from tests.questionnaires.shelf import by_link_id, items_of, read_file, rules_of
from tests.sheets import state_of

CANNOT_WAIT = {
    "Chest pain",
    "Trouble breathing, or swelling of throat or face",
    "Fainting, or could not be woken",
    "Seizure",
    "Worst headache, one-sided weakness, or trouble speaking",
    "About to act on suicidal thoughts",
}
THE_SAME_DAY = {
    "Severe or lasting confusion, detachment or blurred vision",
    "Repeated vomiting, or cannot keep fluids",
    "Blood pressure above the clinic's limit",
    "Painful, bloody or very frequent urination, or cannot pass urine",
    "New rash",
    "Sleepless, racing, unusually high or suspicious",
    "Panic that does not settle",
    "Yellow skin or dark urine",
    "Fall or injury",
    "Wish to take more of the medicine or other substances",
}
SYMPTOMS = 10


@pytest.fixture
def side_effects():
    return form_of(library.unkept("side-effects"))


def _labels(kind):
    rules = (rule for item in items_of("side-effects") for rule in rules_of(item))
    return {rule["label"] for rule in rules if rule["kind"] == kind}


def test_the_list_of_what_cannot_wait_is_whole():
    assert _labels("emergency") == CANNOT_WAIT


def test_what_the_clinic_hears_of_the_same_day_is_whole_with_everything_severe():
    severe = _labels("call-today") - THE_SAME_DAY

    assert _labels("call-today") >= THE_SAME_DAY
    assert len(severe) == SYMPTOMS
    assert all(label.startswith("Severe") for label in severe)


def test_what_cannot_wait_is_on_the_first_page(side_effects):
    first, *_ = journey.steps(side_effects, state_of(side_effects, {}))

    assert [slot.link_id for slot in first.slots] == ["red-flags"]
    assert "unwatched" in [slot.link_id for slot in first.content]


def test_whoever_has_nothing_answers_five_pages(side_effects):
    none = {"red-flags": ["none"], "symptoms": ["none"], "watch": ["none"], "pull": "no"}

    assert len(journey.steps(side_effects, state_of(side_effects, none))) == 5


def test_a_symptom_is_asked_about_only_where_it_was_named(side_effects):
    state = state_of(side_effects, {"symptoms": ["nausea"]})
    asked = {slot.link_id for step in journey.steps(side_effects, state) for slot in step.slots}

    assert {"nausea-strength", "nausea-still", "nausea-since"} <= asked
    assert "dizzy-strength" not in asked


@pytest.mark.parametrize(
    ("link_id", "code", "leads_to"),
    [
        ("red-flags", "chest-pain", Help.EMERGENCY),
        ("red-flags", "about-to-act", Help.EMERGENCY),
        ("red-flags", "none", None),
        ("watch", "urine", Help.CALL_TODAY),
        ("watch", "none", None),
        ("nausea-strength", "severe", Help.CALL_TODAY),
        ("nausea-strength", "moderate", None),
        ("pull", "yes", Help.CALL_TODAY),
    ],
)
def test_each_answer_leads_where_it_has_to(side_effects, link_id, code, leads_to):
    item = side_effects.by_link_id[link_id]
    [answer] = [option.value for option in item.options if option.value.code == code]

    assert help_for(item, answer) is leads_to


def test_the_day_after_asks_three_numbers_and_the_safety_question():
    items = by_link_id(read_file("day-after"))

    assert {"mood", "anxiety", "sleep", "safety"} <= items.keys()
    assert {rule["kind"] for rule in rules_of(items["safety"])} == {"safety"}
