"""Senders of clinics"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sender", sa.Column("clinic_id", sa.Uuid(), nullable=True))
    op.add_column("sender", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sender", sa.Column("segments_per_second", sa.Float(), nullable=True))
    op.create_index(
        "ix_sender_current",
        "sender",
        ["clinic_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "sender_number",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["sender.id"], name=op.f("fk_sender_number_sender_id_sender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_number")),
        sa.UniqueConstraint("number", name=op.f("uq_sender_number_number")),
    )
    op.add_column("message", sa.Column("sender_id", sa.Uuid(), nullable=True))
    op.add_column(
        "message",
        sa.Column("may_be_anothers", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "inbound_text",
        sa.Column("to_nobody", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "inbound_text", sa.Column("service", sa.String(), nullable=False, server_default="")
    )
    op.add_column("alarm", sa.Column("sender", sa.String(), nullable=False, server_default=""))
    op.drop_index("ix_alarm_open", table_name="alarm")
    _one_open_alarm("code", "sender")


def downgrade() -> None:
    op.drop_index("ix_alarm_open", table_name="alarm")
    # Of each kind one alarm alone may be open again.
    op.execute(
        "UPDATE alarm SET cleared_at = seen_at WHERE cleared_at IS NULL AND EXISTS (SELECT 1 FROM"
        " alarm earlier WHERE earlier.code = alarm.code AND earlier.cleared_at IS NULL"
        " AND earlier.id < alarm.id)"
    )
    _one_open_alarm("code")
    op.drop_column("alarm", "sender")
    op.drop_column("inbound_text", "service")
    op.drop_column("inbound_text", "to_nobody")
    op.drop_column("message", "may_be_anothers")
    op.drop_column("message", "sender_id")
    op.drop_table("sender_number")
    op.drop_index("ix_sender_current", table_name="sender")
    for column in ("segments_per_second", "left_at", "clinic_id"):
        op.drop_column("sender", column)


def _one_open_alarm(*columns: str) -> None:
    op.create_index(
        "ix_alarm_open",
        "alarm",
        list(columns),
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
