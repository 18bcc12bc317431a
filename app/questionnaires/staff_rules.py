"""What a clinic adds to a form: which answers go to the review list, and which raise an alert.

They stand beside the form, as the extension a form may carry itself, and are woven in when it is
read: the form stays the one that was imported.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.audit import trail
from app.db.base import Model
from app.questionnaires.engine import extensions, fhir_values
from app.questionnaires.engine.items import StaffRule
from app.questionnaires.engine.shapes import objects, text
from app.questionnaires.engine.values import Coding, Value
from app.questionnaires.models import Questionnaire

FLAG, SAFETY, EMERGENCY, CALL_TODAY = "flag", "safety", "emergency", "call-today"
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "Boolean"),
    (Coding, "Coding"),
    (int, "Decimal"),
    (Decimal, "Decimal"),
    (date, "Date"),
    (time, "Time"),
)


@dataclass(frozen=True)
class AddedRule:
    """One rule of the clinic: the question it is about, and the extension that says it."""

    link_id: str
    written: str  # JSON

    @property
    def mark(self) -> str:
        """What names it on a page."""
        return hashlib.sha256(f"{self.link_id} {self.written}".encode()).hexdigest()[:16]


def of(questionnaire: Questionnaire) -> tuple[AddedRule, ...]:
    """The rules that the clinic added, in the order in which it did."""
    return tuple(
        AddedRule(each["linkId"], _json(each["extension"]))
        for each in json.loads(questionnaire.rules)
    )


def keep(
    db: Session, questionnaire: Questionnaire, rules: Iterable[AddedRule], *, by: Model
) -> None:
    """From now on these are the clinic's rules for this form. The same one twice is one."""
    questionnaire.rules = json.dumps(
        [
            {"linkId": each.link_id, "extension": json.loads(each.written)}
            for each in dict.fromkeys(rules)
        ]
    )
    trail.record(db, "change-staff-rules", agent=by, entity=questionnaire)


def added(link_id: str, rule: StaffRule) -> AddedRule:
    """A rule as it is kept."""
    kind = next((name for type_, name in _KINDS if isinstance(rule.answer, type_)), "String")
    parts = [
        {"url": "kind", "valueCode": rule.kind},
        {"url": "operator", "valueCode": rule.operator},
        {"url": "answer", f"value{kind}": _written(rule.answer)},
        {"url": "label", "valueString": rule.label.plain},
        {"url": "urgent", "valueBoolean": rule.is_urgent},
    ]
    return AddedRule(link_id, _json({"url": extensions.STAFF_RULE, "extension": parts}))


def weave(resource: Mapping[str, Any], rules: Iterable[AddedRule]) -> None:
    """Put the rules onto the items they are about. One about nothing that is there is left out."""
    by_link_id: dict[str, list[Any]] = {}
    for each in rules:
        by_link_id.setdefault(each.link_id, []).append(json.loads(each.written))
    for item in _items(resource) if by_link_id else ():
        own = by_link_id.get(text(item, "linkId"), [])
        if own:
            item["extension"] = [*objects(item, "extension"), *own]


def _items(element: Mapping[str, Any]) -> Iterator[Any]:
    for item in objects(element, "item"):
        yield item
        yield from _items(item)


def _written(answer: Value) -> Any:
    return fhir_values.write_value(answer)


def _json(extension: Any) -> str:
    return json.dumps(extension, sort_keys=True)
