"""The whole guide, and what it must come to."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.newcomer import guide, repository, several
from bench.newcomer.machine import Machine, Told, debian, missing
from bench.rows import Row, at_least, at_most, seen
from e2e.hosts.network import Network

SITE = "care.example.org"
_OWN = {
    "SITE": SITE,
    "REPOSITORY": "file:///srv/afterglow.git",
    "RELEASE": "release-1",
    "NEXT": "release-2",
}
KEPT = Path(os.environ.get("AFTERGLOW_NEWCOMER", "/var/tmp/afterglow-newcomer"))
_AFTERWARDS = """
systemctl is-active afterglow caddy coturn afterglow-doctor.timer
systemctl start afterglow-doctor.service
test -z "$(systemctl --failed --plain --no-legend)"
curl --silent --show-error --http2 --output /dev/null --write-out 'http %{http_version}\\n' \\
  "https://$SITE/healthz"
"""

_SHOWN = ("===", "ok ", "warn ", "fail ", "All is well", "http ")


def measure(*, full: bool) -> list[Row]:
    """Parts one and two on one machine; `full`: part three on three, too.

    None where this machine cannot boot others.
    """
    if lacks := missing():
        print(f"newcomer: not played, {', '.join(lacks)} is missing", flush=True)
        return []
    KEPT.mkdir(parents=True, exist_ok=True)
    base = debian(KEPT)
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        bound = {str(repository.made(Path(folder))): "/srv/afterglow.git"}
        rows = list(one_machine(Path(folder), base, bound))
        if full:
            rows += three_machines(Path(folder), base, bound)
        return rows


def three_machines(folder: Path, base: Path, bound: dict[str, str]) -> Iterator[Row]:
    """PostgreSQL, and two hosts before it."""
    with several.Hosts(folder, base, bound, _OWN) as hosts:
        yield from several.played(hosts, _judged)


def one_machine(folder: Path, base: Path, bound: dict[str, str]) -> Iterator[Row]:
    """SQLite: installed, copied, restored, upgraded and rolled back."""
    with Network("one") as network, Machine(folder, base, network, "one", bound) as machine:
        machine.knows(**{SITE.replace(".", "_"): machine.address})
        began = time.monotonic()
        told = machine.run(_typed() + _AFTERWARDS)
        yield from _judged("one machine", told, greens=3)
        yield seen("newcomer: one machine, whole guide", time.monotonic() - began, "s")
        again = machine.run(
            "systemctl restart afterglow caddy coturn && afterglow doctor --wait 60"
        )
        yield from _judged("one machine, services restarted", again, greens=1)


def _typed() -> str:
    parts = [*guide.blocks("One machine"), *guide.blocks("Keep it running")]
    return guide.filled(guide.script(parts), _OWN)


def _judged(name: str, told: Told, greens: int) -> Iterator[Row]:
    lines = told.words.splitlines()
    shown = lines[-40:] if told.code else [line for line in lines if line.startswith(_SHOWN)]
    print("\n".join(shown), flush=True)
    failed = sum(line.startswith("fail ") for line in lines)
    yield at_most(f"newcomer: {name}, ended with", told.code, "", 0)
    yield at_least(f"newcomer: {name}, green doctors", told.words.count("All is well"), "", greens)
    yield at_most(f"newcomer: {name}, red lines", failed, "", 0)
