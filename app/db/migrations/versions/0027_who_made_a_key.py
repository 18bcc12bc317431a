"""Who made a key, and which one it replaces"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_key", sa.Column("made_by_id", sa.Uuid(), nullable=True))
    op.add_column("api_key", sa.Column("replaces_id", sa.Uuid(), nullable=True))
    # The trail has known it all along.
    op.execute(
        "UPDATE api_key SET made_by_id = (SELECT agent_id FROM audit_event "
        "WHERE audit_event.entity_id = api_key.id AND audit_event.action = 'create-api-key' "
        "AND audit_event.agent_kind = 'practitioner' LIMIT 1)"
    )


def downgrade() -> None:
    op.drop_column("api_key", "replaces_id")
    op.drop_column("api_key", "made_by_id")
