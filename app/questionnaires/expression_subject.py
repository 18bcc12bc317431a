"""What an expression looks at: the answers so far as a QuestionnaireResponse, and the places in it.

Only what is answered is in it, as in the response that is sent in the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from app.questionnaires.engine.fhir_values import write_value
from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.values import (
    Coding,
    File,
    Quantity,
    Sheet,
    Signature,
    Slot,
    Value,
)

Place = list[str | int]


@dataclass
class Subject:
    """A response, and the way to the node of each slot in it. A row is a slot of its group."""

    response: dict[str, Any]
    places: dict[Slot, Place] = field(default_factory=dict)

    def place(self, slot: Slot) -> Place | None:
        """The way to a slot's node; empty for the whole form, None where nothing is answered."""
        return [] if not slot.link_id else self.places.get(slot)


def subject_of(form: Form, sheet: Sheet) -> Subject:
    """The answers of a sheet as a response."""
    answered = _Answered(form, sheet)
    subject = Subject(
        {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": form.canonical,
            "status": "in-progress",
        }
    )
    items = _items(form.items, (), answered, subject, [])
    if items:
        subject.response["item"] = items
    return subject


class _Answered:
    """The sheet, and which groups have an answer in them, so that empty ones are passed by."""

    def __init__(self, form: Form, sheet: Sheet) -> None:
        self.sheet = sheet
        self.filled: set[tuple[str, tuple[int, ...]]] = set()
        for slot, values in sheet.values.items():
            link_id: str | None = slot.link_id
            while link_id and values:
                depth = len(form.repeating_above.get(link_id, ()))
                item = form.by_link_id.get(link_id)
                if item is None:
                    break
                self.filled.add((link_id, slot.rows[:depth]))
                if item.type is ItemType.GROUP and item.is_repeating:
                    self.filled.add((link_id, slot.rows[: depth + 1]))
                link_id = form.parents.get(link_id)


def _items(
    items: Sequence[Item],
    rows: tuple[int, ...],
    answered: _Answered,
    subject: Subject,
    above: Place,
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for item in items:
        if (item.link_id, rows) not in answered.filled:
            continue
        slot = Slot(item.link_id, rows)
        if item.type is ItemType.GROUP and item.is_repeating:
            for row in answered.sheet.groups.get(slot, (0,)):
                within = (*rows, row)
                if (item.link_id, within) in answered.filled:
                    place: Place = [*above, "item", len(found)]
                    subject.places[Slot(item.link_id, within)] = place
                    subject.places.setdefault(slot, place)
                    inner = _items(item.items, within, answered, subject, place)
                    found.append({"linkId": item.link_id, "item": inner})
            continue
        place = [*above, "item", len(found)]
        subject.places[slot] = place
        node: dict[str, Any] = {"linkId": item.link_id}
        found.append(node)
        if item.type is ItemType.GROUP:
            node["item"] = _items(item.items, rows, answered, subject, place)
            continue
        values = answered.sheet.values.get(slot, ())
        if not values:
            continue
        node["answer"] = [answer_of(item, value) for value in values]
        below = _items(item.items, rows, answered, subject, [*place, "answer", 0])
        if below:
            node["answer"][0]["item"] = below
    return found


def answer_of(item: Item, value: Value) -> dict[str, Any]:
    """One answer as FHIR writes it: `{"valueDate": "2026-11-20"}`."""
    return {f"value{_kind(item, value)}": write_value(value)}


_WORDS = {ItemType.DATE: "Date", ItemType.DATETIME: "DateTime", ItemType.URL: "Uri"}
_NUMBERS = {ItemType.DECIMAL: "Decimal", ItemType.INTEGER: "Integer"}
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "Boolean"),
    (datetime, "DateTime"),
    (date, "Date"),
    (time, "Time"),
    (Coding, "Coding"),
    (Quantity, "Quantity"),
    (File, "Attachment"),
    (Signature, "String"),
)


def _kind(item: Item, value: Value) -> str:
    for kind, name in _KINDS:
        if isinstance(value, kind):
            return name
    if isinstance(value, str):
        return _WORDS.get(item.type, "String")
    return _NUMBERS.get(item.type, "Integer" if isinstance(value, int) else "Decimal")


def launch_names(source: Mapping[str, Any], patient: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the form may call the patient: `%patient`, and the names of its own launchContext."""
    names: dict[str, Any] = {"patient": patient or [], "user": [], "encounter": []}
    for extension in _list(source.get("extension")):
        if not str(extension.get("url", "")).endswith("sdc-questionnaire-launchContext"):
            continue
        parts = {str(part.get("url")): part for part in _list(extension.get("extension"))}
        coding = parts.get("name", {}).get("valueCoding")
        name = coding.get("code") if isinstance(coding, dict) else None
        name = name or parts.get("name", {}).get("valueId")
        if isinstance(name, str) and name.isidentifier():
            is_patient = parts.get("type", {}).get("valueCode") == "Patient"
            names[name] = (patient or []) if is_patient else []
    return names


def _list(content: Any) -> list[dict[str, Any]]:
    return [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []
