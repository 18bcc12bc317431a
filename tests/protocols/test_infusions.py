from sqlalchemy import select

from app import clock
from app.intake import following, packets
from app.intake.models import IntakePacket, PacketCode, TaskKind
from app.links import magic_links
from app.links.models import LinkState
from app.messaging.models import Purpose
from app.protocols import infusions, reaching
from app.questionnaires import library
from app.scheduling.models import Service
from app.tasks import desk
from app.tasks.models import TaskCode


def slugs(db, packet):
    return [
        library.slug_of(task.questionnaire) if task.questionnaire else task.kind.value
        for task in packets.tasks_of(db, packet)
    ]


def test_booking_an_infusion_asks_for_what_is_wanted_and_texts_at_once(
    db, here, infusion_at, packet_of, texts_of, at
):
    infusion = infusion_at("2026-11-24T14:00")

    packet = packet_of(infusion, PacketCode.INTAKE)
    assert "phq-9" in slugs(db, packet)
    assert TaskKind.CAMERA_CHECK.value in slugs(db, packet)
    assert "pcl-5" not in slugs(db, packet)
    assert packet.closes_at == packet.link.expires_at == infusion.starts_at
    assert texts_of(infusion)[:2] == [
        (Purpose.INTAKE, clock.now()),
        (Purpose.REMINDER, at("2026-11-22T10:00")),
    ]


def test_an_infusion_in_the_past_asks_for_nothing(db, infusion_at, packet_of):
    infusion = infusion_at("2026-11-19T14:00")

    assert packets.packets_of(db, infusion) == []


def test_a_visit_asks_for_nothing(db, here, at):
    infusions.book(
        db,
        patient=here.theo,
        service=Service.PREPARATION,
        starts_at=at("2026-11-24T10:00"),
        ends_at=at("2026-11-24T10:50"),
        by=here.jordan,
    )

    assert db.scalars(select(IntakePacket)).all() == []


def test_what_was_told_lately_is_not_asked_again(db, here, infusion_at, packet_of, later):
    first = infusion_at("2026-11-24T14:00")
    for task in packets.tasks_of(db, packet_of(first, PacketCode.INTAKE)):
        following.completed(db, task)
    later("2026-11-21T12:00")

    second = infusion_at("2026-11-27T14:00")

    asked = packet_of(second, PacketCode.INTAKE)
    assert asked is None or TaskKind.CAMERA_CHECK.value not in slugs(db, asked)


def test_several_infusions_booked_at_once_ask_for_a_form_once(infusion_at, packet_of, texts_of):
    infusion_at("2026-11-24T14:00")

    second = infusion_at("2026-11-27T14:00")

    assert packet_of(second, PacketCode.INTAKE) is None
    assert Purpose.INTAKE not in [purpose for purpose, _ in texts_of(second)]


def test_with_the_last_thing_done_nobody_is_reminded(db, infusion_at, packet_of, texts_of):
    infusion = infusion_at("2026-11-24T14:00")
    packet = packet_of(infusion, PacketCode.INTAKE)
    *others, last = packets.tasks_of(db, packet)
    for task in others:
        following.completed(db, task)
    assert packet.done_at is None
    assert Purpose.REMINDER in [purpose for purpose, _ in texts_of(infusion)]

    following.completed(db, last)

    assert packet.done_at == clock.now()
    assert Purpose.REMINDER not in [purpose for purpose, _ in texts_of(infusion)]


def test_what_is_open_goes_along_when_the_infusion_moves(
    db, here, infusion_at, packet_of, texts_of, at
):
    infusion = infusion_at("2026-11-24T14:00")
    link = packet_of(infusion, PacketCode.INTAKE).link

    infusions.reschedule(db, infusion, at("2026-11-26T11:00"), by=here.jordan)

    packet = packet_of(infusion, PacketCode.INTAKE)
    assert packet.link is link
    assert packet.due_at == at("2026-11-25T11:00")
    assert packet.closes_at == link.expires_at == at("2026-11-26T11:00")
    assert texts_of(infusion)[1] == (Purpose.REMINDER, at("2026-11-24T10:00"))


def test_an_infusion_that_is_called_off_asks_for_nothing_more(
    db, here, infusion_at, packet_of, texts_of
):
    infusion = infusion_at("2026-11-24T14:00")
    packet = packet_of(infusion, PacketCode.INTAKE)

    infusions.cancel(db, infusion, by=here.jordan)

    assert packet.cancelled_at == clock.now()
    assert packet.link.state is LinkState.REVOKED
    assert texts_of(infusion) == []
    assert packets.open_tasks(db, here.theo) == []


def test_forms_that_are_not_done_a_day_before_become_a_task_once(
    db, here, infusion_at, later, packet_of
):
    infusion = infusion_at("2026-11-24T14:00")
    assert following.next_due(db) == packet_of(infusion, PacketCode.INTAKE).due_at
    following.tell_staff(db)
    assert desk.open_tasks(db, here.clinic.id) == []

    later("2026-11-23T14:00")
    following.tell_staff(db)
    following.tell_staff(db)

    (task,) = desk.open_tasks(db, here.clinic.id)
    assert (task.code, task.appointment_id) == (TaskCode.INTAKE_LATE, infusion.id)
    assert following.next_due(db) is None


def test_forms_done_late_settle_their_task(db, here, infusion_at, later, packet_of):
    infusion = infusion_at("2026-11-24T14:00")
    later("2026-11-23T15:00")
    following.tell_staff(db)

    for task in packets.tasks_of(db, packet_of(infusion, PacketCode.INTAKE)):
        following.completed(db, task)

    assert desk.open_tasks(db, here.clinic.id) == []


