"""The quiet minutes after a session: planned with it, moved with it, withdrawn with it."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock, wall_time
from app.intake.models import PacketCode, TaskState
from app.intake.packets import open_tasks, tasks_of
from app.journal import entries, following, planning, preferences, prompts
from app.journal.entries import Posted
from app.journal.models import Moment
from app.journal.preferences import NotThen, Preference
from app.links import magic_links
from app.links.models import LinkKind, LinkState
from app.messaging.models import Message, Purpose
from app.protocols import infusions, reaching
from app.push.models import PushNotice
from app.questionnaires import library
from app.scheduling import booking
from app.scheduling import therapeutic_window as windows
from app.scheduling.models import Service

EVENING = (Purpose.EVENING, "2026-11-24T18:00")
MORNING = (Purpose.MORNING, "2026-11-25T08:00")  # an hour before the talk
WEEK = (Purpose.WEEK, "2026-12-01T10:00")


@pytest.fixture
def prompts_of(db):
    """`prompts_of(infusion)`: what is offered after it and stands, by its moment."""

    def prompts_of(infusion):
        db.flush()
        every = planning.of(db, infusion)
        return {each.moment: each for each in every if each.cancelled_at is None}

    return prompts_of


@pytest.fixture
def quiet(quiet_texts_of):
    """`quiet(infusion)`: what is queued after it, by the clinic's clock, as EVENING is written."""

    def quiet(infusion):
        return [
            (purpose, wall_time.written(due, "America/New_York"))
            for purpose, due in quiet_texts_of(infusion)
        ]

    return quiet


def write(db, patient, words="A wide field.", **others):
    first = {"uuid": uuid4(), "revision": 1, "written_at": clock.now()}
    return entries.accept(db, patient, Posted(**first | {"words": words} | others)).entry


def test_booking_a_session_plans_its_quiet_minutes_with_one_link(
    db, here, infusion_at, prompts_of, quiet
):
    infusion = infusion_at("2026-11-24T12:30")  # ends at 14:00

    found = prompts_of(infusion)
    assert list(found) == [Moment.EVENING, Moment.MORNING, Moment.DAYS, Moment.WEEK]
    assert {library.slug_of(each.questionnaire) for each in found.values()} == {
        "journal-evening",
        "journal-morning",
        "journal-days",
        "journal-week",
    }
    (link,) = {each.link for each in found.values()}
    assert (link.kind, link.appointment_id) == (LinkKind.WRITE, infusion.id)
    assert link.expires_at == infusion.ends_at + timedelta(days=14)
    assert quiet(infusion) == [EVENING, MORNING, WEEK]


def test_its_texts_count_against_what_may_be_started_after_a_session(db, infusion_at):
    infusion = infusion_at("2026-11-24T12:30")

    db.flush()
    found = db.scalars(
        select(Message).where(Message.appointment_id == infusion.id, Message.link_id.is_not(None))
    )
    caps = {
        each.purpose: each.cap_key
        for each in found
        if each.cap_key and "before" not in each.cap_key
    }
    assert caps == {
        Purpose.EVENING: f"after:{infusion.id}",
        Purpose.MORNING: f"after:{infusion.id}",
        Purpose.WEEK: f"day7:{infusion.id}",
    }


def test_a_notice_goes_along_with_each_text(db, infusion_at, at):
    infusion_at("2026-11-24T12:30")

    db.flush()
    due = db.scalars(select(PushNotice.due_at).order_by(PushNotice.due_at)).all()
    assert due == [at(EVENING[1]), at(MORNING[1]), at(WEEK[1])]


def test_a_clinic_s_own_questions_go_before_ours(db, here, infusion_at, prompts_of):
    own = library.own_copy(db, here.clinic, library.shipped(db, "journal-evening"))

    infusion = infusion_at("2026-11-24T12:30")

    assert prompts_of(infusion)[Moment.EVENING].questionnaire_id == own.id


def test_questions_that_a_clinic_changes_are_asked_from_then_on(db, here, infusion_at, prompts_of):
    found = prompts_of(infusion_at("2026-11-24T12:30"))
    evening, morning = found[Moment.EVENING], found[Moment.MORNING]
    prompts.note_opened(db, evening)
    for slug in ("journal-evening", "journal-morning"):
        own = library.own_copy(db, here.clinic, library.shipped(db, slug))
        own.definition = own.definition.replace("What", "Tell us what").replace("Catch", "Keep")
        own.version = "2"

    assert prompts.shown(evening, "en").lead == "Catch it. You do not have to explain it."
    assert prompts.shown(morning, "en").questions[3].text == "Tell us what surprised you?"
    prompts.note_opened(db, morning)
    assert morning.questionnaire.version == "2"


