"""Maya, who had her session yesterday, with what she keeps of it."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from app import clock, wall_time
from app.journal import entries
from app.journal.entries import Posted


@pytest.fixture
def here(db, cast):
    """The cast's rows, bound to this test's session."""
    return SimpleNamespace(**{name: db.merge(row) for name, row in vars(cast).items()})


@pytest.fixture
def at():
    """`at("2026-11-24T10:00")`: that time on the clinic's clock."""
    return lambda text: wall_time.instant(datetime.fromisoformat(text), "America/New_York")


@pytest.fixture
def later(at):
    """`later("2026-11-24T10:00")`: the clock stands there from now on."""
    return lambda text: clock.stand_still(at(text), machine=at(text))


@pytest.fixture
def posted():
    """`posted("warm", revision=2)`: an entry as a phone sends it, a minute old."""

    def posted(words="The colour of the sea.", **others):
        first = {"uuid": uuid4(), "revision": 1, "written_at": clock.now() - timedelta(minutes=1)}
        return Posted(**first | {"words": words} | others)

    return posted


@pytest.fixture
def keep(db, here, posted):
    """`keep("warm")`: Maya keeps that, and it is stored."""

    def keep(words="The colour of the sea.", **others):
        return entries.accept(db, here.maya, posted(words, **others)).entry

    return keep
