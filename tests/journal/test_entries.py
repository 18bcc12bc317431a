from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.journal import deleting, entries, reading
from app.journal.entries import Closed, Conflict, NothingWritten, TooMuch
from app.journal.models import EntryKind, JournalEntry
from app.links import magic_links
from app.links.models import LinkKind
from app.safety import escalation
from app.safety.models import SafetyAlert, Signal


@pytest.fixture
def write_link(db, here):
    """The link of Maya's session."""
    return magic_links.mint(
        db,
        LinkKind.WRITE,
        clinic_id=here.clinic.id,
        patient_id=here.maya.id,
        appointment_id=here.infusion.id,
        expires_at=clock.now() + timedelta(days=14),
    )


def stored(db):
    db.flush()
    return db.scalar(select(func.count(JournalEntry.id)))


def alerts(db):
    db.flush()
    return db.scalars(select(SafetyAlert)).all()


def test_what_a_phone_sends_is_kept_sealed_and_belongs_to_the_session(db, here, posted):
    sent = posted("A wide field.", question="Which colours stayed?", kind=EntryKind.WORDS)

    accepted = entries.accept(db, here.maya, sent)

    entry = accepted.entry
    assert (accepted.is_new, accepted.danger) == (True, False)
    assert (entry.words, entry.question) == ("A wide field.", "Which colours stayed?")
    assert b"field" not in entry.words_sealed
    assert entry.appointment_id == here.infusion.id
    assert entry.shared_at is None
    assert [reading.opened(each) for each in reading.entries_of(db, here.maya, "all")] == [
        "A wide field."
    ]


def test_the_same_entry_sent_any_number_of_times_stands_once(db, here, posted):
    sent = posted()

    answers = [entries.accept(db, here.maya, sent) for _ in range(5)]

    assert [answer.is_new for answer in answers] == [True, False, False, False, False]
    assert stored(db) == 1


def test_a_change_that_the_phone_builds_on_what_it_was_told_replaces(db, here, posted):
    sent = posted("It was loud at first.")
    entries.accept(db, here.maya, sent)

    changed = replace(sent, revision=2, base=1, words="Quiet.")
    entry = entries.accept(db, here.maya, changed).entry

    assert (entry.words, entry.revision, stored(db)) == ("Quiet.", 2, 1)


def test_a_change_sent_before_the_first_answer_came_loses_nothing_and_doubles_nothing(
    db, here, posted
):
    sent = posted("A wide field.")
    entries.accept(db, here.maya, sent)  # its answer never arrived

    more = replace(sent, revision=4, base=0, words="A wide field.\nAnd a bell.")
    entry = entries.accept(db, here.maya, more).entry

    assert (entry.words, entry.revision) == ("A wide field.\nAnd a bell.", 4)


def test_words_that_would_be_overwritten_unseen_are_a_conflict(db, here, posted):
    sent = posted("From one tab.")
    entries.accept(db, here.maya, sent)

    with pytest.raises(Conflict) as conflict:
        entries.accept(db, here.maya, replace(sent, revision=3, base=0, words="From another."))
    assert conflict.value.revision == 1

    apart = replace(
        sent, uuid=uuid4(), apart_from=sent.uuid, revision=1, base=0, words="From another."
    )
    entries.accept(db, here.maya, apart)
    kept = {entry.words for entry in reading.entries_of(db, here.maya, "all")}
    assert kept == {"From one tab.", "From another."}


def test_the_same_revision_with_other_words_is_a_conflict(db, here, posted):
    sent = posted("From one tab.")
    entries.accept(db, here.maya, sent)

    with pytest.raises(Conflict):
        entries.accept(db, here.maya, replace(sent, words="From another."))


def test_a_late_copy_of_what_was_changed_since_changes_nothing(db, here, posted):
    sent = posted("A wide field.")
    entries.accept(db, here.maya, sent)
    entries.accept(db, here.maya, replace(sent, revision=2, base=1, words="A wide field. A bell."))

    answer = entries.accept(db, here.maya, sent)

    assert not answer.is_new
    assert (answer.entry.words, answer.entry.revision) == ("A wide field. A bell.", 2)


def test_what_was_deleted_does_not_come_back(db, here, posted):
    sent = posted()
    deleting.delete(db, entries.accept(db, here.maya, sent).entry)

    answer = entries.accept(db, here.maya, sent)

    assert not answer.is_new
    assert reading.entries_of(db, here.maya, "all") == []
    with pytest.raises(Conflict):  # what was written since is kept apart
        entries.accept(db, here.maya, replace(sent, revision=2, base=1, words="More."))


