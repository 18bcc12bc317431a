from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app import clock
from app.db.base import Model
from app.links import magic_links
from app.links.models import LinkKind
from tests.conftest import BASE_URL


@pytest.fixture
def everything(database):
    """`everything()`: a hash of every row of every table, to see whether anything changed."""

    def everything():
        with database.session(write=False) as db:
            return {
                table.name: sha256(
                    repr(
                        sorted(
                            repr(tuple(row))
                            for row in db.execute(text(f'SELECT * FROM "{table.name}"'))
                        )
                    ).encode()
                ).hexdigest()
                for table in Model.metadata.sorted_tables
            }

    return everything


@pytest.fixture
def browser(app):
    """`browser()`: another browser, coming from our own pages, with nobody signed in."""

    def browser(**headers):
        return TestClient(
            app,
            base_url=BASE_URL,
            headers={"sec-fetch-site": "same-origin"} | headers,
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    return browser


@pytest.fixture
def link_to(database, cast):
    """`link_to(…)`: mint a link to Maya's visit; gives the link and its token."""

    def link_to(kind=LinkKind.JOIN, **differs):
        values = {
            "clinic_id": cast.clinic.id,
            "patient_id": cast.maya.id,
            "appointment_id": cast.integration_visit.id,
            "expires_at": cast.integration_visit.ends_at + timedelta(minutes=30),
        }
        with database.session() as db:
            link = magic_links.mint(db, kind, **(values | differs))
        return link, magic_links.token_of(link)

    return link_to


@pytest.fixture
def at():
    """`at(moment)`: both clocks stand there from now on."""

    def at(moment):
        clock.stand_still(moment, machine=moment)

    return at
