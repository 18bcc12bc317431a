"""What of a patient's words reaches the desk: the lines they bring, what they share, no more."""

import pytest
from sqlalchemy import select
from starlette.requests import Request

from app.audit.models import AuditEvent
from app.journal import deleting, lines, preferences, sharing
from app.journal.models import JournalEntry, SharedLine
from app.journal.preferences import Preference
from app.people.models import Patient
from app.scheduling.models import Appointment
from app.web.console.patients import brought
from tests import journals

LONG = "First the light.\nThen my aunt's kitchen.\nThen nothing at all.\nA bell, far away."
CHOSEN = ["First the light.", "A bell, far away."]


@pytest.fixture
def bring(database, cast):
    """Maya kept four lines and brings those that are named; returns the entry's name."""

    def bring(chosen=CHOSEN, **more):
        return journals.keep(database, cast.maya, LONG, lines=chosen, **more)

    return bring


@pytest.fixture
def pages(cast):
    return [f"/clinic/patients/{cast.maya.id}", f"/clinic/visits/{cast.integration_visit.id}"]


def test_the_clinician_sees_the_chosen_lines_and_nothing_else(desk, bring, pages):
    bring()

    for path in pages:
        page = desk.get(path).text
        assert all(line in page for line in CHOSEN)
        assert "kitchen" not in page
        assert "nothing at all" not in page
    assert "Maya brings 2 lines" in desk.get(pages[1]).text


def test_a_line_taken_back_is_gone_from_every_page(desk, bring, pages, database, cast):
    uuid = bring()
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        entry = db.scalars(select(JournalEntry).where(JournalEntry.uuid == uuid)).one()
        lines.bring(db, entry, CHOSEN[:1], maya)

    for path in pages:
        page = desk.get(path).text
        assert CHOSEN[0] in page
        assert CHOSEN[1] not in page


def test_that_staff_have_read_a_line_is_written_down_once(desk, bring, pages, database, cast):
    bring()
    for path in pages * 2:
        desk.get(path)

    with database.session(write=False) as db:
        assert all(line.read_at for line in db.scalars(select(SharedLine)))
        read = db.scalars(select(AuditEvent).where(AuditEvent.action == "read-shared")).all()
        assert [event.agent_id for event in read] == [cast.dr_okafor.id] * 2


def test_a_coordinator_sees_that_lines_are_brought_and_not_which(
    signed_in, bring, pages, database, cast
):
    bring()
    jordan = signed_in(cast.jordan)

    for path in pages:
        page = jordan.get(path).text
        assert "Clinicians see them." in page
        assert not any(line in page for line in CHOSEN)
    with database.session(write=False) as db:
        assert not any(line.read_at for line in db.scalars(select(SharedLine)))


def test_the_room_fetches_lines_that_are_chosen_while_it_is_open(desk, bring, cast):
    path = f"/clinic/visits/{cast.integration_visit.id}/lines"
    assert "No lines were chosen." in desk.get(path).text

    bring()

    assert CHOSEN[0] in desk.get(path).text


def test_a_session_has_no_room_and_no_lines(desk, cast):
    assert desk.get(f"/clinic/visits/{cast.infusion.id}/lines").status_code == 404


def test_a_shared_entry_is_read_with_what_was_said(desk, bring, database, cast):
    uuid = bring((), shared=True)
    note = journals.speak(database, uuid, b"\x1aE\xdf\xa3webm")
    heard = f"/clinic/patients/{cast.maya.id}/journal/files/{note}"

    page = desk.get(f"/clinic/patients/{cast.maya.id}").text
    assert "kitchen" in page
    assert heard in page
    assert desk.get(heard, headers={"range": "bytes=0-3"}).content == b"\x1aE\xdf\xa3"

    with database.session() as db:
        entry = db.scalars(select(JournalEntry)).one()
        assert entry.read_at is not None
        sharing.take_back(db, entry)
    assert desk.get(heard).status_code == 404


@pytest.mark.parametrize("asked", ["bytes=1-", "bytes=00-", "all of it"])
def test_whoever_hears_the_middle_alone_stands_in_the_trail(desk, bring, database, cast, asked):
    note = journals.speak(database, bring((), shared=True), b"\x1aE\xdf\xa3webm")

    for _ in range(2):
        heard = f"/clinic/patients/{cast.maya.id}/journal/files/{note}"
        assert desk.get(heard, headers={"range": asked}).content.endswith(b"webm")

    with database.session(write=False) as db:
        played = db.scalars(select(AuditEvent).where(AuditEvent.action == "play-recording")).all()
        assert [event.agent_id for event in played] == [cast.dr_okafor.id]


def test_a_coordinator_reads_no_shared_entry(signed_in, bring, database, cast):
    bring((), shared=True)

    page = signed_in(cast.jordan).get(f"/clinic/patients/{cast.maya.id}")

    assert page.status_code == 200
    assert "kitchen" not in page.text
    with database.session(write=False) as db:
        assert db.scalars(select(JournalEntry)).one().read_at is None


def test_a_private_note_is_unknown_at_the_desk(desk, bring, database, cast):
    note = journals.speak(database, bring(), b"\x1aE\xdf\xa3webm")

    assert desk.get(f"/clinic/patients/{cast.maya.id}/journal/files/{note}").status_code == 404


def test_that_somebody_writes_is_seen_only_when_they_agreed(desk, bring, database, cast):
    bring(())
    path = f"/clinic/patients/{cast.maya.id}"
    assert "In their own words" not in desk.get(path).text

    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        preferences.keep(db, maya, Preference(staff_may_know=True))

    page = desk.get(path).text
    assert "Writes after sessions. The last time: today, 12:00 pm." in page
    assert "First the light" not in page


def test_lines_go_to_the_next_visit_when_one_never_was(desk, bring, database, cast):
    bring()
    with database.session() as db:
        db.get_one(Appointment, cast.integration_visit.id).status = "cancelled"

    assert CHOSEN[0] in desk.get(f"/clinic/patients/{cast.maya.id}").text


def test_what_is_deleted_at_that_very_moment_is_not_shown(bring, database, app, cast):
    bring((), shared=True)
    state = {"practitioner": cast.dr_okafor}
    request = Request({"type": "http", "method": "GET", "app": app, "state": state})
    with database.session(write=False) as db:
        entries = db.scalars(select(JournalEntry)).all()
        with database.session() as other:
            deleting.delete(other, other.scalars(select(JournalEntry)).one())

        assert brought.read(request, db, entries) == []


def test_a_form_that_is_refused_shows_the_same_page(desk, bring, database, cast):
    bring(shared=True)

    page = desk.post(f"/clinic/patients/{cast.maya.id}/forms", data={})

    assert page.status_code == 422
    assert CHOSEN[0] in page.text
    with database.session(write=False) as db:
        assert all(line.read_at for line in db.scalars(select(SharedLine)))
