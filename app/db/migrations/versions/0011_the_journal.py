"""The journal"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_key",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_entry_key_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_key")),
    )
    op.create_table(
        "journal_preference",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("wants_prompts", sa.Boolean(), nullable=False),
        sa.Column("evening_at", sa.Time(), nullable=True),
        sa.Column("morning_at", sa.Time(), nullable=True),
        sa.Column("staff_may_know", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_journal_preference_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_journal_preference_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_preference")),
        sa.UniqueConstraint("patient_id", name=op.f("uq_journal_preference_patient_id")),
    )
    op.create_table(
        "device_alert",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["safety_alert.id"], name=op.f("fk_device_alert_alert_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_device_alert_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_device_alert_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_alert")),
        sa.UniqueConstraint("patient_id", "uuid", name=op.f("uq_device_alert_patient_id_uuid")),
    )
    op.create_table(
        "journal_prompt",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "moment",
            sa.Enum(
                "evening",
                "morning",
                "days",
                "week",
                "goals",
                name="moment",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("packet_id", sa.Uuid(), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_journal_prompt_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_journal_prompt_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["magic_link.id"], name=op.f("fk_journal_prompt_link_id")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["intake_packet.id"], name=op.f("fk_journal_prompt_packet_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_journal_prompt_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name=op.f("fk_journal_prompt_questionnaire_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_prompt")),
        sa.UniqueConstraint(
            "appointment_id", "moment", name=op.f("uq_journal_prompt_appointment_id_moment")
        ),
    )
    with op.batch_alter_table("journal_prompt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_prompt_link_id"), ["link_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_journal_prompt_patient_id_opens_at"),
            ["patient_id", "opens_at"],
            unique=False,
        )

    op.create_table(
        "journal_entry",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("prompt_id", sa.Uuid(), nullable=True),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "words",
                "word",
                "voice",
                "drawing",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("apart_from", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_journal_entry_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_journal_entry_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_journal_entry_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["journal_prompt.id"], name=op.f("fk_journal_entry_prompt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("patient_id", "uuid", name=op.f("uq_journal_entry_patient_id_uuid")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_journal_entry_appointment_id"), ["appointment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_journal_entry_prompt_id"), ["prompt_id"], unique=False)

    op.create_table(
        "journal_file",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "voice",
                "drawing",
                name="filekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("slices", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_journal_file_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_journal_file_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_journal_file_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_file")),
        sa.UniqueConstraint("entry_id", "uuid", name=op.f("uq_journal_file_entry_id_uuid")),
    )
    op.create_table(
        "shared_line",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_shared_line_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_shared_line_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_shared_line_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_shared_line_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_line")),
    )
    with op.batch_alter_table("shared_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shared_line_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_shared_line_patient_id_taken_back_at"),
            ["patient_id", "taken_back_at"],
            unique=False,
        )

    op.create_table(
        "journal_slice",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_journal_slice_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["journal_file.id"], name=op.f("fk_journal_slice_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_slice")),
        sa.UniqueConstraint("file_id", "number", name=op.f("uq_journal_slice_file_id_number")),
    )

    op.create_table(
        "journal_door",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_journal_door_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["magic_link.id"], name=op.f("fk_journal_door_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_door")),
        sa.UniqueConstraint(
            "link_id", "browser_hash", name=op.f("uq_journal_door_link_id_browser_hash")
        ),
    )
    with op.batch_alter_table("journal_door", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_journal_door_browser_hash"), ["browser_hash"], unique=False
        )


def downgrade() -> None:
    op.drop_table("journal_door")
    op.drop_table("journal_slice")
    op.drop_table("shared_line")
    op.drop_table("journal_file")
    op.drop_table("journal_entry")
    op.drop_table("journal_prompt")
    op.drop_table("device_alert")
    op.drop_table("journal_preference")
    op.drop_table("entry_key")
