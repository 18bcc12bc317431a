"""The disk is full, too small or broken, the app is killed, the power goes: nothing that was said
to be kept is lost, and nothing is said to be kept that is not.

Patients keep words without a pause. A fault begins, lasts a moment and is over; nobody does
anything but start again what has died. Then the clinic must serve as before.
"""

import random
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass

from app.people.models import Patient
from bench.reliability import faults, found, kept
from bench.reliability.acts import Entries
from bench.reliability.crowd import Crowd
from bench.reliability.faults import Fault
from bench.reliability.installation import Installation
from bench.reliability.ledger import Ledger
from bench.reliability.people import cookies_of
from bench.reliability.service import Service
from bench.rows import Row, at_least, at_most
from tests.databases import Kind

BACK_WITHIN = 10.0  # seconds
_WRITERS = 4
_COMMITS = 10
_MANY_WORDS = " And on." * 1500  # so that files grow
_FAULTS: dict[Kind, dict[str, Fault]] = {
    "sqlite": {
        "full disk": faults.full_disk,
        "small files": faults.small_files,
        "broken disk": faults.broken_disk,
        "app killed": faults.killed_app,
    },
    "postgresql": {
        "small files": faults.small_files,
        "broken disk": faults.broken_disk,
        "power cut": faults.power_cut,
        "app killed": faults.killed_app,
    },
}
_TIMES = {"full disk": 10, "small files": 10, "broken disk": 10, "power cut": 20, "app killed": 100}


@dataclass(frozen=True)
class Outcome:
    """What faults of one kind left behind."""

    database: str
    fault: str
    times: int
    seed: int
    believed: int  # entries that were said to be kept
    lost: int
    refused: int  # entries that were said not to be kept, or about which nothing was said
    strange: list[str]  # answers that are neither: not "kept", not "not now"
    flaws: list[str]
    back: list[float]  # seconds after each until all was served again
    crashes: list[str]
    commits: int  # before any fault, one entry after the other
    syncs: int  # and how often the disk was waited for meanwhile

    @property
    def is_right(self) -> bool:
        """Whether nothing happened that must not, and the fault was felt at all."""
        wrong = self.lost or self.strange or self.flaws or self.crashes
        was_felt = self.refused > 0 and self.believed > 0
        return not wrong and was_felt and self.syncs >= self.commits

    @property
    def is_clean(self) -> bool:
        """The same, and all was served again soon."""
        return self.is_right and max(self.back) <= BACK_WITHIN


def measure(*, full: bool) -> list[Row]:
    """Every fault on both databases, and what a commit waits for."""
    seed = kept.seed()
    rows: list[Row] = []
    runs = []
    for kind in ("sqlite", "postgresql"):
        for fault in _FAULTS[kind]:
            times = _TIMES[fault] if full else max(2, _TIMES[fault] // 10)
            outcome = suffer(kind, fault, times=times, seed=seed)
            rows += _rows(outcome)
            figures = asdict(outcome)
            runs.append(kept.Run(kind, {fault: times}, figures, passed=outcome.is_clean))
            kept.keep("storage", seed, runs)
    return rows


def suffer(
    kind: Kind,
    *names: str,
    times: int,
    seed: int,
    longest: float = 1.5,
    processes: int | None = None,
    worker_id: str = "bench",
) -> Outcome:
    """Faults of these kinds, so often each and so many seconds, while words are kept; and what is
    left.
    """
    print(f"storage: {kind}, {', '.join(names)}, {times} times, seed {seed}", flush=True)
    chance = random.Random(f"{seed} {kind} {names}")
    installation = Installation(
        kind,
        processes,
        0,
        patients=_WRITERS + 1,
        own_server=True,
        worker_id=worker_id,
    )
    with installation as clinic, closing(Ledger(clinic.folder / "outside.jsonl")) as ledger:
        if "full disk" in names:
            faults.under_limit(clinic)
        *writers, asking = clinic.people.patients
        synced = _synced(clinic, ledger, writers[0])
        service = Service(clinic, cookies_of(clinic.database, asking))
        acts = [Entries(clinic, ledger, patient, _MANY_WORDS) for patient in writers]
        with Crowd(acts, ledger, clinic.urls, pause=0.05, seed=f"{seed}") as crowd:
            wanted = [_FAULTS[kind][name] for name in names] * times
            back = _befall(clinic, service, wanted, longest, chance)
        name = ", ".join(names)
        return _outcome(clinic, ledger, crowd, back, synced, fault=name, times=times, seed=seed)


def _synced(clinic: Installation, ledger: Ledger, patient: Patient) -> int:
    """How often the disk was waited for while a few entries were kept."""
    act = Entries(clinic, ledger, patient)
    act.once()  # so that every line to the database is open
    with faults.traced(clinic) as seen:
        for _ in range(_COMMITS):
            act.once()
    assert len(ledger.heard("entries")) == 1 + _COMMITS, ledger.answers
    return faults.synced(seen)


def _befall(
    clinic: Installation,
    service: Service,
    wanted: Sequence[Fault],
    longest: float,
    chance: random.Random,
) -> list[float]:
    back = []
    for fault in wanted:
        time.sleep(chance.uniform(0.1, 0.6))
        fault(clinic, chance.uniform(longest / 2, longest))
        back.append(round(service.wait_until_back(), 2))
    return back


def _outcome(
    clinic: Installation,
    ledger: Ledger,
    crowd: Crowd,
    back: list[float],
    synced: int,
    *,
    fault: str,
    times: int,
    seed: int,
) -> Outcome:
    kept_or_not = {"entries 200", "entries 201", "entries 503", "entries nobody"}
    refused = ledger.answers["entries 503"] + ledger.answers["entries nobody"]
    return Outcome(
        database=clinic.kind,
        fault=fault,
        times=times,
        seed=seed,
        believed=len(ledger.heard("entries")),
        lost=len(found.lost(clinic, ledger).get("entries", [])),
        refused=refused,
        strange=sorted(ledger.answers.keys() - kept_or_not),
        flaws=found.flaws(clinic.database),
        back=back,
        crashes=[*map(repr, crowd.crashes), *_crashes(clinic)],
        commits=_COMMITS,
        syncs=synced,
    )


def _crashes(clinic: Installation) -> list[str]:
    """What the processes themselves took for a fault of ours, by kind and place."""
    return [line.partition("kind=")[2] for line in clinic.logs().splitlines() if " crash " in line]


def _rows(outcome: Outcome) -> list[Row]:
    name = f"storage, {outcome.database}, {outcome.fault} × {outcome.times}"
    return [
        at_most(f"{name}: kept and lost of {outcome.believed}", outcome.lost, "", 0),
        at_most(f"{name}: service back, slowest", max(outcome.back), "s", BACK_WITHIN),
        at_least(f"{name}: fdatasync of {outcome.commits} commits", outcome.syncs, "", _COMMITS),
        at_most(f"{name}: anything else wrong", 0 if outcome.is_clean else 1, "", 0),
    ]
