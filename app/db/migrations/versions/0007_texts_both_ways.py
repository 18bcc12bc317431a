"""Texts both ways"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_EVERYTHING = "system/*.read system/*.write"
_DIRECTIONS = ("outbound", "inbound")
_STATUSES = (
    "queued",
    "sending",
    "in_doubt",
    "accepted",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "cancelled",
    "received",
)
_FORMER_PURPOSES = (
    "code",
    "safety",
    "join",
    "staff",
    "answer",
    "confirm",
    "nudge",
    "notice",
    "reply",
)
_PURPOSES = (*_FORMER_PURPOSES, "keyword", "written")
_FORMER_TASK_CODES = (
    "call-back",
    "text-undelivered",
    "text-in-doubt",
    "opted-out",
    "find-a-time",
    "answer",
)
_SIGNALS = ("control", "answer", "words")
_TASK_CODES = (*_FORMER_TASK_CODES, "bad-number", "outside-window")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _allow(batch_op: BatchOperations, name: str, column: str, values: tuple[str, ...]) -> None:
    """Other values for an enum. SQLite forgets a table's checks when it is made anew."""
    if not _is_sqlite():
        batch_op.drop_constraint(batch_op.f(name), type_="check")
    batch_op.create_check_constraint(batch_op.f(name), sa.column(column).in_(values))