def test_the_quiet_minutes_move_with_the_session(db, here, infusion_at, prompts_of, quiet, at):
    infusion = infusion_at("2026-11-24T12:30")
    link = prompts_of(infusion)[Moment.WEEK].link

    infusions.reschedule(db, infusion, at("2026-11-26T12:30"), by=here.jordan)

    assert prompts_of(infusion)[Moment.WEEK].link is link
    assert link.expires_at == at("2026-12-10T14:00")
    assert quiet(infusion) == [
        (Purpose.EVENING, "2026-11-26T18:00"),
        (Purpose.MORNING, "2026-11-27T08:00"),
        (Purpose.WEEK, "2026-12-03T10:00"),
    ]


def test_of_a_session_that_is_called_off_nothing_is_left(db, here, infusion_at, prompts_of, quiet):
    infusion = infusion_at("2026-11-24T12:30")
    evening = prompts_of(infusion)[Moment.EVENING]

    infusions.cancel(db, infusion, by=here.jordan)

    assert prompts_of(infusion) == {}
    assert evening.link.state is LinkState.REVOKED
    assert evening.packet.cancelled_at == clock.now()
    assert quiet(infusion) == []
    assert db.scalars(select(PushNotice)).all() == []


def test_of_a_session_to_which_nobody_came_nothing_is_left(
    db, here, infusion_at, later, prompts_of, quiet
):
    infusion = infusion_at("2026-11-24T12:30")
    later("2026-11-24T13:30")

    infusions.miss(db, infusion, by=here.jordan)

    assert prompts_of(infusion) == {}
    assert quiet(infusion) == []


def test_the_real_end_moves_what_has_not_left(db, here, infusion_at, later, quiet, at):
    infusion = infusion_at("2026-11-24T12:30")
    later("2026-11-24T17:30")

    infusions.record_end(db, infusion, at("2026-11-24T17:15"), by=here.jordan)

    assert quiet(infusion) == [(Purpose.EVENING, "2026-11-24T19:15"), MORNING, WEEK]


def test_a_session_that_ends_late_has_no_evening_text(db, here, infusion_at, later, quiet, at):
    infusion = infusion_at("2026-11-24T17:30")
    later("2026-11-24T20:00")

    infusions.record_end(db, infusion, at("2026-11-24T19:50"), by=here.jordan)

    assert quiet(infusion) == [(Purpose.MORNING, "2026-11-25T09:00"), WEEK]


def test_a_text_that_left_is_not_sent_anew_when_the_end_is_corrected(
    db, here, infusion_at, later, quiet, at
):
    infusion = infusion_at("2026-11-24T12:30")
    later("2026-11-24T18:05")
    evening = db.scalar(select(Message).where(Message.purpose == Purpose.EVENING))
    evening.status = "delivered"

    infusions.record_end(db, infusion, at("2026-11-24T16:30"), by=here.jordan)

    assert quiet(infusion) == [MORNING, WEEK]


def test_an_end_recorded_the_next_day_asks_about_that_day_alone(
    db, here, infusion_at, later, quiet, at
):
    infusion = infusion_at("2026-11-24T12:30")
    planning.withdraw(db, infusion)
    later("2026-11-25T16:00")

    infusions.record_end(db, infusion, at("2026-11-24T14:00"), by=here.jordan)

    assert quiet(infusion) == [WEEK]


def test_a_session_that_lies_weeks_back_asks_for_nothing(db, infusion_at, prompts_of, quiet):
    infusion = infusion_at("2026-10-20T12:30")

    assert prompts_of(infusion) == {}
    assert quiet(infusion) == []


