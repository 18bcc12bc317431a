"""When the scales are asked: in the week before the first infusion, and weekly at most."""

import pytest

from app import clock
from app.intake import following, packets, told_meanwhile
from app.intake.models import PacketCode, TaskState
from app.protocols import infusions
from app.questionnaires import library
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus

INTAKE, EVE = PacketCode.INTAKE, PacketCode.READINESS_EVE


@pytest.fixture
def asked(db, packet_of):
    """`asked(infusion, code)`: the forms of that packet, in their order."""

    def asked(infusion, code):
        packet = packet_of(infusion, code)
        tasks = packets.tasks_of(db, packet) if packet else []
        return [library.slug_of(task.questionnaire) for task in tasks if task.questionnaire]

    return asked


@pytest.fixture
def answer(db):
    """`answer(packet, "phq-9")`: the patient hands that form in, now."""

    def answer(packet, *slugs):
        for task in packets.tasks_of(db, packet):
            if task.questionnaire and library.slug_of(task.questionnaire) in slugs:
                db.add(
                    QuestionnaireResponse(
                        clinic_id=task.clinic_id,
                        patient_id=task.patient_id,
                        questionnaire_id=task.questionnaire_id,
                        status=ResponseStatus.COMPLETED,
                        language="en",
                        answers=[],
                        made_at=clock.now(),
                        completed_at=clock.now(),
                    )
                )
                following.completed(db, task)

    return answer


def test_the_forms_of_a_first_infusion_within_a_week_hold_the_scales(infusion_at, asked):
    infusion = infusion_at("2026-11-27T11:00")

    assert {"phq-9", "gad-7"} <= set(asked(infusion, INTAKE))


def test_farther_ahead_the_scales_come_after_the_check_of_the_evening_before(infusion_at, asked):
    infusion = infusion_at("2026-12-04T14:00")

    assert not {"phq-9", "gad-7"} & set(asked(infusion, INTAKE))
    assert "medical-history" in asked(infusion, INTAKE)
    assert asked(infusion, EVE) == ["readiness-eve", "phq-9", "gad-7"]


def test_the_scales_of_a_later_infusion_have_no_text_of_their_own(
    db, here, infusion_at, packet_of, asked, answer, later, at
):
    first = infusion_at("2026-11-23T11:00")
    answer(packet_of(first, INTAKE), *asked(first, INTAKE))
    later("2026-11-23T13:00")
    infusions.record_end(db, first, at("2026-11-23T12:30"), by=here.jordan)
    later("2026-12-01T12:00")

    second = infusion_at("2026-12-03T11:00")

    assert not {"phq-9", "gad-7"} & set(asked(second, INTAKE))
    assert asked(second, EVE) == ["readiness-eve", "phq-9", "gad-7"]
    later("2026-12-02T17:00")
    told_meanwhile.leave_out(db)
    assert asked(second, EVE) == ["readiness-eve", "phq-9"]


def test_what_was_answered_in_the_week_before_is_left_out_when_the_check_opens(
    db, infusion_at, packet_of, asked, answer, later, at
):
    infusion = infusion_at("2026-11-25T11:00")
    assert told_meanwhile.next_due(db) == at("2026-11-24T17:00")
    answer(packet_of(infusion, INTAKE), "phq-9", "gad-7")
    assert asked(infusion, EVE) == ["readiness-eve", "phq-9", "gad-7"]

    later("2026-11-24T17:00")
    told_meanwhile.leave_out(db)
    told_meanwhile.leave_out(db)

    assert asked(infusion, EVE) == ["readiness-eve"]
    assert told_meanwhile.next_due(db) is None


def test_sessions_a_week_apart_are_each_preceded_by_the_weekly_scale(
    db, here, infusion_at, packet_of, asked, answer, later, at
):
    first = infusion_at("2026-12-02T14:00")
    second = infusion_at("2026-12-09T14:00")
    later("2026-12-01T19:30")  # two hours and a half after the check opened
    answer(packet_of(first, EVE), "readiness-eve", "phq-9", "gad-7")
    later("2026-12-02T16:00")
    infusions.record_end(db, first, at("2026-12-02T15:30"), by=here.jordan)

    later("2026-12-08T17:00")
    told_meanwhile.leave_out(db)

    assert asked(second, EVE) == ["readiness-eve", "phq-9"]


def test_what_the_forms_still_ask_for_is_not_asked_twice(db, infusion_at, asked, later):
    infusion = infusion_at("2026-11-25T11:00")
    later("2026-11-24T17:00")

    told_meanwhile.leave_out(db)

    assert "phq-9" in asked(infusion, INTAKE)
    assert asked(infusion, EVE) == ["readiness-eve"]


def test_opening_the_link_is_enough_to_leave_out_what_is_told(
    db, infusion_at, packet_of, asked, answer, later
):
    infusion = infusion_at("2026-11-25T11:00")
    answer(packet_of(infusion, INTAKE), "phq-9")
    later("2026-11-24T17:00")

    following.opened(db, packet_of(infusion, EVE))

    assert "phq-9" not in asked(infusion, EVE)


def test_a_scale_that_is_begun_stays(db, infusion_at, packet_of, asked, later):
    infusion = infusion_at("2026-11-25T11:00")
    later("2026-11-24T17:00")
    scale = packets.tasks_of(db, packet_of(infusion, EVE))[1]

    following.started(db, scale)

    assert scale.state is TaskState.IN_PROGRESS
    assert "phq-9" in asked(infusion, EVE)


def test_a_check_is_done_when_what_was_left_of_it_is_told_elsewhere(
    db, infusion_at, packet_of, answer, later, here
):
    infusion = infusion_at("2026-12-04T14:00")
    eve = packet_of(infusion, EVE)
    later("2026-12-03T17:30")
    answer(eve, "readiness-eve", "gad-7")
    assert eve.done_at is None

    form = library.shipped(db, "phq-9")
    answer(packets.ask(db, here.theo, [form], by=here.jordan), "phq-9")

    assert eve.done_at == clock.now()


def test_moved_by_weeks_they_are_asked_again(
    db, here, infusion_at, packet_of, asked, answer, later, at
):
    infusion = infusion_at("2026-11-25T11:00")
    answer(packet_of(infusion, INTAKE), "phq-9", "gad-7")
    infusions.reschedule(db, infusion, at("2026-12-09T11:00"), by=here.jordan)
    later("2026-12-08T17:00")

    told_meanwhile.leave_out(db)

    assert asked(infusion, EVE) == ["readiness-eve", "phq-9", "gad-7"]


def test_too_late_for_the_check_of_the_evening_the_scales_come_with_the_forms(
    db, infusion_at, packet_of, asked
):
    infusion = infusion_at("2026-11-20T15:00")

    assert packet_of(infusion, EVE) is None
    assert {"phq-9", "gad-7"} <= set(asked(infusion, INTAKE))
