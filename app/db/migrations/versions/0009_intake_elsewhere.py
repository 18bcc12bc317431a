"""What intake changes elsewhere"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

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
_PURPOSES = (
    "code",
    "safety",
    "join",
    "staff",
    "keyword",
    "answer",
    "written",
    "confirm",
    "nudge",
    "notice",
    "reply",
    "intake",
    "reminder",
    "readiness",
)
_TASK_CODES = (
    "call-back",
    "text-undelivered",
    "text-in-doubt",
    "opted-out",
    "find-a-time",
    "answer",
    "bad-number",
    "outside-window",
    "candidate",
    "intake-late",
)
_SIGNALS = ("control", "answer", "words")


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
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.add_column(sa.Column("food_stops_hours", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("fluids_stop_hours", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("deposit_url", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("takes_candidates", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("pcl5_cut_point", sa.Integer(), nullable=False, server_default="33")
        )

    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("wants", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("safety_alert", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(sa.Column("response_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("causes_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("note_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_safety_alert_response_id"),
            "questionnaire_response",
            ["response_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_safety_alert_closed_by_id"), "practitioner", ["closed_by_id"], ["id"]
        )
        _keep(batch_op, "ck_safety_alert_signal", "signal", _SIGNALS)
    # Until now, taking an alert on was the end of it.
    op.execute(
        "UPDATE safety_alert SET closed_at = acknowledged_at, closed_by_id = acknowledged_by_id"
    )

    with op.batch_alter_table("message", schema=None) as batch_op:
        _allow(batch_op, "ck_message_purpose", "purpose", _PURPOSES)
        _keep(batch_op, "ck_message_direction", "direction", _DIRECTIONS)
        _keep(batch_op, "ck_message_messagestatus", "status", _STATUSES)

    with op.batch_alter_table("staff_task", schema=None) as batch_op:
        _allow(batch_op, "ck_staff_task_taskcode", "code", _TASK_CODES)


def downgrade() -> None:
    op.execute("DELETE FROM staff_task WHERE code IN ('candidate', 'intake-late')")
    with op.batch_alter_table("staff_task", schema=None) as batch_op:
        _allow(batch_op, "ck_staff_task_taskcode", "code", _TASK_CODES[:-2])

    op.execute(
        "UPDATE message SET purpose = 'notice' WHERE purpose IN ('intake', 'reminder', 'readiness')"
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        _allow(batch_op, "ck_message_purpose", "purpose", _PURPOSES[:-3])
        _keep(batch_op, "ck_message_direction", "direction", _DIRECTIONS)
        _keep(batch_op, "ck_message_messagestatus", "status", _STATUSES)

    with op.batch_alter_table("safety_alert", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_safety_alert_closed_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_safety_alert_response_id"), type_="foreignkey")
        batch_op.drop_column("closed_by_id")
        batch_op.drop_column("closed_at")
        batch_op.drop_column("note_sealed")
        batch_op.drop_column("outcome")
        batch_op.drop_column("causes_sealed")
        batch_op.drop_column("response_id")
        batch_op.drop_column("urgent")
        _keep(batch_op, "ck_safety_alert_signal", "signal", _SIGNALS)

    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.drop_column("wants")
        batch_op.drop_column("declined_at")
        batch_op.drop_column("accepted_at")
        batch_op.drop_column("applied_at")

    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.drop_column("pcl5_cut_point")
        batch_op.drop_column("takes_candidates")
        batch_op.drop_column("deposit_url")
        batch_op.drop_column("fluids_stop_hours")
        batch_op.drop_column("food_stops_hours")
