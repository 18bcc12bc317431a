"""The nine questions of the PHQ-9 and their four answers, from the form that we ship."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FORM = Path(__file__).parents[2] / "app" / "questionnaires" / "library" / "phq-9.json"
_ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
_CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
TITLE = "Over the last two weeks, how often have you been bothered by"
ANSWERS = ("Not at all", "Several days", "More than half the days", "Nearly every day")


@cache
def questions() -> tuple[str, ...]:
    """The nine questions, in order."""
    found: list[str] = []

    def walk(items: list[dict[str, Any]]) -> None:
        for item in items:
            if item["type"] == "choice" and item["linkId"].startswith("q"):
                found.append(item["text"])
            walk(item.get("item", []))

    walk(json.loads(_FORM.read_text())["item"])
    assert len(found) == 9
    return tuple(found)


def resource() -> dict[str, Any]:
    """The same as a plain FHIR Questionnaire, each question with its radio buttons."""
    radio = {"coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control"}]}
    radio["coding"][0]["code"] = "radio-button"
    return {
        "resourceType": "Questionnaire",
        "status": "active",
        "title": "PHQ-9",
        "item": [
            {
                "linkId": f"q{place}",
                "text": words,
                "type": "choice",
                "required": True,
                "extension": [{"url": _CONTROL, "valueCodeableConcept": radio}],
                "answerOption": [_option(value, said) for value, said in enumerate(ANSWERS)],
            }
            for place, words in enumerate(questions(), 1)
        ],
    }


def _option(value: int, said: str) -> dict[str, Any]:
    code = f"LA{6568 + value}-{5 - value}"
    return {
        "valueCoding": {
            "system": "http://loinc.org",
            "code": code,
            "display": said,
            "extension": [{"url": _ORDINAL, "valueDecimal": value}],
        },
        "extension": [{"url": _ORDINAL, "valueDecimal": value}],
    }
