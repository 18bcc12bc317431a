"""Hostile words through every way in, and every page that shows them, in Chromium.

Nothing of them may run, be asked for, be reported by the policy or become an element: they are to
be escaped, not merely kept from running. What leaves as a table or as FHIR is read as well.
"""

import csv
import io
import os
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import uvicorn
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from starlette.routing import Route

from app import clock
from app.main import create_app
from app.settings import Settings
from bench.reliability import kept
from bench.reliability.asking import Answer, Asked, Asking
from bench.reliability.eye import Eye, Seen
from bench.reliability.fuzz_requests import Visitors
from bench.reliability.installation import free_port
from bench.reliability.payloads import Words, payloads
from bench.reliability.words_in import Planting
from bench.rows import Row, at_least, at_most, seen
from e2e.conftest import _ARGUMENTS, _BROWSERS
from tests import databases
from tests.conftest import BASE_URL, FRIDAY_NOON
from tests.databases import Kind
from tests.fakes import RecordingGateway
from tests.house import addresses, world
from tests.house import test_access_matrix as matrix

_TOKEN = "t" * 32
_VIEWERS = ("administrator", "patient by passkey", "journal link", "forms link", "guest's link")
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[\d.,:% ]*")
_MARKUP = re.compile(r"<[^<>]*xss\d+z")


@dataclass(frozen=True)
class Size:
    """How much is planted, and how far the pages' links are followed."""

    payloads: int
    texts: int
    entries: int
    patients: int
    links: int  # of one route, beside our own
    every_page: bool = True  # also those that the browser itself would have to fill


SMALL = Size(payloads=190, texts=6, entries=2, patients=4, links=1, every_page=False)
USUAL = Size(payloads=2_400, texts=90, entries=16, patients=120, links=4)
FULL = Size(payloads=6_000, texts=260, entries=40, patients=400, links=12)


@dataclass
class Outcome:
    """What was planted, and what was seen of it."""

    given: int
    planted: set[int] = field(default_factory=set)
    ways: Counter[str] = field(default_factory=Counter)
    refused: dict[str, int] = field(default_factory=dict)  # ways by which nothing came in
    seen: Seen = field(default_factory=Seen)
    cells: list[str] = field(default_factory=list)  # of tables, that a program would reckon
    told: list[str] = field(default_factory=list)  # in FHIR, as markup
    kept_pictures: int = 0
    verbatim: int = 0  # payloads that stand on a page just as they were sent

    @property
    def run(self) -> int:
        """How many things came of words that should have been nothing but words."""
        found = self.seen
        wrong = (found.dialogs, found.requests, found.reports, found.marked_up)
        return sum(map(len, (*wrong, self.cells, self.told))) + self.kept_pictures

    def sentences(self) -> list[str]:
        """What is wrong, one line each, each once."""
        found = self.seen
        lists = (found.dialogs, found.requests, found.reports, found.marked_up, self.cells)
        return list(dict.fromkeys(line for each in (*lists, self.told) for line in each))


def measure(*, full: bool) -> list[Row]:
    """Both databases."""
    seed, rows, runs = kept.seed(), [], []
    for kind in ("sqlite", "postgresql"):
        with a_browser() as browser:
            came = plant_and_look(kind, FULL if full else USUAL, browser, seed=seed)
        print("\n".join(f"{kind}: {line}" for line in came.sentences()[:60]), flush=True)
        found = came.seen
        figures = {
            "run": came.run,
            "dialogs": len(found.dialogs),
            "requests": len(found.requests),
            "reports": len(found.reports),
            "marked_up": len(found.marked_up),
            "cells": len(came.cells),
            "pages": found.pages,
            "seen": len(found.shown & came.planted),
            "verbatim": came.verbatim,
            "ways": dict(came.ways),
        }
        runs.append(kept.Run(kind, {"payloads": len(came.planted)}, figures, came.run == 0))
        kept.keep("scripting", seed, runs)
        rows += [
            at_least(f"scripting, {kind}: payloads", len(came.planted), "n", 2_000),
            seen(f"scripting, {kind}: pages looked at", found.pages, "n"),
            at_least(f"scripting, {kind}: of them seen as words", figures["seen"], "n", 2_000),
            at_most(f"scripting, {kind}: run, asked or taken for markup", came.run, "n", 0),
        ]
    return rows


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium, as the journeys start it."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


def plant_and_look(
    kind: Kind, size: Size, browser: Browser, worker_id: str = "scripting", *, seed: int = 0
) -> Outcome:
    """Plant by every way, then look at every page as everybody who may open it.

    The seed says which words go where: those of which number come first.
    """
    given = payloads(size.payloads)
    came, words = Outcome(len(given)), Words(given, begin=seed)
    with _house(kind, worker_id) as house:
        planting = Planting(house.line, house.visitors, house.database, words)
        planting.everywhere(texts=size.texts, entries=size.entries, patients=size.patients)
        came.planted, came.ways = words.planted, planting.ways
        came.refused = planting.refused
        came.kept_pictures = planting.kept_pictures
        for who in _VIEWERS:
            _look_as(who, house, browser, came.seen, size)
        _read_what_leaves(house, came)
    shown = " ".join(came.seen.words)
    came.verbatim = sum(" ".join(given[number].split()) in shown for number in came.planted)
    return came


