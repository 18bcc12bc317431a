"""A stored form as the engine knows it, read once in a process."""

import threading
from collections import OrderedDict
from dataclasses import replace
from uuid import UUID

from app.questionnaires import importing, staff_rules
from app.questionnaires.engine.items import Form
from app.questionnaires.exporting import binary, changed_at, exported
from app.questionnaires.models import Questionnaire

__all__ = ["Unreadable", "binary", "changed_at", "exported", "form_of"]

_MOST_KEPT = 200
_kept: OrderedDict[tuple[UUID, str, str], Form] = OrderedDict()
_turn = threading.Lock()


class Unreadable(Exception):
    """A stored form that cannot be read any more: it was accepted by an earlier version of us."""


def form_of(questionnaire: Questionnaire) -> Form:
    """The parsed form, under the url and version it is kept as, with the clinic's own rules."""
    key = (questionnaire.id, questionnaire.version, questionnaire.rules)
    with _turn:
        form = _kept.get(key)
        if form is not None:
            _kept.move_to_end(key)
            return form
    form = _read(questionnaire)
    with _turn:
        _kept[key] = form
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return form


def _read(questionnaire: Questionnaire) -> Form:
    form = importing.examine(questionnaire.definition.encode()).form
    if form is None:
        raise Unreadable(str(questionnaire.id))
    named = replace(form, url=questionnaire.url, version=questionnaire.version)
    return staff_rules.joined(named, staff_rules.of(questionnaire))
