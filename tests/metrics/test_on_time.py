"""A talk of ten minutes, begun by the window's close; and where a miss stopped."""

from datetime import timedelta

import pytest

from app import clock
from app.messaging.models import Purpose
from app.metrics import period, report
from app.metrics.figures import State
from app.people.models import Clinic
from app.scheduling.models import AppointmentStatus
from app.telehealth.models import ProviderName, VisitResult, WhyNotHeld
from tests.conftest import FRIDAY_NOON
from tests.metrics.story import Story

ENDED = FRIDAY_NOON - timedelta(days=9)
CLOSES = 72


@pytest.fixture
def story(db, cast):
    return Story(db, cast)


@pytest.fixture
def row(db, story):
    """`row(told)`: what an infusion counts as, on-time."""

    def read(told):
        db.flush()
        clinic = db.get_one(Clinic, told.row.clinic_id)
        months = period.until(clock.now().date(), clinic.zone)
        rows = report.read(db, clinic, months).metrics["on-time"].rows
        return next(each for each in rows if each.infusion.id == told.row.id)

    return read


@pytest.mark.parametrize(("minutes", "is_hit"), [(9.9, False), (10, True), (50, True)])
def test_ten_minutes_together_make_a_talk(story, row, minutes, is_hit):
    told = story.infusion(ENDED).planned().video_visit(minutes, begins=2).seat(0, 1)

    assert row(told).is_hit is is_hit


@pytest.mark.parametrize(("minutes", "is_hit"), [(-1, True), (0, True), (1, False)])
def test_it_is_on_time_until_the_window_closes(story, row, minutes, is_hit):
    told = story.infusion(ENDED).planned(CLOSES - 1)

    assert row(told.video_visit(30, begins=60 + minutes).seat(0, 1)).is_hit is is_hit


def test_how_many_minutes_it_takes_is_the_clinics_setting(db, cast, story, row):
    db.get_one(Clinic, cast.clinic.id).minutes_together = 20

    assert not row(story.infusion(ENDED).planned().video_visit(19, begins=0).seat(0, 1)).is_hit


def test_a_talk_by_phone_counts_and_is_marked(story, row):
    found = row(story.infusion(ENDED).talk_by_phone())

    assert found.is_hit
    assert found.marks == ("by-phone",)


@pytest.mark.parametrize(("held", "is_hit"), [(True, True), (False, False), (None, False)])
def test_a_room_elsewhere_counts_as_staff_say(story, row, held, is_hit):
    told = story.infusion(ENDED).planned()
    told.video_visit(begins=0, provider=ProviderName.EXTERNAL, held=held)

    assert row(told).is_hit is is_hit


def test_what_staff_say_was_not_held_is_none_whatever_the_room_saw(story, row):
    told = story.infusion(ENDED).planned().video_visit(30, begins=0).seat(0, 1)

    assert not row(told.said(VisitResult.NOT_HELD, WhyNotHeld.OTHER)).is_hit


def test_of_two_visits_the_one_on_time_counts(story, row):
    told = story.infusion(ENDED).planned(20, "noshow").planned(40)

    assert row(told.video_visit(30, begins=0).seat(0, 1)).is_hit


STOPS = {
    "never-booked": lambda told: told,
    "never-booked, called off": lambda told: told.planned(status="cancelled"),
    "text-undelivered": lambda told: told.planned().texted(Purpose.JOIN, "undelivered"),
    "not-opened": lambda told: told.planned().texted(Purpose.JOIN),
    "opened-not-joined": lambda told: told.planned().video_visit().seat(None),
    "permission-denied": lambda told: told.planned().video_visit().seat(1, fault="denied"),
    "one-side-only": lambda told: told.planned().video_visit(host=False).seat(1),
    "one-side-only, too short": lambda told: told.planned().video_visit(5, begins=1).seat(0, 1),
    "moved-outside": lambda told: told.planned(80),
    "moved-outside, asked": lambda told: told.planned(asked_at=ENDED),
    "moved-outside, not ready": lambda told: told.planned(status="noshow").said(
        VisitResult.NOT_HELD, WhyNotHeld.NOT_READY
    ),
    "clinician-late": lambda told: told.planned().video_visit(5, begins=20).seat(0, 11),
    "clinician-late, not let in": lambda told: told.planned().video_visit().seat(0),
    "clinician-late, after the close": lambda told: (
        told.planned(71).video_visit(30, begins=70).seat(0, 70)
    ),
    "opted-out": lambda told: told.planned().texted(Purpose.JOIN, "undelivered").leaves(),
}


@pytest.mark.parametrize("stop", STOPS)
def test_a_miss_says_where_it_stopped(story, row, stop):
    found = row(STOPS[stop](story.infusion(ENDED)))

    assert (found.state, found.is_hit) == (State.COUNTED, False)
    assert found.why == stop.partition(",")[0]


def test_a_number_that_takes_no_texts_is_a_text_undelivered(story, row):
    told = story.infusion(ENDED).planned()
    story.patient.number_failed_at = ENDED

    assert row(told).why == "text-undelivered"


def test_who_takes_texts_again_has_not_opted_out(story, row):
    told = story.infusion(ENDED).planned().texted(Purpose.JOIN).leaves(5)

    assert row(told.leaves(6, "opt-in")).why == "not-opened"


def test_an_open_window_stands_apart(story, row):
    found = row(story.infusion(FRIDAY_NOON - timedelta(hours=71)).talk_by_phone())

    assert (found.state, found.is_hit) == (State.OPEN, False)
    assert row(story.infusion(FRIDAY_NOON - timedelta(hours=72))).state is State.COUNTED


@pytest.mark.parametrize(
    ("status", "has_end", "why"),
    [
        (AppointmentStatus.CANCELLED, False, "called-off"),
        (AppointmentStatus.NOSHOW, False, "did-not-come"),
        (AppointmentStatus.BOOKED, False, "no-end"),
    ],
)
def test_what_did_not_take_place_is_left_out_for_a_reason(story, row, status, has_end, why):
    found = row(story.infusion(ENDED, status, has_end=has_end))

    assert (found.state, found.why) == (State.LEFT_OUT, why)


def test_an_infusion_belongs_to_the_month_of_its_end_on_the_clinics_clock(story, row):
    # 11 pm on the last of October in New York is November already in UTC.
    ended_at = FRIDAY_NOON.replace(month=11, day=1, hour=3)

    assert row(story.infusion(ended_at)).month.month == 10


def test_an_infusion_still_ahead_is_in_no_figure(story, row):
    ahead = FRIDAY_NOON + timedelta(hours=3)
    told = story.infusion(ahead, AppointmentStatus.BOOKED, has_end=False)

    with pytest.raises(StopIteration):
        row(told)
