from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.journal import deleting, entries, following, lines, reading
from app.journal.deleting import BelongsToRecord
from app.journal.lines import NotInEntry, TooManyLines
from app.journal.models import SharedLine
from app.scheduling import booking
from app.scheduling.models import Service

THREE = "A wide field.\nA bell, far off.\nMy father's hands."


def words(brought):
    return [line.words for line in brought]


def visit_on(db, here, day, patient=None, service=Service.CONSULTATION):
    starts_at = clock.now() + timedelta(days=day, hours=2)
    return booking.book(
        db,
        patient=patient or here.maya,
        service=service,
        practitioner=here.dr_okafor,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=50),
        by=here.jordan,
    ).appointment


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("", []),
        ("One line.", ["One line."]),
        ("  One \t line.\r\n\n\nAnother. ", ["One line.", "Another."]),
        ("Again.\nAgain.", ["Again."]),
        ("Short. And short.", ["Short. And short."]),
        (
            f"{'Long ' * 29}one. Was it? Yes…  It was",
            [f"{'Long ' * 29}one.", "Was it?", "Yes…", "It was"],
        ),
        ("x" * 700, ["x" * 300, "x" * 100]),
    ],
)
def test_words_fall_into_lines_that_can_be_picked(written, found):
    assert lines.of(written) == found


def test_every_line_that_can_be_picked_can_be_brought(db, here, keep):
    entry = keep(f"{'Long ' * 29}one.   Was it?\n\tYes.\n{'x' * 700}")

    for line in lines.of(entry.words):
        lines.bring(db, entry, [line], here.maya)

    assert words(lines.brought_by(db, here.maya)) == ["x" * 100]


def test_the_next_visit_s_clinician_sees_the_lines_and_nothing_else(db, here, keep):
    entry = keep(THREE)

    lines.bring(db, entry, ["A bell, far off.", "A wide field."], here.maya)

    assert lines.next_visit(db, here.maya).id == here.integration_visit.id
    brought = reading.brought(db, here.integration_visit)
    assert sorted(words(brought)) == ["A bell, far off.", "A wide field."]
    assert all(b"bell" not in line.words_sealed for line in brought)
    assert reading.shared_with_staff(db, here.maya) == []


def test_lines_stand_in_the_order_in_which_they_were_written(db, here, keep):
    lines.bring(db, keep(THREE), ["My father's hands.", "A wide field."], here.maya)

    assert words(lines.brought_by(db, here.maya)) == ["A wide field.", "My father's hands."]


def test_three_lines_are_brought_at_most_of_all_entries_together(db, here, keep):
    first, second = keep(THREE), keep("The sea.\nThe cold.")
    lines.bring(db, first, ["A wide field.", "A bell, far off."], here.maya)

    with pytest.raises(TooManyLines):
        lines.bring(db, second, ["The sea.", "The cold."], here.maya)

    assert len(lines.brought_by(db, here.maya)) == 2
    lines.bring(db, second, ["The sea."], here.maya)
    assert len(lines.brought_by(db, here.maya)) == 3


def test_picking_anew_takes_back_what_is_not_picked_any_more(db, here, keep):
    entry = keep(THREE)
    (first,) = lines.bring(db, entry, ["A wide field."], here.maya)

    lines.bring(db, entry, ["A bell, far off.", "A wide field."], here.maya)
    lines.bring(db, entry, ["A bell, far off."], here.maya)

    assert words(reading.brought(db, here.integration_visit)) == ["A bell, far off."]
    assert first.taken_back_at == clock.now()
    said = [each.action for each in db.scalars(select(AuditEvent)) if "line" in each.action]
    assert sorted(said) == ["bring-line", "bring-line", "take-back-line"]


def test_words_that_do_not_stand_there_are_not_brought(db, here, keep):
    with pytest.raises(NotInEntry):
        lines.bring(db, keep(THREE), ["Something else."], here.maya)


def test_lines_ticked_without_a_signal_come_with_the_entry_as_far_as_they_fit(
    db, here, keep, posted
):
    lines.bring(db, keep("The sea.\nThe cold."), ["The sea.", "The cold."], here.maya)
    sent = posted(THREE, lines=("A wide field.", "Not there.", "A bell, far off."))

    entries.accept(db, here.maya, sent)
    entries.accept(db, here.maya, sent)

    assert words(lines.brought_by(db, here.maya)) == ["The sea.", "The cold.", "A wide field."]


def test_ticks_that_come_after_the_words_replace_the_earlier_ones(db, here, posted):
    sent = posted(THREE, lines=("A wide field.",))
    entries.accept(db, here.maya, sent)

    entries.accept(db, here.maya, replace(sent, revision=2, lines=("A bell, far off.",)))

    assert words(lines.brought_by(db, here.maya)) == ["A bell, far off."]


def test_lines_go_along_when_their_visit_is_called_off_and_another_is_booked(db, here, keep):
    lines.bring(db, keep(THREE), ["A wide field."], here.maya)
    booking.cancel(db, here.integration_visit, by=here.jordan)
    assert words(lines.brought_by(db, here.maya)) == ["A wide field."]

    other = visit_on(db, here, 3)

    assert words(reading.brought(db, other)) == ["A wide field."]


def test_lines_of_somebody_without_a_visit_wait_for_one(db, here, posted):
    entry = entries.accept(db, here.theo, posted(THREE)).entry
    (line,) = lines.bring(db, entry, ["A wide field."], here.theo)
    assert line.appointment_id is None

    visit = visit_on(db, here, 1, here.theo)

    assert words(reading.brought(db, visit)) == ["A wide field."]


def test_what_was_brought_stays_with_the_visit_that_took_place(db, here, posted):
    entry = entries.accept(db, here.theo, posted(THREE)).entry
    lines.bring(db, entry, ["A wide field."], here.theo)
    visit, next_one = visit_on(db, here, 1, here.theo), visit_on(db, here, 8, here.theo)
    clock.stand_still(visit.ends_at)
    booking.complete(db, visit, clock.now(), by=here.dr_okafor)

    following.follow(db)

    assert words(reading.brought(db, visit)) == ["A wide field."]
    assert reading.brought(db, next_one) == []
    assert lines.brought_by(db, here.theo) == []  # there is room for three new ones


def test_lines_are_not_brought_to_a_visit_after_the_next_or_to_a_group(db, here, keep):
    later = visit_on(db, here, 5)
    group = visit_on(db, here, 0, service=Service.GROUP)
    lines.bring(db, keep(THREE), ["A wide field."], here.maya)

    assert reading.brought(db, later) == reading.brought(db, group) == []


def test_nobody_s_lines_are_brought_to_another_s_visit(db, here, keep):
    lines.bring(db, keep(THREE), ["A wide field."], here.maya)

    assert lines.brought_by(db, here.theo) == []
    assert reading.brought(db, visit_on(db, here, 1, here.theo)) == []


def test_a_line_that_staff_have_read_keeps_its_entry(db, here, keep):
    entry = keep(THREE)
    (line,) = lines.bring(db, entry, ["A wide field."], here.maya)
    reading.read_by(db, here.dr_okafor, line)
    lines.take_back(db, line)

    with pytest.raises(BelongsToRecord):
        deleting.delete(db, entry)

    assert entry.words == THREE
    assert reading.brought(db, here.integration_visit) == []


def test_deleting_an_entry_takes_its_lines_along(db, here, keep):
    entry = keep(THREE)
    lines.bring(db, entry, ["A wide field."], here.maya)

    deleting.delete(db, entry)

    assert reading.brought(db, here.integration_visit) == []
    assert {line.words_sealed for line in db.scalars(select(SharedLine))} == {None}