def test_whoever_takes_no_texts_becomes_a_task_when_they_are_asked(db, here, infusion_at, texts_of):
    here.theo.texts_agreed_at = None

    infusion = infusion_at("2026-11-24T14:00")

    assert texts_of(infusion) == []
    assert [task.code for task in desk.open_tasks(db, here.clinic.id)] == [TaskCode.INTAKE_LATE]


def test_whoever_takes_texts_again_is_asked_by_text(db, here, infusion_at, texts_of):
    infusion = infusion_at("2026-11-24T14:00")
    here.theo.opted_out_at = clock.now()
    reaching.follow_texts(db, here.theo)
    assert texts_of(infusion) == []

    here.theo.opted_out_at = None
    reaching.follow_texts(db, here.theo)

    assert Purpose.INTAKE in [purpose for purpose, _ in texts_of(infusion)]


def test_another_number_gets_another_link(db, here, infusion_at, packet_of):
    infusion = infusion_at("2026-11-24T14:00")
    packet = packet_of(infusion, PacketCode.INTAKE)
    old = packet.link

    reaching.follow_number(db, here.theo, by=here.jordan)

    assert old.state is LinkState.REVOKED
    assert packet.link is not old
    assert magic_links.is_live(packet.link)


def test_a_consent_is_not_asked_within_a_day_of_an_earlier_dose(
    db, here, infusion_at, packet_of, later, at
):
    first = infusion_at("2026-11-20T13:00")
    for packet in packets.packets_of(db, first):
        packet.cancelled_at = clock.now()
    later("2026-11-20T15:00")
    infusions.record_end(db, first, at("2026-11-20T14:40"), by=here.jordan)

    second = infusion_at("2026-11-24T14:00")

    packet = packet_of(second, PacketCode.INTAKE)
    assert packet.opens_at == at("2026-11-21T14:40")
    assert packets.open_tasks(db, here.theo) == []


def test_an_infusion_booked_for_today_asks_for_everything_in_one_text(
    db, infusion_at, packet_of, texts_of
):
    infusion = infusion_at("2026-11-20T15:00")

    (packet,) = packets.packets_of(db, infusion)
    assert slugs(db, packet)[-1] == "readiness-morning"
    assert [purpose for purpose, _ in texts_of(infusion)] == [Purpose.INTAKE]


def test_the_checks_come_the_evening_before_and_in_the_morning(infusion_at, texts_of, at):
    infusion = infusion_at("2026-11-24T14:00")

    assert [each for each in texts_of(infusion) if each[0] is Purpose.READINESS] == [
        (Purpose.READINESS, at("2026-11-23T17:00")),
        (Purpose.READINESS, at("2026-11-24T11:00")),
    ]


def test_checks_that_were_sent_are_asked_anew_for_another_day(
    db, here, infusion_at, packet_of, later, at
):
    infusion = infusion_at("2026-11-24T14:00")
    first = packet_of(infusion, PacketCode.READINESS_EVE)
    later("2026-11-23T18:00")

    infusions.reschedule(db, infusion, at("2026-11-27T14:00"), by=here.jordan)

    second = packet_of(infusion, PacketCode.READINESS_EVE)
    assert first.cancelled_at == clock.now()
    assert second.opens_at == at("2026-11-26T17:00")


def test_moving_by_an_hour_asks_no_check_twice(db, here, infusion_at, packet_of, later, at):
    infusion = infusion_at("2026-11-24T14:00")
    first = packet_of(infusion, PacketCode.READINESS_EVE)
    later("2026-11-23T18:00")

    infusions.reschedule(db, infusion, at("2026-11-24T15:00"), by=here.jordan)

    assert packet_of(infusion, PacketCode.READINESS_EVE) is first
    assert packet_of(infusion, PacketCode.READINESS_MORNING).opens_at == at("2026-11-24T12:00")


def test_a_later_infusion_asks_for_the_forms_of_one_that_was_called_off(
    db, here, infusion_at, packet_of, texts_of
):
    first, second = infusion_at("2026-11-24T14:00"), infusion_at("2026-11-27T14:00")
    checks = packet_of(second, PacketCode.READINESS_EVE)

    infusions.cancel(db, first, by=here.jordan)
    infusions.cancel(db, first, by=here.jordan)

    assert "goals" in slugs(db, packet_of(second, PacketCode.INTAKE))
    assert packet_of(second, PacketCode.READINESS_EVE) is checks
    assert [purpose for purpose, _ in texts_of(second)].count(Purpose.INTAKE) == 1


def test_open_forms_belong_before_the_next_infusion_whichever_is_booked_first(
    infusion_at, packet_of, at
):
    later_one = infusion_at("2026-12-01T14:00")
    packet = packet_of(later_one, PacketCode.INTAKE)

    sooner = infusion_at("2026-11-24T14:00")

    assert packet_of(sooner, PacketCode.INTAKE) is packet
    assert packet.link.expires_at == packet.closes_at == at("2026-11-24T14:00")
    assert packet_of(later_one, PacketCode.INTAKE) is None


def test_forms_stay_before_the_next_infusion_when_theirs_is_put_off(
    db, here, infusion_at, packet_of, at
):
    first, second = infusion_at("2026-11-24T14:00"), infusion_at("2026-11-27T14:00")
    packet = packet_of(first, PacketCode.INTAKE)

    infusions.reschedule(db, first, at("2026-12-02T14:00"), by=here.jordan)

    assert packet_of(second, PacketCode.INTAKE) is packet
    assert packet.due_at == at("2026-11-26T14:00")
