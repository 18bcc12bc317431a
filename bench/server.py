"""A question's page for a signed-in patient, driven by wrk beside the same page on other servers.

Ours is a process of `afterglow serve` under the settings of production, with everything: session,
headers, compression. Django and Flask run under gunicorn's sync worker, their fastest; plain text
and a template without data behind it under the uvicorn that we run. All take turns in every round.
"""

import statistics
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.intake import packets
from app.people.models import Patient
from app.questionnaires import library
from bench.peers import servers
from bench.peers.scratch import NotInstalledError, scratch
from bench.peers.wrk import AT_ONCE, Driven, be_there, drive
from bench.reliability.browser import BASE_URL
from bench.reliability.installation import Installation
from bench.reliability.people import cookies_of
from bench.rows import Row, absent, at_least, at_most, seen
from bench.saves import Walk, saving, walks_of
from tests.databases import Kind

_OURS, _PLAIN, _BARE = "ours, sqlite", "plain text", "bare template"
_FIRST = "ours, first question"
_ORM = (("Django", "django_site", "application"), ("Flask", "flask_site", "app"))
_HOME, _PROMPT, _POSTGRES = "home", "prompt", "ours, postgresql"


@dataclass(frozen=True)
class Target:
    """A page and the headers of who asks for it."""

    url: str
    headers: Mapping[str, str]
    pid: int  # of the server


Taken = dict[str, list[Driven]]


def measure(*, full: bool) -> list[Row]:
    """Rates and lateness, ours and the others'."""
    rounds, seconds = (5, 6) if full else (3, 4)
    try:
        be_there()
    except NotInstalledError as error:
        return [absent("question page: rate", str(error))]
    with ExitStack() as running:
        folder = running.enter_context(scratch())
        # One after the other: this process has the keys of the installation that came last.
        sqlite = running.enter_context(_ours("sqlite"))
        ours, walks = _our_pages(sqlite), {"sqlite": walks_of(sqlite)}
        postgresql = running.enter_context(_ours("postgresql"))
        there, walks["postgresql"] = _our_pages(postgresql), walks_of(postgresql)
        theirs, rows = _theirs(running, folder)
        targets = ours | theirs | {_POSTGRES: there[_OURS]}
        rows += _rates(_take_turns(targets, rounds, seconds))
        for kind, patients in walks.items():
            rows += saving(patients, kind, seconds=10 if full else 4)
        return rows


def _theirs(running: ExitStack, folder: Path) -> tuple[dict[str, Target], list[Row]]:
    """The others' pages, and a row for who is not to be had."""
    place = servers.material(folder)
    targets: dict[str, Target] = {}
    missing: list[Row] = []
    for name, module, count in ((_PLAIN, "plain", 1), (_BARE, "bare", 9)):
        url, pid = running.enter_context(servers.on_uvicorn(place, module))
        targets[name] = Target(f"{url}/form/{count}", _asking({}), pid)
    for name, module, app in _ORM:
        try:
            site = servers.on_gunicorn(folder, place, module, app)
            url, pid, cookie = running.enter_context(site)
        except NotInstalledError as error:
            missing.append(absent(f"question page: {name}", str(error)))
            continue
        targets[name] = Target(f"{url}/form/1", _asking(cookie), pid)
        targets[f"{name}, whole scale"] = Target(f"{url}/form/9", _asking(cookie), pid)
    return targets, missing


@contextmanager
def _ours(kind: Kind) -> Iterator[Installation]:
    with Installation(
        kind, processes=1, workers=0, own_server=True, worker_id=f"server-{kind}"
    ) as clinic:
        yield clinic


def _our_pages(clinic: Installation) -> dict[str, Target]:
    """A patient's questions, their home and the page on which they write. The first question also
    says until when somebody reads it, so that it is drawn anew each time; the others are alike.
    """
    patient = clinic.people.patients[0]
    cookies = cookies_of(clinic.database, patient)
    browser = clinic.browser(0, cookies)
    with clinic.database.session() as db:
        asked = [library.shipped(db, "phq-9")]
        packet = packets.ask(db, db.get_one(Patient, patient.id), asked, by=None)
        db.flush()
        packet_id = packet.id
    first = browser.post(f"/intake/{packet_id}/next").headers["Location"]
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    headers = _asking(cookie)
    walk = Walk(browser, first)
    walk.step()
    pages = {_OURS: walk.path, _FIRST: first, _HOME: "/", _PROMPT: "/journal/write"}
    for path in pages.values():
        assert browser.get(path).status == 200, path
    url, pid = clinic.url_of("web-1"), clinic.pid("web-1")
    return {name: Target(url + path, headers, pid) for name, path in pages.items()}


def _asking(cookie: Mapping[str, str]) -> dict[str, str]:
    host = BASE_URL.removeprefix("https://")
    return {
        "Host": host,
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Sec-Fetch-Site": "same-origin",
        **cookie,
    }


def _take_turns(targets: Mapping[str, Target], rounds: int, seconds: int) -> Taken:
    taken: Taken = {name: [] for name in targets}
    for number in range(rounds + 1):
        for name, target in targets.items():
            driven = drive(target.url, target.headers, target.pid, seconds if number else 2)
            if number:  # the first round only warms
                taken[name].append(driven)
    return taken


def _rates(taken: Taken) -> list[Row]:
    rate = {name: statistics.median(each.rate for each in all_) for name, all_ in taken.items()}
    late = {name: statistics.median(each.p99 for each in all_) for name, all_ in taken.items()}
    own = {
        name: statistics.median(each.by_processor for each in all_) for name, all_ in taken.items()
    }

    def beside(said: str, mine: str, other: str, least: float) -> Row:
        share, of_processor = rate[mine] / rate[other], own[mine] / own[other]
        told = f"{mine} {rate[mine]:.0f}/s, {other} {rate[other]:.0f}/s"
        told += f"; by the servers' own processor time {of_processor:.3g} ×"
        return at_least(said, share, "×", least, peer=told, ratio=share)

    rows = [
        beside("question page: rate beside plain text", _OURS, _PLAIN, 0.2),
        at_most(
            f"question page: p99 with {AT_ONCE} at once",
            late[_OURS],
            "ms",
            20,
            f"plain text {late[_PLAIN]:.1f} ms, bare template {late[_BARE]:.1f} ms",
            late[_OURS] / late[_PLAIN],
        ),
        beside("home page: rate beside the bare template", _HOME, _BARE, 0.5),
        beside("prompt page: rate beside the bare template", _PROMPT, _BARE, 0.5),
        beside("question page: PostgreSQL beside SQLite, one process", _POSTGRES, _OURS, 0.6),
    ]
    for name, least in (("Django", 10), ("Flask", 5)):
        if name in rate:
            rows.append(beside(f"question page: rate beside {name}'s ORM", _OURS, name, least))
    for name in rate:
        told = f"{own[name]:.0f} a second of its processor, p99 {late[name]:.1f} ms"
        rows.append(seen(f"rate: {name}", rate[name], "1/s", told))
    return rows