@dataclass
class _House:
    line: Asking
    visitors: Visitors
    database: world.Database
    url: str


@contextmanager
def _house(kind: Kind, worker_id: str) -> Iterator[_House]:
    """The clinic with everything in it, asked in this process and listening on a port."""
    databases.prepare()
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)
    url = f"http://localhost:{free_port()}"
    try:
        with databases.fresh_database(worker_id, kind) as address:
            settings = _settings(BASE_URL)
            stored = world.Database(address, settings)
            built = world.build(stored)
            cookies = matrix._cookies(stored, built, settings)
            app = create_app(settings, stored, gateway=RecordingGateway(), works=False)
            with _listening(url, stored), Asking(app, settings.host) as line:
                yield _House(line, Visitors(built, cookies, _TOKEN), stored, url)
            stored.close()
    finally:
        clock.stand_still(None)


def _settings(base_url: str) -> Settings:
    return Settings(
        _env_file=None,
        base_url=base_url,
        secret_keys="s" * 40,
        encryption_keys="e" * 40,
        sms="demo",
        twilio_auth_token=_TOKEN,
    )


@contextmanager
def _listening(url: str, database: world.Database) -> Iterator[None]:
    app = create_app(_settings(url), database, gateway=RecordingGateway(), works=False)
    port = urlsplit(url).port or 0
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


def _look_as(who: str, house: _House, browser: Browser, seen: Seen, size: Size) -> None:
    """Every page that they may open, and so many more of each kind as the pages lead to."""
    context = browser.new_context()
    _put_cookies(context, house, who)
    eye, found = Eye(context, seen), []
    opened: set[str] = set()
    for path in _pages(who):
        address = quote(addresses.filled(path, house.visitors.world.own.ids), safe="/$")
        opened.add(address)
        if not size.every_page and b"xss" not in _get(house, who, address).body:
            continue
        found += eye.look(house.url + address)
    left: Counter[str] = Counter()
    for link in dict.fromkeys(found):
        path = urlsplit(link).path
        kind = re.sub(r"[0-9a-f-]{36}", "…", path)
        if link.startswith(house.url) and path not in opened and left[kind] < size.links:
            left[kind] += 1
            opened.add(path)
            eye.look(link.partition("#")[0])
    context.close()


def _get(house: _House, who: str, address: str) -> Answer:
    headers = house.visitors.headers(who)
    return house.line.ask(Asked("GET", address, list(headers.items())))


def _pages(who: str) -> list[str]:
    """The routes of pages that this visitor gets into; of links, those that are theirs alone."""
    is_link = "link" in who
    return [
        path
        for name, (path, route) in matrix.ROUTES.items()
        if isinstance(route, Route)
        and "GET" in (route.methods or ())
        and not name.startswith("fhir:")
        and (not is_link or addresses.ours(path) or name.startswith("journal"))
        and matrix.expected(name, matrix.PRINCIPALS[who], "own") is matrix.Comes.IN
    ]


def _put_cookies(context: BrowserContext, house: _House, who: str) -> None:
    secure = house.url.replace("http://", "https://")
    pairs = [each.partition("=") for each in house.visitors.cookies[who].split("; ")]
    context.add_cookies([{"name": name, "value": value, "url": secure} for name, _, value in pairs])


def _read_what_leaves(house: _House, came: Outcome) -> None:
    """Tables: no cell that a program would reckon. FHIR: no markup in what is shown to people."""
    for name, (path, route) in matrix.ROUTES.items():
        if not isinstance(route, Route) or "GET" not in (route.methods or ()):
            continue
        who = "key with the scope" if name.startswith("fhir:") else "administrator"
        address = quote(addresses.filled(path, house.visitors.world.own.ids), safe="/$")
        answer = _get(house, who, address)
        kind, body = answer.header("content-type"), answer.body.decode(errors="replace")
        if kind.startswith("text/csv"):
            rows = csv.reader(io.StringIO(body.removeprefix("\ufeff")))
            cells = [cell for row in rows for cell in row if _FORMULA.match(cell)]
            came.cells += [f"{name}: {cell[:60]}" for cell in cells if not _NUMBER.fullmatch(cell)]
        for narrative in re.findall(r'"div":\s*"((?:[^"\\]|\\.)*)"', body):
            came.told += [f"{name}: {each[:80]}" for each in _MARKUP.findall(narrative)]
