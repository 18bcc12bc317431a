"""A first walk through a Questionnaire: who is who, and what cannot be taken."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.questionnaires.engine import refusing
from app.questionnaires.engine.findings import Report
from app.questionnaires.engine.helping import helps
from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.shapes import Json, objects, text

MOST_ITEMS = 5_000
MOST_DEPTH = 30

_TYPES = {kind.value: kind for kind in ItemType}


@dataclass(frozen=True)
class Survey:
    """Types and elements by link id. What is left out on purpose is in `left_out`."""

    types: Mapping[str, ItemType]
    elements: Mapping[str, Json]
    left_out: frozenset[str]
    by_path: Mapping[str, tuple[str, ...]]  # "a.a_b" → the link ids "a.b" that stand in "a"


def survey(resource: Json, report: Report) -> Survey:
    """Walk all items without recursion, and report what is wrong with them as items."""
    types: dict[str, ItemType] = {}
    elements: dict[str, Json] = {}
    left_out: set[str] = set()
    helping: list[str] = []
    count = 0
    paths: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[Json, Json, tuple[str, ...]]] = [
        (item, resource, ()) for item in reversed(objects(resource, "item"))
    ]
    while waiting:
        item, parent, above = waiting.pop()
        count += 1
        if count > MOST_ITEMS:
            report.refuse("", "too-many-items", f"It has more than {MOST_ITEMS} items.")
            break
        link_id = text(item, "linkId")
        if len(above) >= MOST_DEPTH:
            report.refuse(link_id, "too-deep", f"Items stand more than {MOST_DEPTH} deep.")
            continue
        refusing.check_item(item, link_id, report)
        if helps(item, parent):
            helping.append(link_id)
            continue
        _enter(item, link_id, types, elements, left_out, report)
        if link_id not in left_out:
            path = (*above, link_id.replace(".", "_"))
            if ".".join(path) != link_id:
                paths[".".join(path)] = (*paths.get(".".join(path), ()), link_id)
            waiting += ((child, item, path) for child in reversed(objects(item, "item")))
    for link_id in helping:
        if link_id in elements:
            report.warn(
                link_id, "shared-link-id", "A help text shares its linkId with another item."
            )
    return Survey(types, elements, frozenset(left_out), paths)


def type_of(item: Json) -> ItemType | None:
    """The type of an item; R5's `coding` is R4's choice."""
    kind = text(item, "type")
    return ItemType.CHOICE if kind == "coding" else _TYPES.get(kind)


def _enter(
    item: Json,
    link_id: str,
    types: dict[str, ItemType],
    elements: dict[str, Json],
    left_out: set[str],
    report: Report,
) -> None:
    if not link_id:
        report.refuse("", "no-link-id", "An item has no linkId.", text(item, "text"))
        return
    if link_id in elements or link_id in left_out:
        report.refuse(link_id, "duplicate-link-id", "Two items have this linkId.")
        return
    kind = text(item, "type")
    if kind == "reference":
        left_out.add(link_id)
        report.warn(link_id, "reference-left-out", "References are not asked; it is left out.")
        return
    found = type_of(item)
    if found is None:
        report.refuse(link_id, "unknown-type", _unknown_type(kind), kind)
        return
    if kind == "coding":
        report.warn(link_id, "renamed-type", "R5's type coding is read as R4's choice.", kind)
    types[link_id] = found
    elements[link_id] = item


def _unknown_type(kind: str) -> str:
    near = next((known for known in _TYPES if known.lower() == kind.lower()), "")
    return f"The type is not one of R4's{f'; it is written {near}' if near else ''}."
