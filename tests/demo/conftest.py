"""The demo as `afterglow demo` runs it: seeded, its clock going."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import make_url
from starlette.testclient import TestClient

from app import clock
from app.db.engine import Database
from app.demo import seed
from app.main import create_app
from app.settings import Settings
from tests import databases

DEMO_URL = "http://localhost:8000"


def _settings() -> Settings:
    return Settings(
        _env_file=None,
        base_url=DEMO_URL,
        secret_keys="s" * 40,
        encryption_keys="e" * 40,
        sms="demo",
        demo=True,
    )


@pytest.fixture
def demo_settings():
    return _settings()


@pytest.fixture(scope="session")
def story(worker_id, tmp_path_factory) -> Path:
    """The database as seeding leaves it. Telling the story takes seconds, copying it none."""
    kept = tmp_path_factory.mktemp("story") / "seeded.sqlite3"
    url = databases.database_url("sqlite", worker_id)
    opened = Database(url, _settings())
    seed.seed(opened, _settings())
    opened.close()  # the last to leave writes everything into the one file
    shutil.copyfile(str(make_url(url).database), kept)
    databases.discard(url)
    return kept


@pytest.fixture
def going(_still):
    """The clock goes, as it does in the demo."""
    clock.stand_still(None)


@pytest.fixture
def seeded(database, story, going):
    """The demo runs on the embedded database alone, and so do its tests."""
    url = database.engine.url
    database.close()
    databases.discard(url.render_as_string(hide_password=False))
    shutil.copyfile(story, str(url.database))
    return database


@pytest.fixture
def demo(seeded, demo_settings):
    """A browser on the seeded demo. No thread of the worker runs: pushes alone do what is due."""
    app = create_app(demo_settings, seeded, works=False)
    return TestClient(
        app, base_url=DEMO_URL, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
    )
