"""What an item says about its answers: limits, constraints, and expressions."""

import re
from collections.abc import Sequence
from decimal import Decimal

from app.questionnaires.engine import extensions, fhir_values
from app.questionnaires.engine.findings import Report
from app.questionnaires.engine.items import Expression, Limits, Words
from app.questionnaires.engine.localised import extension_words
from app.questionnaires.engine.shapes import Json, object_of, objects, text, whole
from app.questionnaires.engine.values import Value

_FHIRPATH = ("text/fhirpath", "")
_NAME = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_EXPRESSION = {"id", "extension", "description", "name", "language", "expression", "reference"}
_LONGEST = 10_000


def limits(item: Json, link_id: str, report: Report) -> Limits:
    """Least and most, lengths, places, pattern, occurrences, sizes."""
    size = _value(item, extensions.MAX_SIZE)
    return Limits(
        min_value=_bound(item, extensions.MIN_VALUE, link_id, report),
        max_value=_bound(item, extensions.MAX_VALUE, link_id, report),
        min_length=_count(item, extensions.MIN_LENGTH),
        max_length=whole(item, "maxLength"),
        decimal_places=_count(item, extensions.DECIMAL_PLACES),
        pattern=text(extensions.first(item, extensions.REGEX), "valueString"),
        pattern_words=extension_words(extensions.first(item, extensions.VALIDATION_TEXT)),
        min_occurs=_count(item, extensions.MIN_OCCURS),
        max_occurs=_count(item, extensions.MAX_OCCURS),
        max_size=int(size * 1_000_000) if isinstance(size, Decimal | int) else None,
        mime_types=tuple(
            mime
            for each in extensions.each(item, extensions.MIME_TYPE)
            if (mime := text(each, "valueCode") or text(each, "valueString"))
        ),
    )


def constraints(element: Json, link_id: str, report: Report) -> tuple[Expression, ...]:
    """What has to be true of the answers, with the words for when it is not."""
    found: list[Expression] = []
    for url in (extensions.CONSTRAINT, extensions.TARGET_CONSTRAINT):
        for each in extensions.each(element, url):
            said = extensions.first(each, "expression")
            path = text(said, "valueString")
            key = text(extensions.first(each, "key"), "valueId")
            human = extension_words(extensions.first(each, "human"))
            severity = text(extensions.first(each, "severity"), "valueCode")
            if not path:
                inner = _expression(said, link_id, report)
                path = inner.path if inner else ""
            if path:
                found.append(Expression(path[:_LONGEST], key, human, severity == "warning"))
    return tuple(found)


def variables(element: Json, link_id: str, report: Report) -> tuple[Expression, ...]:
    """The variables that expressions here and below may use, in order."""
    found = (
        _expression(each, link_id, report) for each in extensions.each(element, extensions.VARIABLE)
    )
    return tuple(filter(None, found))


def expression(item: Json, url: str, link_id: str, report: Report) -> Expression | None:
    """One expression of an item."""
    found = extensions.first(item, url)
    return _expression(found, link_id, report) if found else None


def codes(element: Json) -> tuple[str, ...]:
    """Its codes, alone."""
    return tuple(code for each in objects(element, "code") if (code := text(each, "code")))


def initial(
    item: Json, options: Sequence[Value], link_id: str, report: Report
) -> tuple[Value, ...]:
    """What stands there before anybody answers."""
    found = objects(item, "initial")
    values = tuple(value for each in found if (value := fhir_values.read_from(each)) is not None)
    if len(values) < len(found):
        report.warn(link_id, "initial-left-out", "An initial value cannot be read.")
    return values or tuple(options)


def _expression(element: Json, link_id: str, report: Report) -> Expression | None:
    said = object_of(element, "valueExpression")
    path = text(said, "expression") or text(element, "valueString")
    language, name = text(said, "language"), text(said, "name")
    if language not in _FHIRPATH:
        is_condition = element.get("url") == extensions.ENABLE_WHEN_EXPRESSION
        tell = report.refuse if is_condition else report.warn
        tell(link_id, "expression-language", "An expression is not FHIRPath.", language)
        return None
    if name and not _NAME.fullmatch(name):
        report.warn(link_id, "odd-expression-name", "An expression's name is odd.", name)
    for key in said:
        if str(key).removeprefix("_") not in _EXPRESSION:
            words = f"An expression has the element {key}, which R4 does not know; it is ignored."
            report.warn(link_id, "unknown-element", words, str(key), once=True)
    return Expression(path[:_LONGEST], name, Words()) if path else None


def _value(item: Json, url: str) -> Value | None:
    return fhir_values.read_from(extensions.first(item, url))


def _count(item: Json, url: str) -> int | None:
    found = _value(item, url)
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        return None
    return int(found) if found >= 0 else None


def _bound(item: Json, url: str, link_id: str, report: Report) -> Value | None:
    found = extensions.first(item, url)
    if not found:
        return None
    value = fhir_values.read_from(found)
    if value is None:
        report.warn(link_id, "limit-left-out", "A limit cannot be read and is ignored.", url)
    return value
