"""Among the years of fifty clinics nothing that is asked often walks through a table."""

from contextlib import contextmanager

import pytest
import structlog
from sqlalchemy import func, select, text

from app import clock
from app.db.base import Model
from app.db.engine import Database
from app.people.models import Clinic, Practitioner
from tests import databases
from tests.asked_of import asked_of, indexes, walked
from tests.cast import gather
from tests.conftest import FRIDAY_NOON
from tests.hot_pages import SETTINGS, HotPages
from tests.many_clinics import copy_clinic, look_at_all
from tests.years import Years

_BIG = 1000  # rows; what stays smaller may be walked through
# A quarter of one clinic at once, and whoever 25 clinics of 51 treated in a year: among so few rows
# reading them all is less work.
_OVER_MANY = {"sqlite": set(), "postgresql": {"job scales", "numbers"}}


@pytest.fixture(scope="module")
def grown(worker_id):
    """A clinic among the years of fifty others, what was asked of it, and its big tables."""
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)
    with databases.fresh_database(worker_id) as url, structlog.testing.capture_logs():
        database = Database(url, SETTINGS)
        with database.session() as db:
            cast = gather(db)
        with database.session() as db:
            clinic = db.get_one(Clinic, cast.clinic.id)
            Years(db, clinic, db.get_one(Practitioner, cast.dr_okafor.id)).fill(30, more=0)
        copy_clinic(database.engine, cast.clinic.id, 50)
        pages = HotPages(database, cast)
        look_at_all(database.engine)
        asked = {}
        for name, act in pages.acts.items():
            with asked_of(database.engine) as said:
                act()
            asked |= {each.statement: (name, each) for each in said if each.statement not in asked}
        yield database, list(asked.values()), _big(database)
        database.close()


def _big(database):
    with database.session(write=False) as db:
        counts = {
            table.name: db.scalar(select(func.count()).select_from(table))
            for table in Model.metadata.sorted_tables
        }
    return {name for name, count in counts.items() if count >= _BIG}


@contextmanager
def _on_long_tables(database):
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            # As on any disk of today, and as though the tables were fifty times as long.
            connection.execute(text("SET random_page_cost = 1.1"))
            connection.execute(text("SET seq_page_cost = 50"))
        yield connection


def _walks(grown, *, only=None):
    database, asked, big = grown
    found, spared = set(), _OVER_MANY[database.engine.dialect.name]
    with _on_long_tables(database) as connection:
        for name, each in asked:
            if name not in spared and (only is None or only in each.statement):
                found |= {(name, table) for table in walked(connection, each) if table in big}
    return found


def test_nothing_asked_often_walks_through_a_big_table(grown):
    _database, asked, big = grown

    assert {"message", "appointment", "audit_event", "patient", "web_session"} <= big
    assert len(asked) > 200
    assert _walks(grown) == set()


@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("safety_alert.closed_at IS NULL", "ix_safety_alert_clinic_id_closed_at"),
        ("appointment.asked_at IS NOT NULL", "ix_appointment_asked"),
    ],
)
def test_what_is_open_is_found_without_all_that_is_over(grown, words, index):
    database, asked, _big = grown
    with _on_long_tables(database) as connection:
        found = [indexes(connection, each) for _name, each in asked if words in each.statement]

    assert found
    assert [each for each in found if index not in each] == []


def test_a_lost_index_would_be_noticed(grown):
    database, _asked, _big = grown
    with database.engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_message_link_id"))
    try:
        assert ("patient", "message") in _walks(grown, only="message.link_id IN")
    finally:
        with database.engine.begin() as connection:
            connection.execute(text("CREATE INDEX ix_message_link_id ON message (link_id)"))