def test_the_check_rides_on_the_evening_and_the_morning_and_is_never_texted(
    db, here, infusion_at, later, prompts_of, texts_of
):
    infusion = infusion_at("2026-11-24T12:30")
    found = prompts_of(infusion)

    def forms(moment):
        tasks = tasks_of(db, found[moment].packet)
        return [library.slug_of(each.questionnaire) for each in tasks]

    assert forms(Moment.EVENING) == ["side-effects"]
    assert forms(Moment.MORNING) == ["side-effects", "day-after"]
    assert found[Moment.DAYS].packet is None
    for moment in (Moment.EVENING, Moment.MORNING):
        packet = found[moment].packet
        assert packet.code is PacketCode.AFTERCARE
        assert packet.opens_at == found[moment].opens_at
        queued = db.scalars(select(Message).where(Message.link_id == packet.link_id)).all()
        assert queued == []

    later("2026-11-24T16:00")
    assert [each.packet for each in open_tasks(db, here.theo)] == [found[Moment.EVENING].packet]
    later("2026-11-25T09:00")
    (first, second) = open_tasks(db, here.theo)
    assert first.packet is second.packet is found[Moment.MORNING].packet


def test_the_check_goes_along_when_the_session_moves(db, here, infusion_at, prompts_of, at):
    infusion = infusion_at("2026-11-24T12:30")
    packet = prompts_of(infusion)[Moment.EVENING].packet

    infusions.reschedule(db, infusion, at("2026-11-26T12:30"), by=here.jordan)

    assert prompts_of(infusion)[Moment.EVENING].packet is packet
    assert packet.opens_at == at("2026-11-26T16:00")
    assert {each.state for each in tasks_of(db, packet)} == {TaskState.REQUESTED}


def test_whoever_takes_no_texts_finds_the_quiet_minute_on_their_page(
    db, here, infusion_at, later, quiet
):
    here.theo.texts_agreed_at = None

    infusion = infusion_at("2026-11-24T12:30")

    assert quiet(infusion) == []
    later("2026-11-24T19:00")
    assert prompts.waiting(db, here.theo).moment is Moment.EVENING


def test_whoever_stops_texts_is_not_texted_and_whoever_starts_again_is(
    db, here, infusion_at, quiet
):
    infusion = infusion_at("2026-11-24T12:30")
    here.theo.opted_out_at = clock.now()
    reaching.follow_texts(db, here.theo)
    assert quiet(infusion) == []

    here.theo.opted_out_at = None
    reaching.follow_texts(db, here.theo)

    assert quiet(infusion) == [EVENING, MORNING, WEEK]
    checks = select(Message).where(Message.purpose == Purpose.INTAKE)
    assert len(db.scalars(checks.where(Message.status == "queued")).all()) == 1  # the forms alone


def test_another_number_gets_another_link(db, here, infusion_at, prompts_of, quiet):
    infusion = infusion_at("2026-11-24T12:30")
    old = prompts_of(infusion)[Moment.EVENING].link

    reaching.follow_number(db, here.theo, by=here.jordan)

    found = prompts_of(infusion)
    (new,) = {each.link for each in found.values()}
    assert old.state is LinkState.REVOKED
    assert new is not old
    assert magic_links.is_live(new)
    assert magic_links.is_live(found[Moment.EVENING].packet.link)
    assert quiet(infusion) == [EVENING, MORNING, WEEK]
    queued = db.scalars(select(Message).where(Message.purpose.in_((Purpose.EVENING,))))
    assert {each.link_id for each in queued if each.status == "queued"} == {new.id}


def test_somebody_who_lives_by_another_clock_is_texted_by_that_in_their_language(
    db, here, infusion_at, quiet_texts_of, at
):
    infusion = infusion_at("2026-11-24T12:30")

    here.theo.zone, here.theo.language = "America/Los_Angeles", "es"
    reaching.follow_clock(db, here.theo)

    (_, evening), (_, morning), _ = quiet_texts_of(infusion)
    assert (evening, morning) == (at("2026-11-24T21:00"), at("2026-11-25T12:00"))
    queued = select(Message).where(Message.purpose == Purpose.EVENING, Message.status == "queued")
    assert "un minuto de calma" in db.scalars(queued).one().body


def test_hours_that_a_patient_chooses_move_their_texts(db, here, infusion_at, quiet):
    infusion = infusion_at("2026-11-24T12:30")

    chosen = Preference(evening_at=time(20, 15), morning_at=time(11))
    preferences.keep(db, here.theo, chosen)
    planning.follow_preference(db, here.theo)

    assert preferences.of(db, here.theo) == chosen
    assert quiet(infusion) == [
        (Purpose.EVENING, "2026-11-24T20:15"),
        (Purpose.MORNING, "2026-11-25T11:00"),
        WEEK,
    ]


