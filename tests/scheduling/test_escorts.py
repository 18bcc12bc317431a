"""Who takes a patient home: named once, texted on the day, told when it moves, and forgotten."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock, wall_time
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.phones import NotAPhoneNumber
from app.scheduling import booking, escort_texts, escorts, locations, rescheduling
from app.scheduling.escorts import NoEscort
from app.scheduling.models import Escort, Service

IRA = "+19145550157"


@pytest.fixture
def session(book, at):
    """Theo's, on Tuesday from one to three."""
    return book(Service.INFUSION, at("2026-11-24T13:00")).appointment


@pytest.fixture
def name(db, here, session, at):
    def name(**differs):
        given = {
            "name": "Ira Vance",
            "phone": "(914) 555-0157",
            "language": "en",
            "pick_up_at": session.ends_at,
            "by": here.jordan,
        } | differs
        escort = escorts.name(db, session, **given)
        escort_texts.catch_up(db, escort)
        db.flush()
        return escort

    return name


@pytest.fixture
def to_ira(db):
    """The texts to the escort, first made first."""

    def to_ira(*statuses):
        db.flush()
        asked = select(Message).where(Message.purpose == Purpose.ESCORT).order_by(Message.made_at)
        return [each for each in db.scalars(asked) if not statuses or each.status in statuses]

    return to_ira


def left(message):
    message.status, message.sent_at = MessageStatus.DELIVERED, clock.now()


def test_they_are_texted_once_on_the_morning_of_the_day(db, name, session, to_ira, at):
    escort = name()
    escort_texts.follow(db)
    escort_texts.follow(db)

    (text,) = to_ira()
    assert text.due_at == at("2026-11-24T08:00")
    assert (text.number, text.patient_id) == (IRA, None)
    assert text.body == (
        f"{session.clinic.short_name}: your pick-up is Tue, Nov 24, 3:00pm. "
        "{link} says who and where. Reply STOP to end texts."
    )
    assert db.get_one(MagicLink, escort.link_id).expires_at == at("2026-11-25T00:00")


def test_the_same_again_changes_nothing(name, to_ira):
    first = name()

    assert name() is first
    assert len(to_ira()) == 1


def test_what_was_not_texted_yet_moves_along_silently(db, name, session, here, to_ira, at):
    name()
    rescheduling.reschedule(db, session, at("2026-11-25T10:00"), by=here.jordan)

    escort_texts.follow(db)

    (text,) = to_ira(MessageStatus.QUEUED)
    assert text.due_at == at("2026-11-25T08:00")
    assert "your pick-up is Wed, Nov 25, 12:00pm" in text.body


def test_who_was_told_is_told_the_new_time_at_once_and_the_link_lives_that_day(
    db, name, session, here, to_ira, at
):
    escort = name()
    left(to_ira()[0])
    rescheduling.reschedule(db, session, at("2026-11-25T10:00"), by=here.jordan)

    escort_texts.follow(db)

    (text,) = to_ira(MessageStatus.QUEUED)
    assert text.due_at == clock.now()
    assert "the pick-up is now Wed, Nov 25 at 12:00pm" in text.body
    link = db.get_one(MagicLink, escort.link_id)
    assert link.expires_at == at("2026-11-26T00:00")
    assert text.link_id == link.id


def test_who_was_told_is_told_once_that_it_is_off(db, name, session, here, to_ira):
    name()
    left(to_ira()[0])
    booking.cancel(db, session, by=here.jordan)

    escort_texts.follow(db)
    escort_texts.follow(db)

    (text,) = to_ira(MessageStatus.QUEUED)
    assert "there is no pick-up after all" in text.body


def test_who_was_told_nothing_is_not_told_that_it_is_off(db, name, session, here, to_ira):
    name()
    booking.cancel(db, session, by=here.jordan)

    escort_texts.follow(db)

    assert to_ira(MessageStatus.QUEUED) == []


