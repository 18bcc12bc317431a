"""A stored form as the engine knows it, read once in a process."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.questionnaires import exporting, sanitising, staff_rules, strict_json
from app.questionnaires.engine import extensions, reading
from app.questionnaires.engine.items import Form
from app.questionnaires.engine.shapes import objects, text
from app.questionnaires.importing import UNUSABLE_PATTERN
from app.questionnaires.models import Questionnaire, QuestionnaireResponse

_MOST_KEPT = 200
Key = tuple[UUID, str, str]
_kept: OrderedDict[Key, Form] = OrderedDict()
_turn = threading.Lock()


class Unreadable(Exception):
    """A stored form that cannot be read any more: it was accepted by an earlier version of us."""


def form_of(questionnaire: Questionnaire) -> Form:
    """The parsed form, under the url and version it is kept as, with the clinic's own rules."""
    key = key_of(questionnaire)
    form = kept(key)
    if form is not None:
        return form
    form = _read(questionnaire)
    with _turn:
        _kept[key] = form
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return form


def key_of(questionnaire: Questionnaire) -> Key:
    """What a form is known by: nothing else of its row says anything about its pages."""
    return questionnaire.id, questionnaire.version, questionnaire.rules


def kept(key: Key) -> Form | None:
    """The form if this process has read it."""
    with _turn:
        form = _kept.get(key)
        if form is not None:
            _kept.move_to_end(key)
    return form


def exported(
    db: Session, response: QuestionnaireResponse, *, address: Callable[[UUID], str] | None = None
) -> dict[str, Any]:
    """A sheet of answers as a FHIR QuestionnaireResponse; see `exporting.written`."""
    return exporting.written(db, response, form_of(response.questionnaire), address=address)


def _read(questionnaire: Questionnaire) -> Form:
    resource = strict_json.read(questionnaire.definition.encode())
    staff_rules.weave(resource, staff_rules.of(questionnaire))
    _drop_patterns(resource, _unusable(questionnaire))
    form = reading.read(resource, sanitise=sanitising.sanitise).form
    if form is None:
        raise Unreadable(str(questionnaire.id))
    return replace(form, url=questionnaire.url, version=questionnaire.version)


def _unusable(questionnaire: Questionnaire) -> set[str]:
    """The questions whose pattern nobody is held to, as the report of the import says."""
    findings = json.loads(questionnaire.warnings)
    return {each["link_id"] for each in findings if each["code"] in UNUSABLE_PATTERN}


def _drop_patterns(element: Any, link_ids: set[str]) -> None:
    """Take them away: a browser that was given one would try it as well."""
    for item in objects(element, "item") if link_ids else ():
        if text(item, "linkId") in link_ids:
            marks = objects(item, "extension")
            kept: Any = item
            kept["extension"] = [each for each in marks if each.get("url") != extensions.REGEX]
        _drop_patterns(item, link_ids)
