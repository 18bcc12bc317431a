"""The story that the stage opens with.

Nothing is made up in rows: while seeding, the clock goes back three days, and staff and patients
do at their moments what has led up to now. The texts of those days arrive on the way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, wall_time
from app.db.engine import Database
from app.demo import doors, filling, people, texting, walk
from app.demo.filling import Answers
from app.demo.gateway import DemoGateway
from app.demo.models import DemoClock
from app.demo.people import AVERY, CASEY, LUCIA, MORGAN, ROBIN, SAM, Person
from app.people.models import Patient
from app.protocols import infusions
from app.scheduling import booking
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Appointment, Service
from app.settings import Settings
from app.worker import Worker

_SESSION = timedelta(minutes=90)
_VISIT = timedelta(minutes=50)
_LATELY = timedelta(minutes=40)
_Act = Callable[[Session], object]
_AVERYS: Mapping[str, Answers] = {
    "people-and-ride": filling.PEOPLE_AND_RIDE,
    "medical-history": filling.HISTORY,
    "medicines": {},
}


@dataclass(frozen=True)
class Days:
    """The calendar of the story: its middle is the day of Sam's session."""

    middle: date
    ended_at: datetime  # when Sam's session ended
    zone: str

    @classmethod
    def around(cls, now: datetime, zone: str) -> "Days":
        """By day the session ended a while ago; early and late it was the afternoon before."""
        shown = wall_time.wall(now, zone)
        if shown.time() < time(10):
            ended = datetime.combine(shown.date() - timedelta(days=1), time(16, 30))
        elif shown.time() >= time(18):
            ended = datetime.combine(shown.date(), time(17))
        else:
            ended = (shown - _LATELY).replace(second=0, microsecond=0)
            ended -= timedelta(minutes=ended.minute % 5)
        return cls(ended.date(), wall_time.instant(ended, zone), zone)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """A moment `day` days after Sam's session, on the clinic's clock."""
        wall = datetime.combine(self.middle + timedelta(days=day), time(hour, minute))
        return wall_time.instant(wall, self.zone)


def seed(database: Database, settings: Settings) -> None:
    """Open the demo clinic, once: a database that has its demo clock is left alone.

    Meanwhile domain time starts three days ago, and ends where it stood.
    """
    with database.session(write=False) as db:
        if db.scalar(select(DemoClock.id)) is not None:
            return
    worker = Worker(database, settings, DemoGateway())
    ahead, days = clock.ahead(), Days.around(clock.now(), people.ZONE)
    clock.run_ahead(ahead + (days.at(-3, 9) - clock.now()))
    people.open_house(database)
    for moment, act in _acts(days):
        walk.advance(worker, database, max(timedelta(0), moment - clock.now()))
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
    """Who does what, and when. In order; the last of them lies in the past."""
    at, ended_at = days.at, days.ended_at
    return [
        (at(-3, 9), people.give_afternoons),
        (at(-3, 9, 5), partial(_book, person=CASEY, starts_at=at(-3, 11))),
        (at(-3, 9, 10), partial(_book, person=ROBIN, starts_at=at(-2, 13))),
        (at(-3, 9, 20), partial(_book, person=SAM, starts_at=ended_at - _SESSION)),
        (at(-3, 9, 30), partial(_move, person=SAM, starts_at=at(1, 15))),
        (at(-3, 9, 35), partial(_reply, person=SAM, words="OK")),
        (at(-3, 9, 40), partial(_book, person=MORGAN, starts_at=at(-1, 11))),
        (at(-3, 9, 45), partial(_move, person=MORGAN, starts_at=at(1, 16))),
        (at(-3, 10), partial(_at_the_desk, person=CASEY)),
        (at(-3, 11), partial(_fill, person=SAM, forms={"phq-9": filling.PHQ_9})),
        (at(-3, 11, 30), partial(_at_the_desk, person=SAM)),
        (at(-3, 12, 35), partial(_end, person=CASEY, ended_at=at(-3, 12, 30))),
        (at(-2, 11), partial(_at_the_desk, person=ROBIN)),
        (at(-2, 14, 50), partial(_hold, person=CASEY)),
        (at(-2, 14, 55), partial(_end, person=ROBIN, ended_at=at(-2, 14, 30))),
        (at(-2, 19, 30), partial(_at_the_desk, person=MORGAN)),
        (at(-1, 9, 30), partial(_call_off, person=ROBIN)),
        (at(-1, 9, 40), partial(_book, person=LUCIA, starts_at=at(1, 9, 30))),
        (at(-1, 9, 50), partial(_prepare, person=AVERY, starts_at=at(2, 16))),
        (at(-1, 9, 55), partial(_book, person=AVERY, starts_at=at(4, 10))),
        (at(-1, 10, 40), partial(_at_the_desk, person=MORGAN)),
        (at(-1, 11, 30), partial(_leave_off, person=LUCIA)),
        (at(-1, 12), partial(_fill, person=AVERY, forms=_AVERYS)),
        (at(-1, 12, 40), partial(_end, person=MORGAN, ended_at=at(-1, 12, 30))),
        (at(-1, 17, 20), partial(_at_the_desk, person=SAM)),
        (ended_at - _SESSION - timedelta(minutes=10), partial(_at_the_desk, person=SAM)),
        (ended_at + timedelta(minutes=5), partial(_end, person=SAM, ended_at=ended_at)),
    ]


