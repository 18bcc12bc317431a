"""One item of a Questionnaire, with all below it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from app.questionnaires.engine import (
    answers,
    bounds,
    choices,
    conditions,
    extensions,
    staff_rules,
)
from app.questionnaires.engine.fhir_values import read_from
from app.questionnaires.engine.findings import Report
from app.questionnaires.engine.helping import Helping, helps, named
from app.questionnaires.engine.helping import control as control_of
from app.questionnaires.engine.items import Item, ItemType, Option, Words
from app.questionnaires.engine.localised import Sanitise, words
from app.questionnaires.engine.scales import BY_TOTAL
from app.questionnaires.engine.shapes import Json, object_of, objects, text, truth
from app.questionnaires.engine.survey import Survey
from app.questionnaires.engine.values import Coding, Value

CONTROLS = frozenset(
    {
        *("radio-button", "drop-down", "check-box", "slider", "text-area", "text-box", "spinner"),
        *("autocomplete", "lookup", "page", "gtable", "table", "htable", "list", "grid", "atable"),
        *("header", "footer", "inline", "prompt", "help", "flyover", "unit", "lower", "upper"),
        *("whole", "tab-container", "text"),
    }
)
_CHOICES = (ItemType.CHOICE, ItemType.OPEN_CHOICE)


@dataclass(frozen=True)
class Source:
    """The file an item stands in, and where findings go."""

    resource: Json
    survey: Survey
    report: Report
    sanitise: Sanitise
    places: Iterator[int] = field(default_factory=count)
    value_sets: dict[str, tuple[Option, ...]] = field(default_factory=dict)  # read once each


def items(parent: Json, source: Source, *, is_substance_use: bool = False) -> tuple[Item, ...]:
    """The items directly below an element."""
    return tuple(
        _item(each, source, is_substance_use=is_substance_use)
        for each in objects(parent, "item")
        if _is_kept(each, parent, source)
    )


def _is_kept(element: Json, parent: Json, source: Source) -> bool:
    return source.survey.elements.get(text(element, "linkId")) is element and not helps(
        element, parent
    )


def _item(element: Json, source: Source, *, is_substance_use: bool) -> Item:
    index = next(source.places)
    link_id, report = text(element, "linkId"), source.report
    kind = source.survey.types[link_id]
    options = _options(element, kind, link_id, source)
    kind = _type_with(kind, options, element, link_id, report)
    control = control_of(element)
    if control and control not in CONTROLS:
        report.warn(link_id, "unknown-control", "Its itemControl is not known.", control)
    if extensions.first(object_of(element, "_text"), extensions.CQF_EXPRESSION):
        report.warn(link_id, "text-expression", "Its text is shown as written, not worked out.")
    helping = Helping.of(element, source.sanitise)
    codes = bounds.codes(element)
    is_substance_use = is_substance_use or _says(element, extensions.SUBSTANCE_USE)
    unit = _unit(element)
    totals = next((BY_TOTAL[code].slug for code in codes if code in BY_TOTAL), "")
    item = Item(
        index=index,
        link_id=link_id,
        type=kind,
        words=words(element, "text", source.sanitise) or helping.label or named(element),
        prefix=words(element, "prefix", source.sanitise),
        help=helping.help,
        lower=helping.lower,
        upper=helping.upper,
        open_label=words({**_said(element, extensions.OPEN_LABEL)}, "valueString", source.sanitise),
        entry_format=text(_said(element, extensions.ENTRY_FORMAT), "valueString"),
        keyboard=_keyboard(element),
        slider_step=_slider_step(element),
        unit=unit or helping.unit.plain,
        units=_units(element, source.sanitise),
        control=control,
        is_horizontal=text(_said(element, extensions.ORIENTATION), "valueCode") == "horizontal",
        is_required=_required(element, kind, link_id, report),
        is_repeating=truth(element, "repeats") and kind is not ItemType.DISPLAY,
        is_read_only=truth(element, "readOnly") or bool(totals),
        is_hidden=_says(element, extensions.HIDDEN),
        is_signature=_is_signature(element, kind),
        limits=bounds.limits(element, link_id, report),
        options=options,
        enable_when=conditions.conditions(element, link_id, source.survey, report),
        enable_any=element.get("enableBehavior") == "any",
        enable_expression=bounds.expression(
            element, extensions.ENABLE_WHEN_EXPRESSION, link_id, report
        ),
        initial=bounds.initial(
            element, [option.value for option in options if option.is_initial], link_id, report
        ),
        initial_expression=bounds.expression(
            element, extensions.INITIAL_EXPRESSION, link_id, report
        ),
        calculated=bounds.expression(element, extensions.CALCULATED_EXPRESSION, link_id, report),
        variables=bounds.variables(element, link_id, report),
        constraints=bounds.constraints(element, link_id, report),
        codes=codes,
        totals=totals if kind not in (ItemType.GROUP, ItemType.DISPLAY) else "",
        rules=staff_rules.rules(element, link_id, codes, report),
        consent=text(_said(element, extensions.CONSENT), "valueCode"),
        fact=text(_said(element, extensions.FACT), "valueCode"),
        is_substance_use=is_substance_use,
        items=items(element, source, is_substance_use=is_substance_use),
    )
    return replace(item, initial=_initial(item, report))


def _initial(item: Item, report: Report) -> tuple[Value, ...]:
    """What stands there from the start, as an answer to this question."""
    values = tuple(
        value for each in item.initial if (value := answers.fitted(item, each)) is not None
    )
    if not item.is_repeating:
        values = values[:1]
    if len(values) < len(item.initial):
        report.warn(item.link_id, "initial-left-out", "An initial value is no answer to it.")
    return values


def _keyboard(element: Json) -> str:
    said = _said(element, extensions.KEYBOARD)
    return text(object_of(said, "valueCoding"), "code") or text(said, "valueCode")


def _said(element: Json, *urls: str) -> Json:
    return extensions.first(element, *urls)


def _says(element: Json, url: str) -> bool:
    return truth(_said(element, url), "valueBoolean")


def _options(element: Json, kind: ItemType, link_id: str, source: Source) -> tuple[Option, ...]:
    if objects(element, "answerOption"):
        return choices.options(element, link_id, source.report, source.sanitise)
    canonical = text(element, "answerValueSet")
    if kind not in _CHOICES or not canonical:
        return ()
    if canonical not in source.value_sets:
        found = choices.value_set(canonical, source.resource, source.sanitise)
        source.value_sets[canonical] = found
    if not source.value_sets[canonical]:
        missing = "Its value set is not in the file: it is asked as free text."
        source.report.warn(link_id, "value-set-not-found", missing, canonical)
    return source.value_sets[canonical]


def _type_with(
    kind: ItemType, options: tuple[Option, ...], element: Json, link_id: str, report: Report
) -> ItemType:
    """A choice without options is asked as free text; a question with options is a choice."""
    if kind in _CHOICES and not options:
        if not element.get("answerValueSet"):
            report.warn(link_id, "no-options", "It has no options: it is asked as free text.")
        return ItemType.OPEN_CHOICE
    if options and kind in (ItemType.GROUP, ItemType.DISPLAY, ItemType.BOOLEAN):
        report.warn(link_id, "options-ignored", "Its options are ignored.")
    elif options and kind not in _CHOICES:
        report.warn(link_id, "options-make-a-choice", "It has options and is asked as a choice.")
        return ItemType.CHOICE
    return kind


def _required(element: Json, kind: ItemType, link_id: str, report: Report) -> bool:
    is_required = truth(element, "required")
    if is_required and kind is ItemType.DISPLAY:
        report.warn(link_id, "required-display", "A text cannot be required.")
        return False
    return is_required


def _is_signature(element: Json, kind: ItemType) -> bool:
    if kind not in (ItemType.STRING, ItemType.TEXT):
        return False
    return _says(element, extensions.SIGNATURE) or bool(
        _said(element, extensions.SIGNATURE_REQUIRED)
    )


def _slider_step(element: Json) -> int | None:
    found = read_from(_said(element, extensions.SLIDER_STEP))
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


def _unit(element: Json) -> str:
    found = read_from(_said(element, extensions.UNIT))
    return (found.display or found.code) if isinstance(found, Coding) else ""


def _units(element: Json, sanitise: Sanitise) -> tuple[Option, ...]:
    found: dict[Coding, Words] = {}
    for url in (extensions.UNIT_OPTION, extensions.UNIT):
        for each in extensions.each(element, url):
            unit = read_from(each)
            if isinstance(unit, Coding):
                said = words(object_of(each, "valueCoding"), "display", sanitise)
                found.setdefault(unit, said if said.plain else Words(unit.code, said.others))
    return tuple(Option(unit, said) for unit, said in found.items())
