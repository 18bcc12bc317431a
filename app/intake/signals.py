"""Answers that may mean danger, found the moment they are saved.

What counts is what stands on the sheet after a save: answers that a form's own rules call unsafe,
and words of danger in whatever was written freely. Each raises an alert once; an answer that gets
worse raises one again, and one that is taken back withdraws nothing.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.models import Patient
from app.questionnaires.engine.evaluation import Hit, State
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.staff_rules import met, weight_of
from app.questionnaires.engine.values import Slot, Value, Values
from app.questionnaires.forms import form_of
from app.questionnaires.models import QuestionnaireResponse
from app.safety import escalation
from app.safety.models import SafetyAlert, Signal
from app.safety.words import tell_of_danger

_DIGEST = "#"


class Help(StrEnum):
    """Which page comes before everything else. Of several the first."""

    EMERGENCY = "emergency"  # the body: 911
    CRISIS = "crisis"  # 988
    CALL_TODAY = "call-today"  # the clinic


_BY_RULE = {
    "emergency": Help.EMERGENCY,
    "safety": Help.CRISIS,
    "call-today": Help.CALL_TODAY,
}


@dataclass(frozen=True)
class _Cause:
    """One answer: its place, and how bad it is as a number, or which it is as a digest."""

    slot: Slot
    bad: str
    is_urgent: bool
    help_: Help = Help.CRISIS
    is_number: bool = False
    less_is_worse: bool = False

    @property
    def at(self) -> str:
        return place(self.slot)

    def is_known(self, earlier: list[str]) -> bool:
        """Whether this answer, or a worse one in its place, has been told of before."""
        if not self.is_number:
            return self.bad in earlier
        sign = -1 if self.less_is_worse else 1
        numbers = [Decimal(each) for each in earlier if not each.startswith(_DIGEST)]
        return any(sign * number >= sign * Decimal(self.bad) for number in numbers)


def notice(
    db: Session, response: QuestionnaireResponse, state: State, *, saved: Collection[Slot] = ()
) -> Help | None:
    """Alert the clinic about what the sheet says now. Call it at every save of a draft.

    The very response has to be the page with that help: when something has come to light, and when
    it stands in one of the `saved` slots, however often it is saved.
    """
    unsafe = list(_unsafe_answers(form_of(response.questionnaire), state))
    found = {
        Signal.RED_FLAG: [cause for cause in unsafe if cause.help_ is not Help.CRISIS],
        Signal.ANSWER: [cause for cause in unsafe if cause.help_ is Help.CRISIS],
        Signal.WORDS: list(_words_of_danger(state)),
    }
    wanted: set[Help] = set()
    for signal, causes in found.items():
        if not causes:
            continue  # nearly always: a save asks the database nothing here
        earlier = _told_before(db, response, signal)
        new = [cause for cause in causes if not cause.is_known(earlier.get(cause.at, []))]
        if new:
            escalation.raise_alert(
                db,
                db.get_one(Patient, response.patient_id),
                signal,
                urgent=any(cause.is_urgent for cause in new),
                response_id=response.id,
                causes=_by_place(new),
            )
        wanted.update(cause.help_ for cause in causes if cause in new or cause.slot in saved)
    return next((help_ for help_ in Help if help_ in wanted), None)


def place(slot: Slot) -> str:
    """A place on a sheet as an alert's causes and a flag name it."""
    return "/".join((slot.link_id, *map(str, slot.rows)))


def causing(alerts: Iterable[SafetyAlert], form: Form, state: State) -> frozenset[Slot]:
    """The questions whose answers raised these alerts."""
    causes = {at for alert in alerts for at in alert.causes or {}}

    def is_one(slot: Slot) -> bool:
        above = form.parents.get(slot.link_id)
        while above is not None and above not in causes:
            above = form.parents.get(above)
        return place(slot) in causes or above is not None

    return frozenset(filter(is_one, state.slots))


def help_for(item: Item, value: Value) -> Help | None:
    """What an answer leads to by itself, as far as the form says: for a phone without a signal."""
    kinds = {rule.kind for rule in item.rules if not rule.of_score and met(item, rule, (value,))}
    return next((help_ for kind, help_ in _BY_RULE.items() if kind in kinds), None)


def _by_place(causes: Iterable[_Cause]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for cause in causes:
        found.setdefault(cause.at, []).append(cause.bad)
    return found


def _unsafe_answers(form: Form, state: State) -> Iterator[_Cause]:
    for hit in state.hits:
        if hit.rule.kind in _BY_RULE:
            number = _number(form, state, hit)
            told = state.sheet.values.get(hit.slot, ())
            # Of several things ticked, each is one: less of them is nothing new.
            own = (hit.rule.answer,) if hit.rule.answer in told else told
            yield _Cause(
                hit.slot,
                str(number) if number is not None else _digest(own),
                hit.rule.is_urgent,
                _BY_RULE[hit.rule.kind],
                is_number=number is not None,
                less_is_worse=hit.rule.operator in ("<", "<="),
            )


def _words_of_danger(state: State) -> Iterator[_Cause]:
    for slot, values in state.sheet.values.items():
        if any(isinstance(value, str) and tell_of_danger(value) for value in values):
            yield _Cause(slot, _digest(values), is_urgent=True)


def _number(form: Form, state: State, hit: Hit) -> Decimal | None:
    """How much the answer is, by the weight of what was chosen or by itself."""
    if hit.rule.of_score:
        score = state.scores.get(hit.slot.link_id)
        return score.total if score else None
    item = form.by_link_id[hit.slot.link_id]
    numbers = [_amount(item, value) for value in state.sheet.values.get(hit.slot, ())]
    known = [number for number in numbers if number is not None]
    return max(known) if known and len(known) == len(numbers) else None


def _amount(item: Item, value: Value) -> Decimal | None:
    weight = weight_of(item, value)
    if weight is None and isinstance(value, int | Decimal):
        return Decimal(value)
    return weight


def _digest(values: Values) -> str:
    return _DIGEST + hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def _told_before(
    db: Session, response: QuestionnaireResponse, signal: Signal
) -> dict[str, list[str]]:
    earlier: dict[str, list[str]] = {}
    alerts = select(SafetyAlert).where(
        SafetyAlert.response_id == response.id, SafetyAlert.signal == signal
    )
    for alert in db.scalars(alerts):
        for at, bad in (alert.causes or {}).items():
            earlier.setdefault(at, []).extend(bad)
    return earlier
