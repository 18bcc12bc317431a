"""Every address as everybody, on their own things and on others'; and two after one hour.

What should come of it is declared in `app/web/access`; the cells are those of the house's own test,
every route and method there is. A leak is a cell that lets in whom it should not, or an answer that
holds a word of a patient about whom its reader may know nothing. The race goes through real
processes: two bookings of one hour at the same moment, by staff, each at another process.
"""

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import get_args
from urllib.parse import urlencode

from sqlalchemy import func, select

from app import clock, logs
from app.scheduling import calendars
from app.scheduling.models import Appointment
from app.web import even_pace
from app.web.middleware import failing_slowly
from bench.reliability import kept
from bench.reliability.installation import Installation
from bench.reliability.kept import Run
from bench.reliability.lines import Line, lines
from bench.reliability.people import cookies_of
from bench.rows import Row, at_least, at_most, seen
from tests.databases import Kind
from tests.house import addresses
from tests.house import test_access_matrix as matrix
from tests.house.test_access_matrix import Comes

_FORM = {"content-type": "application/x-www-form-urlencoded"}
_HOURS = range(1, 22)  # in which the clinic is staffed, whatever the clocks do that night
_PAIRS_AT_ONCE = 8


@dataclass(frozen=True)
class Tried:
    """What came of trying every cell."""

    database: str
    routes: int
    principals: int
    cells: int
    wrong: int  # not as declared
    across: int  # let in to things of the neighbour clinic
    canaries: int  # words of others in answers
    seconds: float

    @property
    def leaks(self) -> int:
        """Cells that should not have been as they were."""
        return self.wrong + self.across + self.canaries


