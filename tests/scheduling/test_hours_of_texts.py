"""Every text of a visit once, at the right minute on the patient's clock, and never at night

but for a visit they agreed to: in many zones, around both changes of the clocks.
"""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import clock, wall_time
from app.messaging import delivery, outbox, quiet_hours
from app.messaging.models import Message, MessageStatus, Purpose
from app.people import enrolment
from app.people.models import Clinic
from app.scheduling import day_before, moving
from app.scheduling.models import Service
from tests.fakes import RecordingGateway

ZONES = [
    "America/New_York",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Anchorage",
    "America/St_Johns",
    "Pacific/Honolulu",
    "Europe/London",
    "Europe/Madrid",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]
# Days on which clocks change somewhere in that list, forward and back, and plain ones.
CHANGES = ["2027-03-14", "2027-03-28", "2027-04-04", "2027-10-03", "2027-10-31", "2027-11-07"]
DAYS = [
    datetime.fromisoformat(day) + timedelta(days=near) for day in CHANGES for near in (-1, 0, 1)
]
LENGTH = timedelta(minutes=50)

zones = st.sampled_from(ZONES)
walls = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(DAYS),
    st.integers(0, 24 * 12 - 1).map(lambda five: five * 5),
)


def hour(moment, zone):
    shown = wall_time.wall(moment, zone)
    return shown.hour + shown.minute / 60


def is_quiet(moment, zone):
    return quiet_hours.next_awake(moment, zone) != moment


@given(zones, walls, st.integers(0, 4 * 24 * 60))
def test_the_question_comes_in_time_and_by_day_whenever_the_visit_was_booked(zone, wall, ahead):
    starts_at = wall_time.instant(wall, zone)
    now = starts_at - timedelta(minutes=ahead)

    moment = day_before.due_at(starts_at, zone, now)

    kind = day_before.a_day_before(starts_at, zone)
    if moment is None:
        # Nothing else was left: awake and three hours ahead.
        assert quiet_hours.next_awake(now, zone) > starts_at - day_before.AT_LEAST
        return
    assert now <= moment <= starts_at - day_before.AT_LEAST
    assert not is_quiet(moment, zone)
    if 9 <= hour(kind, zone) <= 20 and now <= kind:
        assert moment == kind
    elif now < kind - timedelta(hours=5):
        assert hour(moment, zone) in (9, 20)
        assert wall_time.wall(moment, zone).date() == wall_time.wall(kind, zone).date()


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],  # each example walks through a month: too slow to be made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.tuples(zones, walls, st.booleans()), min_size=20, max_size=40),
)
def test_every_text_leaves_once_at_its_minute_and_at_night_only_for_what_they_agreed_to(
    database, cast, wanted
):
    gateway = RecordingGateway()
    clock.stand_still(datetime.fromisoformat("2027-03-01T12:00+00:00"))
    with database.session() as db:
        visits = [
            (put_down(db, cast, zone, wall, agreed).id, zone, wall, agreed)
            for zone, wall, agreed in wanted
        ]

    walk(database, gateway)

    with database.session(write=False) as db:
        for visit_id, zone, wall, agreed in visits:
            starts_at = wall_time.instant(wall, zone)
            left = {}
            for text in db.scalars(select(Message).where(Message.appointment_id == visit_id)):
                assert text.status in (MessageStatus.ACCEPTED, MessageStatus.FAILED)
                if text.status is MessageStatus.ACCEPTED:
                    left[text.purpose] = text.sent_at
            assert left == expected(starts_at, zone, agreed), (zone, wall, agreed)
            for purpose, moment in left.items():
                exempt = agreed and purpose in (Purpose.JOIN, Purpose.NUDGE)
                assert exempt or not is_quiet(moment, zone)
    sent = Counter(text.message_id for text in gateway.sent)
    assert set(sent.values()) <= {1}


def expected(starts_at, zone, agreed):
    """What a patient gets of a visit booked long ago, and when."""
    found = {Purpose.CONFIRM: day_before.due_at(starts_at, zone, clock.now() - timedelta(days=999))}
    join, nudge = starts_at - timedelta(minutes=5), starts_at + timedelta(minutes=3)
    if agreed:
        return found | {Purpose.JOIN: join, Purpose.NUDGE: nudge}
    # In the quiet hours the link waits for their end, if the visit still runs then.
    later = quiet_hours.next_awake(join, zone)
    if later < starts_at + LENGTH:
        found[Purpose.JOIN] = later
    if not is_quiet(nudge, zone):
        found[Purpose.NUDGE] = nudge
    return found


def put_down(db, cast, zone, wall, agreed):
    patient = enrolment.enrol(
        db,
        db.get_one(Clinic, cast.clinic.id),
        given_name="Ana",
        family_name="",
        phone=f"+1312556{next(_numbers):04d}",
        by=None,
    )
    patient.zone = zone
    db.flush()
    starts_at = wall_time.instant(wall, zone)
    return moving.put_down(
        db,
        patient=patient,
        practitioner=None,
        service=Service.CONSULTATION,
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        zone=zone,
        agreed=agreed,
        by=None,
    )


_numbers = iter(range(10_000))


def walk(database, gateway):
    """Move the clock from one text that is due to the next, and let each leave, to the end."""
    while True:
        with database.session(write=False) as db:
            due_at = outbox.next_due(db)
        if due_at is None:
            return
        clock.stand_still(max(due_at, clock.now()))
        while delivery.send_one(database, gateway, "worker", "https://afterglow.test"):
            pass
