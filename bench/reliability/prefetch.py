"""Everybody who fetches a link before its patient does: previews, scanners, scanners with scripts.

Thousands of GETs and HEADs with the token wherever a careless program may put it; then bots that
run the page's script, by hand and as headless Chromium. Nothing may be written by looking, nothing
be spent by running; afterwards every patient is let in at the first tap, as the only device.
"""

import asyncio
import hashlib
import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import get_args
from uuid import UUID

from playwright.sync_api import Browser, Error, sync_playwright
from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from app.db.base import Model
from app.links.models import LinkKind, LinkState, MagicLink
from app.telehealth.models import Seat
from bench.reliability import kept, sent_links
from bench.reliability.browser import BASE_URL
from bench.reliability.installation import Installation
from bench.reliability.kept import Run
from bench.reliability.lines import Heard, Line, lines, share
from bench.reliability.sent_links import SentLink
from bench.reliability.tls_front import TlsFront
from bench.rows import Row, at_most, seen
from tests.databases import Kind
from tests.web.doors.test_landing import BOTS

_PATHS = {LinkKind.JOIN: "/j", LinkKind.INTAKE: "/i", LinkKind.WRITE: "/w"}
_OPENED = {LinkKind.JOIN: "open", LinkKind.INTAKE: "intake", LinkKind.WRITE: "journal"}
_JSON = {"content-type": "application/json"}
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
# Where the token ends up: in the fragment, which is never sent; or where a program misplaced it.
_ADDRESSES = (
    "{path}",
    "{path}",
    "{path}",
    "{path}?t={token}",
    "{path}?utm_source=sms&url=%23{token}",
    "{path}%23{token}",
    "{path}/{token}",
    "{path}/",
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Outcome:
    """What came of the looking and the running."""

    database: str
    prefetches: int
    links: int
    scripted: int  # visits by bots that run the script
    by_chromium: int  # of these
    page_bodies: int  # different ones at one address, at worst
    cookies_set: int  # by looking
    failed: int  # looks answered with 5xx
    tables_written: int  # by looking
    spent: int  # links claimed, pulled back or seats taken by bots
    joined: int  # patients let in at their first tap, as the only device
    tokens_in_logs: int
    prefetch_p95_ms: float
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether nothing was written, spent or told, and everybody came in."""
        wrong = self.cookies_set + self.failed + self.tables_written + self.spent
        said = wrong + self.tokens_in_logs
        return said == 0 and self.page_bodies == 1 and self.joined == self.links


def measure(*, full: bool) -> list[Row]:
    """On both databases; PostgreSQL with four app processes."""
    seed, runs, rows = kept.seed(), [], []
    for kind in get_args(Kind):
        told = storm(kind, prefetches=5_000, links=500, by_chromium=500 if full else 24, seed=seed)
        rows += _rows(told)
        runs.append(_run(told))
        kept.keep("prefetch", seed, runs)
    return rows


def storm(kind: Kind, *, prefetches: int, links: int, by_chromium: int, seed: int) -> Outcome:
    """So many looks at so many links, then every link run by a bot, then tapped by its patient."""
    with Installation(kind, workers=0, patients=links) as clinic:
        return storm_at(
            clinic, prefetches=prefetches, links=links, by_chromium=by_chromium, seed=seed
        )


def storm_at(
    clinic: Installation, *, prefetches: int, links: int, by_chromium: int, seed: int
) -> Outcome:
    """The same at a clinic that stands, with a patient for every ten links or more."""
    began = time.monotonic()
    bots = _Bots(clinic, links, random.Random(seed))
    before = everything(clinic)
    asyncio.run(bots.look(prefetches))
    after = everything(clinic)
    asyncio.run(bots.run_scripts())
    if by_chromium:
        bots.run_chromium(by_chromium)
    spent = bots.spent()
    asyncio.run(bots.patients_tap())
    told = clinic.logs()
    return Outcome(
        database=clinic.kind,
        prefetches=prefetches,
        links=links,
        scripted=bots.scripted,
        by_chromium=by_chromium,
        page_bodies=max(map(len, bots.bodies.values()), default=0),
        cookies_set=bots.came["cookie"],
        failed=bots.came["failed"],
        tables_written=sum(before[name] != after[name] for name in before),
        spent=spent,
        joined=len(bots.joined) - bots.second_devices(),
        tokens_in_logs=sum(secret in told for secret in bots.secrets),
        prefetch_p95_ms=round(1000 * sorted(bots.times)[int(0.95 * len(bots.times))], 1),
        seconds=round(time.monotonic() - began, 1),
    )


class _Bots:
    """Those who look, those who run what they see, and at last the patients themselves."""

    def __init__(self, clinic: Installation, links: int, chance: random.Random) -> None:
        self.clinic, self.chance = clinic, chance
        tenth = links // 10
        self.links: list[SentLink] = [
            *sent_links.to_visits(clinic, links - 2 * tenth),
            *sent_links.to_forms(clinic, tenth),
            *sent_links.to_quiet_minutes(clinic, tenth),
        ]
        self.secrets = {link.token for link in self.links}
        self.bodies: dict[str, set[str]] = {}
        self.came: Counter[str] = Counter()
        self.times: list[float] = []
        self.joined: list[SentLink] = []
        self.scripted = 0

    async def look(self, prefetches: int) -> None:
        """All at once, as far as one machine can."""
        async with lines(self.clinic.urls, min(500, prefetches)) as opened:
            await share(opened, range(prefetches), self._look)

    async def _look(self, line: Line, number: int) -> None:
        link = self.links[number % len(self.links)]
        path, method = _PATHS[link.kind], "HEAD" if number % 3 == 0 else "GET"
        address = self.chance.choice(_ADDRESSES).format(path=path, token=link.token)
        heard = await line.ask(method, address, _as_bot(BOTS[number % len(BOTS)], link))
        self.times.append(heard.seconds)
        self.came["failed"] += heard.status >= 500
        self.came["cookie"] += bool(heard.all("set-cookie"))
        if method == "GET" and heard.status == 200:
            known = self.bodies.setdefault(path, set())
            known.add(hashlib.sha256(heard.body).hexdigest())

    async def run_scripts(self) -> None:
        """What the page's script does, for every link: the exchange, then the page it leads to."""
        async with lines(self.clinic.urls, 16) as opened:
            await share(opened, self.links, self._run_script)

    async def _run_script(self, line: Line, link: SentLink) -> None:
        bot = {"user-agent": self.chance.choice(BOTS), "x-forwarded-for": self._place()}
        opened = await _exchange(line, link, bot)
        cookies = opened.cookies()
        self.secrets |= {part.split("=", 1)[1] for part in cookies.split("; ") if "=" in part}
        address = json.loads(opened.body).get("address")
        if address:
            await line.ask("GET", address, bot | {"cookie": cookies})
        self.scripted += 1

    def run_chromium(self, visits: int) -> None:
        """So many visits of a headless browser that nobody sits before."""
        path = next(filter(None, map(shutil.which, _BROWSERS)))
        with TlsFront(self.clinic.urls) as front, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--disable-gpu", *front.arguments]
            )
            for number in range(visits):
                self._visit(browser, self.links[number * 7 % len(self.links)])
                self.scripted += 1
            browser.close()

    def _visit(self, browser: Browser, link: SentLink) -> None:
        agent = self.chance.choice([bot for bot in BOTS if bot])
        context = browser.new_context(ignore_https_errors=True, user_agent=agent)
        page = context.new_page()
        try:
            with page.expect_response("**/x", timeout=20_000) as answered:
                page.goto(f"{BASE_URL}{_PATHS[link.kind]}#{link.token}")
            state = answered.value.json().get("state")
            page.wait_for_load_state("networkidle", timeout=5_000)
        except Error:
            state = None if not answered.is_done() else answered.value.json().get("state")
        finally:
            context.close()
        if state != _OPENED[link.kind]:
            raise RuntimeError(f"the script of {link.kind.value} did not run: {state}")

    async def patients_tap(self) -> None:
        """Every patient taps, once, on a phone of their own."""
        async with lines(self.clinic.urls, 8) as opened:
            await share(opened, self.links, self._tap)

    async def _tap(self, line: Line, link: SentLink) -> None:
        phone = {"user-agent": _PHONE, "x-forwarded-for": self._place()}
        await line.ask("GET", _PATHS[link.kind], phone)
        opened = await _exchange(line, link, phone)
        is_in = json.loads(opened.body)["state"] == _OPENED[link.kind]
        if is_in and link.kind is LinkKind.JOIN:
            mine = _JSON | phone | {"cookie": opened.cookies()}
            visit = json.dumps({"visit": str(link.appointment_id)}).encode()
            claimed = await line.ask("POST", "/x/claim", mine, visit)
            is_in = json.loads(claimed.body).get("state") == "claimed"
        if is_in:
            self.joined.append(link)

    def spent(self) -> int:
        """What bots used up: links that are not merely open, seats that somebody sits on."""
        alive = (LinkState.MINTED, LinkState.SENT, LinkState.OPEN)
        ours = MagicLink.id.in_([link.id for link in self.links])
        used = select(MagicLink.id).where(ours, MagicLink.state.not_in(alive))
        with self.clinic.database.session(write=False) as db:
            return len(db.scalars(used).all()) + len(self._seats(db, Seat.claimed_at.is_not(None)))

    def second_devices(self) -> int:
        """How many seats are marked as somebody's second."""
        with self.clinic.database.session(write=False) as db:
            return len(self._seats(db, Seat.second_device.is_(True)))

    def _seats(self, db: Session, which: ColumnElement[bool]) -> Sequence[UUID]:
        links = [link.id for link in self.links]
        return db.scalars(select(Seat.id).where(Seat.link_id.in_(links), which)).all()

    def _place(self) -> str:
        return f"10.{self.chance.randrange(256)}.{self.chance.randrange(256)}.7"


