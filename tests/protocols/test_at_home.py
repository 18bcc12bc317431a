"""Sessions that patients have at home: asked in their own words, and followed by no visit."""

import pytest

from app.intake import packets
from app.intake.models import PacketCode
from app.messaging.models import Purpose
from app.plans import kept, shipped
from app.plans.kinds import Route
from app.scheduling import therapeutic_window as windows


@pytest.fixture
def at_home(here, infusion_at):
    """A session of Theo's at home."""
    its = shipped.id_of(here.clinic.id, "tablets-at-home")
    return infusion_at("2026-12-01T18:00", protocol_id=its)


def asked(db, packet):
    """The forms of a packet, by the last part of their address."""
    tasks = packets.tasks_of(db, packet)
    return {task.questionnaire.url.rpartition("/")[2] for task in tasks if task.questionnaire}


def test_at_home_nobody_is_asked_for_a_ride_but_for_an_adult_who_is_there(db, at_home, packet_of):
    assert "readiness-eve-at-home" in asked(db, packet_of(at_home, PacketCode.READINESS_EVE))
    forms = asked(db, packet_of(at_home, PacketCode.INTAKE))
    assert "preparation-guide-at-home" in forms
    assert "preparation-guide" not in forms


def test_at_the_clinic_the_forms_are_the_clinics(db, infusion_at, packet_of):
    infusion = infusion_at("2026-12-01T14:00")

    assert "readiness-eve" in asked(db, packet_of(infusion, PacketCode.READINESS_EVE))
    assert "preparation-guide" in asked(db, packet_of(infusion, PacketCode.INTAKE))


def test_who_has_read_about_the_clinic_still_reads_about_home(db, here, infusion_at, packet_of):
    infusion_at("2026-12-01T14:00")
    its = shipped.id_of(here.clinic.id, "tablets-at-home")

    later = infusion_at("2026-12-03T18:00", protocol_id=its)

    assert "preparation-guide-at-home" in asked(db, packet_of(later, PacketCode.INTAKE))


def test_after_a_session_at_home_no_visit_is_booked_and_the_minutes_are_quiet_ones(
    db, at_home, quiet_texts_of
):
    assert windows.visit_after(db, at_home) is None
    assert kept.route_of(db, at_home) is Route.TABLET
    # It ends at half past seven: the evening's text would come into the night.
    assert [purpose for purpose, _at in quiet_texts_of(at_home)] == [Purpose.MORNING]
