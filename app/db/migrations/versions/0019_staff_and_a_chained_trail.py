"""Staff of several clinics and a chained trail"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# In the order in which they are hashed; written out, for a link that was made never changes.
_HASHED = (
    "id",
    "clinic_id",
    "action",
    "agent_kind",
    "agent_id",
    "entity_kind",
    "entity_id",
    "patient_id",
    "detail",
    "recorded_at",
)
_EVENT = sa.table(
    "audit_event",
    *(sa.column(f"{name}id", sa.Uuid()) for name in ("", "clinic_", "agent_", "entity_")),
    sa.column("patient_id", sa.Uuid()),
    *(sa.column(name, sa.String()) for name in ("action", "agent_kind", "entity_kind", "detail")),
    sa.column("recorded_at", sa.DateTime(timezone=True)),
    sa.column("seq", sa.Integer()),
    sa.column("previous_hash", sa.LargeBinary()),
    sa.column("hash", sa.LargeBinary()),
)
_OF_A_PATIENT = (
    "appointment",
    "consent",
    "course",
    "goal",
    "intake_packet",
    "journal_entry",
    "journal_file",
    "journal_preference",
    "journal_prompt",
    "message",
    "passkey",
    "push_subscription",
    "questionnaire_response",
    "review_flag",
    "safety_alert",
    "session_hour",
    "shared_line",
    "sign_in_code",
    "staff_task",
    "thread",
    "web_session",
)


def upgrade() -> None:
    _add_people()
    _add_chain()
    _say_whom_events_are_about()
    _link_events()
    _close_trail()


def downgrade() -> None:
    _open_trail()
    for index in ("ix_audit_event_chain", "ix_audit_event_patient_id", "ix_audit_event_agent_id"):
        op.drop_index(index, table_name="audit_event")
    for column in ("hash", "previous_hash", "seq", "patient_id"):
        op.drop_column("audit_event", column)
    op.drop_table("passkey_grant")
    for column in ("withdrawn_at", "made_by_id"):
        op.drop_column("invitation", column)
    op.drop_column("web_session", "passkey_id")
    op.drop_index("ix_practitioner_person_id", table_name="practitioner")
    op.drop_column("practitioner", "person_id")
    op.drop_table("person")


def _add_people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.add_column("practitioner", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.create_index("ix_practitioner_person_id", "practitioner", ["person_id"])
    op.add_column("web_session", sa.Column("passkey_id", sa.Uuid(), nullable=True))
    op.add_column("invitation", sa.Column("made_by_id", sa.Uuid(), nullable=True))
    op.add_column(
        "invitation", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_table(
        "passkey_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("passkey_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_passkey_grant_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["passkey_id"], ["passkey.id"], name=op.f("fk_passkey_grant_passkey_id")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_passkey_grant_practitioner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_grant")),
        sa.UniqueConstraint(
            "passkey_id",
            "practitioner_id",
            name=op.f("uq_passkey_grant_passkey_id_practitioner_id"),
        ),
    )
    op.create_index("ix_passkey_grant_practitioner_id", "passkey_grant", ["practitioner_id"])
    # Each passkey of staff opens what it opened so far. Its own id serves for the grant's.
    op.execute(
        "INSERT INTO passkey_grant (id, clinic_id, passkey_id, practitioner_id, made_at) "
        "SELECT id, clinic_id, id, practitioner_id, made_at FROM passkey "
        "WHERE practitioner_id IS NOT NULL"
    )


def _add_chain() -> None:
    for column in (
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("audit_event", column)
    op.create_index("ix_audit_event_patient_id", "audit_event", ["patient_id"])
    op.create_index("ix_audit_event_agent_id", "audit_event", ["agent_id"])
    op.create_index("ix_audit_event_chain", "audit_event", ["clinic_id", "seq"], unique=True)


def _say_whom_events_are_about() -> None:
    op.execute("UPDATE audit_event SET patient_id = entity_id WHERE entity_kind = 'patient'")
    for table in _OF_A_PATIENT:
        found = f"SELECT patient_id FROM {table} WHERE id = audit_event.entity_id"  # noqa: S608
        _say(table, found)
    _say(
        "attachment",
        "SELECT patient_id FROM questionnaire_response JOIN attachment "
        "ON attachment.response_id = questionnaire_response.id "
        "WHERE attachment.id = audit_event.entity_id",
    )
    _say(
        "seat",
        "SELECT patient_id FROM appointment "
        "JOIN video_visit ON video_visit.appointment_id = appointment.id "
        "JOIN seat ON seat.visit_id = video_visit.id WHERE seat.id = audit_event.entity_id",
    )


def _say(kind: str, found: str) -> None:
    statement = f"UPDATE audit_event SET patient_id = ({found})"  # noqa: S608  our own words
    op.execute(f"{statement} WHERE entity_kind = '{kind}'")


def _link_events() -> None:
    """What was recorded so far, clinic by clinic, in the order in which it was."""
    bind = op.get_bind()
    for (clinic_id,) in bind.execute(sa.select(_EVENT.c.clinic_id).distinct()).all():
        for link in _links(clinic_id):
            bind.execute(sa.update(_EVENT).where(_EVENT.c.id == link.pop("id")).values(link))


def _links(clinic_id: UUID | None) -> Iterator[dict[str, Any]]:
    clinic = _EVENT.c.clinic_id
    mine = clinic.is_(None) if clinic_id is None else clinic == clinic_id
    columns = [_EVENT.c[name] for name in _HASHED]
    found = op.get_bind().execute(sa.select(*columns).where(mine).order_by(_EVENT.c.id)).all()
    previous = b""
    for seq, row in enumerate(found, 1):
        words = [seq, previous.hex(), *map(_word, row)]
        link = hashlib.sha256(json.dumps(words, separators=(",", ":")).encode()).digest()
        yield {"id": row.id, "seq": seq, "previous_hash": previous, "hash": link}
        previous = link


def _word(value: Any) -> str | None:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat(timespec="microseconds")
    return None if value is None else str(value)


def _close_trail() -> None:
    """From now on an event may be given its place in the chain, once, and nothing else."""
    if op.get_bind().dialect.name == "sqlite":
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _HASHED)
        refused = "BEGIN SELECT RAISE(ABORT, 'the trail only grows'); END"
        op.execute(
            "CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event "
            f"WHEN OLD.hash IS NOT NULL OR {changed} {refused}"
        )
        op.execute(f"CREATE TRIGGER audit_event_is_kept BEFORE DELETE ON audit_event {refused}")
        return
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _HASHED)
    op.execute(
        "CREATE FUNCTION trail_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the trail only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event FOR EACH ROW "
        f"WHEN (OLD.hash IS NOT NULL OR {changed}) EXECUTE FUNCTION trail_only_grows()"
    )
    op.execute(
        "CREATE TRIGGER audit_event_is_kept BEFORE DELETE ON audit_event FOR EACH ROW "
        "EXECUTE FUNCTION trail_only_grows()"
    )
    op.execute(
        "CREATE TRIGGER audit_event_is_not_emptied BEFORE TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION trail_only_grows()"
    )


def _open_trail() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_event_stays")
        op.execute("DROP TRIGGER audit_event_is_kept")
        return
    op.execute("DROP FUNCTION trail_only_grows() CASCADE")
