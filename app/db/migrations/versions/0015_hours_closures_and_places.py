"""Hours, closures and places"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_DIRECTIONS = ("outbound", "inbound")
_STATUSES = (
    "queued",
    "sending",
    "in_doubt",
    "accepted",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "cancelled",
    "received",
)
_PURPOSES = (
    "code",
    "safety",
    "join",
    "staff",
    "keyword",
    "answer",
    "written",
    "confirm",
    "nudge",
    "notice",
    "reply",
    "intake",
    "reminder",
    "readiness",
    "evening",
    "morning",
    "week",
    "session",
)
_LINKS = ("join", "intake", "write", "sign-in")
_LINK_STATES = ("minted", "sent", "open", "claimed", "superseded", "revoked")
_SESSIONS = ("join", "write", "patient", "staff")
_STRENGTHS = ("link", "code", "passkey", "demo")
_NEW = ("escort", "guest")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _allow(batch_op: BatchOperations, name: str, column: str, values: tuple[str, ...]) -> None:
    """Other values for an enum. SQLite forgets a table's checks when it is made anew."""
    if not _is_sqlite():
        batch_op.drop_constraint(batch_op.f(name), type_="check")
    batch_op.create_check_constraint(batch_op.f(name), sa.column(column).in_(values))


def _keep(batch_op: BatchOperations, name: str, column: str, values: tuple[str, ...]) -> None:
    if _is_sqlite():
        batch_op.create_check_constraint(batch_op.f(name), sa.column(column).in_(values))


def _allow_all(new: tuple[str, ...]) -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        _allow(batch_op, "ck_message_purpose", "purpose", _PURPOSES + new)
        _keep(batch_op, "ck_message_direction", "direction", _DIRECTIONS)
        _keep(batch_op, "ck_message_messagestatus", "status", _STATUSES)
    with op.batch_alter_table("magic_link", schema=None) as batch_op:
        _allow(batch_op, "ck_magic_link_linkkind", "kind", _LINKS + new)
        _keep(batch_op, "ck_magic_link_linkstate", "state", _LINK_STATES)
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        _allow(batch_op, "ck_web_session_sessionkind", "kind", _SESSIONS + new)
        _keep(batch_op, "ck_web_session_strength", "strength", _STRENGTHS)


def upgrade() -> None:
    _allow_all(_NEW)
    op.add_column("web_session", sa.Column("link_id", sa.Uuid(), nullable=True))
    op.add_column("appointment", sa.Column("location_id", sa.Uuid(), nullable=True))
    _make_places()
    _make_exceptions()
    _make_escorts()


def downgrade() -> None:
    op.drop_table("escort")
    op.drop_table("hours_exception")
    op.drop_table("location")
    op.drop_column("appointment", "location_id")
    op.drop_column("web_session", "link_id")
    op.execute("DELETE FROM web_session WHERE kind IN ('escort', 'guest')")
    op.execute(
        "UPDATE message SET purpose = 'notice', link_id = NULL WHERE purpose IN ('escort', 'guest')"
    )
    op.execute("DELETE FROM magic_link WHERE kind IN ('escort', 'guest')")
    _allow_all(())


def _make_places() -> None:
    op.create_table(
        "location",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("directions", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_location_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
    )
    op.create_index(op.f("ix_location_clinic_id"), "location", ["clinic_id"])


def _make_exceptions() -> None:
    kinds = sa.Enum(
        "away", "extra", name="exceptionkind", native_enum=False, create_constraint=True, length=24
    )
    op.create_table(
        "hours_exception",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=True),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_hours_exception_days_in_order")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_hours_exception_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["practitioner_id"],
            ["practitioner.id"],
            name=op.f("fk_hours_exception_practitioner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_exception")),
    )
    op.create_index(
        op.f("ix_hours_exception_clinic_id_last_on"), "hours_exception", ["clinic_id", "last_on"]
    )


def _make_escorts() -> None:
    op.create_table(
        "escort",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("named_by_id", sa.Uuid(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("minutes_after_end", sa.Integer(), nullable=False),
        sa.Column("told_pick_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_escort_appointment_id")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_escort_clinic_id")),
        sa.ForeignKeyConstraint(["link_id"], ["magic_link.id"], name=op.f("fk_escort_link_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_escort_message_id")),
        sa.ForeignKeyConstraint(
            ["named_by_id"], ["practitioner.id"], name=op.f("fk_escort_named_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escort")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_escort_appointment_id")),
    )
    op.create_index(op.f("ix_escort_link_id"), "escort", ["link_id"])
