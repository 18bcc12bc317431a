"""Appointments and hours"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "appointment",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column(
            "service",
            sa.Enum(
                "infusion",
                "integration",
                "preparation",
                "consultation",
                "group",
                name="service",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "booked",
                "arrived",
                "fulfilled",
                "cancelled",
                "noshow",
                name="appointmentstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("wall_start", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_appointment_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_appointment_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["appointment.id"], name=op.f("fk_appointment_follows_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_appointment_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_appointment_practitioner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_appointment_clinic_id_starts_at"),
            ["clinic_id", "starts_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_appointment_follows_id"), ["follows_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_appointment_patient_id_starts_at"),
            ["patient_id", "starts_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_appointment_practitioner_id_starts_at"),
            ["practitioner_id", "starts_at"],
            unique=False,
        )

    op.create_table(
        "staffed_hours",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_staffed_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_staffed_hours_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_staffed_hours_practitioner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staffed_hours")),
    )
    with op.batch_alter_table("staffed_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staffed_hours_clinic_id"), ["clinic_id"], unique=False)

    op.create_table(
        "encounter",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_encounter_appointment_id")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_encounter_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encounter")),
    )
    with op.batch_alter_table("encounter", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_encounter_appointment_id"), ["appointment_id"], unique=True
        )
        batch_op.create_index(
            batch_op.f("ix_encounter_clinic_id_ended_at"), ["clinic_id", "ended_at"], unique=False
        )


def downgrade() -> None:

    with op.batch_alter_table("encounter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_encounter_clinic_id_ended_at"))
        batch_op.drop_index(batch_op.f("ix_encounter_appointment_id"))

    op.drop_table("encounter")
    with op.batch_alter_table("staffed_hours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staffed_hours_clinic_id"))

    op.drop_table("staffed_hours")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_practitioner_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_appointment_patient_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_appointment_follows_id"))
        batch_op.drop_index(batch_op.f("ix_appointment_clinic_id_starts_at"))

    op.drop_table("appointment")
