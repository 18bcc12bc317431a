"""Found among years of others"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# Name, table, columns, and which rows alone.
_ADDED = (
    ("ix_appointment_ends_at", "appointment", ["ends_at"], None),
    ("ix_encounter_ended_at", "encounter", ["ended_at"], None),
    ("ix_patient_clinic_id_archived_at", "patient", ["clinic_id", "archived_at"], None),
    ("ix_patient_clinic_id_declined_at", "patient", ["clinic_id", "declined_at"], None),
    ("ix_magic_link_patient_id_expires_at", "magic_link", ["patient_id", "expires_at"], None),
    ("ix_message_link_id", "message", ["link_id"], None),
    ("ix_staff_task_open", "staff_task", ["code"], "done_at IS NULL"),
    ("ix_web_session_clinic_id_ended_at", "web_session", ["clinic_id", "ended_at"], None),
    ("ix_web_session_open", "web_session", ["kind"], "ended_at IS NULL"),
    ("ix_web_session_covered", "web_session", ["expires_at"], "cover_key_sealed IS NOT NULL"),
    ("ix_seat_web_session_id", "seat", ["web_session_id"], None),
    (
        "ix_video_visit_phone_asked",
        "video_visit",
        ["phone_asked_at"],
        "phone_asked_at IS NOT NULL AND coordinator_rung_at IS NULL AND ended_at IS NULL",
    ),
    ("ix_safety_alert_next_round_at", "safety_alert", ["next_round_at"], None),
    ("ix_safety_alert_patient_id_made_at", "safety_alert", ["patient_id", "made_at"], None),
    ("ix_safety_alert_response_id", "safety_alert", ["response_id"], None),
    ("ix_safety_alert_thread_id", "safety_alert", ["thread_id"], None),
    ("ix_device_alert_alert_id", "device_alert", ["alert_id"], None),
    ("ix_intake_packet_clinic_id_opens_at", "intake_packet", ["clinic_id", "opens_at"], None),
    ("ix_intake_packet_closes_at", "intake_packet", ["closes_at"], None),
    ("ix_intake_task_response_id", "intake_task", ["response_id"], None),
    ("ix_consent_response_id", "consent", ["response_id"], None),
    ("ix_review_flag_patient_id", "review_flag", ["patient_id"], None),
    (
        "ix_questionnaire_response_clinic_id_status",
        "questionnaire_response",
        ["clinic_id", "status"],
        None,
    ),
    (
        "ix_questionnaire_response_questionnaire_id_completed_at",
        "questionnaire_response",
        ["questionnaire_id", "completed_at"],
        None,
    ),
    ("ix_goal_response_id", "goal", ["response_id"], None),
    ("ix_journal_prompt_due_at", "journal_prompt", ["due_at"], None),
    ("ix_journal_prompt_packet_id", "journal_prompt", ["packet_id"], None),
    ("ix_journal_file_clinic_id_made_at", "journal_file", ["clinic_id", "made_at"], None),
    ("ix_journal_file_patient_id", "journal_file", ["patient_id"], None),
    ("ix_shared_line_appointment_id", "shared_line", ["appointment_id"], None),
)


def upgrade() -> None:
    op.add_column("message", sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        for name, table, columns, where in _ADDED:
            op.create_index(name, table, columns, sqlite_where=sa.text(where) if where else None)
        return
    # The clinics go on writing meanwhile. What was begun and broken off is begun anew.
    with op.get_context().autocommit_block():
        for name, table, columns, where in _ADDED:
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name,
                table,
                columns,
                postgresql_where=sa.text(where) if where else None,
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for name, table, _columns, _where in _ADDED:
        op.drop_index(name, table)
    op.drop_column("message", "first_due_at")
