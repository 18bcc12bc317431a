"""Sessions under a cover"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("web_session", sa.Column("cover_key_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("web_session", "cover_key_sealed")
