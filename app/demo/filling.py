"""Patients of the story fill in what they were asked, as their phones would save it."""

from collections.abc import Mapping
from itertools import takewhile

from sqlalchemy.orm import Session

from app.intake import consents, drafts, following, packets, reviewing, sheets
from app.intake.doors import Doorway
from app.intake.drafts import Draft
from app.intake.models import IntakeTask
from app.people.models import Patient
from app.questionnaires import library
from app.questionnaires.engine.items import Item
from app.questionnaires.engine.journey import Step
from app.questionnaires.engine.values import Coding, Values

Answers = Mapping[str, str | int]  # by link id: an option's code, words, or a number

PEOPLE_AND_RIDE: Answers = {
    "emergency-name": "Dana Brooks",
    "emergency-relation": "Sister",
    "emergency-phone": "(347) 555-0156",
    "emergency-permission": "yes",
    "ride": "yes",
    "ride-name": "Dana Brooks",
    "ride-phone": "(347) 555-0156",
    "ride-confirmed": "yes",
    "adult-at-home": "yes",
    "primary": "no",
    "mental-health": "no",
}


def scale(*answers: int, **others: int) -> Answers:
    """The answers to a scale, by their place; `others` by their names."""
    return {f"q{number}": answer for number, answer in enumerate(answers, 1)} | others


# A fortnight's answers: moderate, and nothing unsafe.
PHQ_9 = scale(2, 2, 1, 2, 1, 1, 2, 0, 0, difficulty=1)
HISTORY: Answers = {
    "high-pressure": "yes",
    "pressure-control": "yes",
    "pressure-top": 148,
    "pressure-bottom": 86,
    "alcohol": "seldom",
}
_PLAIN = ("none", "none-known", "no", "never")  # codes of the answer that needs no second look
_MOST_ROUNDS = 8  # of questions that open behind questions


def fill(
    db: Session, patient: Patient, slug: str, answers: Answers, *, until: str | None = None
) -> None:
    """Fill in a form that is open for a patient, and send it; `until`: stop before that question.

    A question that `answers` does not name gets its plain "no"; one without is passed over.
    """
    task = _open(db, patient, slug)
    doorway = Doorway(task.packet, None, None, None, is_signed_in=True, by_passkey=True)
    response = sheets.begin(db, doorway, task, language=patient.language)
    draft = drafts.read(response, zone=patient.zone)
    for _round in range(_MOST_ROUNDS):
        pages = _before(draft, until)
        if all(draft.is_done(step) for step in pages):
            break
        draft = _save(db, draft, pages, answers)
    assert all(map(draft.is_done, _before(draft, until))), f"{slug} wants more answers"
    if until is None:
        _send(db, patient, task, draft)


def do_the_rest(db: Session, patient: Patient) -> None:
    """Whatever is open is done at the clinic, on paper or by word of mouth."""
    for task in packets.open_tasks(db, patient):
        following.completed(db, task)


def _open(db: Session, patient: Patient, slug: str) -> IntakeTask:
    return next(
        task
        for task in packets.open_tasks(db, patient)
        if task.questionnaire is not None and library.slug_of(task.questionnaire) == slug
    )


def _before(draft: Draft, until: str | None) -> list[Step]:
    """The pages up to the one on which they stop."""
    return list(
        takewhile(lambda step: until not in {slot.link_id for slot in step.slots}, draft.steps)
    )


def _save(db: Session, draft: Draft, pages: list[Step], answers: Answers) -> Draft:
    """All these pages at once; what opens behind them comes next."""
    items = draft.form.by_link_id
    slots = [slot for step in pages for slot in step.slots]
    given = {slot: _values(items[slot.link_id], answers) for slot in slots}
    return drafts.save(
        db,
        draft,
        {slot: values for slot, values in given.items() if values},
        based_on=draft.response.revision,
        browser_hash=None,
        passed=[mark for step in pages for mark in step.marks],
    )


def _send(db: Session, patient: Patient, task: IntakeTask, draft: Draft) -> None:
    drafts.close(db, draft, language=patient.language)
    response = draft.response
    reviewing.raise_flags(db, response, draft.state)
    consents.record(db, response, draft.state, language=response.language, device=response.device)
    following.completed(db, task)


def _values(item: Item, answers: Answers) -> Values:
    codes = {
        option.value.code: option.value
        for option in item.options
        if isinstance(option.value, Coding)
    }
    if item.link_id not in answers:
        return next(((codes[code],) for code in _PLAIN if code in codes), ())
    answer = answers[item.link_id]
    if item.options and isinstance(answer, int):
        return (item.options[answer].value,)
    return (codes.get(str(answer), answer),)
