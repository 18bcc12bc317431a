"""Protocols as data"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

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
_NEW_TASK_CODES = (
    "another-session",
    "record-outcome",
    "duplicate",
    "webhook-failed",
    "number-change",
)
_KINDS = ("single", "course", "home")


def _allow_tasks(codes: tuple[str, ...]) -> None:
    """Other kinds of tasks. SQLite forgets a table's checks when it is made anew."""
    with op.batch_alter_table("staff_task", schema=None) as batch_op:
        if op.get_bind().dialect.name != "sqlite":
            batch_op.drop_constraint(batch_op.f("ck_staff_task_taskcode"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_staff_task_taskcode"), sa.column("code").in_(codes)
        )


def upgrade() -> None:
    op.create_table(
        "protocol",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *_KINDS, name="protocolkind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_protocol_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol")),
        sa.UniqueConstraint("clinic_id", "slug", name=op.f("uq_protocol_clinic_id_slug")),
    )
    op.create_table(
        "protocol_version",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("protocol_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_protocol_version_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["practitioner.id"], name=op.f("fk_protocol_version_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["protocol_id"], ["protocol.id"], name=op.f("fk_protocol_version_protocol_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_version")),
        sa.UniqueConstraint(
            "protocol_id", "number", name=op.f("uq_protocol_version_protocol_id_number")
        ),
    )
    op.add_column("clinic", sa.Column("plans_edit_id", sa.Uuid(), nullable=True))
    op.add_column("appointment", sa.Column("protocol_id", sa.Uuid(), nullable=True))
    op.add_column("appointment", sa.Column("route", sa.String(length=24), nullable=True))
    _allow_tasks(_TASK_CODES + _NEW_TASK_CODES)


def downgrade() -> None:
    op.execute(
        sa.text("DELETE FROM staff_task WHERE code IN :codes").bindparams(
            sa.bindparam("codes", _NEW_TASK_CODES, expanding=True)
        )
    )
    _allow_tasks(_TASK_CODES)
    op.drop_column("appointment", "route")
    op.drop_column("appointment", "protocol_id")
    op.drop_column("clinic", "plans_edit_id")
    op.drop_table("protocol_version")
    op.drop_table("protocol")
