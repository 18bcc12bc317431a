"""Guessing links while real patients join, and listening to the clock for what is there.

Guesses of every kind, from one place and from everywhere: none may open anything, real links open
as ever meanwhile. Then the times: a link that is over against one that never was, a number that a
patient has against one that nobody has. AUC is how often the slower of two is the one that exists;
0.5 is a coin.
"""

import asyncio
import json
import math
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import get_args
from urllib.parse import urlencode

from app.security.tokens import hash_token, new_token
from bench.reliability import kept, sent_links
from bench.reliability.installation import Installation
from bench.reliability.kept import Run
from bench.reliability.lines import Heard, Line, lines, share
from bench.reliability.sent_links import SentLink
from bench.rows import Row, at_most, seen
from tests.databases import Kind

_JSON = {"content-type": "application/json"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_GUESSERS = 40
# As many as ask at once; failing tries of all must stay below what is slowed.
_LISTENERS = {"links": 20, "numbers": 30}
_PER_NUMBER = 3  # codes that one number may have in a quarter of an hour
_PER_PLACE = 8  # below what one place may try in a minute
_NEAR_A_COIN = 0.03


@dataclass(frozen=True)
class Outcome:
    """What came of the guesses, and what the clock told."""

    database: str
    guesses: int
    hits: int
    wrong_answers: int  # neither "not one of ours" nor "wait"
    slowed: int  # guesses answered with 429
    joins: int
    joined: int
    join_p95_ms: float
    tries_before_slowed: int  # from one place
    samples: int  # of each kind
    auc_link: float  # over against never made
    auc_number: float  # known against unknown
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether nothing opened, nobody was kept out, and a place was slowed in time."""
        nothing_opened = self.hits == self.wrong_answers == 0
        return nothing_opened and self.joined == self.joins and self.tries_before_slowed <= 20

    @property
    def is_passed(self) -> bool:
        """Whether the clock told nothing either, and joining stayed quick."""
        off = max(abs(self.auc_link - 0.5), abs(self.auc_number - 0.5))
        return self.is_clean and off <= _NEAR_A_COIN and self.join_p95_ms <= 250


def measure(*, full: bool) -> list[Row]:
    """On both databases; PostgreSQL with four app processes."""
    seed, runs, rows = kept.seed(), [], []
    for kind in get_args(Kind):
        told = guess(
            kind,
            guesses=100_000 if full else 10_000,
            joins=200,
            samples=20_000 if full else 2_000,
            seed=seed,
        )
        rows += _rows(told)
        runs.append(_run(told))
        kept.keep("guessing", seed, runs)
    return rows


def guess(
    kind: Kind,
    *,
    guesses: int,
    joins: int,
    samples: int,
    seed: int,
) -> Outcome:
    """So many guesses beside so many real joins, then so many samples of each kind."""
    people = max(20, math.ceil(samples / _PER_NUMBER))
    with Installation(kind, workers=0, patients=people) as clinic:
        return guess_at(clinic, guesses=guesses, joins=joins, samples=samples, seed=seed)


def guess_at(clinic: Installation, *, guesses: int, joins: int, samples: int, seed: int) -> Outcome:
    """The same at a clinic that stands, of twenty patients or more."""
    began = time.monotonic()
    storm = _Storm(clinic, random.Random(seed), joins)
    asyncio.run(storm.warm_up())
    asyncio.run(storm.rage(guesses))
    slowed_after = asyncio.run(storm.tries_before_slowed())
    clocked = asyncio.run(_Clock(storm).listen(samples))
    return Outcome(
        database=clinic.kind,
        guesses=guesses,
        hits=storm.came["hit"],
        wrong_answers=storm.came["wrong"],
        slowed=storm.came["wait"],
        joins=joins,
        joined=len(storm.joined),
        join_p95_ms=round(1000 * _p95(storm.joined), 1),
        tries_before_slowed=slowed_after,
        samples=samples,
        auc_link=round(auc(clocked["never made"], clocked["over"]), 3),
        auc_number=round(auc(clocked["nobody's"], clocked["known"]), 3),
        seconds=round(time.monotonic() - began, 1),
    )


class _Storm:
    """Everybody who guesses, and the patients who tap meanwhile."""

    def __init__(self, clinic: Installation, chance: random.Random, joins: int) -> None:
        self.clinic, self.chance = clinic, chance
        self.live = [
            *sent_links.to_visits(clinic, 20),
            *sent_links.to_forms(clinic, 20),
            *sent_links.to_quiet_minutes(clinic, 20),
        ]
        self.over = sent_links.dead(clinic, 40)
        self.came: Counter[str] = Counter()
        self.joined: list[float] = []
        self._to_join = sent_links.to_visits(clinic, joins)
        self._places = 0

    def place(self) -> str:
        """An address that nobody came from before; every fifth of the newer kind."""
        self._places += 1
        number = self._places
        if number % 5 == 0:
            return f"2001:{number >> 16 & 0xFFFF:x}:{number & 0xFFFF:x}::1"
        return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    async def warm_up(self) -> None:
        """Each process has opened a link before: what it does once it does not do in the storm."""
        for url in self.clinic.urls:
            for link in (*self.live[::20], self.over[0]):
                line = Line(url)
                posted = _posted(link.token, link.kind)
                await line.ask("POST", "/x", _JSON | {"x-forwarded-for": self.place()}, posted)
                await line.close()

    async def rage(self, guesses: int) -> None:
        """All the guesses, and the joins spread evenly among them."""
        every = max(1, guesses // max(1, len(self._to_join)))
        taps: list[asyncio.Task[None]] = []
        waiting = iter(self._to_join)

        async def one(line: Line, number: int) -> None:
            if number % every == 0 and (link := next(waiting, None)):
                taps.append(asyncio.create_task(self._tap(link)))
            place = "198.51.100.7" if number % 3 == 0 else self.place()
            posted = self._guess(number)
            heard = await line.ask("POST", "/x", _JSON | {"x-forwarded-for": place}, posted)
            self.came[_meaning(heard)] += 1

        async with lines(self.clinic.urls, _GUESSERS) as opened:
            await share(opened, range(guesses), one)
        await asyncio.gather(*taps, *(self._tap(link) for link in waiting))

    async def tries_before_slowed(self) -> int:
        """How often one place may fail, going from process to process."""
        await asyncio.sleep(1.1)  # what is slowed for all counts by the second
        place = {"x-forwarded-for": self.place()}
        async with lines(self.clinic.urls, self.clinic.processes) as opened:
            for number in range(100):
                line = opened[number % len(opened)]
                heard = await line.ask("POST", "/x", _JSON | place, _posted(new_token(), "join"))
                if heard.status == 429:
                    return number
        return 100

    async def _tap(self, link: SentLink) -> None:
        """A patient's phone: the page, the exchange, and the touch. Kept if they came in."""
        line = Line(self.chance.choice(self.clinic.urls))
        place = {"x-forwarded-for": self.place()}
        try:
            await line.ask("GET", "/j", place)
            opened = await line.ask("POST", "/x", _JSON | place, _posted(link.token, "join"))
            mine = _JSON | place | {"cookie": opened.cookies()}
            visit = json.dumps({"visit": str(link.appointment_id)}).encode()
            claimed = await line.ask("POST", "/x/claim", mine, visit)
        finally:
            await line.close()
        if opened.status == 200 and json.loads(claimed.body)["state"] == "claimed":
            self.joined.append(opened.seconds)

    def _guess(self, number: int) -> bytes:
        make = _GUESSES[number % len(_GUESSES)]
        return make(self.chance, self.chance.choice(self.live), self.chance.choice(self.over))


class _Clock:
    """Whoever asks the same question about two things, and looks at the clock."""

    def __init__(self, storm: _Storm) -> None:
        self._storm, self._clinic = storm, storm.clinic
        self._heard: dict[str, list[float]] = {
            name: [] for name in ("over", "never made", "known", "nobody's")
        }

    async def listen(self, samples: int) -> dict[str, list[float]]:
        """Seconds of each kind, asked in turn as chance has it."""
        await asyncio.sleep(1.1 if samples else 0)  # what is slowed for all counts by the second
        for about, questions in (
            ("links", self._about_links(samples)),
            ("numbers", self._about_numbers(samples)),
        ):
            self._storm.chance.shuffle(questions)
            async with lines(self._clinic.urls, _LISTENERS[about]) as opened:
                await share(opened, self._from_places(questions), self._ask)
        return self._heard

    def _about_links(self, samples: int) -> list["_Question"]:
        over = [self._storm.chance.choice(self._storm.over).token for _ in range(samples)]
        return [
            *(_Question("over", "/x", _JSON, _posted(token, "join"), 200) for token in over),
            *(
                _Question("never made", "/x", _JSON, _posted(new_token(), "join"), 200)
                for _ in range(samples)
            ),
        ]

    def _about_numbers(self, samples: int) -> list["_Question"]:
        people = [patient.phone for patient in self._clinic.people.patients]
        nobody = [f"+1415{5550000 + number}" for number in range(len(people))]
        return [
            _Question(
                name,
                "/sign-in/number",
                _FORM,
                urlencode({"phone": numbers[number // _PER_NUMBER]}).encode(),
                303,
            )
            for name, numbers in (("known", people), ("nobody's", nobody))
            for number in range(samples)
        ]

    def _from_places(self, questions: Sequence["_Question"]) -> Iterator[tuple["_Question", str]]:
        place = ""
        for number, question in enumerate(questions):
            place = place if number % _PER_PLACE else self._storm.place()
            yield question, place

    async def _ask(self, line: Line, asked: tuple["_Question", str]) -> None:
        question, place = asked
        headers = question.headers | {"x-forwarded-for": place}
        heard = await line.ask("POST", question.path, headers, question.body)
        if heard.status != question.status:
            raise RuntimeError(f"{question.name}: {heard.status}, not {question.status}")
        self._heard[question.name].append(heard.seconds)


@dataclass(frozen=True)
class _Question:
    name: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int


def auc(fewer: Sequence[float], more: Sequence[float]) -> float:
    """How often one of `more` is above one of `fewer`; a tie counts half. 0.5 without samples."""
    if not fewer or not more:
        return 0.5
    both = sorted([(value, 0) for value in fewer] + [(value, 1) for value in more])
    ranks: dict[float, list[int]] = {}
    for rank, (value, _) in enumerate(both, 1):
        ranks.setdefault(value, []).append(rank)
    above = sum(statistics.fmean(ranks[value]) for value in more)
    return (above - len(more) * (len(more) + 1) / 2) / (len(fewer) * len(more))


def _meaning(heard: Heard) -> str:
    if heard.status == 429:
        return "wait"
    state = json.loads(heard.body).get("state") if heard.status == 200 else None
    if heard.status == 200 and (state != "unknown" or heard.all("set-cookie")):
        return "hit"
    return "unknown" if heard.status == 200 else "wrong"


def _posted(token: object, kind: object) -> bytes:
    return json.dumps({"t": token, "kind": kind}).encode()


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[math.ceil(0.95 * len(times)) - 1] if times else math.inf


def _one_off(chance: random.Random, token: str) -> str:
    place = chance.randrange(len(token))
    other = chance.choice([sign for sign in _SIGNS if sign != token[place]])
    return token[:place] + other + token[place + 1 :]


_SIGNS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_KINDS = ("join", "intake", "write", "sign-in", "escort", "guest", "JOIN", "", None)
_Make = Callable[[random.Random, SentLink, SentLink], bytes]
# Of a live link and one that is over: what somebody may come up with who saw parts of either.
_GUESSES: tuple[_Make, ...] = (
    lambda _c, live, _o: _posted(new_token(), live.kind),
    lambda c, live, _o: _posted(_one_off(c, live.token), live.kind),
    lambda c, live, _o: _posted(live.token[: c.randrange(22)], live.kind),
    lambda c, live, _o: _posted(live.token + c.choice(_SIGNS), live.kind),
    lambda c, live, _o: _posted(live.token, c.choice([k for k in _KINDS if k != live.kind])),
    lambda _c, _live, over: _posted(over.token, over.kind),
    lambda _c, live, _o: _posted(live.token.swapcase(), live.kind),
    lambda _c, live, _o: _posted(live.token[11:] + live.token[:11], live.kind),
    lambda _c, live, over: _posted(live.token[:11] + over.token[11:], live.kind),
    lambda _c, live, _o: _posted(f" {live.token}", live.kind),
    lambda _c, live, _o: _posted(f"{live.token}\n", live.kind),
    lambda _c, live, _o: _posted([live.token], live.kind),
    lambda _c, live, _o: _posted({"": live.token}, live.kind),
    lambda _c, live, _o: _posted(str(live.id), live.kind),
    lambda _c, live, _o: _posted(hash_token(live.token).hex(), live.kind),
    lambda _c, live, _o: _posted("%", live.kind),
    lambda _c, live, _o: _posted("' OR '1'='1", live.kind),
)


def _run(told: Outcome) -> Run:
    size = {"guesses": told.guesses, "joins": told.joins, "samples": told.samples}
    figures = {name: value for name, value in asdict(told).items() if name not in size}
    return Run(told.database, size, figures, told.is_passed)


def _rows(told: Outcome) -> list[Row]:
    name = f"guessing, {told.database}"
    apart = f"{name}: told by the clock (AUC off 0.5, n = {told.samples})"
    return [
        at_most(f"{name}: hits of {told.guesses}", told.hits, "", 0),
        at_most(f"{name}: answered in any other way", told.wrong_answers, "", 0),
        at_most(f"{name}: kept out of {told.joins} who joined", told.joins - told.joined, "", 0),
        at_most(f"{name}: tap → room meanwhile, p95", told.join_p95_ms, "ms", 250),
        at_most(f"{name}: tries of one place before it waits", told.tries_before_slowed, "", 20),
        at_most(f"{apart}, over or never made", abs(told.auc_link - 0.5), "", _NEAR_A_COIN),
        at_most(f"{apart}, known number or not", abs(told.auc_number - 0.5), "", _NEAR_A_COIN),
        seen(f"{name}: took", told.seconds, "s"),
    ]
