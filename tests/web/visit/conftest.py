"""Maya's visit tomorrow at ten, its link, and browsers on both sides of it."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app import clock
from app.links import magic_links
from app.links.models import LinkKind
from tests.conftest import BASE_URL, FRIDAY_NOON


@pytest.fixture(autouse=True)
def _visit_time(cast):
    """It is ten, the clinic's time; the visit begins."""
    clock.stand_still(cast.integration_visit.starts_at, machine=FRIDAY_NOON)


@pytest.fixture
def address(cast) -> str:
    return f"/visits/{cast.integration_visit.id}"


@pytest.fixture
def link(database, cast) -> str:
    """The token of the visit's link."""
    with database.session() as db:
        minted = magic_links.mint(
            db,
            LinkKind.JOIN,
            clinic_id=cast.clinic.id,
            patient_id=cast.maya.id,
            appointment_id=cast.integration_visit.id,
            expires_at=cast.integration_visit.ends_at + timedelta(minutes=30),
        )
        return magic_links.token_of(minted)


@pytest.fixture
def tap(app, link):
    """`tap()`: a new browser that opened the link; `tap(browser)`: the same one again."""

    def tapped(browser: TestClient | None = None) -> TestClient:
        browser = browser or TestClient(
            app,
            base_url=BASE_URL,
            headers={"sec-fetch-site": "same-origin", "origin": BASE_URL},
            follow_redirects=False,
        )
        browser.opened = browser.post("/x", json={"t": link, "kind": "join"}).json()
        assert browser.opened["state"] == "open"
        return browser

    return tapped


@pytest.fixture
def clinic_address(cast) -> str:
    return f"/clinic/visits/{cast.integration_visit.id}"