def _keep(batch_op: BatchOperations, name: str, column: str, values: tuple[str, ...]) -> None:
    if _is_sqlite():
        batch_op.create_check_constraint(batch_op.f(name), sa.column(column).in_(values))


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        is_open = sa.text("cleared_at IS NULL")
        batch_op.create_index(
            "ix_alarm_open", ["code"], unique=True, sqlite_where=is_open, postgresql_where=is_open
        )

    op.create_table(
        "inbound_text",
        sa.Column("provider_sid", sa.String(), nullable=False),
        sa.Column("sender_index", sa.LargeBinary(), nullable=False),
        sa.Column("raw_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("swept", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("understood_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_text")),
        sa.UniqueConstraint("provider_sid", name=op.f("uq_inbound_text_provider_sid")),
    )
    with op.batch_alter_table("inbound_text", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inbound_text_understood_at_received_at"),
            ["understood_at", "received_at"],
            unique=False,
        )

    op.create_table(
        "sender",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("next_free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_code", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender")),
        sa.UniqueConstraint("name", name=op.f("uq_sender_name")),
    )
    op.create_table(
        "thread",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("number_index", sa.LargeBinary(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("line_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_thread_clinic_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["practitioner.id"], name=op.f("fk_thread_owner_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_thread_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint(
            "clinic_id", "number_index", name=op.f("uq_thread_clinic_id_number_index")
        ),
        sa.UniqueConstraint("patient_id", name=op.f("uq_thread_patient_id")),
    )
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_thread_clinic_id_last_at"), ["clinic_id", "last_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_thread_clinic_id_opened_at"),
            ["clinic_id", "opened_at"],
            unique=False,
        )

    op.create_table(
        "delivery_report",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_delivery_report_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_delivery_report_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_report")),
        sa.UniqueConstraint("sid", "word", name=op.f("uq_delivery_report_sid_word")),
    )
    with op.batch_alter_table("delivery_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_delivery_report_message_id"), ["message_id"], unique=False
        )

    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("scopes", sa.String(), nullable=False, server_default=_EVERYTHING)
        )

    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("video_visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("thread_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("written_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("again_of_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("visit_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("at_any_hour", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("cap_key", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("looks", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column("was_resent", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.drop_index(batch_op.f("ix_message_status_due_at"))
        batch_op.create_index(
            batch_op.f("ix_message_status_due_at_priority_visit_at_id"),
            ["status", "due_at", "priority", "visit_at", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_message_cap_key"), ["cap_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_look_at"), ["look_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_thread_id"), ["thread_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_again_of_id"), ["again_of_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_message_again_of_id"), "message", ["again_of_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_message_thread_id"), "thread", ["thread_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_message_written_by_id"), "practitioner", ["written_by_id"], ["id"]
        )
        _allow(batch_op, "ck_message_purpose", "purpose", _PURPOSES)
        _keep(batch_op, "ck_message_direction", "direction", _DIRECTIONS)
        _keep(batch_op, "ck_message_messagestatus", "status", _STATUSES)

    # What waits while the clinic changes over, and was never held by the night, is not held now.
    op.execute(
        "UPDATE message SET at_any_hour = true WHERE status = 'queued' AND (practitioner_id IS NOT"
        " NULL OR purpose IN ('code', 'safety', 'staff', 'answer') OR (purpose IN ('join', 'nudge')"
        " AND appointment_id IN (SELECT id FROM appointment WHERE confirmed_at IS NOT NULL)))"
    )

    with op.batch_alter_table("staff_task", schema=None) as batch_op:
        _allow(batch_op, "ck_staff_task_taskcode", "code", _TASK_CODES)
        batch_op.create_index(batch_op.f("ix_staff_task_patient_id"), ["patient_id"])
        batch_op.create_index(batch_op.f("ix_staff_task_appointment_id"), ["appointment_id"])

    with op.batch_alter_table("safety_alert", schema=None) as batch_op:
        batch_op.alter_column("patient_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(sa.Column("thread_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_safety_alert_thread_id"), "thread", ["thread_id"], ["id"]
        )
        _keep(batch_op, "ck_safety_alert_signal", "signal", _SIGNALS)

    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("number_failed_at", sa.DateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    op.execute("DELETE FROM staff_task WHERE code IN ('bad-number', 'outside-window')")
    with op.batch_alter_table("staff_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_task_appointment_id"))
        batch_op.drop_index(batch_op.f("ix_staff_task_patient_id"))
        _allow(batch_op, "ck_staff_task_taskcode", "code", _FORMER_TASK_CODES)

    op.execute("DELETE FROM safety_alert WHERE patient_id IS NULL")
    with op.batch_alter_table("safety_alert", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_safety_alert_thread_id"), type_="foreignkey")
        batch_op.drop_column("thread_id")
        batch_op.alter_column("patient_id", existing_type=sa.Uuid(), nullable=False)
        _keep(batch_op, "ck_safety_alert_signal", "signal", _SIGNALS)

    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.drop_column("number_failed_at")

    op.execute(
        "DELETE FROM message WHERE purpose IN ('keyword', 'written') OR thread_id IS NOT NULL"
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_message_written_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_message_thread_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_message_again_of_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_message_again_of_id"))
        batch_op.drop_index(batch_op.f("ix_message_thread_id"))
        batch_op.drop_index(batch_op.f("ix_message_look_at"))
        batch_op.drop_index(batch_op.f("ix_message_cap_key"))
        batch_op.drop_index(batch_op.f("ix_message_status_due_at_priority_visit_at_id"))
        batch_op.create_index(batch_op.f("ix_message_status_due_at"), ["status", "due_at"])
        batch_op.drop_column("was_resent")
        batch_op.drop_column("looks")
        batch_op.drop_column("look_at")
        batch_op.drop_column("claimed_at")
        batch_op.drop_column("cap_key")
        batch_op.drop_column("at_any_hour")
        batch_op.drop_column("visit_at")
        batch_op.drop_column("again_of_id")
        batch_op.drop_column("written_by_id")
        batch_op.drop_column("thread_id")
        _allow(batch_op, "ck_message_purpose", "purpose", _FORMER_PURPOSES)
        _keep(batch_op, "ck_message_direction", "direction", _DIRECTIONS)
        _keep(batch_op, "ck_message_messagestatus", "status", _STATUSES)

    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_column("asked_at")

    with op.batch_alter_table("video_visit", schema=None) as batch_op:
        batch_op.drop_column("planned_at")

    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.drop_column("scopes")

    op.drop_table("delivery_report")
    op.drop_table("thread")
    op.drop_table("sender")
    op.drop_table("inbound_text")
    op.drop_table("alarm")
