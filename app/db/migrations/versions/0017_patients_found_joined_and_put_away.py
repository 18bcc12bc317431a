"""Patients found, joined and put away"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patient", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("patient", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("patient", sa.Column("former_phone_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("patient", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_patient_clinic_id_changed_at", "patient", ["clinic_id", "changed_at"])
    op.create_table(
        "told_apart",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_told_apart_clinic_id")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_told_apart_patient_id")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["patient.id"], name=op.f("fk_told_apart_other_id")),
        sa.ForeignKeyConstraint(["by_id"], ["practitioner.id"], name=op.f("fk_told_apart_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_apart")),
        sa.UniqueConstraint(
            "patient_id", "other_id", name=op.f("uq_told_apart_patient_id_other_id")
        ),
    )
    op.create_index(op.f("ix_told_apart_other_id"), "told_apart", ["other_id"])


def downgrade() -> None:
    op.drop_table("told_apart")
    op.drop_index("ix_patient_clinic_id_changed_at", "patient")
    for name in ("changed_at", "former_phone_sealed", "merged_into_id", "archived_at"):
        op.drop_column("patient", name)
