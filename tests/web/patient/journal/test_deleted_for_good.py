"""Issue 5, done when 9: what somebody deletes stays deleted, also in yesterday's copy."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.backups import copying, restoring
from app.db.engine import Database
from app.journal.models import JournalEntry, JournalSlice, SharedLine
from app.main import create_app
from app.people.models import Patient
from app.security.encryption import Unreadable
from app.web.guards import COOKIES
from tests import databases, journals
from tests.conftest import BASE_URL

GONE = "The blue door at my aunt's house.\nA bell, far away."
STAYS = "The river, and how quiet my hands were."


@pytest.fixture
def restored(database, cast, settings, gateway, signed_in, tmp_path, worker_id):
    """Yesterday's data with today's keys, on a new machine. Maya deleted one entry in between."""
    gone = journals.keep(database, cast.maya, GONE, lines=["A bell, far away."])
    note = journals.speak(database, gone, b"\x1aE\xdf\xa3webm")
    stays = journals.keep(database, cast.maya, STAYS)
    yesterday = copying.copy(database.engine, tmp_path, tmp_path)
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(minutes=5))
    assert signed_in(cast.maya).post(f"/journal/entries/{gone}/delete").status_code == 303
    today = copying.copy(database.engine, tmp_path, tmp_path)
    with databases.fresh_database(worker_id, migrated=False) as url:
        restoring.restore(url, yesterday.data, today.keys)
        opened = Database(url, settings)
        yield opened, create_app(settings, opened, gateway=gateway, works=False), gone, note, stays
        opened.close()


def sign_in(database, app, person, kind):
    is_staff = kind is SessionKind.STAFF
    with database.session() as db:
        _, token = web_sessions.start(
            db,
            kind,
            clinic_id=person.clinic_id,
            patient=None if is_staff else db.get_one(Patient, person.id),
            practitioner=person if is_staff else None,
            strength=Strength.PASSKEY,
        )
    page = TestClient(app, base_url=BASE_URL, follow_redirects=False)
    page.cookies.set(COOKIES[kind], token, domain="afterglow.test")
    return page


def test_what_was_deleted_is_unreadable_in_a_copy_from_before(restored, cast):
    database, app, gone, note, stays = restored
    maya = sign_in(database, app, cast.maya, SessionKind.PATIENT)
    okafor = sign_in(database, app, cast.dr_okafor, SessionKind.STAFF)

    assert maya.get(f"/journal/entries/{stays}").status_code == 200
    assert maya.get(f"/journal/entries/{gone}").status_code == 404
    assert maya.get(f"/journal/files/{note}").status_code == 404
    for page in (
        maya.get("/journal"),
        maya.get("/journal/print"),
        maya.get("/journal/download.json"),
    ):
        assert STAYS in page.text
        assert "far away" not in page.text
    assert maya.get("/journal/download.pdf").status_code == 200
    for path in (f"/clinic/patients/{cast.maya.id}", f"/clinic/visits/{cast.integration_visit.id}"):
        assert "far away" not in okafor.get(path).text

    # Nor can anybody who holds the copy and every key there is.
    with database.session(write=False) as db:
        entry = db.scalars(select(JournalEntry).where(JournalEntry.uuid == gone)).one()
        assert entry.words_sealed is not None  # the copy has the row as it was
        with pytest.raises(Unreadable):
            _ = entry.words
        with pytest.raises(Unreadable):
            _ = db.scalars(select(JournalSlice)).one().body
        with pytest.raises(Unreadable):
            _ = db.scalars(select(SharedLine)).one().words
