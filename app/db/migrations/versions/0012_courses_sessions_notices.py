"""Courses, sessions and notices"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vapid_key",
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vapid_key")),
    )
    op.create_table(
        "course",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("sessions_planned", sa.Integer(), nullable=True),
        sa.Column("asks_about_trauma", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_course_clinic_id")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["practitioner.id"], name=op.f("fk_course_made_by_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_course_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_patient_id_ended_at"), ["patient_id", "ended_at"], unique=False
        )

    op.create_table(
        "push_notice",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("once_key", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "failed",
                "cancelled",
                name="noticestatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_push_notice_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_push_notice_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_notice")),
        sa.UniqueConstraint("once_key", name=op.f("uq_push_notice_once_key")),
    )
    with op.batch_alter_table("push_notice", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_push_notice_status_due_at"), ["status", "due_at"], unique=False
        )

    op.create_table(
        "push_subscription",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_hash", sa.LargeBinary(), nullable=False),
        sa.Column("endpoint_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("p256dh_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("auth_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_push_subscription_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_push_subscription_patient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_subscription_endpoint_hash")),
    )
    with op.batch_alter_table("push_subscription", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_push_subscription_patient_id_ended_at"),
            ["patient_id", "ended_at"],
            unique=False,
        )

    op.create_table(
        "session_audio",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["practitioner.id"], name=op.f("fk_session_audio_added_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_session_audio_clinic_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_audio")),
    )
    with op.batch_alter_table("session_audio", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_session_audio_clinic_id_retired_at"),
            ["clinic_id", "retired_at"],
            unique=False,
        )

    op.create_table(
        "goal",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "standing",
                "changed",
                "let-go",
                name="goalstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("instead_of_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_goal_clinic_id")),
        sa.ForeignKeyConstraint(["instead_of_id"], ["goal.id"], name=op.f("fk_goal_instead_of_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_goal_patient_id")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["questionnaire_response.id"], name=op.f("fk_goal_response_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["appointment.id"], name=op.f("fk_goal_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
    )
    with op.batch_alter_table("goal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_goal_patient_id_state"), ["patient_id", "state"], unique=False
        )

    op.create_table(
        "session_hour",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("audio_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_session_hour_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["audio_id"], ["session_audio.id"], name=op.f("fk_session_hour_audio_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_session_hour_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["magic_link.id"], name=op.f("fk_session_hour_link_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["practitioner.id"], name=op.f("fk_session_hour_opened_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_session_hour_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["appointment.id"], name=op.f("fk_session_hour_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_hour")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_session_hour_appointment_id")),
    )
    with op.batch_alter_table("session_hour", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_hour_link_id"), ["link_id"], unique=False)


def downgrade() -> None:
    op.drop_table("session_hour")
    op.drop_table("goal")
    op.drop_table("session_audio")
    op.drop_table("push_subscription")
    op.drop_table("push_notice")
    op.drop_table("course")
    op.drop_table("vapid_key")
