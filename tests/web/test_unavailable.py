"""The database cannot take anything: people read so, nothing is half kept, and it passes."""

from uuid import uuid4

import pytest
from sqlalchemy import event, select

from app.journal.models import JournalEntry
from tests import databases

pytestmark = pytest.mark.skipif(
    databases.chosen_kind() != "sqlite", reason="its disk is filled by a limit of SQLite's"
)


@pytest.fixture
def disk(database):
    """`disk("full")` and `disk("free")`, for every connection there is and will be."""
    most = {"full": 1, "free": 1_000_000}
    state = {"pages": most["free"]}

    def limit(dbapi, *_):
        dbapi.execute(f"PRAGMA max_page_count={state['pages']}")

    with database.engine.connect() as connection:
        connection.connection.execute("VACUUM")  # no page is left of tests before
    event.listen(database.engine, "checkout", limit)

    def set_to(what):
        state["pages"] = most[what]

    yield set_to
    event.remove(database.engine, "checkout", limit)
    set_to("free")
    with database.engine.connect() as connection:
        limit(connection.connection)


def test_a_full_disk_is_said_and_nothing_is_taken_for_kept(disk, signed_in, database, cast):
    phone, uuid = signed_in(cast.maya), str(uuid4())
    note = {"words": "A long night. " * 1500, "uuid": uuid, "kind": "free", "owner": ""}
    disk("full")

    page = phone.post("/journal/entries", data=note)

    assert page.status_code == 503
    assert page.headers["Retry-After"] == "5"  # the phone keeps it, and knows when to ask again
    assert "It is not your doing." in page.text
    assert "sqlite" not in page.text.lower()

    disk("free")
    assert phone.get("/").status_code == 200
    with database.session(write=False) as db:
        assert db.scalars(select(JournalEntry)).all() == []  # nothing half kept
    assert phone.post("/journal/entries", data=note).status_code < 500
