"""What a clinic adds to a form: which answers go to the review list, and which raise an alert.

They stand beside the form, not in it: the form stays the one that was imported.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.audit import trail
from app.db.base import Model
from app.questionnaires.engine.items import Form, Item, StaffRule
from app.questionnaires.engine.values import Coding, Value
from app.questionnaires.models import Questionnaire

FLAG, SAFETY = "flag", "safety"


@dataclass(frozen=True)
class AddedRule:
    """One rule of the clinic, and the question that it is about."""

    link_id: str
    rule: StaffRule


def of(questionnaire: Questionnaire) -> tuple[AddedRule, ...]:
    """The rules that the clinic added, in the order in which it did."""
    return tuple(_read(each) for each in json.loads(questionnaire.rules))


def keep(
    db: Session, questionnaire: Questionnaire, rules: Iterable[AddedRule], *, by: Model
) -> None:
    """From now on these are the clinic's rules for this form. The same one twice is one."""
    questionnaire.rules = json.dumps([_written(each) for each in dict.fromkeys(rules)])
    trail.record(db, "change-staff-rules", agent=by, entity=questionnaire)


def joined(form: Form, rules: Iterable[AddedRule]) -> Form:
    """The form with the clinic's rules in it. One about a question that is not there is nothing."""
    added: dict[str, tuple[StaffRule, ...]] = {}
    for each in rules:
        added[each.link_id] = (*added.get(each.link_id, ()), each.rule)
    if not added.keys() & form.by_link_id.keys():
        return form
    items = tuple(_with_rules(item, added) for item in form.items)
    in_order = tuple(inner for item in items for inner in item.walk())
    return replace(
        form, items=items, in_order=in_order, by_link_id={each.link_id: each for each in in_order}
    )


def _with_rules(item: Item, added: Mapping[str, tuple[StaffRule, ...]]) -> Item:
    return replace(
        item,
        rules=(*item.rules, *added.get(item.link_id, ())),
        items=tuple(_with_rules(inner, added) for inner in item.items),
    )


def _written(added: AddedRule) -> dict[str, Any]:
    rule = added.rule
    kind, answer = _answer_written(rule.answer)
    return {
        "linkId": added.link_id,
        "kind": rule.kind,
        "operator": rule.operator,
        kind: answer,
        "label": rule.label,
        "urgent": rule.is_urgent,
        "ofScore": rule.of_score,
    }


def _answer_written(answer: Value) -> tuple[str, Any]:
    match answer:
        case bool():
            return "answerBoolean", answer
        case Coding():
            return "answerCoding", asdict(answer)
        case int() | Decimal():
            return "answerDecimal", str(answer)
        case date():
            return "answerDate", answer.isoformat()
        case _:
            return "answerString", str(answer)


def _read(kept: Mapping[str, Any]) -> AddedRule:
    rule = StaffRule(
        kind=kept["kind"],
        operator=kept["operator"],
        answer=_answer_read(kept),
        label=kept["label"],
        is_urgent=kept["urgent"],
        of_score=kept["ofScore"],
    )
    return AddedRule(kept["linkId"], rule)


def _answer_read(kept: Mapping[str, Any]) -> Value:
    if "answerBoolean" in kept:
        return bool(kept["answerBoolean"])
    if "answerCoding" in kept:
        return Coding(**kept["answerCoding"])
    if "answerDecimal" in kept:
        return Decimal(kept["answerDecimal"])
    if "answerDate" in kept:
        return date.fromisoformat(kept["answerDate"])
    return str(kept["answerString"])