def test_whoever_wants_no_prompts_is_neither_texted_nor_reminded(
    db, here, infusion_at, later, quiet
):
    infusion = infusion_at("2026-11-24T12:30")

    preferences.keep(db, here.theo, Preference(wants_prompts=False))
    planning.follow_preference(db, here.theo)

    assert quiet(infusion) == []
    assert db.scalars(select(PushNotice)).all() == []
    later("2026-11-24T19:00")
    assert prompts.waiting(db, here.theo) is None
    assert prompts.current(db, here.theo).moment is Moment.EVENING  # should they come by themselves


@pytest.mark.parametrize(
    "hours",
    [{"evening_at": time(21)}, {"evening_at": time(15, 59)}, {"morning_at": time(7, 59)}],
)
def test_hours_at_which_nobody_is_texted_cannot_be_chosen(db, here, hours):
    with pytest.raises(NotThen):
        preferences.keep(db, here.theo, Preference(**hours))

    assert preferences.of(db, here.theo) == Preference()


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        ("2026-11-24T15:59", None),
        ("2026-11-24T16:00", Moment.EVENING),
        ("2026-11-25T04:59", Moment.EVENING),
        ("2026-11-25T05:00", Moment.MORNING),
        ("2026-11-25T14:59", Moment.MORNING),
        ("2026-11-25T15:00", Moment.DAYS),
        ("2026-11-30T12:00", Moment.DAYS),
        ("2026-12-01T05:00", Moment.WEEK),
        ("2026-12-08T13:59", Moment.WEEK),
        ("2026-12-08T14:00", None),
    ],
)
def test_the_time_at_opening_decides_what_is_asked(
    db, here, infusion_at, later, prompts_of, moment, wanted
):
    infusion = infusion_at("2026-11-24T12:30")
    link = prompts_of(infusion)[Moment.EVENING].link

    later(moment)

    for whose in (here.theo, link):
        found = prompts.current(db, whose)
        assert (found.moment if found else None) == wanted


def test_a_later_session_s_quiet_minute_goes_before_an_earlier_one_s(
    db, here, infusion_at, later, prompts_of
):
    first = infusion_at("2026-11-24T12:30")
    second = infusion_at("2026-11-27T12:30")
    later("2026-11-27T19:00")

    assert prompts.current(db, here.theo).appointment_id == second.id
    link = prompts_of(first)[Moment.EVENING].link
    assert prompts.current(db, link).appointment_id == first.id  # its own link shows its own


def test_nobody_looks_back_on_a_week_in_which_another_session_came(
    db, here, infusion_at, prompts_of, quiet, at
):
    first = infusion_at("2026-11-24T12:30")

    second = infusion_at("2026-12-01T12:30")
    assert quiet(first) == [EVENING, MORNING]
    assert Moment.WEEK in prompts_of(first)  # it waits on the page

    infusions.reschedule(db, second, at("2026-12-03T12:30"), by=here.jordan)
    assert quiet(first) == [EVENING, MORNING, WEEK]
    infusions.reschedule(db, second, at("2026-11-27T12:30"), by=here.jordan)
    assert quiet(first) == [EVENING, MORNING]
    infusions.cancel(db, second, by=here.jordan)
    assert quiet(first) == [EVENING, MORNING, WEEK]


def test_the_days_after_a_session_go_before_an_earlier_session_s_week(db, here, infusion_at, later):
    infusion_at("2026-11-24T12:30")
    second = infusion_at("2026-11-28T12:30")
    later("2026-12-01T12:00")

    found = prompts.current(db, here.theo)

    assert (found.moment, found.appointment_id) == (Moment.DAYS, second.id)


def test_whoever_wrote_already_is_not_texted_about_it(db, here, infusion_at, later, quiet):
    infusion = infusion_at("2026-11-24T12:30")
    later("2026-11-24T16:30")

    write(db, here.theo)

    assert quiet(infusion) == [MORNING, WEEK]
    assert prompts.waiting(db, here.theo) is None
    infusions.record_end(db, infusion, clock.now(), by=here.jordan)  # planned anew
    assert quiet(infusion) == [MORNING, WEEK]


