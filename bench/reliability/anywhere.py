"""Anything is killed at any moment while everything goes on: nothing that was believed is lost.

Patients tap links, fill in forms, keep words and text; staff write; pages of a call tell each other
ways to connect; another system enrols people over FHIR. Meanwhile app processes, workers and (on
PostgreSQL) the database's own processes die by SIGKILL, one after the other, and are started again
as a supervisor does. Whoever asked keeps a ledger: what they were told must be there at the end.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from bench.reliability import found, kept
from bench.reliability.acts import Act, Entries, Forms, Records, Replying, Taps, Writing
from bench.reliability.calls import Calls
from bench.reliability.crowd import Crowd
from bench.reliability.installation import Installation
from bench.reliability.ledger import Ledger
from bench.reliability.people import cookies_of, errand, zone_by_day
from bench.reliability.service import Service
from bench.rows import Row, at_least, at_most, seen
from tests.databases import Kind

BACK_WITHIN = 10.0  # seconds
_PATIENTS = 24


@dataclass(frozen=True)
class Load:
    """How much goes on beside the kills."""

    name: str
    pause: float  # seconds between two acts of each of the eleven who act
    hurry: float  # how many times as often as in earnest workers look around


# As much as a machine of two cores bears: whatever starts has to share them with all of it.
HARD = Load("", 0.3, 10)
# What fifty clinics' patients, staff and machines do in the ten minutes after ten: 7.6 acts a
# second by `bench.load.day.rate`; workers look around as often as in earnest.
MORNING = Load("ten o'clock of fifty clinics", 1.3, 1)


@dataclass(frozen=True)
class Outcome:
    """What the kills left behind."""

    database: str
    load: str
    seed: int
    kills: dict[str, int]  # by what was killed
    believed: dict[str, int]  # by kind
    lost: dict[str, list[str]]
    doubled: list[str]
    texts: int
    texts_lost: int
    texts_doubled: int
    texts_with_staff: int
    settled: bool
    flaws: list[str]
    fallen: list[str]  # that ended by themselves, and were started anew
    gone: list[str]  # processes that are not there at the end
    crashes: list[str]  # of the crowd: answers that nobody could read
    served: list[
        float
    ]  # seconds after each kill until whoever came was served again, and texts left
    back: list[float]  # and until all was served again, by every process
    slowest: dict[str, float]  # of `back`, by what was killed
    acts_a_second: float
    answers: dict[str, int]
    errors: dict[str, int]  # that the processes logged
    seconds: float

    @property
    def wrong(self) -> dict[str, object]:
        """What happened that must not; how soon all was served again is another matter."""
        found = {
            "lost": self.lost,
            "doubled": self.doubled,
            "flaws": self.flaws,
            "gone": self.gone,
            "crashes": self.crashes,
            "texts lost": self.texts_lost,
            "texts doubled": max(0, self.texts_doubled - sum(self.kills.values())),
            "not settled": not self.settled,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def is_clean(self) -> bool:
        """Whether nothing happened that must not, and all was served again soon."""
        return not self.wrong and max(self.back) <= BACK_WITHIN


def measure(*, full: bool) -> list[Row]:
    """Both databases, each under as much as it bears and under a morning's load."""
    seed = kept.seed()
    kills = 200 if full else 24
    rows: list[Row] = []
    runs = []
    kinds: tuple[Kind, ...] = ("sqlite", "postgresql")
    for kind, load in product(kinds, (HARD, MORNING)):
        outcome = rage(kind, load, kills=kills, seed=seed)
        rows += _rows(outcome)
        size: dict[str, float | str] = {"kills": kills, "patients": _PATIENTS, "load": load.name}
        runs.append(kept.Run(kind, size, _figures(outcome), passed=outcome.is_clean))
        kept.keep("anywhere", seed, runs)
    return rows


def rage(
    kind: Kind,
    load: Load = HARD,
    *,
    kills: int,
    seed: int,
    processes: int | None = None,
    workers: int = 2,
    worker_id: str = "bench",
) -> Outcome:
    """So many kills, and what is left when all is quiet."""
    print(f"anywhere: {kind}, {kills} kills, seed {seed} {load.name}".rstrip(), flush=True)
    chance = random.Random(f"{seed} {kind}")
    began = time.monotonic()
    installation = Installation(
        kind,
        processes,
        workers,
        patients=_PATIENTS,
        hurry=load.hurry,
        zone=zone_by_day(),
        own_server=True,
        worker_id=worker_id,
    )
    with installation as clinic, closing(Ledger(clinic.folder / "outside.jsonl")) as ledger:
        service = Service(clinic, cookies_of(clinic.database, clinic.people.patients[-1]))
        crowd = Crowd(
            acts_of(clinic, ledger, chance), ledger, clinic.urls, pause=load.pause, seed=str(seed)
        )
        began_acting = time.monotonic()
        with crowd:
            # By chance of their own, so that a seed kills the same whatever the others do.
            victims = random.Random(f"{seed} {kind} {kills}")
            returns = _kill_on(clinic, service, kills, victims)
            pace = crowd.done / (time.monotonic() - began_acting)
        settled = found.settle(clinic, ledger, 60 + 400 / load.hurry)
        texts = found.texts(clinic)
        return Outcome(
            database=kind,
            load=load.name,
            seed=seed,
            kills=dict(Counter(each.killed for each in returns)),
            believed=dict(ledger.kinds()),
            lost=found.lost(clinic, ledger),
            doubled=found.doubled(clinic, ledger),
            texts=texts.made,
            texts_lost=texts.lost,
            texts_doubled=texts.doubled,
            texts_with_staff=texts.with_staff,
            settled=settled,
            flaws=found.flaws(clinic.database),
            fallen=clinic.fallen,
            gone=sorted({*clinic.webs, *clinic.names_of_workers} - {*clinic.alive()}),
            crashes=[repr(error) for error in crowd.crashes],
            served=[each.served for each in returns],
            back=[each.back for each in returns],
            slowest=_slowest(returns),
            acts_a_second=round(pace, 1),
            answers=dict(sorted(ledger.answers.items())),
            errors=dict(found.errors(clinic)),
            seconds=round(time.monotonic() - began, 1),
        )


