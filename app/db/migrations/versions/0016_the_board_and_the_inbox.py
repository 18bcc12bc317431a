"""The board and the inbox"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointment", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "staff_note",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("once_key", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_staff_note_clinic_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_staff_note_thread_id")),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["practitioner.id"], name=op.f("fk_staff_note_written_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_note")),
        sa.UniqueConstraint("once_key", name=op.f("uq_staff_note_once_key")),
    )
    op.create_index(op.f("ix_staff_note_thread_id_made_at"), "staff_note", ["thread_id", "made_at"])
    op.create_table(
        "reply_template",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body_en", sa.String(), nullable=False),
        sa.Column("body_es", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_reply_template_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
    )
    op.create_index(
        op.f("ix_reply_template_clinic_id_retired_at"),
        "reply_template",
        ["clinic_id", "retired_at"],
    )


def downgrade() -> None:
    op.drop_table("reply_template")
    op.drop_table("staff_note")
    op.drop_column("appointment", "offered_at")
