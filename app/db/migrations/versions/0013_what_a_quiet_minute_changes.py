"""What a quiet minute changes elsewhere"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0013"
down_revision = "0012"
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
_NEW_PURPOSES = ("evening", "morning", "week", "session")
_SIGNALS = ("control", "answer", "words")
_NEW_SIGNALS = ("entry", "red-flag", "session")
_PACKETS = ("intake", "readiness-eve", "readiness-morning", "asked", "assessment")
_NEW_PACKETS = ("aftercare", "scales")


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


def _allow_all(
    purposes: tuple[str, ...], signals: tuple[str, ...], packets: tuple[str, ...]
) -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        _allow(batch_op, "ck_message_purpose", "purpose", purposes)
        _keep(batch_op, "ck_message_direction", "direction", _DIRECTIONS)
        _keep(batch_op, "ck_message_messagestatus", "status", _STATUSES)
    with op.batch_alter_table("safety_alert", schema=None) as batch_op:
        _allow(batch_op, "ck_safety_alert_signal", "signal", signals)
    with op.batch_alter_table("intake_packet", schema=None) as batch_op:
        _allow(batch_op, "ck_intake_packet_packetcode", "code", packets)


def upgrade() -> None:
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.add_column(sa.Column("companion_ends_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("session_phone", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("scales_after_days", sa.Integer(), nullable=False, server_default="14")
        )
        batch_op.add_column(
            sa.Column("scales_every_days", sa.Integer(), nullable=False, server_default="30")
        )
    with op.batch_alter_table("intake_packet", schema=None) as batch_op:
        batch_op.add_column(sa.Column("once_key", sa.String(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_intake_packet_once_key"), ["once_key"])
        _keep(batch_op, "ck_intake_packet_packetcode", "code", _PACKETS)
    _allow_all(_PURPOSES + _NEW_PURPOSES, _SIGNALS + _NEW_SIGNALS, _PACKETS + _NEW_PACKETS)


def downgrade() -> None:
    op.execute("UPDATE intake_packet SET code = 'asked' WHERE code IN ('aftercare', 'scales')")
    op.execute(
        "UPDATE safety_alert SET signal = 'words' WHERE signal IN ('entry', 'red-flag', 'session')"
    )
    op.execute(
        "UPDATE message SET purpose = 'notice' "
        "WHERE purpose IN ('evening', 'morning', 'week', 'session')"
    )
    _allow_all(_PURPOSES, _SIGNALS, _PACKETS)
    with op.batch_alter_table("intake_packet", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_intake_packet_once_key"), type_="unique")
        batch_op.drop_column("once_key")
        _keep(batch_op, "ck_intake_packet_packetcode", "code", _PACKETS)
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.drop_column("scales_every_days")
        batch_op.drop_column("scales_after_days")
        batch_op.drop_column("session_phone")
        batch_op.drop_column("companion_ends_on")