def test_another_number_gets_another_link_and_the_former_opens_nothing(db, name, to_ira):
    former = db.get_one(MagicLink, name().link_id)

    escort = name(phone="914 555 0158")

    assert former.state is LinkState.REVOKED
    assert escort.link_id != former.id
    assert [text.number for text in to_ira(MessageStatus.QUEUED)] == ["+19145550158"]
    assert db.scalars(select(Escort)).all() == [escort]


def test_withdrawn_the_link_opens_nothing_and_nothing_is_sent(db, name, here, to_ira):
    escort = name()
    link = db.get_one(MagicLink, escort.link_id)

    escorts.withdraw(db, escort, by=here.jordan)
    escorts.withdraw(db, escort, by=here.jordan)
    escort_texts.follow(db)

    assert escorts.of_link(db, link) is None
    assert to_ira(MessageStatus.QUEUED) == []


def test_a_number_that_wants_no_texts_gets_none_and_its_page_still_follows(
    db, name, session, here, to_ira, at
):
    escort = name()
    left(to_ira()[0])
    escorts.no_more_texts(db, IRA, [session.clinic_id])
    rescheduling.reschedule(db, session, at("2026-11-25T10:00"), by=here.jordan)

    escort_texts.follow(db)

    assert to_ira(MessageStatus.QUEUED) == []
    assert db.get_one(MagicLink, escort.link_id).expires_at == at("2026-11-26T00:00")


@pytest.mark.parametrize(
    ("zone", "ends", "dies"),
    [
        ("America/New_York", "2026-11-24T15:00", "2026-11-25T00:00"),
        ("America/Los_Angeles", "2026-11-24T12:00", "2026-11-25T00:00"),
        ("America/New_York", "2026-10-31T23:30", "2026-11-01T00:30"),  # an hour is left
        ("America/New_York", "2026-03-08T15:00", "2026-03-09T00:00"),
    ],
)
def test_the_link_dies_that_night_on_the_clock_of_the_place(zone, ends, dies):
    def moment(text):
        return wall_time.instant(datetime.fromisoformat(text), zone)

    assert escorts.night_after(moment(ends), zone) == moment(dies)


def test_the_place_decides_the_clock(db, name, session, here, at):
    place = locations.Place("West", "1 West street", "", "America/Los_Angeles")
    locations.add(db, here.clinic, place, by=here.ada)
    db.flush()

    link = db.get_one(MagicLink, name().link_id)

    night = wall_time.instant(datetime.fromisoformat("2026-11-25T00:00"), "America/Los_Angeles")
    assert link.expires_at == night


def test_name_and_number_are_forgotten_when_the_day_is_over(db, name, session):
    escort = name()
    link = db.get_one(MagicLink, escort.link_id)

    clock.stand_still(link.expires_at)
    assert not magic_links.is_live(link)
    clock.stand_still(session.ends_at + timedelta(hours=37))
    escorts.forget_old(db)

    assert (escort.name, escort.phone) == ("", "")
    assert escort.forgotten_at is not None


@pytest.mark.parametrize(
    ("differs", "field"),
    [
        ({"phone": "+1 312 555 0143"}, "phone"),  # Theo's own
        ({"pick_up_at": "2026-11-24T13:00"}, "pick_up_at"),
        ({"pick_up_at": "2026-11-25T03:01"}, "pick_up_at"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(name, at, to_ira, differs, field):
    if "pick_up_at" in differs:
        differs = differs | {"pick_up_at": at(differs["pick_up_at"])}

    with pytest.raises(NoEscort) as refused:
        name(**differs)

    assert refused.value.field == field
    assert to_ira() == []


def test_a_number_nobody_could_text_is_refused(name):
    with pytest.raises(NotAPhoneNumber):
        name(phone="555")


def test_a_visit_by_video_needs_nobody_to_drive(db, here, at):
    with pytest.raises(NoEscort):
        escorts.name(
            db,
            here.integration_visit,
            name="Ira",
            phone=IRA,
            language="en",
            pick_up_at=at("2026-11-24T15:00"),
            by=here.jordan,
        )
