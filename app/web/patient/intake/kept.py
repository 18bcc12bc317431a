"""A page that only asks to choose, filled into the copy that is kept of it (`web.filled_in`).

A copy follows from the form and page, the language and light, and a few yes and no of `Kept`.
Everything of a patient and their clinic is filled in: addresses, the sheet's number, what is
chosen. What a page says besides makes it one that is drawn each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from starlette.requests import Request

from app import i18n
from app.intake import conflicts
from app.questionnaires import spoken
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.items import Form
from app.questionnaires.engine.journey import Kind, Step
from app.questionnaires.engine.steady import Steady, steady_pages
from app.questionnaires.engine.values import EMPTY, Slot, Values
from app.questionnaires.engine.written import written
from app.questionnaires.forms import Key
from app.web.addresses import Addresses
from app.web.asking import question_controls as controls
from app.web.asking import questions
from app.web.asking.question_fields import Choice, Question
from app.web.filled_in import FilledIn, mark
from app.web.pages import Rest
from app.web.patient.intake.pages import asks_to_sign

_TEMPLATE = "patient/intake/step.html"
_KINDS = (Kind.QUESTION, Kind.PAGE, Kind.READING)
_MOST_PAGES = 1000


class Kept(NamedTuple):
    """By what a copy is known, beside its language: nobody's anything."""

    form: Key
    step: str
    mood: str
    is_part: bool
    rest: Rest | None
    is_opened: bool  # somebody has touched a page of the packet
    is_saved: bool
    has_phone: bool  # the clinic


class Places(NamedTuple):
    """What is filled in: whole words of one patient's page."""

    at: str
    back: str
    packet: str
    sheet: str
    revision: str
    saved: str
    owner: str
    clinic: str
    phone: str


class Asked(NamedTuple):
    """One question: its field, and what may be chosen there."""

    slot: Slot
    name: str
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A page of which a copy may be kept: where it is in its form, and what it asks."""

    form: Form
    steady: Steady
    asked: tuple[Asked, ...]


@lru_cache(maxsize=_MOST_PAGES)
def page_of(form: Form, step_id: str) -> Page | None:
    """The page, if a copy may be kept of it: it only asks to choose, and is always the same."""
    steady = steady_pages(form).get(step_id)
    if steady is None or not _only_chooses(form, steady.step) or asks_to_sign(form):
        return None
    asked = tuple(
        Asked(each.slot, each.name, tuple(choice.token for choice in each.choices))
        for each in _view(form, steady.step).questions
    )
    return Page(form, steady, asked)


def text(
    request: Request, page: Page, kept: Kept, places: Places, answers: Mapping[Slot, Values]
) -> str | None:
    """The page in the language in use. None: its template asks for more, so it has to be drawn."""
    values = places._asdict()
    for slot, name, tokens in page.asked:
        given = answers.get(slot, ())
        told = written(page.form.by_link_id[slot.link_id], given).texts
        values[f"drawn {name}"] = f"{name} {conflicts.digest(given)}"
        for token in tokens:
            values[f"{name} {token}"] = " checked" if token in told else ""
    state = request.app.state
    copies: FilledIn = state.filled_in
    return copies.render(_TEMPLATE, kept, lambda: _seen(state.addresses, page, kept), values)


def _only_chooses(form: Form, step: Step) -> bool:
    items = [form.by_link_id[slot.link_id] for slot in step.content]
    asked = [item for item in items if item.is_question]
    return (
        step.kind in _KINDS
        and {item.slot for item in asked} == {*step.slots}
        and not any(item.fact or spoken.is_free_text(item) for item in items)
        and all(controls.control_of(item) in controls.CHOSEN for item in asked)
    )


def _view(form: Form, step: Step) -> questions.StepView:
    return questions.shown(form, evaluate(form, EMPTY), step, language=i18n.language())


def _seen(addresses: Addresses, page: Page, kept: Kept) -> dict[str, Any]:
    view = _view(page.form, page.steady.step)
    blocks = tuple(_marked(each) if isinstance(each, Question) else each for each in view.blocks)
    packet = SimpleNamespace(opened_at=kept.is_opened or None, id=mark("packet"))
    phone = mark("phone") if kept.has_phone else ""
    return {
        "request": SimpleNamespace(
            url=SimpleNamespace(path=mark("at")),
            method="GET",
            state=SimpleNamespace(doorway=SimpleNamespace(packet=packet)),
        ),
        "path_for": addresses,
        "lang": i18n.language(),
        "mood": kept.mood,
        "clinic": SimpleNamespace(name=mark("clinic"), phone=phone),
        "owner": mark("owner"),
        "rest_of_page": lambda: kept.rest,
        "layout": "layouts/part.html" if kept.is_part else "layouts/intake.html",
        "view": replace(view, blocks=blocks),
        "refusal": False,
        "action": mark("at"),
        "revision": mark("revision"),
        "sheet": mark("sheet"),
        "drawn": [mark(f"drawn {each.name}") for each in page.asked],
        "saved": mark("saved") if kept.is_saved else "",
        "back_path": mark("back"),
    }


@dataclass(frozen=True)
class _Marked(Choice):
    """A choice in a copy: whether it is chosen is filled in."""

    chosen_here: str = ""

    @property
    def checked(self) -> str:
        return self.chosen_here


def _marked(question: Question) -> Question:
    """The question as a copy has it: each choice with the place of its attribute."""
    choices = tuple(
        _Marked(
            choice.token,
            choice.words,
            is_chosen=False,
            is_exclusive=choice.is_exclusive,
            help=choice.help,
            chosen_here=mark(f"{question.name} {choice.token}"),
        )
        for choice in question.choices
    )
    return replace(question, choices=choices)
