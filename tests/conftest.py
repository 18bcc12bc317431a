"""What every test may ask for:

a database of its own, the clock standing still, the cast, a client.

On PostgreSQL every test that asks for a database is tried again. Of one that is told over many
values it is the first of them, unless it is marked `every_value_on_both`, because the values change
what is asked of the database, or stands in a folder where the database itself is tried (decision
65).
"""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from starlette.testclient import TestClient

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.db.engine import Database
from app.main import create_app
from app.people.models import Patient, Practitioner
from app.settings import Settings
from app.web import even_pace
from app.web.guards import COOKIES
from app.web.middleware import failing_slowly
from tests import browsers, databases, emptying, memory
from tests.cast import Cast
from tests.cast_again import gather_again
from tests.fakes import RecordingGateway

TESTS = Path(__file__).parent
DEMO = TESTS / "demo"
FRIDAY_NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # 12:00 at the clinic
BASE_URL = "https://afterglow.test"


# Where each value counts: locks, plans, dumps, kills.
WHOLE = {"backups", "db", "keeping", "reliability", "tasks"}


def pytest_configure(config) -> None:
    meaning = "each of its values is tried on PostgreSQL too"
    config.addinivalue_line("markers", f"every_value_on_both: {meaning}")
    memory.keep_files_there()
    databases.prepare(under=memory.roomy_memory())
    emptying.keep_engines()
    browsers.share_one_loop()


def pytest_unconfigure() -> None:
    browsers.end()


def pytest_collection_modifyitems(config, items) -> None:
    """What needs no database is tried once, not once for each kind.

    Nor is the demo, which runs on the embedded one alone, nor what differs by a mere value.
    """
    if databases.chosen_kind() == "sqlite":
        return
    alike: dict[bool, list[pytest.Item]] = {True: [], False: []}
    met: set[str] = set()
    for item in items:
        alike[_is_alike(item) or _is_met_again(item, met)].append(item)
    config.hook.pytest_deselected(items=alike[True])
    items[:] = alike[False]


def _is_alike(item) -> bool:
    return DEMO in item.path.parents or {"database", "worker_id"}.isdisjoint(item.fixturenames)


def _is_met_again(item, met: set[str]) -> bool:
    """Whether the same test was met before, with another value."""
    folder = item.path.relative_to(TESTS).parts[0]
    if folder in WHOLE or item.get_closest_marker("every_value_on_both"):
        return False
    name = item.nodeid.partition("[")[0]
    is_again = name in met
    met.add(name)
    return is_again


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Nothing that is collected goes before the end: to look for rubbish in it is a third of it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def worker_id(request):
    return getattr(request.config, "workerinput", {}).get("workerid", "master")


@pytest.fixture(autouse=True)
def _still():
    """The clock stands still; a test that wants it later says `clock.stand_still(...)`."""
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)
    yield
    structlog.reset_defaults()  # a test that started a command may have set the lines' form
    clock.stand_still(None)
    clock.run_ahead(timedelta(0))


@pytest.fixture(autouse=True)
def _short_steps(monkeypatch):
    """Answers that are held until a step is full are held as good as not at all."""
    monkeypatch.setattr(even_pace, "STEP_SECONDS", 0.001)
    monkeypatch.setattr(failing_slowly, "SECONDS", 0.0)


@pytest.fixture(scope="session")
def _settings_once() -> Settings:
    return Settings(
        _env_file=None,
        base_url=BASE_URL,
        secret_keys="s" * 40,
        encryption_keys="e" * 40,
        sms="demo",
    )


@pytest.fixture
def settings(_settings_once) -> Settings:
    """A copy of what was read once: of what one test asked, nothing goes along into another's."""
    return _settings_once.model_copy()


@pytest.fixture
def database(worker_id, settings) -> Iterator[Database]:
    with databases.fresh_database(worker_id) as url:
        yield Database(url, settings)


@pytest.fixture
def db(database):
    """One writing transaction around the whole test. Not beside `client`: SQLite has one writer."""
    with database.session() as session:
        yield session


@pytest.fixture
def gateway() -> RecordingGateway:
    return RecordingGateway()


@pytest.fixture
def cast(database) -> Cast:
    """Maya, Dr. Okafor, Theo and the neighbours, stored and ready."""
    return gather_again(database)


@pytest.fixture
def app(settings, database, gateway):
    return create_app(settings, database, gateway=gateway, works=False)


@pytest.fixture
def client(app) -> TestClient:
    """A browser nobody is signed in on, coming from our own pages."""
    return TestClient(
        app, base_url=BASE_URL, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
    )


@pytest.fixture
def signed_in(app, database) -> Callable[[Patient | Practitioner], TestClient]:
    """`signed_in(cast.maya)`: a browser of its own on which that person is signed in."""

    def sign_in(person: Patient | Practitioner) -> TestClient:
        staff = isinstance(person, Practitioner)
        kind = SessionKind.STAFF if staff else SessionKind.PATIENT
        with database.session() as session:
            _, token = web_sessions.start(
                session,
                kind,
                clinic_id=person.clinic_id,
                patient=None if staff else person,
                practitioner=person if staff else None,
                strength=Strength.PASSKEY,
            )
        browser = TestClient(
            app,
            base_url=BASE_URL,
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        browser.cookies.set(COOKIES[kind], token, domain="afterglow.test")
        return browser

    return sign_in


@pytest.fixture
def desk(signed_in, cast) -> TestClient:
    """The console as Dr. Okafor has it open."""
    return signed_in(cast.dr_okafor)
