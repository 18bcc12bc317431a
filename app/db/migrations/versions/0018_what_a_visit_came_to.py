"""What a visit came to"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_RESULTS = ("held", "part-by-phone", "by-phone", "not-held")
_REASONS = ("did-not-come", "not-ready", "line", "clinician", "other")
_EASE = ("yes", "partly", "no", "skipped")
_LEFT_OUT = ("staff-test", "wants-none", "elsewhere", "hospital")
_MARKS = ("usable_ms", "join_ms", "allow_ms", "preview_ms", "both_ms", "remote_ms")


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _moment(name: str, *, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _make(
    table: str, points_at: dict[str, str], *columns: "sa.Column[Any]", unique: str = ""
) -> None:
    """A table with its id, the rows that it points at, and what it knows."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, other in points_at.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *([sa.UniqueConstraint(unique, name=op.f(f"uq_{table}_{unique}"))] if unique else []),
    )


def _id(name: str, *, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def upgrade() -> None:
    op.add_column(
        "clinic",
        sa.Column("minutes_together", sa.Integer(), nullable=False, server_default="10"),
    )
    op.add_column("seat", sa.Column("pages", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "video_visit",
        sa.Column("together_seconds", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column("video_visit", _moment("together_at", nullable=True))
    _make(
        "visit_outcome",
        {"clinic_id": "clinic", "appointment_id": "appointment", "said_by_id": "practitioner"},
        _id("clinic_id"),
        _id("appointment_id"),
        sa.Column("result", _enum("visitresult", _RESULTS), nullable=True),
        sa.Column("reason", _enum("whynotheld", _REASONS), nullable=True),
        _moment("began_at", nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        _id("said_by_id", nullable=True),
        _moment("said_at"),
        unique="appointment_id",
    )
    op.create_index(op.f("ix_visit_outcome_clinic_id"), "visit_outcome", ["clinic_id"])
    _make(
        "visit_ease",
        {"clinic_id": "clinic", "appointment_id": "appointment"},
        _id("clinic_id"),
        _id("appointment_id"),
        sa.Column("said", _enum("ease", _EASE), nullable=False),
        _moment("said_at"),
        unique="appointment_id",
    )
    op.create_index(op.f("ix_visit_ease_clinic_id"), "visit_ease", ["clinic_id"])
    _make(
        "visit_timing",
        {"clinic_id": "clinic", "visit_id": "video_visit", "seat_id": "seat"},
        _id("clinic_id"),
        _id("visit_id"),
        _id("seat_id"),
        sa.Column("pages", sa.Integer(), nullable=False),
        *(sa.Column(mark, sa.Integer(), nullable=True) for mark in _MARKS),
        sa.Column("fault", sa.String(), nullable=False),
        _moment("made_at"),
        unique="seat_id",
    )
    op.create_index(op.f("ix_visit_timing_visit_id"), "visit_timing", ["visit_id"])
    _make_what_figures_need()


def _make_what_figures_need() -> None:
    _make(
        "left_out",
        {
            "clinic_id": "clinic",
            "patient_id": "patient",
            "appointment_id": "appointment",
            "said_by_id": "practitioner",
        },
        _id("clinic_id"),
        _id("patient_id"),
        _id("appointment_id", nullable=True),
        sa.Column("why", _enum("whyleftout", _LEFT_OUT), nullable=False),
        _id("said_by_id", nullable=True),
        _moment("said_at"),
    )
    op.create_index(op.f("ix_left_out_clinic_id"), "left_out", ["clinic_id"])
    op.create_index(op.f("ix_left_out_patient_id"), "left_out", ["patient_id"])
    _make(
        "baseline",
        {"clinic_id": "clinic", "frozen_by_id": "practitioner"},
        _id("clinic_id"),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        _id("frozen_by_id", nullable=True),
        _moment("frozen_at"),
        unique="clinic_id",
    )


def downgrade() -> None:
    for table in ("baseline", "left_out", "visit_timing", "visit_ease", "visit_outcome"):
        op.drop_table(table)
    op.drop_column("video_visit", "together_at")
    op.drop_column("video_visit", "together_seconds")
    op.drop_column("seat", "pages")
    op.drop_column("clinic", "minutes_together")
