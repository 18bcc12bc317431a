"""Which device said where the patient is"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("video_visit", sa.Column("said_by_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("video_visit", "said_by_id")