def test_two_people_may_use_the_same_name_for_an_entry(db, here, posted):
    sent = posted("Mine.")
    entries.accept(db, here.maya, sent)

    other = entries.accept(db, here.theo, replace(sent, words="Not mine."))

    assert other.is_new
    assert [each.words for each in reading.entries_of(db, here.maya, "all")] == ["Mine."]


def test_a_phone_whose_clock_runs_ahead_writes_nothing_in_the_future(db, here, posted):
    entry = entries.accept(db, here.maya, posted(written_at=clock.now() + timedelta(days=3))).entry

    assert entry.written_at == clock.now()


def test_what_was_written_before_any_session_belongs_to_none(db, here, posted):
    assert entries.accept(db, here.theo, posted()).entry.appointment_id is None


def test_64_kib_are_taken_and_a_byte_more_is_not(db, here, posted):
    entries.accept(db, here.maya, posted("é" * 32 * 1024))

    with pytest.raises(TooMuch):
        entries.accept(db, here.maya, posted("é" * 32 * 1024 + "e"))


@pytest.mark.parametrize("words", ["", "  \n\t "])
def test_nothing_is_not_kept_but_a_spoken_note_needs_no_words(db, here, posted, words):
    with pytest.raises(NothingWritten):
        entries.accept(db, here.maya, posted(words))

    assert entries.accept(db, here.maya, posted(words, kind=EntryKind.VOICE)).is_new


def test_a_link_takes_fifty_entries_and_whoever_signs_in_more(db, here, posted, write_link):
    for number in range(entries.MOST_BY_LINK):
        entries.accept(db, here.maya, posted(f"Number {number}."), link=write_link)
    last = posted("Number 51.")

    with pytest.raises(Closed):
        entries.accept(db, here.maya, last, link=write_link)
    assert entries.accept(db, here.maya, last).is_new


def test_a_link_that_is_over_takes_nothing_new_and_still_answers_what_it_took(
    db, here, posted, write_link
):
    sent = posted("In time.")
    entries.accept(db, here.maya, sent, link=write_link)
    clock.stand_still(write_link.expires_at)

    assert not entries.accept(db, here.maya, sent, link=write_link).is_new
    with pytest.raises(Closed):
        entries.accept(db, here.maya, posted("Too late."), link=write_link)


def test_words_of_danger_raise_an_alert_that_holds_none_of_them(db, here, posted):
    sent = posted("I want to kill myself.")

    accepted = entries.accept(db, here.maya, sent)

    assert accepted.danger
    (alert,) = alerts(db)
    assert (alert.signal, alert.patient_id) == (Signal.ENTRY, here.maya.id)
    assert alert.causes is None
    assert alert.response_id is None


def test_words_of_danger_sent_again_show_the_resources_again_and_alert_once(db, here, posted):
    sent = posted("Quiero morirme.")
    entries.accept(db, here.maya, sent)
    escalation.acknowledge(db, alerts(db)[0], by=here.dr_okafor)

    assert entries.accept(db, here.maya, sent).danger
    assert len(alerts(db)) == 1


def test_lines_ticked_later_alert_nobody_anew(db, here, posted):
    sent = posted("I want to kill myself.\nHelp me.")
    entries.accept(db, here.maya, sent)
    escalation.acknowledge(db, alerts(db)[0], by=here.dr_okafor)

    ticked = replace(sent, revision=2, base=1, lines=("Help me.",), shared=True)
    accepted = entries.accept(db, here.maya, ticked)

    assert accepted.danger
    assert accepted.entry.shared_at is not None
    assert len(alerts(db)) == 1
    worse = replace(sent, revision=3, base=2, words="I want to kill myself tonight.")
    assert entries.accept(db, here.maya, worse).danger
    assert len(alerts(db)) == 2


def test_words_of_danger_are_heard_even_where_they_cannot_be_kept(db, here, posted, write_link):
    clock.stand_still(write_link.expires_at)
    sent = posted("I want to end my life.")

    for _ in range(3):
        with pytest.raises(Closed) as closed:
            entries.accept(db, here.maya, sent, link=write_link)
        assert closed.value.danger
    with pytest.raises(TooMuch) as too_much:
        entries.accept(db, here.maya, posted("I want to end my life. " + "x" * 70_000))

    assert too_much.value.danger
    assert len(alerts(db)) == 1
    assert stored(db) == 0
