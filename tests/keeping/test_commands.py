"""What an operator does with copies and records: the real commands, in this process."""

import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from app.audit.models import AuditEvent
from app.backups import copying
from app.backups.models import DataCopy
from app.cli import app
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus
from tests import databases


@pytest.fixture
def afterglow(database, monkeypatch, tmp_path):
    """`afterglow("backup", "copies")`: what it printed, or what it failed with."""
    address = database.engine.url.render_as_string(hide_password=False)

    def run(*arguments, url=address):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("AFTERGLOW_DATABASE_URL", url)
        monkeypatch.setenv("AFTERGLOW_SECRET_KEYS", "s" * 40)
        monkeypatch.setenv("AFTERGLOW_ENCRYPTION_KEYS", "e" * 40)
        done = CliRunner().invoke(app, arguments)
        failure = done.exception
        return getattr(failure, "message", str(failure)) if failure else done.output

    return run


def test_a_copy_is_made_known_and_brought_back(afterglow, database, cast, worker_id):
    said = afterglow("backup", "days", "--keys", "keys")

    assert "rows in days/data-" in said
    with database.session(write=False) as db:
        assert db.scalars(select(DataCopy.folder)).all() == ["days"]
    data = next(Path("days").glob("data-*"))
    with databases.fresh_database(worker_id) as url:
        said = afterglow("restore", str(data), f"keys/{copying.KEYS}", url=url)
    assert "rows restored, as they were at 2026-11-20 17:00:00 UTC" in said


def test_a_record_is_written_into_a_file_of_the_operators_own(afterglow, database, cast):
    said = afterglow("export", "patient", str(cast.maya.id), "--to", "record.zip")

    path = Path("record.zip")
    assert said == f"{path.stat().st_size} bytes in record.zip\n"
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(path) as file:
        assert "record.json" in file.namelist()
    with database.session(write=False) as db:
        acts = db.scalars(select(AuditEvent.patient_id).where(AuditEvent.action == "export-record"))
        assert acts.all() == [cast.maya.id]
    assert "is there already" in afterglow("export", "patient", str(cast.maya.id))


def test_nobody_is_erased_without_a_ground_and_a_word(afterglow, database, cast):
    with database.session() as db:
        db.get_one(Appointment, cast.integration_visit.id).status = AppointmentStatus.CANCELLED
    maya = str(cast.maya.id)

    assert "Grounds: " in afterglow("erase", maya, "--ground", "law")
    assert "kept longer" in afterglow("erase", maya, "--ground", "time-is-up", "--sure")
    assert "Gone." in afterglow("erase", maya, "--sure")
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).erased_at is None
    assert "Gone." in afterglow("erase", maya, "--ground", "law", "--sure")
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).full_name == ""
    assert "nothing is known" in afterglow("erase", maya)


def test_what_would_go_today_is_printed(afterglow, cast):
    assert "drafts: 0 older than 365 days" in afterglow("purge", "--clinic", "northside")
    assert "there is no clinic" in afterglow("purge", "--clinic", "nowhere")
