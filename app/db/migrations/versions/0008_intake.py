"""Intake"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questionnaire",
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("imported_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_questionnaire_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["practitioner.id"], name=op.f("fk_questionnaire_imported_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire")),
        sa.UniqueConstraint("identity", name=op.f("uq_questionnaire_identity")),
    )
    with op.batch_alter_table("questionnaire", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_questionnaire_clinic_id_url"), ["clinic_id", "url"], unique=False
        )

    op.create_table(
        "intake_packet",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column(
            "code",
            sa.Enum(
                "intake",
                "readiness-eve",
                "readiness-morning",
                "asked",
                "assessment",
                name="packetcode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_intake_packet_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["practitioner.id"], name=op.f("fk_intake_packet_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_intake_packet_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_intake_packet_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["magic_link.id"], name=op.f("fk_intake_packet_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_packet")),
    )
    with op.batch_alter_table("intake_packet", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_intake_packet_appointment_id"), ["appointment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_intake_packet_link_id"), ["link_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_intake_packet_patient_id"), ["patient_id"], unique=False
        )

    op.create_table(
        "questionnaire_response",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "in-progress",
                "completed",
                "stopped",
                name="responsestatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("touched", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at_link_id", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_questionnaire_response_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_questionnaire_response_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name=op.f("fk_questionnaire_response_questionnaire_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_response")),
    )
    with op.batch_alter_table("questionnaire_response", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_questionnaire_response_patient_id_status"),
            ["patient_id", "status"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_questionnaire_response_questionnaire_id"),
            ["questionnaire_id"],
            unique=False,
        )

    op.create_table(
        "attachment",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_attachment_clinic_id")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["questionnaire_response.id"], name=op.f("fk_attachment_response_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attachment_response_id"), ["response_id"], unique=False
        )

    op.create_table(
        "consent",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column(
            "code",
            sa.Enum(
                "treatment",
                "telehealth",
                "texts",
                "privacy",
                "sharing",
                name="consentcode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_consent_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_consent_patient_id")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["questionnaire_response.id"], name=op.f("fk_consent_response_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["practitioner.id"], name=op.f("fk_consent_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_patient_id_code"), ["patient_id", "code"], unique=False
        )

    op.create_table(
        "intake_door",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_intake_door_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["intake_packet.id"], name=op.f("fk_intake_door_packet_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_door")),
        sa.UniqueConstraint(
            "packet_id", "browser_hash", name=op.f("uq_intake_door_packet_id_browser_hash")
        ),
    )
    op.create_table(
        "intake_task",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("packet_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "form",
                "camera-check",
                name="taskkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=True),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "in-progress",
                "completed",
                "cancelled",
                name="taskstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_intake_task_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["packet_id"], ["intake_packet.id"], name=op.f("fk_intake_task_packet_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_intake_task_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_intake_task_questionnaire_id")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["questionnaire_response.id"], name=op.f("fk_intake_task_response_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_task")),
    )
    with op.batch_alter_table("intake_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_task_packet_id"), ["packet_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_intake_task_patient_id_state"), ["patient_id", "state"], unique=False
        )

    op.create_table(
        "review_flag",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("label_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by_id", sa.Uuid(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cleared_by_id"], ["practitioner.id"], name=op.f("fk_review_flag_cleared_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_review_flag_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_review_flag_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["questionnaire_response.id"], name=op.f("fk_review_flag_response_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_flag")),
    )
    with op.batch_alter_table("review_flag", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_review_flag_clinic_id_cleared_at"),
            ["clinic_id", "cleared_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_review_flag_response_id"), ["response_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("review_flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_flag_response_id"))
        batch_op.drop_index(batch_op.f("ix_review_flag_clinic_id_cleared_at"))

    op.drop_table("review_flag")
    with op.batch_alter_table("intake_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_task_patient_id_state"))
        batch_op.drop_index(batch_op.f("ix_intake_task_packet_id"))

    op.drop_table("intake_task")
    op.drop_table("intake_door")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_patient_id_code"))

    op.drop_table("consent")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_response_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("questionnaire_response", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questionnaire_response_questionnaire_id"))
        batch_op.drop_index(batch_op.f("ix_questionnaire_response_patient_id_status"))

    op.drop_table("questionnaire_response")
    with op.batch_alter_table("intake_packet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_packet_patient_id"))
        batch_op.drop_index(batch_op.f("ix_intake_packet_link_id"))
        batch_op.drop_index(batch_op.f("ix_intake_packet_appointment_id"))

    op.drop_table("intake_packet")
    with op.batch_alter_table("questionnaire", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questionnaire_clinic_id_url"))

    op.drop_table("questionnaire")
