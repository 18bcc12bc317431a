"""A morning on which all patients come at once: what each phone, console and text does."""

import asyncio
import json
import random
import re
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from app import clock
from app.links.models import MagicLink
from app.messaging import outbox
from app.messaging.models import Message, Purpose
from app.people.models import Patient
from bench.reliability import sent_links
from bench.reliability.abuse import Abuse
from bench.reliability.browser import BASE_URL
from bench.reliability.installation import Installation
from bench.reliability.lines import Line
from bench.reliability.people import cookies_of
from bench.reliability.sent_links import SentLink

IDLE_OF_ONE = 10  # sockets of one browser: what it may have
_JSON = {"content-type": "application/json"}
_HOST = urlsplit(BASE_URL).netloc
_PING_EVERY = 10.0
_CONSOLES = 2
_AFTER = 3.0  # the consoles' and texts' last
_DRIPS_LAST = 16.0


class Morning:
    """Patients, consoles and texts, and how long each took. `per_minute`: how many tap."""

    def __init__(
        self,
        clinic: Installation,
        patients: int,
        chance: random.Random,
        per_minute: float = 1000,
    ) -> None:
        self.clinic, self.patients, self.chance = clinic, patients, chance
        self.per_minute = per_minute
        self.links = sent_links.to_visits(clinic, len(clinic.people.patients))
        self.rooms: list[float] = []
        self.lines: list[float] = []
        self.errors = self.boards = self.texts = 0
        self.abuse: Abuse
        self._opened: list[ClientConnection] = []
        self._staying: list[asyncio.Task[None]] = []  # each ends with its line

    async def pass_by(self, sitters: int, drips: int, idle: int, floods: int) -> None:
        """From the first abuse to the last line closed."""
        places = [await self._let_in(link) for link in self.links[self.patients :][:sitters]]
        idlers = (places * IDLE_OF_ONE)[:idle]
        urls = self.clinic.urls
        async with Abuse(urls, drips=drips, idle=idlers, floods=floods) as self.abuse:
            await asyncio.sleep(min(_AFTER, drips / 100))
            seconds = 60 * self.patients / self.per_minute
            self._queue_texts(seconds)
            desks = [asyncio.create_task(self._look_on(each)) for each in range(_CONSOLES)]
            links = self.links[: self.patients]
            await asyncio.gather(*(self._tap(link, seconds) for link in links))
            # A drip that began last must have had its time.
            await asyncio.sleep(max(_AFTER, _DRIPS_LAST - seconds) if drips > 100 else _AFTER)
            await self._until_texts_left()
            for desk in desks:
                desk.cancel()
            await asyncio.gather(*desks, return_exceptions=True)
        await asyncio.gather(*(line.close() for line in self._opened), return_exceptions=True)

    async def _until_texts_left(self) -> None:
        for _ in range(60):
            if len(self.lateness()) == self.texts:
                return
            await asyncio.sleep(0.5)

    async def _let_in(self, link: SentLink) -> tuple[str, str]:
        line = Line(self.chance.choice(self.clinic.urls))
        posted = json.dumps({"t": link.token, "kind": "join"}).encode()
        heard = await line.ask("POST", "/x", _JSON, posted)
        await line.close()
        return f"{json.loads(heard.body)['address']}/socket", heard.cookies()

    async def _tap(self, link: SentLink, seconds: float) -> None:
        await asyncio.sleep(self.chance.random() * seconds)
        url = self.chance.choice(self.clinic.urls)
        place = {
            "x-forwarded-for": f"10.{self.chance.randrange(256)}.{self.chance.randrange(256)}.7"
        }
        began = time.perf_counter()
        line = Line(url)
        try:
            page = await line.ask("GET", "/j", place)
            posted = json.dumps({"t": link.token, "kind": "join"}).encode()
            opened = await line.ask("POST", "/x", _JSON | place, posted)
            told = json.loads(opened.body)
            self.rooms.append(time.perf_counter() - began)
            mine = {"cookie": opened.cookies()} | place
            visit = json.dumps({"visit": str(link.appointment_id)}).encode()
            claimed = await line.ask("POST", "/x/claim", _JSON | mine, visit)
            is_in = json.loads(claimed.body)["state"] == "claimed"
            if page.status != 200 or told["state"] != "open" or not is_in:
                self.errors += 1
                return
            await self._sit_down(url, f"{told['address']}/socket", mine)
            self.lines.append(time.perf_counter() - began)
        except (OSError, ValueError, KeyError, TimeoutError, WebSocketException):
            self.errors += 1
        finally:
            await line.close()

    async def _sit_down(self, url: str, path: str, headers: dict[str, str]) -> None:
        line = await _call(url, path, headers)
        self._opened.append(line)
        await line.send(json.dumps({"type": "hello", "page": "phone", "since": None}))
        while json.loads(await asyncio.wait_for(line.recv(), 60))["type"] != "welcome":
            pass
        self._staying.append(asyncio.create_task(self._stay(line)))

    async def _stay(self, line: ClientConnection) -> None:
        async def hear() -> None:
            async for _ in line:
                pass

        hearing = asyncio.create_task(hear())
        try:
            while True:
                await asyncio.sleep(_PING_EVERY)
                await line.send('{"type":"ping"}')
        except WebSocketException:
            hearing.cancel()

    async def _look_on(self, place: int) -> None:
        """A console: whenever it hears that something changed it asks what, as its page does."""
        url = self.clinic.urls[place % self.clinic.processes]
        known = cookies_of(self.clinic.database, self.clinic.people.coordinator)
        cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in known.items())}
        desk, line, marks = await _call(url, "/clinic/live", cookie), Line(url), _Marks()
        try:
            marks.take((await line.ask("GET", "/clinic/", cookie)).body.decode())
            while True:
                await desk.recv()
                rest = await self._ask_anew(line, marks, cookie, "")
                while rest is not None:
                    rest = await self._ask_anew(line, marks, cookie, rest)
        finally:
            await desk.close()
            await line.close()

    async def _ask_anew(
        self, line: Line, marks: "_Marks", cookie: dict[str, str], rest: str
    ) -> str | None:
        """Ask for what changed. What the rest of it is called, if there is more."""
        asked = {"hx-request": "true", "sec-fetch-dest": "empty", "x-have": marks.told()}
        asked |= {"x-rest": rest}
        heard = await line.ask("GET", "/clinic/now", cookie | asked)
        self.boards += heard.status == 200
        self.errors += heard.status >= 400
        return marks.take(heard.body.decode()) if heard.status == 200 else None

    def _queue_texts(self, seconds: float) -> None:
        """Join texts of other visits, due while all tap."""
        wanted = self.links[: self.patients : 4]
        first = clock.now() + timedelta(seconds=1)
        with self.clinic.database.session() as db:
            for number, sent in enumerate(wanted):
                link = db.get_one(MagicLink, sent.id)
                queued = outbox.enqueue(
                    db,
                    Purpose.JOIN,
                    "Northside: tap {link} to join, no login.",
                    patient=db.get_one(Patient, link.patient_id),
                    link=link,
                    due_at=first + timedelta(seconds=number * seconds / len(wanted)),
                    expires_at=first + timedelta(hours=1),
                    at_any_hour=True,
                    once_key=f"stampede:{number}",
                )
                self.texts += queued is not None

    def lateness(self) -> list[float]:
        """How many seconds after they were due texts had left, of all that have."""
        asked = select(Message.due_at, Message.sent_at).where(
            Message.once_key.startswith("stampede:"), Message.sent_at.is_not(None)
        )
        with self.clinic.database.session(write=False) as db:
            return [_seconds(due_at, sent_at) for due_at, sent_at in db.execute(asked) if sent_at]


class _Marks:
    """What a console's page shows: of each row what it is, and how it stands."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def told(self) -> str:
        """As the page names them."""
        return " ".join(self._known.values())

    def take(self, page: str) -> str | None:
        """What this page, or part of one, holds. What the rest is called, if there is more."""
        for gone in re.findall(r'data-gone="([^"]*)"', page):
            for half in gone.split():
                self._known.pop(half, None)
        for mark in re.findall(r'data-mark="([^"]+)"', page):
            self._known[mark[:4]] = mark
        more = re.search(r'data-more="([^"]*)"', page)
        return more[1] if more else None


async def _call(url: str, path: str, headers: dict[str, str]) -> ClientConnection:
    at = urlsplit(url)
    return await connect(
        f"ws://{_HOST}{path}",
        host=at.hostname,
        port=at.port,
        origin=Origin(BASE_URL),
        additional_headers=headers,
        compression=None,
        ping_interval=None,
        open_timeout=60,
    )


def _seconds(due_at: datetime, sent_at: datetime) -> float:
    return max(0.0, (sent_at - due_at).total_seconds())
