"""A deploy under load: every process leaves by SIGTERM and comes back, one after the other.

nginx stands in front, as in earnest; people behind it go on with all they do. Nobody may be told
that something failed, nothing that was believed may be lost, and every line of a call comes back.
"""

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.reliability import found, kept
from bench.reliability.anywhere import acts_of
from bench.reliability.crowd import Crowd
from bench.reliability.installation import Installation, free_port
from bench.reliability.ledger import Ledger
from bench.reliability.people import zone_by_day
from bench.rows import Row, at_least, at_most, seen

_PATIENTS = 24
_LINGER = 1  # seconds that a process goes on answering after it said that it leaves
_CALLS = "calls"  # lines break when their process leaves, and are opened anew: that is no failure
_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  map $http_upgrade $line {{ default upgrade; "" close; }}
  upstream apps {{ {apps} }}
  server {{
    listen 127.0.0.1:{port}; client_max_body_size 0;
    location / {{
      proxy_pass http://apps; proxy_http_version 1.1; proxy_connect_timeout 1s;
      proxy_set_header Host $host; proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $line;
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Outcome:
    """What a deploy left behind."""

    renewals: int
    believed: dict[str, int]
    lost: dict[str, list[str]]
    doubled: list[str]
    texts: int
    texts_lost: int
    texts_doubled: int
    failed: dict[str, int]  # requests nobody answered, or with an error of ours
    lines_reopened: int
    flaws: list[str]
    crashes: list[str]
    slowest_leave: float  # seconds
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether nobody outside noticed, but by a line that came back."""
        wrong = (self.lost, self.doubled, self.failed, self.flaws, self.crashes)
        return not any(wrong) and self.texts_lost == self.texts_doubled == 0


def measure(*, full: bool) -> list[Row]:
    """PostgreSQL, four app processes and two workers: SQLite's one process has nobody beside it."""
    seed = kept.seed()
    outcome = deploy(rounds=5 if full else 1, seed=seed)
    figures = asdict(outcome) | {"lost": sum(map(len, outcome.lost.values()))}
    kept.keep(
        "renewing",
        seed,
        [
            kept.Run(
                "postgresql",
                {"renewals": outcome.renewals, "patients": _PATIENTS},
                figures,
                passed=outcome.is_clean,
            )
        ],
    )
    return _rows(outcome)


def deploy(*, rounds: int, seed: int, processes: int = 4, worker_id: str = "bench") -> Outcome:
    """Every process renewed so many times, under load from the first to the last."""
    began = time.monotonic()
    with (
        _Fronted(
            "postgresql",
            processes,
            2,
            patients=_PATIENTS,
            zone=zone_by_day(),
            environment={"leave_seconds": str(_LINGER)},
            worker_id=worker_id,
        ) as clinic,
        closing(Ledger(clinic.folder / "outside.jsonl")) as ledger,
        _front(clinic) as url,
    ):
        clinic.front = url
        acts = acts_of(clinic, ledger, random.Random(f"{seed}"))
        with (crowd := Crowd(acts, ledger, [url], pause=0.2, seed=str(seed))):
            leaves = _renew(clinic, rounds)
        found.settle(clinic, ledger, 60)
        texts = found.texts(clinic)
        return Outcome(
            renewals=len(leaves),
            believed=dict(ledger.kinds()),
            lost=found.lost(clinic, ledger),
            doubled=found.doubled(clinic, ledger),
            texts=texts.made,
            texts_lost=texts.lost,
            texts_doubled=texts.doubled,
            failed=_failed(ledger.answers),
            lines_reopened=ledger.answers[f"{_CALLS} nobody"],
            flaws=found.flaws(clinic.database),
            crashes=[repr(error) for error in crowd.crashes],
            slowest_leave=round(max(leaves), 1),
            seconds=round(time.monotonic() - began, 1),
        )


class _Fronted(Installation):
    """Once `front` is set, everybody outside knows that address alone."""

    front = ""

    @property
    def urls(self) -> list[str]:
        return [self.front] if self.front else super().urls


def _renew(clinic: Installation, rounds: int) -> list[float]:
    """How long each took to leave."""
    leaves = []
    for _ in range(rounds):
        for name in (*clinic.webs, *clinic.names_of_workers):
            time.sleep(1)
            began = time.monotonic()
            clinic.kill(name, by=signal.SIGTERM)
            leaves.append(time.monotonic() - began)
            clinic.start(name)
            if name in clinic.webs:
                clinic.wait_until_ready(name, path="/readyz?only=pages")
    return leaves


def _failed(answers: Counter[str]) -> dict[str, int]:
    told = {}
    for kind, count in answers.items():
        what, _, how = kind.rpartition(" ")
        if what != _CALLS and (how in ("nobody", "0") or how.startswith("5")):
            told[kind] = count
    return told


@contextmanager
def _front(clinic: Installation) -> Iterator[str]:
    port, folder = free_port(), Path(clinic.folder) / "front"
    folder.mkdir()
    apps = " ".join(
        f"server {url.removeprefix('http://')} max_fails=1 fail_timeout=1s;" for url in clinic.urls
    )
    written = folder / "nginx.conf"
    written.write_text(_NGINX.format(folder=folder, port=port, apps=apps))
    running = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(written)])
    try:
        time.sleep(0.3)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(20)


def _rows(outcome: Outcome) -> list[Row]:
    believed = sum(outcome.believed.values())
    lost = sum(map(len, outcome.lost.values()))
    return [
        at_least("deploy under load: processes renewed", outcome.renewals, "", 6),
        at_most("deploy under load: requests that failed", sum(outcome.failed.values()), "", 0),
        at_most(f"deploy under load: acknowledged and lost of {believed}", lost, "", 0),
        at_most(f"deploy under load: texts lost of {outcome.texts}", outcome.texts_lost, "", 0),
        at_most("deploy under load: texts doubled", outcome.texts_doubled, "", 0),
        at_most("deploy under load: anything else wrong", 0 if outcome.is_clean else 1, "", 0),
        seen("deploy under load: lines of calls opened anew", outcome.lines_reopened, ""),
        seen("deploy under load: slowest to leave", outcome.slowest_leave, "s"),
    ]
