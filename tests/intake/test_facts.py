from datetime import datetime

import pytest

from app import clock, i18n, wall_time
from app.intake import facts, packets
from app.intake.models import PacketCode
from app.people.models import Clinic
from app.questionnaires import library
from app.scheduling import staffed_hours

NEW_YORK = "America/New_York"


def at(text, zone=NEW_YORK):
    return wall_time.instant(datetime.fromisoformat(text), zone)


@pytest.mark.parametrize(
    ("food", "fluids", "said"),
    [
        (6, 2, "Nothing to eat after 8:00 am, clear liquids until 12:00 pm."),
        (4, None, "Nothing to eat after 10:00 am."),
        (None, 2, "Clear liquids until 12:00 pm."),
        (None, None, "Your clinic will tell you when to stop eating and drinking."),
        (15, 2, "Nothing to eat after 11:00 pm on Monday, clear liquids until 12:00 pm."),
        (6, 0, "Nothing to eat after 8:00 am, clear liquids until 2:00 pm."),
    ],
)
def test_fasting_is_told_in_clock_times(food, fluids, said):
    clinic = Clinic(food_stops_hours=food, fluids_stop_hours=fluids)

    assert facts.fasting(clinic, at("2026-11-24T14:00"), NEW_YORK) == said


def test_fasting_is_told_on_the_patients_own_clock():
    clinic = Clinic(food_stops_hours=6, fluids_stop_hours=2)

    said = facts.fasting(clinic, at("2026-11-24T14:00"), "America/Denver")

    assert said == "Nothing to eat after 6:00 am, clear liquids until 10:00 am."


def test_clock_times_are_right_on_the_day_the_clocks_change():
    clinic = Clinic(food_stops_hours=6, fluids_stop_hours=2)

    said = facts.fasting(clinic, at("2026-11-01T07:00"), NEW_YORK)

    assert said == "Nothing to eat after 1:00 am, clear liquids until 5:00 am."


def test_a_form_that_staff_asked_for_tells_of_the_next_session_ahead(db, cast):
    theo = db.merge(cast.theo)
    packet = packets.ask(db, theo, [library.shipped(db, "phq-9")], by=None)
    (task,) = packets.tasks_of(db, packet)

    with i18n.using("en"):
        said = facts.facts(db, task)

    assert packet.code is PacketCode.ASKED
    assert said["session-time"] == "Your clinic will tell you the time."
    assert said["clinic-phone"] == "Questions? Call Northside at (312) 555-0110."


def test_who_reads_it_and_when_is_told_truthfully(db, cast):
    clinic = db.merge(cast.clinic)

    assert facts.of_clinic(db, clinic, NEW_YORK)["reading-hours"] == (
        "Your clinic reads this until 5:00 pm today. In danger, call 911 or 988."
    )

    clock.stand_still(at("2026-11-20T22:00"))
    assert facts.of_clinic(db, clinic, NEW_YORK)["reading-hours"] == (
        "Your clinic reads this from Saturday, 9:00 am. In danger, call 911 or 988."
    )

    staffed_hours.set_hours(db, clinic, None, [], by=None)
    assert "Nobody reads this at once" in facts.of_clinic(db, clinic, NEW_YORK)["reading-hours"]
