"""An upgrade and the way back, with real processes: old release, new one beside it, old one again.

The old release is this tree. The new one is this tree and one migration more, as the next release
will bring it: a column, a table, rows of its own.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app import clock
from app.messaging import outbox
from app.messaging.models import Message, MessageStatus, Purpose
from bench.reliability.installation import Installation
from bench.reliability.stage import _environment
from tests import databases

ROOT = Path(__file__).parents[2]
NEXT = '''"""What the next release brings"""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("next_word", sa.String(), nullable=True))
    op.add_column(
        "patient", sa.Column("next_flag", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table("next_thing", sa.Column("id", sa.Uuid(), primary_key=True))


def downgrade() -> None:
    op.drop_table("next_thing")
    op.drop_column("patient", "next_flag")
    op.drop_column("message", "next_word")
'''


@pytest.fixture
def clinic(worker_id):
    kind = databases.chosen_kind()
    # A database of its own that is thrown away: its schema is another afterwards.
    with Installation(kind, processes=1, patients=3, own_server=True, worker_id=worker_id) as it:
        yield it


@pytest.fixture
def newer(tmp_path):
    """The folder of the next release."""
    from app.db import migrate

    for name in ("app", "static", "templates", "service_worker"):
        copied = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=copied)
    versions = tmp_path / "app/db/migrations/versions"
    (versions / "9000_the_next.py").write_text(NEXT.format(newest=migrate.newest()))
    return tmp_path


def command(clinic, *words, release=ROOT):
    done = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", *words],
        cwd=clinic.folder,
        env=_environment(clinic.settings, clinic.url) | {"PYTHONPATH": str(release)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def start_newer(clinic, release, port):
    return subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", str(port)],
        cwd=clinic.folder,
        env=_environment(clinic.settings, clinic.url) | {"PYTHONPATH": str(release)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def a_text_leaves(clinic, patience=60):
    with clinic.database.session() as db:
        patient = clinic.people.patients[0] if hasattr(clinic.people, "patients") else None
        assert patient is not None
        row = outbox.enqueue(db, Purpose.CODE, "one", patient=db.merge(patient), due_at=clock.now())
        number = row.id
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with clinic.database.session(write=False) as db:
            state = db.scalar(select(Message.status).where(Message.id == number))
        if state in (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED):
            return True
        time.sleep(0.1)
    return False


def test_old_goes_on_beside_new_and_comes_back_after_it(clinic, newer):
    assert a_text_leaves(clinic)

    # The next release migrates while the old one runs: nobody is turned away.
    assert command(clinic, "migrate", release=newer)[0] == 0
    clinic.wait_until_ready("web-1", 20, "/readyz?only=pages")
    assert a_text_leaves(clinic)

    # New takes over.
    for name in ("worker-1", "web-1"):
        clinic.kill(name)
    port = int(clinic.url_of("web-1").rsplit(":", 1)[1])
    running = start_newer(clinic, newer, port)
    try:
        clinic.wait_until_ready("web-1", 60, "/readyz")
        assert a_text_leaves(clinic)
    finally:
        running.terminate()
        assert running.wait(40) in (0, -15)

    # And back, on the schema of the new one.
    assert command(clinic, "migrate")[0] == 0
    clinic.start("web-1")
    clinic.start("worker-1")
    clinic.wait_until_ready("web-1", 60, "/readyz")
    assert a_text_leaves(clinic)
    _, told, wrong = command(clinic, "doctor", "--inside")
    assert not wrong
    assert "warn  schema         a later release has migrated the database" in told
    with clinic.database.session(write=False) as db:
        assert db.scalar(text("SELECT version_num FROM alembic_version")) == "9000"
        assert db.scalar(text("SELECT count(*) FROM next_thing")) == 0
