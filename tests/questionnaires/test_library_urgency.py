"""Which answers stand first on the review list, and what it calls each in both languages."""

import pytest

from tests.questionnaires.shelf import EXT, SLUGS, items_of, rules_of, spanish

IN_A_DAY = {
    "Alcohol in the last 24 hours",
    "Cannabis in the last 24 hours",
    "Another substance in the last 24 hours",
    "Fever",
    "Vomiting",
    "Cough, cold or trouble breathing",
    "May be pregnant",
    "Pregnancy: wants to talk",
    "No ride home yet",
    "Not sure about going ahead",
    "Does not want to go ahead this time",
}
# Stop and review, dangerous, or no time left. All else is looked at before the session, in turn.
URGENT = {
    "consents": {"Treatment consent: not agreed"},
    "medical-history": {
        "Aneurysm",
        "Arteriovenous malformation",
        "Bleeding in the brain, ever",
        "Allergy to ketamine or esketamine",
        "High blood pressure, not under control",
        "Heart attack",
        "Stroke",
        "Heart failure",
        "Chest pain, angina",
        "Recent heart surgery",
        "Brain tumor: pressure in the head",
        "Recent head injury",
        "Raised pressure in the head, hydrocephalus",
        "Seizures",
        "Schizophrenia or other psychosis",
        "Possible psychosis, now or ever",
        "Possible mania now",
        "Pregnant",
        "May be pregnant",
        "Suicide attempt in the last year",
        "Past suicide attempt: wants to talk",
        "In treatment for substance use now",
        "Ketamine or PCP: used today or yesterday",
        "Opioids: used today or yesterday",
        "Stimulants: used today or yesterday",
        "Sedatives: used today or yesterday",
        "Other substances: used today or yesterday",
    },
    "medicines": {
        "Opioid: sedation and breathing",
        "Methadone or buprenorphine: sedation and breathing",
        "Theophylline or aminophylline: seizure threshold",
    },
    "readiness-eve": {"Food and drink times not clear: please call", *IN_A_DAY},
    "readiness-morning": {
        "Ate or drank after the time to stop",
        "Food and drink times: not known",
        "Blood pressure above 140/90 (top number)",
        "Blood pressure above 140/90 (bottom number)",
        *IN_A_DAY,
    },
}
# At home the same questions are asked of somebody else's company.
URGENT |= {
    f"{slug}-at-home": {
        "No adult at home yet" if label == "No ride home yet" else label for label in URGENT[slug]
    }
    for slug in ("readiness-eve", "readiness-morning")
}
# Of the alerts these come before any other; the others are for the same day.
AT_ONCE = {
    "Suicide plan or intent",
    "Suicide plan: wants to talk",
    "Suicide attempt in the last 3 months",
    "Thoughts of suicide or self-harm at the readiness check",
    "Thoughts of suicide or self-harm on the day after",
}


def _rules(slug, kind):
    return [rule for item in items_of(slug) for rule in rules_of(item) if rule["kind"] == kind]


@pytest.mark.parametrize("slug", SLUGS)
def test_what_cannot_wait_stands_first_and_nothing_else(slug):
    urgent = {rule["label"] for rule in _rules(slug, "flag") if rule.get("urgent", True)}

    assert urgent == URGENT.get(slug, set())


def test_a_plan_an_attempt_or_the_day_of_the_session_is_told_at_once():
    urgent = {rule["label"] for slug in SLUGS for rule in _rules(slug, "safety") if rule["urgent"]}

    assert urgent == AT_ONCE


@pytest.mark.parametrize("slug", SLUGS)
def test_every_rule_has_a_name_in_both_languages(slug):
    labels = [
        part["valueCoding"]
        for item in items_of(slug)
        for extension in item.get("extension", [])
        if extension["url"] == f"{EXT}staff-rule"
        for part in extension["extension"]
        if part["url"] == "label"
    ]

    assert [each["display"] for each in labels if not spanish(each, "display")] == []
