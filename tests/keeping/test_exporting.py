"""What a patient is handed: all that belongs to their record, nothing of what is theirs alone."""

import csv
import io
import json
import zipfile

import pytest
from sqlalchemy import select

from app import clock
from app.journal.models import SharedLine
from app.keeping import exporting
from app.messaging import outbox
from app.messaging.models import MessageStatus, Purpose
from app.people.models import Patient
from tests import journals, sheets


@pytest.fixture
def record(database, cast):
    """Maya's record, unpacked."""
    maya = cast.maya
    journals.keep(database, maya, "kept for nobody")
    shared = journals.keep(database, maya, "told my team", shared=True)
    journals.speak(database, shared, b"\x1aE\xdf\xa3webm")
    journals.keep(database, maya, "first line\nthe brought line", lines=("the brought line",))
    sheets.hand_in(database, maya, "gad-7", {})
    with database.session() as db:
        for body in ("=HYPERLINK()", "see you"):
            text = outbox.enqueue(
                db, Purpose.WRITTEN, body, due_at=clock.now(), patient=db.get_one(Patient, maya.id)
            )
            text.status, text.sent_at = MessageStatus.DELIVERED, clock.now()
    with database.session(write=False) as db:
        assert db.scalars(select(SharedLine)).first() is not None
        content = exporting.packed(db, db.get_one(Patient, maya.id))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def _table(record, name):
    return list(csv.reader(io.StringIO(record[name].decode("utf-8-sig"))))


def test_it_holds_papers_tables_and_a_bundle(record, cast):
    bundle = json.loads(record["record.json"])
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]

    assert kinds == ["Patient", "QuestionnaireResponse"]
    assert bundle["entry"][0]["resource"]["telecom"][0]["value"] == cast.maya.phone
    assert bundle["entry"][1]["resource"]["status"] == "completed"
    assert record["answers-1.pdf"].startswith(b"%PDF")
    assert record["words.pdf"].startswith(b"%PDF")
    assert len(_table(record, "visits.csv")) == 3
    assert ["Name", "Maya Osei"] in _table(record, "person.csv")


def test_of_the_journal_it_holds_what_was_shared_and_brought_alone(record):
    whole = b"".join(record.values()).decode("utf-8", "replace")

    assert "told my team" in record["words.json"].decode()
    assert record["words-1.webm"] == b"\x1aE\xdf\xa3webm"
    assert "the brought line" in record["brought.csv"].decode()
    assert "kept for nobody" not in whole
    assert "first line" not in whole


def test_no_cell_of_it_is_a_formula_and_no_name_of_a_file_tells_anything(record):
    assert any(row[2] == "'=HYPERLINK()" for row in _table(record, "texts.csv"))
    assert not any("aya" in name or "sei" in name for name in record)


def test_it_is_in_the_patients_language(database, cast):
    with database.session() as db:
        patient = db.get_one(Patient, cast.maya.id)
        patient.language = "es"
    with database.session(write=False) as db:
        content = exporting.packed(db, db.get_one(Patient, cast.maya.id))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert "Nombre" in file.read("person.csv").decode("utf-8-sig")