@dataclass(frozen=True)
class Raced:
    """What came of two after each hour."""

    database: str
    hours: int
    won_once: int
    won_twice: int
    unclear: int  # told neither yes nor no
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether every hour went to one of the two, and the other was told."""
        return self.won_once == self.hours and self.won_twice == self.unclear == 0


def measure(*, full: bool) -> list[Row]:
    """Both on both databases; the race on PostgreSQL with four app processes."""
    seed, runs, rows = kept.seed(), [], []
    for kind in get_args(Kind):
        told = tried(kind)
        raced = race(kind, hours=1_000 if full else 150, seed=seed)
        rows += _rows(told, raced)
        runs.append(_run(told, raced))
        kept.keep("access", seed, runs)
    return rows


def tried(kind: Kind) -> Tried:
    """Every cell there is."""
    began = time.monotonic()
    came: Counter[str] = Counter()
    logs.configure("text", quiet=True)  # it runs in this process
    try:
        with _at_once(), matrix.the_house(kind) as house:
            for who in matrix.PRINCIPALS:
                for whose in matrix.WHOSE:
                    _try_pages(house, who, whose, came)
                    _try_lines(house, who, whose, came)
    finally:
        clock.stand_still(None)
    return Tried(
        database=kind,
        routes=len(matrix.ROUTES),
        principals=len(matrix.PRINCIPALS),
        cells=came["cells"],
        wrong=came["wrong"],
        across=came["across"],
        canaries=came["canaries"],
        seconds=round(time.monotonic() - began, 1),
    )


@contextmanager
def _at_once() -> Iterator[None]:
    """Refusals are not held: one client asks for all of them, thousands in a row."""
    held = even_pace.STEP_SECONDS, failing_slowly.SECONDS
    even_pace.STEP_SECONDS, failing_slowly.SECONDS = 0.001, 0.0
    try:
        yield
    finally:
        even_pace.STEP_SECONDS, failing_slowly.SECONDS = held


def _try_pages(house: matrix.House, who: str, whose: str, came: Counter[str]) -> None:
    for name, method in matrix.asked_about(whose):
        should = matrix.expected(name, matrix.PRINCIPALS[who], whose)
        is_in, answer = matrix.ask(house, name, method, who, whose)
        came["cells"] += 1
        if not matrix.as_declared(name, is_in, should):
            _note(came, "wrong", f"{who}, {whose}: {method} {name}: {is_in}, not {should}")
        if is_in is Comes.IN and should is not Comes.IN and _is_across(who, whose):
            came["across"] += 1
        for secret in matrix.others_secrets(who, answer):
            _note(came, "canaries", f"{who}, {whose}: {method} {name}: {secret}")


def _try_lines(house: matrix.House, who: str, whose: str, came: Counter[str]) -> None:
    for name in matrix.SOCKETS:
        if whose != "own" and not addresses.ours(matrix.ROUTES[name][0]):
            continue
        should = matrix.expected(name, matrix.PRINCIPALS[who], whose) is Comes.IN
        came["cells"] += 1
        if matrix.is_carried(house, name, who, whose) is not should:
            _note(came, "wrong", f"{who}, {whose}: line {name}, should be {should}")


def _note(came: Counter[str], what: str, said: str) -> None:
    came[what] += 1
    print(f"{what}: {said}", flush=True)


def _is_across(who: str, whose: str) -> bool:
    return matrix.PRINCIPALS[who].at_neighbours is not (whose == "neighbours")


def race(kind: Kind, *, hours: int, seed: int) -> Raced:
    """So many hours of one clinician, each wanted by two at the same moment."""
    with Installation(kind, workers=0, patients=40) as clinic:
        return race_at(clinic, hours=hours, seed=seed)


def race_at(clinic: Installation, *, hours: int, seed: int) -> Raced:
    """The same at a clinic that stands, whose clinician has no visits yet."""
    began = time.monotonic()
    said = asyncio.run(_Race(clinic, random.Random(seed)).run(hours))
    held = _held(clinic)
    unclear = [both for both in said if sorted(both) != [303, 422]]
    if unclear:
        print(f"race, {clinic.kind}: answered {unclear}", flush=True)
    return Raced(
        database=clinic.kind,
        hours=hours,
        won_once=sum(1 for count in held if count == 1),
        won_twice=sum(1 for count in held if count > 1),
        unclear=len(unclear),
        seconds=round(time.monotonic() - began, 1),
    )


class _Race:
    """Coordinator and administrator, who book for two patients in the same breath."""

    def __init__(self, clinic: Installation, chance: random.Random) -> None:
        self._clinic, self._chance = clinic, chance
        people = clinic.people
        self._cookies = [
            "; ".join(f"{name}={value}" for name, value in cookies_of(clinic.database, who).items())
            for who in (people.coordinator, people.administrator)
        ]

    async def run(self, hours: int) -> list[list[int]]:
        """The two answers to each pair."""
        wanted = list(_starts(hours))
        self._chance.shuffle(wanted)
        said: list[list[int]] = []
        left = iter(enumerate(wanted))

        async def go_on(pair: list[Line]) -> None:
            for number, start in left:
                forms = (self._form(start, 2 * number), self._form(start, 2 * number + 1))
                asked = zip(pair, self._cookies, forms, strict=True)
                both = await asyncio.gather(
                    *(
                        line.ask("POST", "/clinic/book", _FORM | {"cookie": cookie}, form)
                        for line, cookie, form in asked
                    )
                )
                said.append([heard.status for heard in both])

        async with lines(self._clinic.urls, 2 * _PAIRS_AT_ONCE) as opened:
            pairs = [opened[at : at + 2] for at in range(0, len(opened), 2)]
            await asyncio.gather(*map(go_on, pairs))
        return said

    def _form(self, start: str, number: int) -> bytes:
        patients = self._clinic.people.patients
        wanted = {
            "patient": str(patients[number % len(patients)].id),
            "service": "consultation",
            "practitioner": str(self._clinic.people.clinician.id),
            "starts_at": start,
            "minutes": "50",
        }
        return urlencode(wanted).encode()


def _starts(hours: int) -> Iterator[str]:
    """So many whole hours from the day after tomorrow on, by the clinic's wall clock."""
    first: date = clock.now().date() + timedelta(days=2)
    for day in range(math.ceil(hours / len(_HOURS))):
        for hour in list(_HOURS)[: hours - day * len(_HOURS)]:
            yield f"{first + timedelta(days=day)}T{hour:02d}:00"


def _held(clinic: Installation) -> list[int]:
    """How many open visits begin at each hour that has any."""
    counted = (
        select(func.count(Appointment.id))
        .where(
            Appointment.practitioner_id == clinic.people.clinician.id,
            Appointment.status.in_(calendars.OPEN),
        )
        .group_by(Appointment.starts_at)
    )
    with clinic.database.session(write=False) as db:
        return list(db.scalars(counted))


def _run(told: Tried, raced: Raced) -> Run:
    size = {"cells": told.cells, "hours": raced.hours}
    figures = asdict(told) | {"leaks": told.leaks, "race": asdict(raced)}
    figures = {name: value for name, value in figures.items() if name not in ("database", "cells")}
    return Run(told.database, size, figures, told.leaks == 0 and raced.is_clean)


def _rows(told: Tried, raced: Raced) -> list[Row]:
    name = f"access, {told.database}"
    size = f"{told.routes} routes × {told.principals}, {told.cells} cells"
    return [
        at_most(f"{name}: not as declared ({size})", told.wrong, "", 0),
        at_most(f"{name}: let in at the neighbour clinic's", told.across, "", 0),
        at_most(f"{name}: words of others in answers", told.canaries, "", 0),
        at_least(f"{name}: hours that went to one of two", raced.won_once, "", raced.hours),
        at_most(f"{name}: hours given twice", raced.won_twice, "", 0),
        at_most(f"{name}: told neither yes nor no", raced.unclear, "", 0),
        seen(f"{name}: took", told.seconds + raced.seconds, "s"),
    ]
