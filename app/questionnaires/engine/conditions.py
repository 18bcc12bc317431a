"""enableWhen as a form has it, to conditions. What is written oddly is read as it must be meant."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from app.questionnaires.engine import fhir_values
from app.questionnaires.engine.findings import Report
from app.questionnaires.engine.items import Condition, ItemType
from app.questionnaires.engine.shapes import Json, number, number_in, objects, text
from app.questionnaires.engine.survey import Survey
from app.questionnaires.engine.values import Coding, Quantity, Value

OPERATORS = frozenset({"exists", "=", "!=", ">", "<", ">=", "<="})

_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def conditions(item: Json, link_id: str, survey: Survey, report: Report) -> tuple[Condition, ...]:
    """The conditions of an item. One that means nothing here is reason to refuse the form."""
    found = item.get("enableWhen")
    if found is not None and (
        not isinstance(found, list) or len(objects(item, "enableWhen")) != len(found)
    ):
        report.refuse(link_id, "unreadable-condition", "Its enableWhen cannot be read.")
        return ()
    read = [
        condition
        for each in objects(item, "enableWhen")
        if (condition := _condition(each, link_id, survey, report))
    ]
    if len(read) > 1 and item.get("enableBehavior") not in ("all", "any"):
        report.warn(
            link_id,
            "no-enable-behavior",
            "It has several conditions and no enableBehavior: all have to be met.",
        )
    return tuple(read)


def answer_like(
    question: Json, kind: ItemType, raw_kind: str, raw: Any
) -> tuple[Value | None, bool]:
    """A value to hold against answers of that question, and whether it had to be bent to fit."""
    value = fhir_values.read_value(raw_kind, raw)
    if value is not None and _fits(kind, value):
        return value, False
    if isinstance(raw, dict):
        return value, False
    bent = _BENDERS.get(kind, _words)(question, raw)
    return (bent, True) if bent is not None else (value, False)


def _condition(element: Json, link_id: str, survey: Survey, report: Report) -> Condition | None:
    question, operator = _question(element, link_id, survey, report), text(element, "operator")
    if not _may_ask(question, link_id, survey, report):
        return None
    if operator not in OPERATORS:
        report.refuse(
            link_id, "unknown-operator", "The operator of its enableWhen is not one.", operator
        )
        return None
    raw_kind, raw = fhir_values.value_of(element, "answer")
    asked, target = survey.types[question], survey.elements[question]
    if operator == "exists":
        asked, target = ItemType.BOOLEAN, {}
    answer, is_bent = answer_like(target, asked, raw_kind, raw)
    if answer is None or (operator == "exists" and not isinstance(answer, bool)):
        report.refuse(
            link_id, "unreadable-condition", "The answer of its enableWhen cannot be read."
        )
        return None
    if is_bent:
        words = f"The answer of its enableWhen is not written as its question's; read as {asked}."
        report.warn(link_id, "coerced-answer", words, question)
    elif not _fits(asked, answer):
        report.warn(
            link_id, "other-answer-type", "Its enableWhen compares unlike things.", question
        )
    return Condition(question, operator, answer)


def _question(element: Json, link_id: str, survey: Survey, report: Report) -> str:
    """The linkId that is named, also where it is written as its path: "a.a_b" for "a.b" in "a"."""
    written = text(element, "question")
    if written in survey.types or written in survey.left_out:
        return written
    named = survey.by_path.get(written, ())
    if len(named) != 1:
        return written
    words = "Its enableWhen names a question by its path, not by its linkId."
    report.warn(link_id, "question-by-path", words, named[0])
    return named[0]


def _may_ask(question: str, link_id: str, survey: Survey, report: Report) -> bool:
    if question == link_id:
        report.refuse(link_id, "condition-on-itself", "Its enableWhen points at itself.")
    elif question in survey.left_out:
        words = "Its enableWhen points at a reference, which is not asked."
        report.refuse(link_id, "condition-left-out", words, question)
    elif question not in survey.types:
        words = "Its enableWhen points at a question that is not there."
        report.refuse(link_id, "condition-nowhere", words, question)
    elif survey.types[question] in (ItemType.GROUP, ItemType.DISPLAY):
        words = "Its enableWhen points at something that has no answers."
        report.refuse(link_id, "condition-no-question", words, question)
    else:
        return True
    return False


def _fits(kind: ItemType, value: Value) -> bool:
    if isinstance(value, bool):
        return kind is ItemType.BOOLEAN
    return isinstance(value, _HELD[kind])


_HELD: dict[ItemType, tuple[type, ...]] = {
    ItemType.BOOLEAN: (bool,),
    ItemType.INTEGER: (int, Decimal),
    ItemType.DECIMAL: (int, Decimal),
    ItemType.QUANTITY: (Quantity, int, Decimal),
    ItemType.DATE: (date, str),
    ItemType.DATETIME: (date, datetime, str),
    ItemType.TIME: (time,),
    ItemType.STRING: (str,),
    ItemType.TEXT: (str,),
    ItemType.URL: (str,),
    ItemType.CHOICE: (Coding, str, int, Decimal, date, time),
    ItemType.OPEN_CHOICE: (Coding, str, int, Decimal, date, time),
    ItemType.ATTACHMENT: (),
    ItemType.GROUP: (),
    ItemType.DISPLAY: (),
}


def _truth(_question: Json, raw: Any) -> bool | None:
    return _TRUTHS.get(str(raw).strip().lower())


def _number(_question: Json, raw: Any) -> Decimal | None:
    return number_in(raw) if isinstance(raw, str) else number(raw)


def _chosen(question: Json, raw: Any) -> Value | None:
    """The one option that has this text as its code or its words."""
    wanted = str(raw).strip()
    found = []
    for option in objects(question, "answerOption"):
        value = fhir_values.read_from(option)
        words = (value.code, value.display) if isinstance(value, Coding) else (str(value),)
        if value is not None and wanted in words:
            found.append(value)
    return found[0] if len(found) == 1 else None


def _words(_question: Json, raw: Any) -> str | None:
    return str(raw) if isinstance(raw, str | int | float) and not isinstance(raw, bool) else None


_BENDERS: dict[ItemType, Callable[[Json, Any], Value | None]] = {
    ItemType.BOOLEAN: _truth,
    ItemType.INTEGER: _number,
    ItemType.DECIMAL: _number,
    ItemType.QUANTITY: _number,
    ItemType.DATE: lambda _question, raw: fhir_values.day(raw),
    ItemType.DATETIME: lambda _question, raw: fhir_values.moment(raw),
    ItemType.TIME: lambda _question, raw: fhir_values.clock_time(raw),
    ItemType.CHOICE: _chosen,
    ItemType.OPEN_CHOICE: _chosen,
}
