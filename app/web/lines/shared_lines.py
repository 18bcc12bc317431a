"""Patients' lines, looked after together: what each would ask by itself is asked for all at once.

Only what is the same for all goes this way: that a page is there, and whether anything changed that
nobody was woken for. What a page is told it still reads by its own line.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID
from weakref import WeakKeyDictionary

import anyio.to_thread
import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import Database
from app.live import Subscription
from app.telehealth import many_pages
from app.telehealth.many_pages import Page

log = structlog.get_logger("lines")
LOOK_EVERY = 4.0  # seconds: some states change by time alone
# Whoever says within a breath that they are there is noted together. The more pages there are, the
# longer it is: 500 of them are four transactions a second and not fourteen.
_BREATH, _LONGEST_BREATH = 0.05, 0.25
_BREATH_OF_A_PAGE = 0.001


@dataclass(eq=False)
class _Watched:
    seat_id: UUID
    bell: Subscription
    stands: tuple[object, ...] | None = None  # at the last look


@dataclass
class SharedLines:
    """The lines that one event loop carries."""

    database: Database
    _watched: set[_Watched] = field(default_factory=set)
    _looking: asyncio.Task[None] | None = None
    _said: dict[Page, list[asyncio.Future[bool]]] = field(default_factory=dict)
    _hearing: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, seat_id: UUID, bell: Subscription) -> Iterator[None]:
        """Ring the bell whenever a look finds that the seat stands otherwise than before."""
        watched = _Watched(seat_id, bell)
        self._watched.add(watched)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        try:
            yield
        finally:
            self._watched.discard(watched)
            if not self._watched and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def hear(self, page: Page) -> bool:
        """A page says that it is there. False: it needs a look of its own."""
        heard: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._said.setdefault(page, []).append(heard)
        if self._hearing is None:
            self._hearing = asyncio.create_task(self._hear_all())
        return await heard

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                seats = {watched.seat_id for watched in self._watched}
                found = await anyio.to_thread.run_sync(self._look, seats)
            except SQLAlchemyError:
                continue  # nothing that can be read is no news
            for watched in self._watched:
                stands = found.get(watched.seat_id)
                if watched.stands is not None and stands != watched.stands:
                    watched.bell.bell.set()
                watched.stands = stands

    def _look(self, seat_ids: set[UUID]) -> dict[UUID, tuple[object, ...]]:
        with self.database.session(write=False) as db:
            return many_pages.look(db, seat_ids)

    async def _hear_all(self) -> None:
        await asyncio.sleep(breath_of(len(self._watched)))
        said, self._said, self._hearing = self._said, {}, None
        noted: set[Page] = set()
        try:
            noted = await anyio.to_thread.run_sync(self._hear, list(said))
        except SQLAlchemyError as error:  # each finds out by itself what that means for it
            log.info("not heard together", kind=type(error).__name__)
        finally:
            for page, waiting in said.items():
                for each in waiting:
                    if not each.done():
                        each.set_result(page in noted)

    def _hear(self, pages: list[Page]) -> set[Page]:
        with self.database.session() as db:
            return many_pages.hear(db, pages)


def breath_of(pages: int) -> float:
    """How many seconds what so many pages say is gathered before it is noted together."""
    return min(_LONGEST_BREATH, max(_BREATH, pages * _BREATH_OF_A_PAGE))


_here: WeakKeyDictionary[asyncio.AbstractEventLoop, SharedLines] = WeakKeyDictionary()


def here(database: Database) -> SharedLines:
    """Those of the event loop that runs."""
    loop = asyncio.get_running_loop()
    found = _here.get(loop)
    if found is None or found.database is not database:
        found = _here[loop] = SharedLines(database)
    return found
