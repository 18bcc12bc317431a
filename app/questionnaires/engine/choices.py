"""The options of a question: its own, or those of a value set that came along."""

from dataclasses import dataclass
from decimal import Decimal

from app.questionnaires.engine import extensions, fhir_values
from app.questionnaires.engine.findings import Report
from app.questionnaires.engine.items import Option, Words
from app.questionnaires.engine.localised import Sanitise, words
from app.questionnaires.engine.scales import LOINC_WEIGHTS
from app.questionnaires.engine.shapes import Json, object_of, objects, text, truth
from app.questionnaires.engine.values import Coding, Value

MOST_OPTIONS = 2_000
_DEEPEST = 10


def options(item: Json, link_id: str, report: Report, sanitise: Sanitise) -> tuple[Option, ...]:
    """The options a question has of its own."""
    found = objects(item, "answerOption")
    read = tuple(filter(None, (_option(each, sanitise) for each in found[:MOST_OPTIONS])))
    if len(read) < len(found):
        report.warn(link_id, "option-left-out", "An option cannot be read and is left out.")
    return _unlike(read)


def value_set(canonical: str, resource: Json, sanitise: Sanitise) -> tuple[Option, ...]:
    """The options of a value set that came along; none when it is somewhere else."""
    concepts = _concepts(canonical, resource)[:MOST_OPTIONS]
    return _unlike(tuple(_of_concept(each, sanitise) for each in concepts))


def weight(*elements: Json) -> Decimal | None:
    """The weight that one of these elements carries."""
    for element in elements:
        found = extensions.first(element, *extensions.WEIGHTS)
        value = fhir_values.read_from(found) if found else None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
    return None


@dataclass(frozen=True)
class _Concept:
    coding: Coding
    element: Json


def _option(element: Json, sanitise: Sanitise) -> Option | None:
    kind, content = fhir_values.value_of(element)
    value = fhir_values.read_value(kind, content)
    if value is None or kind not in ("Coding", "String", "Integer", "Date", "Time", "Decimal"):
        return None
    inner = content if isinstance(content, dict) else {}
    return Option(
        value=value,
        words=_words(element, kind, inner, value, sanitise),
        prefix=text(extensions.first(element, extensions.OPTION_PREFIX), "valueString")
        or text(extensions.first(inner, extensions.OPTION_PREFIX), "valueString"),
        weight=_weight(value, element, inner, object_of(element, "_value" + kind)),
        is_exclusive=truth(extensions.first(element, extensions.EXCLUSIVE), "valueBoolean"),
        is_initial=truth(element, "initialSelected"),
    )


def _words(element: Json, kind: str, inner: Json, value: Value, sanitise: Sanitise) -> Words:
    if isinstance(value, Coding):
        found = words(inner, "display", sanitise)
        return found if found.plain else Words(value.code, found.others, found.html)
    if kind == "String":
        return words(element, "valueString", sanitise)
    return Words(str(value))


def _weight(value: Value, *elements: Json) -> Decimal | None:
    found = weight(*elements)
    if found is None and isinstance(value, Coding) and value.system == "http://loinc.org":
        return LOINC_WEIGHTS.get(value.code)
    return found


def _unlike(read: tuple[Option, ...]) -> tuple[Option, ...]:
    """Each value once, the first time it stands there."""
    found: dict[tuple[type, Value], Option] = {}
    for option in read:
        found.setdefault((type(option.value), option.value), option)
    return tuple(found.values())


def _of_concept(concept: _Concept, sanitise: Sanitise) -> Option:
    found = words(concept.element, "display", sanitise)
    for designation in objects(concept.element, "designation"):
        language, content = text(designation, "language"), text(designation, "value")
        if language and content and language not in found.others:
            found = Words(found.plain, {**found.others, language: content}, found.html)
    return Option(
        value=concept.coding,
        words=found if found.plain else Words(concept.coding.code, found.others),
        weight=_weight(concept.coding, concept.element),
    )


def _concepts(canonical: str, resource: Json) -> list[_Concept]:
    found = _contained(canonical, resource, "ValueSet")
    expansion = _expanded(objects(object_of(found, "expansion"), "contains"), 0)
    if expansion:
        return expansion
    compose = object_of(found, "compose")
    out = {
        concept.coding
        for each in objects(compose, "exclude")
        for concept in _included(each, resource)
    }
    concepts: list[_Concept] = []
    for include in objects(compose, "include"):
        listed = _included(include, resource)
        if not listed or include.get("filter") or include.get("valueSet"):
            return []  # a part of it is somewhere else: half a list would be a wrong list
        concepts += listed
    return [concept for concept in concepts if concept.coding not in out]


def _contained(canonical: str, resource: Json, kind: str) -> Json:
    url = canonical.split("|")[0]
    for each in objects(resource, "contained"):
        is_meant = (
            ("#" + text(each, "id")) == url if url.startswith("#") else each.get("url") == url
        )
        if each.get("resourceType") == kind and is_meant:
            return each
    return {}


def _included(include: Json, resource: Json) -> list[_Concept]:
    system = text(include, "system")
    listed = objects(include, "concept")
    if not listed and system:
        listed = _all_of(objects(_contained(system, resource, "CodeSystem"), "concept"), 0)
    return [_Concept(found, each) for each in listed if (found := _coded(each, system))]


def _coded(element: Json, system: str) -> Coding | None:
    code = text(element, "code")
    return Coding(code, system, text(element, "display")) if code else None


def _all_of(concepts: list[Json], depth: int) -> list[Json]:
    if depth > _DEEPEST:
        return []
    found: list[Json] = []
    for each in concepts:
        found.append(each)
        found += _all_of(objects(each, "concept"), depth + 1)
    return found


def _expanded(contains: list[Json], depth: int) -> list[_Concept]:
    if depth > _DEEPEST:
        return []
    found: list[_Concept] = []
    for each in contains:
        coding = _coded(each, text(each, "system"))
        if coding and not truth(each, "abstract"):
            found.append(_Concept(coding, each))
        found += _expanded(objects(each, "contains"), depth + 1)
    return found
