"""The story that the stage opens with.

Nothing is made up in rows: while seeding, the clock goes back four weeks, and staff and patients
do at their moments what has led up to now. The texts of those weeks arrive on the way.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db.engine import Database
from app.demo import acts, course, doors, filling, people, walk
from app.demo.days import Days
from app.demo.filling import Answers
from app.demo.gateway import DemoGateway
from app.demo.models import DemoClock
from app.demo.people import AVERY, CASEY, LUCIA, MORGAN, ROBIN, SAM
from app.settings import Settings
from app.worker import Worker

_SWEPT_EVERY = timedelta(hours=12)
_Act = Callable[[Session], object]
_AVERYS: Mapping[str, Answers] = {
    "people-and-ride": filling.PEOPLE_AND_RIDE,
    "medical-history": filling.HISTORY,
    "medicines": {},
}


def seed(database: Database, settings: Settings) -> None:
    """Open the demo clinic, once: a database that has its demo clock is left alone.

    Meanwhile domain time starts four weeks ago, and ends where it stood.
    """
    with database.session(write=False) as db:
        if db.scalar(select(DemoClock.id)) is not None:
            return
    worker = Worker(database, settings, DemoGateway())
    ahead, days = clock.ahead(), Days.around(clock.now(), people.ZONE)
    clock.run_ahead(ahead + (days.at(course.BEGINS, 9) - clock.now()))
    people.open_house(database)
    swept_at = clock.now()
    for moment, act in sorted([*course.acts_of(days), *_acts(days)], key=_moment):
        is_long_ago = moment - swept_at > _SWEPT_EVERY
        swept_at = moment if is_long_ago else swept_at
        by = max(timedelta(0), moment - clock.now())
        walk.advance(worker, database, by, sweeps=is_long_ago)
        with database.session() as db:
            act(db)
    walk.advance(worker, database, ahead - clock.ahead())
    clock.run_ahead(ahead)
    with database.session() as db:
        people.give_whole_days(db)
        doors.make_api_key(db)
        db.add(DemoClock(ahead_seconds=0))
        walk.remember(db)


def _acts(days: Days) -> list[tuple[datetime, _Act]]:
    """Who does what, and when. The last of them lies in the past."""
    at, ended_at = days.at, days.ended_at
    return [
        (at(course.BEGINS, 9), people.give_afternoons),
        (at(-3, 9, 5), partial(acts.book, person=CASEY, starts_at=at(-3, 11))),
        (at(-3, 9, 10), partial(acts.book, person=ROBIN, starts_at=at(-2, 13))),
        (at(-3, 9, 20), partial(acts.book, person=SAM, starts_at=ended_at - acts.SESSION)),
        (at(-3, 9, 30), partial(acts.move, person=SAM, starts_at=at(1, 15))),
        (at(-3, 9, 35), partial(acts.reply, person=SAM, words="OK")),
        (at(-3, 9, 40), partial(acts.book, person=MORGAN, starts_at=at(-1, 11))),
        (at(-3, 9, 45), partial(acts.move, person=MORGAN, starts_at=at(1, 16))),
        (at(-3, 10), partial(acts.at_the_desk, person=CASEY)),
        (at(-3, 11), partial(acts.fill, person=SAM, forms={"phq-9": filling.PHQ_9})),
        (at(-3, 11, 30), partial(acts.at_the_desk, person=SAM)),
        (at(-3, 12, 35), partial(acts.end, person=CASEY, ended_at=at(-3, 12, 30))),
        (at(-2, 11), partial(acts.at_the_desk, person=ROBIN)),
        (at(-2, 14, 50), partial(acts.hold, person=CASEY)),
        (at(-2, 14, 55), partial(acts.end, person=ROBIN, ended_at=at(-2, 14, 30))),
        (at(-2, 19, 30), partial(acts.at_the_desk, person=MORGAN)),
        (at(-1, 9, 30), partial(acts.call_off, person=ROBIN)),
        (at(-1, 9, 40), partial(acts.book, person=LUCIA, starts_at=at(1, 11))),
        (at(-1, 9, 50), partial(acts.prepare, person=AVERY, starts_at=at(2, 16))),
        (at(-1, 9, 55), partial(acts.book, person=AVERY, starts_at=at(4, 10))),
        (at(-1, 10, 40), partial(acts.at_the_desk, person=MORGAN)),
        (at(-1, 11, 30), partial(acts.leave_off, person=LUCIA)),
        (at(-1, 12), partial(acts.fill, person=AVERY, forms=_AVERYS)),
        (at(-1, 12, 40), partial(acts.end, person=MORGAN, ended_at=at(-1, 12, 30))),
        (at(-1, 17, 20), partial(acts.at_the_desk, person=SAM)),
        (ended_at - acts.SESSION - timedelta(minutes=10), partial(acts.at_the_desk, person=SAM)),
        (ended_at + timedelta(minutes=5), partial(acts.end, person=SAM, ended_at=ended_at)),
    ]


def _moment(planned: tuple[datetime, _Act]) -> datetime:
    return planned[0]