def everything(clinic: Installation) -> dict[str, str]:
    """A hash of every row of every table; PostgreSQL's with who wrote it last, changed or not."""
    column = "*" if clinic.database.is_sqlite else "xmin, *"
    with clinic.database.session(write=False) as db:
        return {
            table.name: _digest(
                str(tuple(row)) for row in db.execute(text(f'SELECT {column} FROM "{table.name}"'))
            )
            for table in Model.metadata.sorted_tables
        }


def _digest(rows: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


async def _exchange(line: Line, link: SentLink, headers: dict[str, str]) -> Heard:
    posted = json.dumps({"t": link.token, "kind": link.kind.value}).encode()
    heard = await line.ask("POST", "/x", _JSON | headers, posted)
    if heard.status != 200:
        raise RuntimeError(f"a {link.kind.value} link is answered with {heard.status}")
    return heard


def _as_bot(agent: str, link: SentLink) -> dict[str, str]:
    """A bot's headers, with the token where a careless one leaves it."""
    whole = f"{BASE_URL}{_PATHS[link.kind]}#{link.token}"
    return {
        "user-agent": agent,
        "referer": whole,
        "hx-current-url": whole,
        "sec-purpose": "prefetch",
    }


def _run(told: Outcome) -> Run:
    size = {name: getattr(told, name) for name in ("prefetches", "links", "by_chromium")}
    figures = {name: value for name, value in asdict(told).items() if name not in size}
    return Run(told.database, size, figures, told.is_clean)


def _rows(told: Outcome) -> list[Row]:
    name = f"prefetch, {told.database}"
    return [
        at_most(f"{name}: different pages at one address", told.page_bodies, "", 1),
        at_most(f"{name}: tables written by {told.prefetches} looks", told.tables_written, "", 0),
        at_most(f"{name}: cookies set, looks that failed", told.cookies_set + told.failed, "", 0),
        at_most(f"{name}: spent by {told.scripted} visits with scripts", told.spent, "", 0),
        at_most(
            f"{name}: of {told.links} patients not in at the first tap",
            told.links - told.joined,
            "",
            0,
        ),
        at_most(f"{name}: tokens and cookies in logs", told.tokens_in_logs, "", 0),
        seen(f"{name}: a look, p95", told.prefetch_p95_ms, "ms"),
        seen(f"{name}: took", told.seconds, "s"),
    ]
