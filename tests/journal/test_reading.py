from datetime import timedelta

import pytest

from app import clock
from app.journal import owners, preferences, prompts, reading, sharing
from app.journal.preferences import Preference
from app.scheduling.models import Appointment, AppointmentStatus, Service


@pytest.fixture
def earlier(db, here, keep):
    """An entry that belongs to a session of last month."""
    starts_at = clock.now() - timedelta(days=30)
    session = Appointment(
        clinic_id=here.clinic.id,
        patient_id=here.maya.id,
        service=Service.INFUSION,
        status=AppointmentStatus.FULFILLED,
        wall_start="2026-10-21T12:00",
        zone=here.clinic.zone,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        made_at=starts_at,
    )
    db.add(session)
    db.flush()
    return keep("Last month.", written_at=starts_at + timedelta(hours=5))


def words(entries):
    return [reading.opened(entry) for entry in entries]


def test_a_passkey_reads_everything_and_a_code_the_current_session_alone(db, here, keep, earlier):
    now = keep("Yesterday.")

    assert words(reading.entries_of(db, here.maya, "all")) == ["Yesterday.", "Last month."]
    assert words(reading.entries_of(db, here.maya, "visit")) == ["Yesterday."]
    assert reading.find(db, here.maya, now.uuid, "visit") is now
    assert reading.find(db, here.maya, earlier.uuid, "visit") is None
    assert reading.find(db, here.maya, earlier.uuid, "all") is earlier


def test_nobody_reads_another_s_entries(db, here, keep):
    entry = keep()

    assert reading.entries_of(db, here.theo, "all") == []
    assert reading.find(db, here.theo, entry.uuid, "all") is None


def test_staff_read_a_whole_entry_while_it_is_shared(db, here, keep):
    shared, _private = keep("For you."), keep("For me.")
    sharing.share(db, shared)
    sharing.share(db, shared)
    assert words(reading.shared_with_staff(db, here.maya)) == ["For you."]

    sharing.take_back(db, shared)

    assert reading.shared_with_staff(db, here.maya) == []


def test_an_entry_may_be_shared_as_it_is_kept(db, here, keep):
    keep("For you.", shared=True)

    assert words(reading.shared_with_staff(db, here.maya)) == ["For you."]


def test_a_late_copy_does_not_share_anew_what_was_taken_back(db, here, posted):
    from app.journal import entries

    sent = posted("For you.", shared=True)
    sharing.take_back(db, entries.accept(db, here.maya, sent).entry)

    entries.accept(db, here.maya, sent)

    assert reading.shared_with_staff(db, here.maya) == []


def test_staff_know_that_there_are_entries_only_if_they_may(db, here, keep):
    keep()
    assert not reading.may_know_of(db, here.maya)

    preferences.keep(db, here.maya, Preference(staff_may_know=True))

    assert reading.may_know_of(db, here.maya)
    assert not reading.may_know_of(db, here.theo)


def test_a_device_files_by_a_name_that_says_nothing(here):
    name = owners.owner_of(here.maya)

    assert name == owners.owner_of(here.maya)
    assert name != owners.owner_of(here.theo)
    assert here.maya.id.hex not in name


def test_before_any_session_nothing_is_asked(db, here):
    assert prompts.current(db, here.theo) is None
    assert prompts.waiting(db, here.theo) is None
