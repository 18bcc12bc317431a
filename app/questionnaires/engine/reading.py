"""FHIR JSON to a Form, with a report. Never raises, whatever the JSON.

Refused, since it could change what the form means (codes of findings):
not-a-questionnaire, no-items, too-many-items, too-deep, no-link-id, duplicate-link-id,
unknown-type, other-version, implicit-rules, modifier-extension, condition-nowhere,
condition-on-itself, condition-no-question, condition-left-out, unknown-operator,
unreadable-condition, unreadable-rule, unreadable-items; expression-language of a condition.

Warnings, since it is harmless: no-status, odd-status, unknown-element, unknown-extension,
shared-link-id, reference-left-out, renamed-type, option-left-out, value-set-not-found, no-options,
options-ignored, options-make-a-choice, no-enable-behavior, coerced-answer, question-by-path,
other-answer-type, initial-left-out, limit-left-out, expression-language, odd-expression-name,
unknown-control, text-expression, required-display, signature-of-the-form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.questionnaires.engine import (
    adding,
    bounds,
    conditions,
    extensions,
    item_reading,
    refusing,
    settling,
)
from app.questionnaires.engine.findings import Finding, Report
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.localised import Sanitise, escape, words
from app.questionnaires.engine.scales import NEVER_SCORED
from app.questionnaires.engine.shapes import Json, objects, text
from app.questionnaires.engine.survey import Survey, survey

__all__ = ["Finding", "Read", "read"]

_STATUSES = ("draft", "active", "retired", "unknown")


@dataclass(frozen=True)
class Read:
    """A form, or None when it has to be refused; and what was found."""

    form: Form | None
    findings: tuple[Finding, ...]


def read(resource: Any, *, sanitise: Sanitise = escape) -> Read:
    """Read a Questionnaire. `sanitise` makes foreign markup safe; by default it shows as typed."""
    report = Report()
    if not isinstance(resource, dict) or resource.get("resourceType") != "Questionnaire":
        report.refuse("", "not-a-questionnaire", "It is not a FHIR Questionnaire.")
        return Read(None, report.findings)
    refusing.check_root(resource, report)
    _check_head(resource, report)
    found = survey(resource, report)
    if report.is_refused():
        # The rest is read all the same where it can be, so that all reasons are told at once.
        _tell_conditions(found, report)
        return Read(None, report.findings)
    source = item_reading.Source(resource, found, report, sanitise)
    items = item_reading.items(resource, source)
    if not items:
        report.refuse("", "no-items", "It asks nothing.")
    form = None if report.is_refused() else _form(resource, items, report, sanitise)
    return Read(form, report.findings)


def _check_head(resource: Json, report: Report) -> None:
    status = resource.get("status")
    if status is None:
        report.warn("", "no-status", "It has no status, which FHIR requires.")
    elif status not in _STATUSES:
        report.warn("", "odd-status", "Its status is not one of FHIR's.", str(status))
    if extensions.first(resource, extensions.SIGNATURE_REQUIRED):
        report.warn("", "signature-of-the-form", "A signature of the whole form is not asked.")
    raw = resource.get("item")
    if raw is not None and (
        not isinstance(raw, list) or len(objects(resource, "item")) != len(raw)
    ):
        report.refuse("", "unreadable-items", "Its items are not a list of items.")


def _tell_conditions(found: Survey, report: Report) -> None:
    for link_id, element in found.elements.items():
        conditions.conditions(element, link_id, found, report)


def _form(resource: Json, items: tuple[Item, ...], report: Report, sanitise: Sanitise) -> Form:
    in_order = tuple(each for item in items for each in item.walk())
    parents = {child.link_id: item.link_id for item in in_order for child in item.items}
    title = words(resource, "title", sanitise) or words(resource, "name", sanitise)
    form = Form(
        url=text(resource, "url"),
        version=text(resource, "version"),
        title=title,
        description=words(resource, "description", sanitise),
        language=text(resource, "language") or "en",
        copyright=text(resource, "copyright"),
        items=items,
        variables=bounds.variables(resource, "", report),
        constraints=bounds.constraints(resource, "", report),
        by_link_id={item.link_id: item for item in in_order},
        in_order=in_order,
        parents=parents,
        repeating_above=_repeating_above(items),
        codes=bounds.codes(resource),
        unseen=_unseen(items),
        weighted=tuple(item for item in in_order if _weighs(item)),
        ruled=tuple(item for item in in_order if item.rules),
        worked_out=tuple(item for item in in_order if item.is_worked_out),
        by_expression=tuple(item for item in in_order if item.enable_expression),
        source=resource,
    )
    summed = adding.summed(form)
    return replace(form, summed=summed, settling=settling.order(in_order, parents, summed))


def _weighs(item: Item) -> bool:
    return not NEVER_SCORED.intersection(item.codes) and any(
        option.weight is not None for option in item.options
    )


def _repeating_above(
    items: tuple[Item, ...], above: tuple[str, ...] = ()
) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in items:
        found[item.link_id] = above
        is_rows = item.is_repeating and not item.is_question
        found |= _repeating_above(item.items, (*above, item.link_id) if is_rows else above)
    return found


def _unseen(items: tuple[Item, ...]) -> frozenset[str]:
    return frozenset(
        each.link_id for item in items for each in (item.walk() if item.is_hidden else ())
    ) | frozenset(
        link_id for item in items if not item.is_hidden for link_id in _unseen(item.items)
    )