def test_words_of_the_evening_that_arrive_in_the_morning_answer_the_evening(
    db, here, infusion_at, later, prompts_of, quiet, at
):
    infusion = infusion_at("2026-11-24T12:30")
    later("2026-11-25T08:30")

    evening = prompts_of(infusion)[Moment.EVENING]
    write(db, here.theo, written_at=at("2026-11-24T19:00"), prompt_id=evening.id)

    assert evening.answered_at == at("2026-11-24T19:00")
    assert prompts.waiting(db, here.theo).moment is Moment.MORNING
    assert quiet(infusion) == [MORNING, WEEK]


def test_a_skip_is_an_answer(db, here, infusion_at, later, prompts_of, quiet):
    infusion = infusion_at("2026-11-24T12:30")
    later("2026-11-24T16:30")

    prompts.skip(db, prompts.current(db, here.theo))

    assert prompts.current(db, here.theo) is None
    assert quiet(infusion) == [MORNING, WEEK]
    later("2026-11-25T09:00")
    assert prompts.current(db, here.theo).moment is Moment.MORNING


def test_no_more_ends_what_is_asked_about_that_session(
    db, here, infusion_at, later, prompts_of, quiet
):
    first, second = infusion_at("2026-11-24T12:30"), infusion_at("2026-12-10T12:30")
    later("2026-11-24T16:30")

    prompts.no_more(db, prompts.current(db, here.theo))

    assert quiet(first) == []
    infusions.record_end(db, first, clock.now(), by=here.jordan)
    assert quiet(first) == []
    assert quiet(second) == [
        (Purpose.EVENING, "2026-12-10T18:00"),
        (Purpose.MORNING, "2026-12-11T08:00"),
        (Purpose.WEEK, "2026-12-17T10:00"),
    ]


def test_a_prompt_says_its_lead_and_its_questions_in_both_languages(
    db, here, infusion_at, prompts_of
):
    evening = prompts_of(infusion_at("2026-11-24T12:30"))[Moment.EVENING]

    english, spanish = prompts.shown(evening, "en"), prompts.shown(evening, "es")

    assert english.lead == "Catch it. You do not have to explain it."
    assert len(english.questions) == len(spanish.questions) == 4
    assert spanish.questions[1].text == "¿En qué parte del cuerpo notó algo?"
    assert english.questions[1].id == spanish.questions[1].id


def test_after_the_visit_goals_are_looked_at_in_place_of_the_days_before_it(
    db, here, infusion_at, later, prompts_of, quiet
):
    infusion = infusion_at("2026-11-24T12:30")
    visit = windows.visit_after(db, infusion)
    following.follow(db)
    assert Moment.GOALS not in prompts_of(infusion)
    later("2026-11-25T10:50")
    booking.complete(db, visit, clock.now(), by=here.dr_okafor)

    following.follow(db)
    following.follow(db)

    goals = prompts_of(infusion)[Moment.GOALS]
    assert (goals.opens_at, goals.due_at) == (clock.now(), None)
    assert prompts.current(db, here.theo) is goals
    later("2026-11-26T12:00")
    assert prompts.current(db, here.theo) is goals
    later("2026-12-01T06:00")
    assert prompts.current(db, here.theo).moment is Moment.WEEK
    assert quiet(infusion) == [MORNING, WEEK]


def test_a_session_that_nobody_planned_for_is_planned_before_it_is_over(
    db, here, prompts_of, quiet, at
):
    booked = booking.book(
        db,
        patient=here.theo,
        service=Service.INFUSION,
        starts_at=at("2026-11-24T12:30"),
        ends_at=at("2026-11-24T14:00"),
        by=None,
    )

    following.follow(db)

    assert quiet(booked.appointment) == [EVENING, MORNING, WEEK]
    assert prompts_of(here.infusion) == {}  # nobody is texted out of the blue about yesterday


def test_the_mornings_text_gives_way_to_a_talk_that_moves_onto_it(
    db, here, infusion_at, at, later, quiet
):
    infusion = infusion_at("2026-11-24T12:30")
    later("2026-11-24T17:00")
    visit = windows.visit_after(db, infusion)
    infusions.reschedule(db, visit, at("2026-11-25T13:00"), by=here.jordan)
    planning.plan(db, infusion)
    assert quiet(infusion) == [EVENING, (Purpose.MORNING, "2026-11-25T09:00"), WEEK]

    infusions.reschedule(db, visit, at("2026-11-25T09:30"), by=here.jordan)
    following.follow(db)
    following.follow(db)

    assert quiet(infusion) == [EVENING, (Purpose.MORNING, "2026-11-25T08:30"), WEEK]
