"""Answers to the items of a QuestionnaireResponse and back.

What one direction writes the other reads: the same answers in the same rows. Questions without an
answer and texts are left out. A row that was added is written also while it is empty, and says its
number where that is not its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.questionnaires.engine import extensions
from app.questionnaires.engine.answers import read_answers, written_answers
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.shapes import objects, text, whole
from app.questionnaires.engine.standing import Standing
from app.questionnaires.engine.values import Sheet, Slot, Values

_PART_2 = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "code": "42CFRPart2",
    "display": "42 CFR Part2",
}


def to_response_items(form: Form, state: Standing, *, language: str = "") -> list[dict[str, Any]]:
    """The answers as QuestionnaireResponse.item, with the texts as they were read."""
    writer = _Writer(form, state.sheet, language or form.language)
    return writer.items(form.items, ())


def from_response_items(form: Form, items: object) -> Sheet:
    """The sheet that items of a response say. What does not fit the form is left out."""
    return read_response(form, items).sheet


def answers_at(form: Form, items: object, slot: Slot) -> Values:
    """What the items say in one place outside of all rows, without reading the others."""
    level: list[Mapping[str, Any]] = [{"item": items}] if items else []
    for link_id in _way_to(form, slot.link_id):
        inside = (each for above in level for each in objects(above, "item"))
        level = [each for each in inside if text(each, "linkId") == link_id]
    return read_answers(form.by_link_id[slot.link_id], [dict(each) for each in level])[0]


def _way_to(form: Form, link_id: str) -> list[str]:
    way = [link_id]
    while (above := form.parents.get(way[0])) is not None:
        way.insert(0, above)
    return way


@dataclass(frozen=True)
class ReadResponse:
    """A sheet, and the link ids of what did not fit."""

    sheet: Sheet
    left_out: tuple[str, ...]


def read_response(form: Form, items: object) -> ReadResponse:
    """The sheet, and what was left out of it: unknown questions, answers of another type."""
    reader = _Reader(form)
    reader.items(form.items, items, ())
    left_out = tuple(dict.fromkeys(reader.left_out))
    return ReadResponse(Sheet(reader.values, reader.groups, reader.last_rows), left_out)


def security_labels(form: Form, state: Standing) -> list[dict[str, str]]:
    """Labels for meta.security: 42 CFR Part 2 when an answer tells about substance use."""
    is_told = any(form.by_link_id[slot.link_id].is_substance_use for slot in state.sheet.values)
    return [dict(_PART_2)] if is_told else []


@dataclass(frozen=True)
class _Writer:
    form: Form
    sheet: Sheet
    language: str

    def items(self, items: tuple[Item, ...], rows: tuple[int, ...]) -> list[dict[str, Any]]:
        return [written for item in items for written in self._item(item, rows)]

    def _item(self, item: Item, rows: tuple[int, ...]) -> list[dict[str, Any]]:
        slot = Slot(item.link_id, rows)
        if item.is_question:
            return self._question(item, slot)
        if item.is_repeating:
            return self._rows(item, slot)
        inner = self.items(item.items, rows)
        return [{**self._head(item), "item": inner}] if inner else []

    def _head(self, item: Item) -> dict[str, Any]:
        words = item.words.within(self.language)
        return {"linkId": item.link_id, **({"text": words} if words.strip() else {})}

    def _question(self, item: Item, slot: Slot) -> list[dict[str, Any]]:
        inner = self.items(item.items, slot.rows) if item.items else []
        values = self.sheet.values.get(slot, ())
        if not values:
            return [{**self._head(item), "item": inner}] if inner else []
        written, signed = written_answers(item, values, self.language)
        if inner:
            written[0]["item"] = inner
        return [{**self._head(item), **signed, "answer": written}]

    def _rows(self, item: Item, slot: Slot) -> list[dict[str, Any]]:
        numbers = self.sheet.groups.get(slot)
        found: list[dict[str, Any]] = []
        for place, row in enumerate((0,) if numbers is None else numbers):
            inner = self.items(item.items, (*slot.rows, row))
            if not inner and numbers is None and slot not in self.sheet.last_rows:
                continue
            marks = [{"url": extensions.ROW, "valueInteger": row}] if row != place else []
            if not found and self.sheet.last_rows.get(slot, 0) > max(numbers or (0,)):
                last = self.sheet.last_rows[slot]
                marks.append({"url": extensions.LAST_ROW, "valueInteger": last})
            found.append(
                {
                    **self._head(item),
                    **({"extension": marks} if marks else {}),
                    **({"item": inner} if inner else {}),
                }
            )
        return found


@dataclass
class _Reader:
    form: Form
    values: dict[Slot, Values] = field(default_factory=dict)
    groups: dict[Slot, tuple[int, ...]] = field(default_factory=dict)
    last_rows: dict[Slot, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def items(self, known: tuple[Item, ...], found: object, rows: tuple[int, ...]) -> None:
        if found is None:
            return
        by_link_id = {item.link_id: item for item in known}
        instances: dict[str, list[dict[str, Any]]] = {}
        for each in objects({"item": found}, "item"):
            link_id = text(each, "linkId")
            if link_id in by_link_id:
                instances.setdefault(link_id, []).append(dict(each))
            else:
                self.left_out.append(link_id)
        for link_id, those in instances.items():
            item = by_link_id[link_id]
            if item.is_question:
                self._question(item, those, rows)
            elif item.is_repeating:
                self._rows(item, those, rows)
            else:
                for each in those:
                    self.items(item.items, each.get("item"), rows)

    def _question(self, item: Item, those: list[dict[str, Any]], rows: tuple[int, ...]) -> None:
        values, is_whole = read_answers(item, those)
        if values:
            self.values[Slot(item.link_id, rows)] = values
        if not is_whole:
            self.left_out.append(item.link_id)
        for each in those:
            self.items(item.items, each.get("item"), rows)
            for answer in objects(each, "answer"):
                self.items(item.items, answer.get("item"), rows)

    def _rows(self, item: Item, those: list[dict[str, Any]], rows: tuple[int, ...]) -> None:
        slot = Slot(item.link_id, rows)
        numbers: list[int] = []
        for place, each in enumerate(those):
            said = whole(extensions.first(each, extensions.ROW), "valueInteger")
            row = said if said is not None and said >= 0 else place
            if row in numbers:
                row = max(numbers) + 1
            numbers.append(row)
            last = whole(extensions.first(each, extensions.LAST_ROW), "valueInteger")
            if last is not None:
                self.last_rows[slot] = last
            self.items(item.items, each.get("item"), (*rows, row))
        if numbers != [0]:
            self.groups[slot] = tuple(numbers)
