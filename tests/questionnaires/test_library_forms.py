"""The shipped forms: complete in both languages, plain, calm, and sound as FHIR."""

import re

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire

from app.questionnaires.engine.reading import read
from tests.questionnaires.reading_grade import grade, word_count
from tests.questionnaires.shelf import (
    EXT,
    SCALES,
    SLUGS,
    items_of,
    read_file,
    rules_of,
    spanish,
    texts_of,
    walk,
)

OWN = [slug for slug in SLUGS if slug not in SCALES]
PACKET = {
    "bladder",
    "candidate-assessment",
    "consents",
    "day-after",
    "gad-7",
    "goals",
    "journal-days",
    "journal-evening",
    "journal-goals",
    "journal-morning",
    "journal-week",
    "medical-history",
    "medicines",
    "pcl-5",
    "people-and-ride",
    "phq-2",
    "phq-9",
    "preparation-guide",
    "preparation-guide-at-home",
    "readiness-eve",
    "readiness-eve-at-home",
    "readiness-morning",
    "readiness-morning-at-home",
    "side-effects",
}
NAMES_THE_DRUG = {
    "consents",
    "preparation-guide",
    "preparation-guide-at-home",
    "medical-history",
}
# The first page of these says that nobody watches: they hold a safety question or stir things up.
# Where one may write, the page says under each box who reads it.
SAYS_NOBODY_WATCHES = {
    "bladder",
    "day-after",
    "medical-history",
    "pcl-5",
    "phq-9",
    "readiness-eve",
    "readiness-eve-at-home",
    "readiness-morning",
    "readiness-morning-at-home",
    "side-effects",
}


def _questions(slug):
    return [item for item in items_of(slug) if item["type"] not in ("group", "display")]


def _codes(item):
    return {option["valueCoding"]["code"] for option in item.get("answerOption", [])}


def _is_exclusive(option):
    return any("optionExclusive" in each["url"] for each in option.get("extension", []))


def test_the_packet_is_whole():
    assert set(SLUGS) == PACKET
    counts = {slug: len(_questions(slug)) for slug in SLUGS}
    print(f"\n{sum(counts.values())} questions in all: {counts}")  # noqa: T201


@pytest.mark.parametrize("slug", SLUGS)
def test_a_form_is_valid_fhir_with_a_name_and_a_version(slug):
    resource = read_file(slug)

    Questionnaire.model_validate(resource)
    assert resource["url"] == f"https://afterglow.example/fhir/Questionnaire/{slug}"
    assert resource["version"]
    assert (resource["status"], resource["subjectType"]) == ("active", ["Patient"])
    assert "id" not in resource


@pytest.mark.parametrize("slug", SLUGS)
def test_our_own_reader_finds_nothing_to_say(slug):
    found = read(read_file(slug))

    assert found.form is not None
    assert found.findings == ()


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug != "pcl-5"])
def test_every_text_has_its_spanish(slug):
    assert [words for words, other in texts_of(slug) if not other] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_a_form_has_six_short_parts_at_most(slug):
    parts = read_file(slug)["item"]

    assert 1 <= len(parts) <= 6
    assert all(part["type"] == "group" and part["text"] for part in parts)
    if len(_questions(slug)) > 14 and slug not in SCALES:
        assert len(parts) >= 4


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_shouts_judges_or_decides(slug):
    for english, other in texts_of(slug):
        assert not re.search(r"[!¡]", f"{english}{other}"), english
        assert not re.search(
            r"\b(not )?(eligib|qualif|candidat|missed|fail(ed)? to)", english, re.I
        )
        assert not re.search(r"\b(elegib|califica|candidat)", other or "", re.I), other


@pytest.mark.parametrize("slug", SLUGS)
def test_a_title_gives_nothing_away(slug):
    resource = read_file(slug)
    for words in (resource["title"], spanish(resource, "title") or ""):
        assert not re.search(r"ketamin|infus|therap|terapia|suicid|trauma", words, re.I)


@pytest.mark.parametrize("slug", sorted(set(SLUGS) - NAMES_THE_DRUG))
def test_the_drug_is_named_only_where_it_must_be(slug):
    assert [words for words, _ in texts_of(slug) if "ketamin" in words.lower()] == []


def test_nobody_is_told_to_stop_or_skip_a_medicine():
    stop = r"(stop|skip|pause|do not|don't) (tak|us)\w* (your|any|this|these|the)? ?\w*medicine"
    para = r"(deje|suspenda|omita|no) (de )?(tom|us)\w* (sus?|el|los|este)? ?medic"
    for slug in SLUGS:
        for english, other in texts_of(slug):
            assert not re.search(stop, english, re.I), english
            assert not re.search(para, other or "", re.I), other
    for slug in ("medicines", "preparation-guide", "readiness-eve"):
        assert any(
            "our clinic will tell you what to take that morning" in words
            for words, _ in texts_of(slug)
        )


@pytest.mark.parametrize("slug", OWN)
def test_our_own_words_are_for_the_sixth_grade(slug):
    most = 8 if slug == "consents" else 6
    texts = [item["text"] for item in items_of(slug) if "text" in item]

    assert grade(" ".join(f"{text.rstrip('.?:')}." for text in texts)) <= most
    hard = {text: round(grade(text), 1) for text in texts if word_count(text) >= 15}
    assert {text: mark for text, mark in hard.items() if mark > most + 1} == {}


@pytest.mark.parametrize("slug", OWN)
def test_spanish_speaks_with_respect(slug):
    informal = r"\b(tú|tu|tus|te|ti|contigo|vosotros|vuestr[oa]s?|os)\b"
    for _, other in texts_of(slug):
        assert not re.search(informal, other or "", re.I), other


@pytest.mark.parametrize("slug", SLUGS)
def test_a_staff_rule_points_at_an_answer_that_exists(slug):
    for item in items_of(slug):
        for rule in rules_of(item):
            assert rule["kind"] in ("flag", "safety", "emergency", "call-today")
            assert rule["label"]
            assert "urgent" in rule
            if isinstance(rule["answer"], dict):
                assert rule["answer"]["code"] in _codes(item), (item["linkId"], rule)
                assert rule["operator"] == "="
            elif not rule.get("of-score"):
                assert item["type"] == "integer"


@pytest.mark.parametrize("slug", SLUGS)
def test_a_condition_points_at_an_answer_that_exists(slug):
    items = {item["linkId"]: item for item in items_of(slug)}
    assert len(items) == len(items_of(slug))
    order = list(items)
    for item in items.values():
        for condition in item.get("enableWhen", []):
            asked = items[condition["question"]]
            assert condition["answerCoding"]["code"] in _codes(asked), item["linkId"]
            assert order.index(asked["linkId"]) < order.index(item["linkId"])


@pytest.mark.parametrize("slug", OWN)
def test_a_list_to_tick_can_be_answered_with_none(slug):
    for item in _questions(slug):
        if item.get("repeats") and item.get("required") and item["type"] == "choice":
            assert any(map(_is_exclusive, item["answerOption"])), item["linkId"]


@pytest.mark.parametrize("slug", sorted(SAYS_NOBODY_WATCHES))
def test_the_first_page_says_that_nobody_watches(slug):
    first = [item for item in walk(read_file(slug)["item"]) if item["type"] == "display"][:6]

    assert any("Nobody watches Afterglow day and night" in item["text"] for item in first)
    asked = next(item for item in items_of(slug) if item["type"] not in ("group", "display"))
    order = [item["linkId"] for item in items_of(slug)]
    assert order.index("unwatched") < order.index(asked["linkId"])


def test_every_form_with_a_safety_question_says_so():
    safety = {
        slug
        for slug in SLUGS
        for item in items_of(slug)
        if any(rule["kind"] == "safety" for rule in rules_of(item))
        or any(code["code"] == "44260-8" for code in item.get("code", []))
    }

    assert safety == {
        "day-after",
        "medical-history",
        "phq-9",
        "readiness-eve",
        "readiness-eve-at-home",
        "readiness-morning",
        "readiness-morning-at-home",
    }
    assert safety <= SAYS_NOBODY_WATCHES


def test_what_must_be_reviewed_before_anything_else_is_urgent():
    urgent = {
        rule["label"]
        for item in items_of("medical-history")
        for rule in rules_of(item)
        if rule["urgent"]
    }

    assert {
        "Aneurysm",
        "Arteriovenous malformation",
        "Bleeding in the brain, ever",
        "Allergy to ketamine or esketamine",
    } <= urgent


def test_answers_about_substances_are_marked():
    part = next(i for i in items_of("medical-history") if i["linkId"] == "substances-part")
    asked = [item for item in walk(part["item"]) if item["type"] not in ("group", "display")]
    asked += [
        i
        for s in ("readiness-eve", "readiness-morning")
        for i in items_of(s)
        if i["linkId"] == "mixed"
    ]
    asked += [item for item in items_of("side-effects") if item["linkId"] == "pull"]

    assert len(asked) > 10
    for item in asked:
        assert any(each["url"] == f"{EXT}substance-use" for each in item["extension"])


def test_each_consent_is_read_answered_and_signed():
    groups = read_file("consents")["item"]

    codes = [
        each["valueCode"]
        for group in groups
        for each in group["extension"]
        if each["url"] == f"{EXT}consent"
    ]
    assert codes == ["treatment", "telehealth", "texts", "privacy", "sharing"]
    for group in groups:
        *texts, agreement, name = group["item"]
        assert all(item["type"] == "display" for item in texts)
        assert agreement["type"] == "choice"
        assert "initial" not in agreement
        assert "agree" in _codes(agreement)
        assert {"url": f"{EXT}signature", "valueBoolean": True} in name["extension"]


def test_texts_are_never_a_condition():
    group = next(g for g in read_file("consents")["item"] if g["linkId"] == "texts")
    words = " ".join(item["text"] for item in group["item"])

    assert "required" not in next(i for i in group["item"] if i["linkId"] == "texts-agreement")
    for needed in ("does not depend on it", "rates may apply", "STOP", "HELP", "varies"):
        assert needed in words


def test_the_treatment_consent_says_what_it_has_to():
    group = next(g for g in read_file("consents")["item"] if g["linkId"] == "treatment")
    words = " ".join(item["text"] for item in group["item"])

    for needed in (
        "off-label",
        "bladder",
        "liver",
        "depend on it",
        "no treatment",
        "drive until the next day",
        "Pregnancy",
        "before the dose",
        "October 2023",
        "esketamine",
        "breathing",
        "blood pressure",
    ):
        assert needed in words


def test_a_form_with_a_safety_question_says_when_the_clinic_reads():
    for slug in SAYS_NOBODY_WATCHES - {"pcl-5"}:
        display = next(item for item in items_of(slug) if item["linkId"] == "unwatched")
        assert {"url": f"{EXT}fact", "valueCode": "reading-hours"} in display["extension"]


@pytest.mark.parametrize("slug", OWN)
def test_a_question_is_understood_where_it_stands_alone(slug):
    """As among the answers to check, on paper or in a table: no two read alike."""
    for language in (lambda item: item["text"], lambda item: spanish(item, "text")):
        texts = [language(item) for item in _questions(slug)]
        assert sorted(text for text in set(texts) if texts.count(text) > 1) == []
