"""Other systems are told"""

import sqlalchemy as sa
from alembic import op

from app.db import telling

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# Those of the tables that other systems follow, and what stood for a change until now.
_FOLLOWED = {
    "appointment": "made_at",
    "encounter": "COALESCE(ended_at, started_at)",
    "intake_task": "COALESCE(completed_at, started_at, made_at)",
    "message": "COALESCE(status_at, sent_at, made_at)",
    "practitioner": "made_at",
    "protocol": "made_at",
}
_SEARCHED = ("appointment", "encounter", "intake_task", "message")


def upgrade() -> None:
    for table, moment in _FOLLOWED.items():
        op.add_column(table, sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        op.execute(f"UPDATE {table} SET changed_at = {moment}")  # noqa: S608
    for table in _SEARCHED:
        op.create_index(f"ix_{table}_clinic_id_changed_at", table, ["clinic_id", "changed_at"])
    _make_subscription()
    _make_subscription_event()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE subscription_event_position")


def _make_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "active",
                "error",
                "off",
                name="subscriptionstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("resource_type", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("with_ids", sa.Boolean(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("endpoint_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("headers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_answer", sa.Integer(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_subscription_api_key_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_subscription_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(
        "ix_subscription_clinic_id_resource_type_status",
        "subscription",
        ["clinic_id", "resource_type", "status"],
    )
    op.create_index("ix_subscription_status_try_at", "subscription", ["status", "try_at"])


def _make_subscription_event() -> None:
    op.create_table(
        "subscription_event",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("resource_type", sa.String(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "delivered",
                "dead",
                name="eventstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_answer", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_subscription_event_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_subscription_event_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_event")),
    )
    for columns in (
        ["subscription_id", "status", "position"],
        ["subscription_id", "position"],
        ["status", "made_at"],
    ):
        name = f"ix_subscription_event_{'_'.join(columns)}"
        op.create_index(name, "subscription_event", columns)


def downgrade() -> None:
    telling.take_away(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE subscription_event_position")
    op.drop_table("subscription_event")
    op.drop_table("subscription")
    for table in _SEARCHED:
        op.drop_index(f"ix_{table}_clinic_id_changed_at", table)
    for table in _FOLLOWED:
        op.drop_column(table, "changed_at")
