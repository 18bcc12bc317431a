"""What is open alone"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_WAITS = "applied_at IS NOT NULL AND accepted_at IS NULL AND declined_at IS NULL"
# Name, table, columns, and which rows alone.
_ADDED = (
    ("ix_appointment_asked", "appointment", ["clinic_id", "asked_at"], "asked_at IS NOT NULL"),
    ("ix_patient_waiting_open", "patient", ["clinic_id", "applied_at"], _WAITS),
    ("ix_intake_task_clinic_id_started_at", "intake_task", ["clinic_id", "started_at"], None),
    (
        "ix_questionnaire_response_changed",
        "questionnaire_response",
        ["clinic_id", "completed_at", "saved_at", "made_at"],
        None,
    ),
    ("ix_safety_alert_clinic_id_closed_at", "safety_alert", ["clinic_id", "closed_at"], None),
)


def upgrade() -> None:
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
