"""Emery's course: four of six sessions in four weeks, with what was asked, written and talked over.

A story that rises once on its way down, as they do.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from uuid import uuid4

from sqlalchemy.orm import Session

from app import clock
from app.demo import acts, filling, people, talking
from app.demo.days import Days
from app.demo.filling import Answers
from app.demo.people import EMERY
from app.intake import packets, reviewing
from app.journal import entries, prompts
from app.journal.entries import Posted
from app.outcomes import courses, goals
from app.outcomes.goals import Change
from app.questionnaires import library

BEGINS = -29  # days before the middle of the story
_SESSIONS = (-25, -17, -9, -1)
_NEXT = 7
_PLANNED = 6
Act = Callable[[Session], object]

_RIDE: Answers = {
    "ride": "yes",
    "ride-name": "Ira Vance",
    "ride-phone": "(914) 555-0157",
}
_BEFORE_THE_FIRST: Mapping[str, Answers] = {
    "people-and-ride": {
        **_RIDE,
        "ride-confirmed": "yes",
        "emergency-name": "Ira Vance",
        "emergency-relation": "Brother",
        "emergency-phone": "(914) 555-0157",
        "emergency-permission": "yes",
        "adult-at-home": "yes",
        "primary": "no",
        "mental-health": "no",
    },
    "medical-history": {},
    "medicines": {},
    "preparation-guide": {"have-read": "read"},
    "phq-9": filling.scale(2, 2, 2, 3, 2, 2, 2, 2, 0, difficulty=2),
    "gad-7": filling.scale(2, 2, 2, 2, 1, 2, 2),
    "goals": {
        "goal-difference": "I would get up with the first alarm, and ring my brother again.",
        "goal-word": "Open window",
    },
    "consents": {
        f"{part}-{field}": answer
        for part in ("treatment", "telehealth", "texts", "privacy", "sharing")
        for field, answer in (("agreement", "agree"), ("name", "Emery Vance"))
    },
}
# Of the evening before each session; before the first, the scale was asked with everything else.
_READY: Answers = {**_RIDE, "food-clear": "yes", "slept": "well", "go-ahead": "yes"}
_EVES: tuple[Mapping[str, Answers], ...] = (
    {"readiness-eve": {**_READY, "mood": 3}},
    {
        "readiness-eve": {**_READY, "mood": 5},
        "phq-9": filling.scale(2, 2, 1, 2, 1, 1, 2, 1, 0, difficulty=1),
    },
    {
        "readiness-eve": {**_READY, "mood": 4},
        "phq-9": filling.scale(2, 2, 2, 2, 2, 1, 2, 1, 0, difficulty=1),
    },
    {
        "readiness-eve": {**_READY, "mood": 6},
        "phq-9": filling.scale(1, 1, 1, 1, 1, 1, 1, 1, 0, difficulty=1),
    },
)
_DAYS_AFTER: tuple[Answers, ...] = (
    {"mood": 4, "anxiety": 6, "sleep": 5},
    {"mood": 6, "anxiety": 4, "sleep": 6},
    {"mood": 4, "anxiety": 5, "sleep": 4},
    {"mood": 7, "anxiety": 3, "sleep": 7},
)

_FIRST_EVENING = (
    "The quiet afterwards was larger than I had thought.\n"
    "I saw the kitchen of my grandmother, and nobody in it was in a hurry."
)
_HARD_MORNING = (
    "Yesterday was heavy. I cried on the bus and did not know why.\n"
    "By noon it was lighter, as after rain."
)
_A_WEEK_ON = "I rang Ira. We talked for an hour about nothing much."
_LAST_EVENING = (
    "The door was there again. This time I did not have to open it.\n"
    "I want to know what to do with the mornings."
)
_FIRST_HOPE_NOW = "To get up with the first alarm, on most days."
_ANOTHER_HOPE = "To cook for somebody again."


def acts_of(days: Days) -> list[tuple[datetime, Act]]:
    """Who does what in this course, and when."""
    at = days.at
    return [
        (at(BEGINS, 9, 5), _plan),
        (at(BEGINS, 9, 5), partial(_book, starts_at=at(_SESSIONS[0], 11))),
        (at(BEGINS, 19), partial(_fill, forms=_BEFORE_THE_FIRST)),
        (at(BEGINS + 1, 10), _at_the_desk),
        *_sessions(days),
        (at(-25, 19, 10), partial(_keep, words=_FIRST_EVENING, lines=(1,))),
        (at(-24, 14, 55), partial(_ask, slug="gad-7")),
        (at(-24, 19), partial(_fill, forms={"gad-7": filling.scale(2, 2, 3, 2, 1, 2, 2)})),
        (at(-21, 10), partial(_book, starts_at=at(_SESSIONS[1], 11))),
        (at(-17, 20), _skip),
        (at(-15, 19), _look_at_hopes),
        (at(-13, 10), partial(_book, starts_at=at(_SESSIONS[2], 11))),
        (at(-8, 9, 25), partial(_keep, words=_HARD_MORNING, is_shared=True)),
        (at(-8, 14, 55), partial(_ask, slug="gad-7")),
        (at(-8, 19), partial(_fill, forms={"gad-7": filling.scale(1, 1, 2, 1, 1, 1, 1)})),
        (at(-3, 9, 50), partial(_book, starts_at=at(_SESSIONS[3], 11))),
        (at(-3, 9, 55), partial(_move, starts_at=at(1, 17))),
        (at(-2, 10, 20), partial(_keep, words=_A_WEEK_ON)),
        (at(-1, 12, 50), partial(_book, starts_at=at(_NEXT, 11))),
        (at(-1, 20), partial(_keep, words=_LAST_EVENING, lines=(0, 1))),
    ]


def _sessions(days: Days) -> Iterator[tuple[datetime, Act]]:
    """What comes back with each of them; the talk about the last one is still ahead."""
    at = days.at
    for day, eve, after in zip(_SESSIONS, _EVES, _DAYS_AFTER, strict=True):
        yield at(day - 1, 18, 30), partial(_fill, forms=eve)
        yield at(day, 10, 45), _at_the_desk
        yield at(day, 12, 40), partial(_end, ended_at=at(day, 12, 30))
        yield at(day + 1, 9, 15), partial(_fill, forms={"side-effects": {}, "day-after": after})
    for day in _SESSIONS[:-1]:
        yield at(day + 1, 14), _begin_talk
        yield at(day + 1, 14, 50), _end_talk


_book = partial(acts.book, person=EMERY)
_move = partial(acts.move, person=EMERY)
_fill = partial(acts.fill, person=EMERY)
_at_the_desk = partial(acts.at_the_desk, person=EMERY)
_end = partial(acts.end, person=EMERY)


def _begin_talk(db: Session) -> None:
    talking.begin(db, acts.visit_of(db, EMERY))


def _end_talk(db: Session) -> None:
    """With what stood on the review list gone through."""
    talking.end(db, acts.visit_of(db, EMERY))
    for flag in reviewing.of_patient(db, acts.patient_of(db, EMERY)):
        reviewing.clear(db, flag, "We talked about it.", by=people.house(db).dr_patel)


def _plan(db: Session) -> None:
    courses.plan(
        db,
        acts.patient_of(db, EMERY),
        sessions_planned=_PLANNED,
        asks_about_trauma=False,
        by=people.house(db).dr_patel,
    )


def _ask(db: Session, *, slug: str) -> None:
    """Dr. Patel wants to know about it between the times at which it is asked by itself."""
    house = people.house(db)
    form = library.for_clinic(db, house.clinic, slug)
    packets.ask(db, acts.patient_of(db, EMERY), [form], by=house.dr_patel)


def _keep(db: Session, *, words: str, lines: tuple[int, ...] = (), is_shared: bool = False) -> None:
    """A quiet minute, by the link in the text. `lines`: which of them are brought to the talk."""
    patient = acts.patient_of(db, EMERY)
    prompt = prompts.current(db, patient)
    assert prompt is not None, "after a session there is one"
    posted = Posted(
        uuid=uuid4(),
        revision=1,
        written_at=clock.now(),
        words=words,
        prompt_id=prompt.id,
        lines=tuple(words.splitlines()[number] for number in lines),
        shared=is_shared,
    )
    entries.accept(db, patient, posted, link=prompt.link)


def _skip(db: Session) -> None:
    prompt = prompts.current(db, acts.patient_of(db, EMERY))
    assert prompt is not None, "after a session there is one"
    prompts.skip(db, prompt)


def _look_at_hopes(db: Session) -> None:
    """After the talk: the first one in other words, and another beside it."""
    patient = acts.patient_of(db, EMERY)
    first, *_others = goals.standing(db, patient)
    goals.look_again(db, patient, [Change(first.id, words=_FIRST_HOPE_NOW)], _ANOTHER_HOPE)
    prompts.goals_seen_to(db, patient)