def _book(db: Session, *, person: Person, starts_at: datetime) -> None:
    """An infusion, and with it the visit that follows."""
    house = people.house(db)
    infusions.book(
        db,
        patient=_patient(db, person),
        service=Service.INFUSION,
        starts_at=starts_at,
        ends_at=starts_at + _SESSION,
        by=house.jordan,
    )


def _prepare(db: Session, *, person: Person, starts_at: datetime) -> None:
    house = people.house(db)
    infusions.book(
        db,
        patient=_patient(db, person),
        service=Service.PREPARATION,
        starts_at=starts_at,
        ends_at=starts_at + _VISIT,
        practitioner=house.dr_patel,
        by=house.jordan,
    )


def _move(db: Session, *, person: Person, starts_at: datetime) -> None:
    """The visit, to a time that suits them better."""
    infusions.reschedule(db, _visit(db, person), starts_at, by=people.house(db).jordan)


def _reply(db: Session, *, person: Person, words: str) -> None:
    texting.come_in(db, person.phone, people.house(db).clinic.phone, words)


def _fill(db: Session, *, person: Person, forms: Mapping[str, Answers]) -> None:
    """Some of what they were asked, on their phone, to the end of each form."""
    for slug, answers in forms.items():
        filling.fill(db, _patient(db, person), slug, answers)


def _leave_off(db: Session, *, person: Person) -> None:
    """They stop in the middle of a form."""
    filling.fill(db, _patient(db, person), "medical-history", {}, until="mind-history")


def _at_the_desk(db: Session, *, person: Person) -> None:
    filling.do_the_rest(db, _patient(db, person))


def _end(db: Session, *, person: Person, ended_at: datetime) -> None:
    infusions.record_end(db, _infusion(db, person), ended_at, by=people.house(db).jordan)


def _hold(db: Session, *, person: Person) -> None:
    booking.complete(db, _visit(db, person), clock.now(), by=people.house(db).dr_patel)


def _call_off(db: Session, *, person: Person) -> None:
    """The clinician cannot be there after all; somebody has to find another time."""
    infusions.cancel(db, _visit(db, person), by=people.house(db).jordan)


def _patient(db: Session, person: Person) -> Patient:
    return people.find(db, person) or people.enrol(db, person)


def _infusion(db: Session, person: Person) -> Appointment:
    patient = people.find(db, person)
    assert patient is not None, "booked before"
    return db.scalars(
        select(Appointment).where(
            Appointment.patient_id == patient.id, Appointment.service == Service.INFUSION
        )
    ).one()


def _visit(db: Session, person: Person) -> Appointment:
    visit = windows.visit_after(db, _infusion(db, person))
    assert visit is not None, "booked with the infusion"
    return visit
