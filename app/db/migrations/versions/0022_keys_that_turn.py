"""Keys that turn"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clinic_key", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "house_key",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_key")),
        sa.UniqueConstraint("number", name=op.f("uq_house_key_number")),
    )


def downgrade() -> None:
    op.drop_table("house_key")
    op.drop_column("clinic_key", "settled_at")
