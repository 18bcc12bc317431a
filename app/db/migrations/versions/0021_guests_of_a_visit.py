"""Guests of a visit"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_guest",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=True),
        sa.Column("told_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_visit_guest_appointment_id_appointment"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_visit_guest_clinic_id_clinic")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"],
            ["practitioner.id"],
            name=op.f("fk_visit_guest_invited_by_id_practitioner"),
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["magic_link.id"], name=op.f("fk_visit_guest_link_id_magic_link")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_guest")),
    )
    with op.batch_alter_table("visit_guest", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_visit_guest_appointment_id"), ["appointment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_visit_guest_link_id"), ["link_id"], unique=False)
    op.add_column("seat", sa.Column("guest_id", sa.Uuid(), nullable=True))
    op.add_column("signal", sa.Column("from_seat_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("signal", "from_seat_id")
    op.drop_column("seat", "guest_id")
    with op.batch_alter_table("visit_guest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_guest_link_id"))
        batch_op.drop_index(batch_op.f("ix_visit_guest_appointment_id"))
    op.drop_table("visit_guest")
