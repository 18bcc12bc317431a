"""Visits around the hours at which clocks change, and when their texts really left.

What is expected is worked out here a second time and another way: minute by minute through the
zone, asking only what its clocks show at a moment, never the moment for a time.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app import clock, wall_time
from app.messaging import delivery, outbox
from app.messaging.gateway import SmsGateway
from app.messaging.models import Message, Purpose
from app.people import enrolment
from app.people.models import Patient
from app.scheduling import moving
from app.scheduling.models import Appointment, Service
from bench.reliability.stage import BASE_URL, Stage

ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Halifax",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)
YEAR = 2027
LEAP_DAY = datetime(2028, 2, 29, 12, tzinfo=UTC)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_QUIET = (time(21), time(8))
_KIND = (time(9), time(20))  # the clinic's usual hours for asking a day ahead
_LENGTH = timedelta(minutes=50)
_PURPOSES = (Purpose.CONFIRM, Purpose.JOIN, Purpose.NUDGE)

Expected = dict[tuple[UUID, Purpose], datetime]


@dataclass
class Tally:
    """What was found over all zones."""

    visits: int = 0
    expected: int = 0
    missing: int = 0
    doubled: int = 0
    unexpected: int = 0
    wrong_minute: int = 0
    at_night: int = 0  # to somebody who had not agreed to be texted then
    wrong_instant: int = 0  # the visit itself


def changes(zone: str) -> list[datetime]:
    """The moments of the year at which a zone's clocks are changed, to the minute."""
    found = []
    hour = datetime(YEAR, 1, 1, tzinfo=UTC)
    while hour.year == YEAR:
        if _offset(hour, zone) != _offset(hour + _HOUR, zone):
            found.append(
                next(
                    hour + number * _MINUTE
                    for number in range(1, 61)
                    if _offset(hour + number * _MINUTE, zone) != _offset(hour, zone)
                )
            )
        hour += _HOUR
    return found


def around(
    scene: Stage,
    gateway: SmsGateway,
    zone: str,
    change: datetime,
    visits: int,
    chance: random.Random,
    tally: Tally,
    meanwhile: Callable[[int], None] = lambda _: None,
) -> None:
    """Book that many visits near a change three days ahead, walk the clock, compare the ledger.

    `meanwhile` is called with their count when they are booked, and may change what time it is.
    """
    booked_at = change - 3 * _DAY
    clock.stand_still(booked_at, machine=booked_at)
    with scene.database.session() as db:
        agreed = _book(db, zone, change, visits, chance)
    meanwhile(len(agreed))
    with scene.database.session(write=False) as db:
        booked = [
            (db.get_one(Appointment, visit), _first(shown, zone), its_zone)
            for visit, shown, its_zone in agreed
        ]
        expected = _expected(booked)
        tally.visits += len(booked)
        tally.wrong_instant += sum(visit.starts_at != starts for visit, starts, _ in booked)
    before = len(scene.twilio.made())
    _walk(scene, gateway)
    _compare(scene, expected, before, tally)


