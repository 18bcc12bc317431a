"""The shipped forms as plain JSON, for tests that look at their words."""

import json
from functools import cache
from pathlib import Path

SHELF = Path(__file__).parents[2] / "app" / "questionnaires" / "library"
SLUGS = sorted(path.stem for path in SHELF.glob("*.json"))
SCALES = ("gad-7", "pcl-5", "phq-2", "phq-9")
EXT = "https://afterglow.example/fhir/StructureDefinition/"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


@cache
def read_file(slug):
    """A shipped form; not to be changed."""
    return json.loads((SHELF / f"{slug}.json").read_text(encoding="utf-8"))


def walk(items):
    """All items, in document order."""
    for item in items:
        yield item
        yield from walk(item.get("item", []))


def items_of(slug):
    return list(walk(read_file(slug)["item"]))


def by_link_id(resource):
    return {item["linkId"]: item for item in walk(resource["item"])}


def spanish(element, key):
    """The Spanish of a text, or None."""
    for extension in element.get(f"_{key}", {}).get("extension", []):
        parts = {part["url"]: part for part in extension["extension"]}
        if extension["url"] == TRANSLATION and parts["lang"]["valueCode"] == "es":
            return parts["content"]["valueString"]
    return None


def answers_of(question):
    """Code, words, Spanish and weight of each answer."""
    return [
        (
            option["valueCoding"]["code"],
            option["valueCoding"]["display"],
            spanish(option["valueCoding"], "display"),
            next(
                (e["valueDecimal"] for e in option.get("extension", []) if e["url"] == ORDINAL),
                None,
            ),
        )
        for option in question["answerOption"]
    ]


def total_of(resource):
    return by_link_id(resource)["total"]


def rules_of(item):
    """The staff rules of an item, as plain names and values; a label is its English."""
    return [
        {
            part["url"]: part["valueCoding"]["display"]
            if part["url"] == "label"
            else next(value for key, value in part.items() if key.startswith("value"))
            for part in extension["extension"]
        }
        for extension in item.get("extension", [])
        if extension["url"] == f"{EXT}staff-rule"
    ]


def texts_of(slug):
    """Every text that people read, with its Spanish: title, description, items, answers."""
    resource = read_file(slug)
    found = [(resource[key], spanish(resource, key)) for key in ("title", "description")]
    for item in walk(resource["item"]):
        found += [(item[key], spanish(item, key)) for key in ("text", "prefix") if key in item]
        found += [
            (words, other)
            for _, words, other, _ in answers_of({"answerOption": item.get("answerOption", [])})
        ]
        for extension in item.get("extension", []):
            coding = extension.get("valueCoding", {})
            if "display" in coding:
                found.append((coding["display"], spanish(coding, "display")))
    return found
