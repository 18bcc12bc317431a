"""A form's FHIRPath, worked out in a process that can be killed.

An expression that goes over its time is stopped, let be for a while and told as trouble; nobody
waits for it again in that time. What an expression gives is typed as its item is.
"""

import hashlib
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from app import clock
from app.questionnaires import expression_results as results
from app.questionnaires.engine.expressing import Ask, Outcome, Trouble
from app.questionnaires.engine.items import Expression, Form
from app.questionnaires.engine.values import Sheet, Slot
from app.questionnaires.expression_subject import Subject, launch_names, subject_of
from app.questionnaires.killable import SHARED, Killable

LIMIT = 0.5  # seconds for all expressions of a page
RESTS = 120.0  # seconds for which one that was too slow is let be
_REMEMBERED = 64
_KNOWN = frozenset(
    {"resourceType", "id", "name", "birthDate", "telecom", "address", "gender", "contact"}
    | {"communication"}
)

log = logging.getLogger(__name__)
_Task = dict[str, Any]


class FormExpressions:
    """Works out expressions, as `engine.expressing.Expressions` says.

    `patient` is a FHIR Patient, of which only what a form may begin with is told. Today is the
    day of `zone`; `at` stands for now, where answers are read that were given earlier.
    """

    def __init__(
        self,
        patient: Mapping[str, Any] | None = None,
        *,
        zone: str = "UTC",
        at: datetime | None = None,
        killable: Killable = SHARED,
        limit: float = LIMIT,
    ) -> None:
        self._patient = {key: patient[key] for key in _KNOWN & patient.keys()} if patient else None
        self._zone, self._at = ZoneInfo(zone), at
        self._killable, self._limit = killable, limit
        self._remembered: OrderedDict[bytes, list[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def work_out(self, form: Form, sheet: Sheet, asks: Sequence[Ask]) -> tuple[Outcome, ...]:
        """The outcomes in the order of the asks. All of them cost one call, and never raise."""
        if not asks:
            return ()
        subject = subject_of(form, sheet)
        tasks = [_task(form, subject, ask) for ask in asks]
        job = {
            "resource": subject.response,
            "names": launch_names(form.source, self._patient),
            "now": (self._at or clock.now()).astimezone(self._zone).isoformat(timespec="minutes"),
            "questionnaire": _key_of(form),
        }
        told = self._told(form, job, tasks)
        return tuple(
            results.outcome_of(ask.wanted, form.by_link_id.get(ask.slot.link_id), answer)
            for ask, answer in zip(asks, told, strict=True)
        )

    def _told(self, form: Form, job: dict[str, Any], tasks: list[_Task]) -> list[Any]:
        """What came of each task: its values, or its trouble."""
        key = hashlib.sha256(json.dumps([job, tasks]).encode()).digest()
        with self._lock:
            if key in self._remembered:
                self._remembered.move_to_end(key)
                return self._remembered[key]
        told = _run(self._killable, self._limit, form, job, tasks)
        if not any(answer is Trouble.SLOW for answer in told):
            with self._lock:
                self._remembered[key] = told
                while len(self._remembered) > _REMEMBERED:
                    self._remembered.popitem(last=False)
        return told


@lru_cache(maxsize=_REMEMBERED)
def shared(zone: str = "UTC") -> FormExpressions:
    """The one of this process for a zone, which knows no patient."""
    return FormExpressions(zone=zone)


def knowing(patient: Mapping[str, Any], *, zone: str = "UTC") -> FormExpressions:
    """One that tells expressions about a patient, for the first answers of a sheet."""
    return FormExpressions(patient, zone=zone)


def _task(form: Form, subject: Subject, ask: Ask) -> _Task:
    return {
        "path": ask.expression.path,
        "at": subject.place(ask.slot),
        "variables": [
            [variable.key, variable.path, subject.place(slot)]
            for slot, variable in _needed(ask.expression.path, _variables(form, ask.slot))
        ],
        "item": ask.slot.link_id,
    }


def _variables(form: Form, slot: Slot) -> list[tuple[Slot, Expression]]:
    """The variables an item sees: the form's, then those of what is around it, then its own."""
    found: list[tuple[Slot, Expression]] = []
    link_id: str | None = slot.link_id
    while link_id:
        item = form.by_link_id[link_id]
        depth = len(form.repeating_above.get(link_id, ())) + item.is_repeating
        there = slot if link_id == slot.link_id else Slot(link_id, slot.rows[:depth])
        found[:0] = [(there, variable) for variable in item.variables]
        link_id = form.parents.get(link_id)
    return [*((Slot(""), variable) for variable in form.variables), *found]


def _needed(path: str, variables: list[tuple[Slot, Expression]]) -> list[tuple[Slot, Expression]]:
    """The variables an expression speaks of, and those that these speak of."""
    said = path
    found: list[tuple[Slot, Expression]] = []
    for slot, variable in reversed(variables):
        if variable.key and f"%{variable.key}" in said.replace("%`", "%"):
            found.insert(0, (slot, variable))
            said += variable.path
    return found


_slow: dict[str, float] = {}  # expressions that were too slow, and until when they are let be


def _run(
    killable: Killable, limit: float, form: Form, job: dict[str, Any], tasks: list[_Task]
) -> list[Any]:
    told: list[Any] = [Trouble.SLOW] * len(tasks)
    moment = time.monotonic()
    waiting = [place for place, task in enumerate(tasks) if _slow.get(_name(task), 0) <= moment]
    keep = {job["questionnaire"]: form.source} if form.source else {}
    for _attempt in range(2):
        if not waiting:
            break
        ran = killable.run(
            {**job, "tasks": [tasks[place] for place in waiting]},
            len(waiting),
            limit=limit,
            keep=keep,
        )
        for place, answer in zip(waiting, ran.answers, strict=False):
            told[place] = answer.get("values", Trouble.FAILED)
        if len(ran.answers) >= len(waiting):
            break
        culprit = waiting[len(ran.answers)]
        if ran.was_slow:
            _let_be(_name(tasks[culprit]))
        else:
            told[culprit] = Trouble.FAILED
        waiting = waiting[len(ran.answers) + 1 :]
    if troubled := sum(isinstance(answer, Trouble) for answer in told):
        log.warning("expressions of a form came to nothing: %d of %d", troubled, len(told))
    return told


def _name(task: _Task) -> str:
    paths = [task["path"], *(path for _name, path, _at in task["variables"])]
    return hashlib.sha256("\0".join(paths).encode()).hexdigest()


def _let_be(name: str) -> None:
    moment = time.monotonic()
    for old in [each for each, until in _slow.items() if until <= moment]:
        del _slow[old]
    _slow[name] = moment + RESTS


_numbers = count(1)
_keys: WeakKeyDictionary[Form, str] = WeakKeyDictionary()


def _key_of(form: Form) -> str:
    """A name for a form in this process, by which the child knows its definition."""
    if form not in _keys:
        _keys[form] = str(next(_numbers))
    return _keys[form]