def _book(
    db: Session, zone: str, change: datetime, visits: int, chance: random.Random
) -> list[tuple[UUID, datetime, str]]:
    """Each visit, what was agreed, and the patient's zone. Every fourth lies about the change."""
    agreements = []
    clinic = enrolment.open_clinic(
        db,
        name="Northside Clinic",
        slug=f"c-{chance.randrange(16**12):012x}",
        zone=zone,
        phone="+13125550110",
    )
    shown = wall_time.wall(change - _MINUTE, zone).replace(second=0) + _MINUTE
    for number in range(visits):
        span = (-60, 60) if number % 4 == 0 else (-36 * 60, 36 * 60)
        agreed = shown + _MINUTE * (5 * (chance.randint(*span) // 5))
        patient = enrolment.enrol(
            db,
            clinic,
            given_name="Of",
            family_name="Many",
            phone=f"+1312{chance.randrange(2_000_000, 10_000_000)}",
            by=None,
        )
        patient.zone = zone if number % 3 else chance.choice(ZONES)
        db.flush()
        db.refresh(patient)  # its clinic is known now
        starts_at = wall_time.instant(agreed, zone)
        visit = moving.put_down(
            db,
            patient=patient,
            practitioner=None,
            service=Service.PREPARATION,
            starts_at=starts_at,
            ends_at=starts_at + _LENGTH,
            zone=zone,
            agreed=number % 2 == 0,
            by=None,
        )
        agreements.append((visit.id, agreed, patient.zone))
    return agreements


def _expected(booked: list[tuple[Appointment, datetime, str]]) -> Expected:
    """The minute of each text that is to leave."""
    texts: Expected = {}
    now = clock.now()
    for visit, starts, zone in booked:
        agreed = visit.confirmed_at is not None
        join = starts - 5 * _MINUTE
        leaves = join if agreed else _awake(join, zone)
        if leaves < starts + _LENGTH:
            texts[visit.id, Purpose.JOIN] = leaves
        nudge = starts + 3 * _MINUTE
        if agreed or _awake(nudge, zone) == nudge:
            texts[visit.id, Purpose.NUDGE] = nudge
        asks = _asks(starts, zone)
        if not (agreed and asks - now <= _DAY):
            texts[visit.id, Purpose.CONFIRM] = asks
    return texts


def _asks(starts: datetime, zone: str) -> datetime:
    """A day before on the patient's clock, in the kind hours of that day."""
    shown = _shown(starts, zone)
    day_before = shown - _DAY
    moment = _first(day_before, zone)
    there = _shown(moment, zone)
    kind = min(max(there.time(), _KIND[0]), _KIND[1])
    return moment if kind == there.time() else _first(datetime.combine(there.date(), kind), zone)


def _awake(moment: datetime, zone: str) -> datetime:
    """That minute, or the first one after it that is not in the night."""
    while not _QUIET[1] <= _shown(moment, zone).time() < _QUIET[0]:
        moment += _MINUTE
    return moment


def _first(shown: datetime, zone: str) -> datetime:
    """The first minute at which clocks show at least that."""
    moment = shown.replace(tzinfo=UTC) - _offset(shown.replace(tzinfo=UTC), zone) - 3 * _HOUR
    while _shown(moment, zone) < shown:
        moment += _MINUTE
    return moment


def _shown(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _offset(moment: datetime, zone: str) -> timedelta:
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset


def _walk(scene: Stage, gateway: SmsGateway) -> None:
    """From one due text to the next, sending what is due, until none is left."""
    while True:
        with scene.database.session(write=False) as db:
            due_at = outbox.next_due(db)
        if due_at is None:
            return
        moment = max(clock.now(), due_at)
        clock.stand_still(moment, machine=moment)
        while delivery.send_one(scene.database, gateway, "walker", BASE_URL):
            pass


def _compare(scene: Stage, expected: Expected, before: int, tally: Tally) -> None:
    left: Counter[tuple[UUID, Purpose]] = Counter()
    with scene.database.session(write=False) as db:
        for text in scene.twilio.made()[before:]:
            row = db.get_one(Message, UUID(text.names))
            if row.purpose not in _PURPOSES or row.appointment_id is None:
                continue
            which = (row.appointment_id, row.purpose)
            moment = datetime.fromisoformat(text.made_at)
            left[which] += 1
            patient = db.get_one(Patient, row.patient_id)
            tally.unexpected += which not in expected
            tally.wrong_minute += which in expected and moment != expected[which]
            is_night = _awake(moment, patient.zone) != moment
            tally.at_night += is_night and not row.at_any_hour
    tally.expected += len(expected)
    tally.missing += sum(which not in left for which in expected)
    tally.doubled += sum(times - 1 for times in left.values())
