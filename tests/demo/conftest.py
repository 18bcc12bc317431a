"""The demo as `afterglow demo` runs it: seeded, its clock going."""

import pytest
from starlette.testclient import TestClient

from app import clock
from app.demo import seed
from app.main import create_app
from app.settings import Settings

DEMO_URL = "http://localhost:8000"


@pytest.fixture
def demo_settings():
    return Settings(
        _env_file=None,
        base_url=DEMO_URL,
        secret_keys="s" * 40,
        encryption_keys="e" * 40,
        sms="demo",
        demo=True,
    )


@pytest.fixture
def going(_still):
    """The clock goes, as it does in the demo."""
    clock.stand_still(None)


@pytest.fixture
def seeded(database, demo_settings, going):
    seed.seed(database, demo_settings)
    return database


@pytest.fixture
def demo(seeded, demo_settings):
    """A browser on the seeded demo. No thread of the worker runs: pushes alone do what is due."""
    app = create_app(demo_settings, seeded, works=False)
    return TestClient(
        app, base_url=DEMO_URL, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
    )
