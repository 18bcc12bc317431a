"""Every key is turned twice, a master key among them, while processes enrol and look for people.

The same new numbers are posted at all processes at once: each may stand there once. The worker that
seals anew is killed again and again. At the end everything has to open with the new master key
alone, and nothing may stand under an older key.
"""

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from pydantic import SecretStr

from app.db import key_counts, resealing
from app.db.engine import Database
from app.security.encryption import Unreadable
from bench.reliability import kept
from bench.reliability.browser import UNHEARD, Browser
from bench.reliability.installation import Installation
from bench.reliability.kept import Run
from bench.reliability.stage import _KEYS, _environment
from bench.rows import Row, at_most, seen
from tests.databases import Kind
from tests.sealed import know_every_table, opened

_NEW = "n" * 40
_HURRY = 10  # the minute after which numbers move is six seconds
_LONGEST_WAIT = 180.0


@dataclass
class Told:
    """What the processes answered."""

    ids: dict[str, set[str]] = field(default_factory=dict)  # by number
    answers: Counter[int] = field(default_factory=Counter)
    missed: int = 0  # searches that did not find who is there
    lock: threading.Lock = field(default_factory=threading.Lock)


def measure(*, full: bool) -> list[Row]:
    """Both databases."""
    know_every_table()
    seed = kept.seed()
    runs: list[Run] = []
    for kind in get_args(Kind):
        runs.append(turn(kind, random.Random(seed), seconds=120 if full else 25))
        kept.keep("turning", seed, runs)
    rows: list[Row] = []
    for run in runs:
        name = f"keys turned twice, {run.database}"
        rows.append(seen(f"{name}: numbers enrolled meanwhile", run.figures["numbers"], "numbers"))
        rows.append(seen(f"{name}: values that open", run.figures["values"], "values"))
        rows.append(seen(f"{name}: until all stood anew", run.figures["seconds"], "s"))
        rows += [
            at_most(f"{name}: {what}", run.figures[what], "", 0)
            for what in ("doubled", "lost", "missed", "unreadable", "left", "failed")
        ]
    return rows


def turn(kind: Kind, dice: random.Random, *, seconds: float, patients: int = 300) -> Run:
    """One run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "keys"
        file.write_text(_KEYS["encryption_keys"])
        environment = {"encryption_keys": "", "encryption_keys_file": str(file)}
        with Installation(
            kind, workers=1, patients=patients, hurry=_HURRY, environment=environment
        ) as clinic:
            return _run(clinic, file, dice, seconds)


def _run(clinic: Installation, file: Path, dice: random.Random, seconds: float) -> Run:
    told, until = Told(), time.monotonic() + seconds
    writers = [
        threading.Thread(target=_enrol, args=(clinic.browser(place), clinic, told, until))
        for place in range(max(4, clinic.processes))
    ]
    for writer in writers:
        writer.start()
    _afterglow(clinic, file, "keys", "rotate")
    kills = _kill_worker(clinic, dice, time.monotonic() + seconds / 3)
    old = file.read_text()
    file.write_text(f"{_NEW}\n{old}\n")
    _afterglow(clinic, file, "keys", "rotate")
    kills += _kill_worker(clinic, dice, until)
    for writer in writers:
        writer.join()
    new = SecretStr(_NEW)
    both = clinic.settings.model_copy(update={"encryption_keys": (new, SecretStr(old))})
    began = time.monotonic()
    kills += _kill_worker(clinic, dice, began + seconds / 4)
    left = _wait(Database(clinic.url, both))
    waited = time.monotonic() - began
    alone = Database(clinic.url, clinic.settings.model_copy(update={"encryption_keys": (new,)}))
    try:
        values = opened(alone)
    except Unreadable:
        values = {}
    numbers = Counter(
        value for (table, _, name), value in values.items() if (table, name) == ("patient", "phone")
    )
    figures = {
        "numbers": len(told.ids),
        "values": len(values),
        "seconds": round(waited, 1),
        "doubled": sum(len(ids) > 1 for ids in told.ids.values())
        + sum(count > 1 for count in numbers.values()),
        "lost": sum(number not in numbers for number in told.ids),
        "missed": told.missed,
        "unreadable": int(not values),
        "left": left,
        "failed": sum(count for status, count in told.answers.items() if status >= 500),
        "answers": dict(told.answers),
    }
    wrong = ("doubled", "lost", "missed", "unreadable", "left", "failed")
    passed = not any(figures[what] for what in wrong) and bool(told.ids)
    size = {"seconds": seconds, "processes": clinic.processes, "kills": kills}
    return Run(clinic.kind, size, figures, passed)


def _enrol(browser: Browser, clinic: Installation, told: Told, until: float) -> None:
    headers = {"Authorization": f"Bearer {clinic.people.fhir_key}"}
    number = 0
    while time.monotonic() < until:
        number += 1
        phone = f"+1415555{number:04}"
        body = {
            "resourceType": "Patient",
            "name": [{"given": [f"P{number}"], "family": "Osei"}],
            "telecom": [{"system": "phone", "value": phone}],
        }
        try:
            answer = browser.post("/fhir/R4/Patient", data=body, headers=headers)
            with told.lock:
                told.answers[answer.status] += 1
                if answer.status in (200, 201):
                    told.ids.setdefault(phone, set()).add(answer.json()["id"])
            found = browser.get(f"/fhir/R4/Patient?phone={phone.replace('+', '%2B')}", headers)
            with told.lock:
                told.answers[found.status] += 1
                if found.status == 200 and phone in told.ids:
                    told.missed += found.json().get("total") != 1
        except UNHEARD:
            with told.lock:
                told.answers[599] += 1
        time.sleep(0.02)


def _kill_worker(clinic: Installation, dice: random.Random, until: float) -> int:
    [worker] = clinic.names_of_workers
    kills = 0
    while time.monotonic() < until:
        time.sleep(dice.uniform(1, 4))
        clinic.kill(worker)
        clinic.start(worker)
        kills += 1
    return kills


def _afterglow(clinic: Installation, file: Path, *words: str) -> None:
    """An operator's command, beside everything that runs."""
    named = {"AFTERGLOW_ENCRYPTION_KEYS": "", "AFTERGLOW_ENCRYPTION_KEYS_FILE": str(file)}
    subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", *words],
        env=_environment(clinic.settings, clinic.url) | named | {"PYTHONPATH": str(Path.cwd())},
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=clinic.folder,
    )


def _wait(database: Database) -> int:
    """Until nothing stands under an older key; how much does after the longest wait."""
    until = time.monotonic() + _LONGEST_WAIT
    while True:
        with database.session(write=False) as db:
            newest = list(resealing.newest_keys(db))
            left = sum(resealing.left_under(db, owner, key) for owner, key in newest)
            left += key_counts.sealed_by_master(db).total()
        if not left or time.monotonic() > until:
            return left
        time.sleep(1)
