"""Video visits"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "video_visit",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider",
            sa.Enum(
                "peer",
                "external",
                name="providername",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("signals", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=True),
        sa.Column("host_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=True),
        sa.Column(
            "whereabouts",
            sa.Enum(
                "home",
                "elsewhere",
                "tell",
                "driving",
                name="whereabouts",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("callback_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("whereabouts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phone_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clinician_rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coordinator_rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_video_visit_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinic.id"], name=op.f("fk_video_visit_clinic_id")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["practitioner.id"], name=op.f("fk_video_visit_ended_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["host_id"], ["practitioner.id"], name=op.f("fk_video_visit_host_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_visit")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_video_visit_appointment_id")),
    )
    with op.batch_alter_table("video_visit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_video_visit_clinic_id_ended_at"), ["clinic_id", "ended_at"], unique=False
        )

    op.create_table(
        "seat",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("web_session_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "ghost",
                "claimed",
                "admitted",
                "left",
                name="seatstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("second_device", sa.Boolean(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("connected", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_seat_clinic_id")),
        sa.ForeignKeyConstraint(["link_id"], ["magic_link.id"], name=op.f("fk_seat_link_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["video_visit.id"], name=op.f("fk_seat_visit_id")),
        sa.ForeignKeyConstraint(
            ["web_session_id"], ["web_session.id"], name=op.f("fk_seat_web_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint(
            "visit_id", "web_session_id", name=op.f("uq_seat_visit_id_web_session_id")
        ),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seat_state_claimed_at"), ["state", "claimed_at"], unique=False
        )

    op.create_table(
        "offer",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("sdp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_offer_clinic_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["seat.id"], name=op.f("fk_offer_taken_by_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["video_visit.id"], name=op.f("fk_offer_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("visit_id", "peer", name=op.f("uq_offer_visit_id_peer")),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_offer_visit_id_page"), ["visit_id", "page"], unique=False
        )

    op.create_table(
        "signal",
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column(
            "towards",
            sa.Enum(
                "clinician",
                "patient",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_signal_clinic_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_signal_seat_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["video_visit.id"], name=op.f("fk_signal_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint("visit_id", "number", name=op.f("uq_signal_visit_id_number")),
        sa.UniqueConstraint(
            "visit_id", "page", "count", name=op.f("uq_signal_visit_id_page_count")
        ),
    )
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_signal_visit_id_seat_id_number"),
            ["visit_id", "seat_id", "number"],
            unique=False,
        )


def downgrade() -> None:

    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signal_visit_id_seat_id_number"))

    op.drop_table("signal")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_visit_id_page"))

    op.drop_table("offer")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_state_claimed_at"))

    op.drop_table("seat")
    with op.batch_alter_table("video_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_video_visit_clinic_id_ended_at"))

    op.drop_table("video_visit")