def acts_of(clinic: Installation, ledger: Ledger, chance: random.Random) -> list[Act]:
    """Everything that people outside do, at once."""
    people = clinic.people
    errands = [
        errand(clinic.database, patient, people.clinician) for patient in people.patients[:6]
    ]
    texted = people.patients[6:-1]
    form_id = str(found.form_named(clinic.database, "phq-2"))
    return [
        Entries(clinic, ledger, people.patients[6]),
        Entries(clinic, ledger, people.patients[7]),
        Taps(clinic, ledger, errands[0]),
        Taps(clinic, ledger, errands[1]),
        Forms(clinic, ledger, errands[2], chance),
        Forms(clinic, ledger, errands[3], chance),
        Calls(clinic, ledger, errands[4]),
        Calls(clinic, ledger, errands[5]),
        Writing(clinic, ledger, texted, chance),
        Replying(clinic, ledger, texted, chance),
        Records(clinic, ledger, form_id),
    ]


@dataclass(frozen=True)
class _Return:
    """What was killed, and seconds until whoever came was served again and until all was back."""

    killed: str
    served: float
    back: float


def _kill_on(
    clinic: Installation, service: Service, kills: int, chance: random.Random
) -> list[_Return]:
    returns = []
    kinds = ["web", "worker", *(["backend"] if clinic.server else [])]
    for number in range(kills):
        time.sleep(chance.uniform(0, 1))
        if number % len(kinds) == 0:
            chance.shuffle(kinds)
        kind = kinds[number % len(kinds)]
        began = time.monotonic()
        if kind == "backend":
            assert clinic.server is not None, "chosen only with one"
            clinic.server.kill_backend(chance.choice(clinic.server.backends()))
        else:
            names = clinic.webs if kind == "web" else clinic.names_of_workers
            name = chance.choice(names)
            clinic.kill(name)
            clinic.start(name)
        service.wait_until_served()
        served = time.monotonic() - began
        service.wait_until_back()
        returns.append(_Return(kind, round(served, 2), round(time.monotonic() - began, 2)))
    return returns


def _slowest(returns: Sequence[_Return]) -> dict[str, float]:
    return {
        kind: max(each.back for each in returns if each.killed == kind)
        for kind in sorted({each.killed for each in returns})
    }


def _figures(outcome: Outcome) -> dict[str, Any]:
    lost = sum(map(len, outcome.lost.values())) + outcome.texts_lost
    told = asdict(outcome) | {"lost": lost, "lost_by_kind": outcome.lost}
    told["kills_by_kind"] = told.pop("kills")  # how many there were is the run's size
    del told["load"]  # and so is this
    return told


def _rows(outcome: Outcome) -> list[Row]:
    name = ", ".join(filter(None, ("crash anywhere", outcome.database, outcome.load)))
    kills, believed = sum(outcome.kills.values()), sum(outcome.believed.values())
    lost = sum(map(len, outcome.lost.values()))
    return [
        at_least(f"{name}: kills", kills, "", 1),
        at_most(f"{name}: acknowledged and lost of {believed}", lost, "", 0),
        at_most(f"{name}: texts lost of {outcome.texts}", outcome.texts_lost, "", 0),
        at_most(f"{name}: texts doubled by {kills} kills", outcome.texts_doubled, "", kills),
        seen(f"{name}: of those with staff, as the rules say", outcome.texts_with_staff, ""),
        at_most(f"{name}: flaws in database and trail", len(outcome.flaws), "", 0),
        at_most(f"{name}: service back, slowest", max(outcome.back), "s", BACK_WITHIN),
        seen(f"{name}: whoever came was served again, slowest", max(outcome.served), "s"),
        at_most(f"{name}: anything else wrong", len(outcome.wrong), "", 0),
        seen(f"{name}: acts", outcome.acts_a_second, "a second"),
        seen(f"{name}: took", outcome.seconds, "s"),
    ]
