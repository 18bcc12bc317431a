"""What lies on the disk: nothing in it names anybody."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text

from app import clock
from app.audit.models import AuditEvent
from app.db.base import Model
from app.journal import entries, files
from app.journal.entries import Posted
from app.journal.models import FileKind
from app.links import magic_links
from app.links.models import MagicLink
from app.messaging import inbound, outbox
from app.messaging.inbound import Raw
from app.messaging.models import Purpose
from app.people.models import Patient
from app.replies import taking_in
from app.scheduling import booking
from app.scheduling.models import Service
from app.tasks import desk
from app.tasks.models import TaskCode

CANARIES = (
    "Marigold",
    "Quillfeather",
    "5550177",
    "1971-02-03",
    "Larkspur Lane",
    "heliotrope",
    "periwinkle",
)


@pytest.fixture
def full_house(database, cast):
    """Everything the clinic writes about one patient, and the tokens of her links."""
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        maya.given_name, maya.family_name = "Marigold", "Quillfeather"
        maya.home_address, maya.emergency_name = "7 Larkspur Lane", "Quillfeather"
        maya.phone, maya.emergency_phone = "+13125550177", "+13125550177"
        maya.birth_on = clock.now().date().replace(1971, 2, 3)
        booking.book(
            db,
            patient=maya,
            service=Service.CONSULTATION,
            starts_at=clock.now() + timedelta(days=2),
            ends_at=clock.now() + timedelta(days=2, hours=1),
            by=cast.dr_okafor,
        )
        outbox.enqueue(
            db, Purpose.NOTICE, "heliotrope for Marigold", patient=maya, due_at=clock.now()
        )
        desk.open_task(db, TaskCode.ANSWER, maya, by=maya, note="periwinkle 5550177")
        kept = entries.accept(
            db,
            maya,
            Posted(
                uuid=maya.id,
                revision=1,
                written_at=clock.now(),
                words="The heliotrope.\nA periwinkle for Marigold.",
                question="Larkspur Lane?",
                lines=("The heliotrope.",),
            ),
        )
        files.take_slice(db, kept.entry, maya.id, FileKind.VOICE, 0, b"heliotrope Quillfeather")
        raw = Raw("+13125550177", "", "periwinkle")
        taking_in.understand(db, inbound.store(db, "SM1", raw))
        inbound.store(db, "SM2", raw)  # not understood yet
    with database.session(write=False) as db:
        return [magic_links.token_of(link) for link in db.scalars(select(MagicLink))]


def test_the_files_on_the_disk_name_nobody(database, full_house):
    if not database.is_sqlite:
        pytest.skip("looks into SQLite's own files; the next test reads every column of any kind")
    path = Path(make_url(database.engine.url).database)
    written = b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))

    assert b"Northside Clinic" in written
    for canary in (*CANARIES, *full_house):
        assert canary.encode() not in written
        assert canary.encode("utf-16-le") not in written


def test_no_column_of_any_table_names_anybody(database, full_house):
    assert full_house
    with database.session(write=False) as db:
        for table in Model.metadata.sorted_tables:
            for row in db.execute(text(f'SELECT * FROM "{table.name}"')):
                for value in row:
                    kept = value if isinstance(value, bytes) else str(value).encode()
                    found = [c for c in (*CANARIES, *full_house) if c.encode() in bytes(kept)]
                    assert found == [], table.name


def test_the_audit_trail_holds_ids_and_short_words_alone(database, full_house):
    with database.session(write=False) as db:
        events = db.scalars(select(AuditEvent)).all()

    assert {"enrol", "book", "open-task"} <= {event.action for event in events}
    assert all(len(event.detail) < 30 for event in events)
