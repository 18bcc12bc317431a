"""What a clinician has to see before a session is asked for, and raises its flag."""

from tests.questionnaires.shelf import answers_of, items_of, rules_of

HISTORY = {
    "Aneurysm",
    "Arteriovenous malformation",
    "Bleeding in the brain, ever",
    "Allergy to ketamine or esketamine",
    "High blood pressure, not under control",
    "Last blood pressure above 140/90 (top number)",
    "Last blood pressure above 140/90 (bottom number)",
    "Heart attack",
    "Stroke",
    "Heart failure",
    "Arrhythmia",
    "Chest pain, angina",
    "Recent heart surgery",
    "Brain tumor: pressure in the head",
    "Recent head injury",
    "Raised pressure in the head, hydrocephalus",
    "Glaucoma or raised eye pressure",
    "Seizures",
    "Schizophrenia or other psychosis",
    "Possible psychosis, now or ever",
    "Psychosis in a parent or sibling",
    "Possible mania now",
    "Bipolar disorder",
    "Dissociative disorder",
    "Delirium or dementia",
    "Thoughts of suicide or self-harm in the last month",
    "Suicide plan or intent",
    "Suicide attempt in the last 3 months",
    "Suicide attempt, more than a year ago",
    "Access to firearms",
    "Access to stored medicines",
    "Pregnant",
    "May be pregnant",
    "Trying to get pregnant",
    "Breastfeeding",
    "Pregnancy: wants to talk",
    "Drinks alcohol most days",
    "Cannabis in the last year",
    "Ketamine or PCP in the last year",
    "Opioids in the last year",
    "Stimulants in the last year",
    "Sedatives in the last year",
    "In treatment for substance use now",
    "Liver disease or raised liver tests",
    "Bladder pain or cystitis",
    "Urinary urgency",
    "Blood in urine",
    "Kidney disease",
    "Sleep apnea",
    "Sleep apnea without CPAP",
    "Asthma",
    "COPD",
    "Home oxygen",
    "Severe reflux",
    "Untreated overactive thyroid",
    "Porphyria",
    "Problems with anesthesia, self or family",
    "Severe nausea or motion sickness",
    "Severe allergic reaction",
    "Allergy to latex",
    "Allergy to metal",
    "Ketamine treatment in the past",
    "Esketamine in the past",
}
MEDICINES = {
    "Benzodiazepine or z-drug: may blunt the benefit, more sedation",
    "Lamotrigine: may blunt the effect",
    "MAOI: blood pressure",
    "Stimulant: blood pressure",
    "Decongestant: blood pressure",
    "Triptan: blood pressure",
    "Thyroid hormone: blood pressure",
    "Opioid: sedation and breathing",
    "Methadone or buprenorphine: sedation and breathing",
    "Other sedative: sedation and breathing",
    "Muscle relaxant: sedation and breathing",
    "Naltrexone: may matter for the effect",
    "Antibiotic, antifungal, antiviral or rifampin: may change ketamine levels",
    "Carbamazepine: may change ketamine levels",
    "St. John's wort: may change ketamine levels",
    "Grapefruit: may change ketamine levels",
    "Antipsychotic: possible interaction",
    "Theophylline or aminophylline: seizure threshold",
}
BOTH_CHECKS = {
    "Alcohol in the last 24 hours",
    "Cannabis in the last 24 hours",
    "Another substance in the last 24 hours",
    "Fever",
    "Vomiting",
    "Another new illness",
    "May be pregnant",
    "Hardly slept",
    "No ride home yet",
    "Not sure about going ahead",
    "Does not want to go ahead this time",
    "Thoughts of suicide or self-harm at the readiness check",
}


def _labels(slug, kind=None):
    rules = [rule for item in items_of(slug) for rule in rules_of(item)]
    return {rule["label"] for rule in rules if kind in (None, rule["kind"])}


def _asked(slug):
    return [item for item in items_of(slug) if item["type"] not in ("group", "display")]


def test_the_history_asks_for_all_that_may_matter():
    assert _labels("medical-history") >= HISTORY


def test_the_classes_of_medicine_that_may_matter_are_asked_for():
    assert _labels("medicines") >= MEDICINES


def test_most_antidepressants_and_lithium_raise_no_flag():
    asked = {
        code
        for item in _asked("medicines")
        if "answerOption" in item
        for code, *_ in answers_of(item)
    }

    assert {"antidepressant", "lithium"} <= asked
    assert not any("antidepressant" in label.lower() for label in _labels("medicines"))


def test_each_medicine_is_a_row_with_all_that_is_needed():
    row = next(item for item in items_of("medicines") if item["linkId"] == "medicine")

    assert row["repeats"]
    assert [item["linkId"].removeprefix("medicine-") for item in row["item"]] == [
        "name",
        "dose",
        "often",
        "why",
        "last",
        "prescriber",
    ]


def test_both_checks_before_a_session_look_for_the_same():
    for slug in ("readiness-eve", "readiness-morning"):
        assert _labels(slug) >= BOTH_CHECKS
    assert "Ate or drank after the time to stop" in _labels("readiness-morning")


def test_safety_questions_tell_staff_whatever_else_is_answered():
    assert _labels("medical-history", "safety") == {
        "Thoughts of suicide or self-harm in the last month",
        "Suicidal thoughts: wants to talk",
        "Suicide plan or intent",
        "Suicide plan: wants to talk",
        "Suicide attempt in the last 3 months",
    }
    for slug in ("readiness-eve", "readiness-morning"):
        assert len(_labels(slug, "safety")) == 2


def test_what_is_hard_to_say_can_be_talked_about_instead():
    delicate = (
        "pregnancy",
        "mind-history",
        "unreal",
        "racing",
        "suicidal-thoughts",
        "suicide-plan",
        "suicide-attempt",
        "means",
        "alcohol",
        "substances",
        "use-treatment",
    )
    items = {item["linkId"]: item for item in items_of("medical-history")}

    for link_id in delicate:
        assert "discuss" in {code for code, *_ in answers_of(items[link_id])}
        assert "discuss" in {rule["answer"]["code"] for rule in rules_of(items[link_id])}, link_id


def test_the_first_contact_asks_what_it_should_and_no_more():
    assert [item["linkId"] for item in _asked("candidate-assessment")] == [
        "birth-date",
        "state",
        "language",
        "concern",
        "low-mood",
        "worry",
        "days",
        "medicines",
        "anything-else",
        "contact",
        "wants",
    ]


def test_people_and_the_ride_are_all_there():
    asked = {item["linkId"] for item in _asked("people-and-ride")}

    assert asked >= {
        "emergency-name",
        "emergency-relation",
        "emergency-phone",
        "emergency-permission",
        "ride-name",
        "ride-phone",
        "ride-arrives",
        "ride-confirmed",
        "pharmacy-name",
        "primary-share",
        "mental-health-share",
    }
