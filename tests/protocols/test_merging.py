"""Two records of one person are joined: Theo was enrolled twice, with a number each."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.access import codes, kept_passkeys, web_sessions
from app.access.models import Passkey, SessionKind, Strength
from app.audit.models import AuditEvent
from app.intake.models import IntakePacket
from app.journal import entries, entry_keys, owners, preferences
from app.journal.entries import Posted
from app.journal.models import JournalEntry, JournalPrompt
from app.journal.preferences import Preference
from app.links import magic_links
from app.links.models import MagicLink
from app.messaging import outbox, threads
from app.messaging.models import Message, MessageStatus, Purpose, Thread
from app.people import enrolment, merging
from app.protocols import merging as joining
from app.safety import escalation
from app.safety.models import SafetyAlert, Signal
from app.scheduling.models import Appointment
from app.security.encryption import Unreadable
from app.tasks import desk
from app.tasks.models import StaffTask, TaskCode
from app.telehealth.models import ProviderName, Seat, SeatState, VideoVisit

NEW_NUMBER = "+13125550188"


@pytest.fixture
def twin(db, here):
    """Theo once more, as the other system sent him."""
    patient = enrolment.enrol(
        db,
        here.clinic,
        given_name="Theodore",
        family_name="Brandt",
        phone=NEW_NUMBER,
        birth_on=here.theo.birth_on,
        zone="America/Chicago",
        by=None,
    )
    patient.home_address = "12 Elm Street"
    db.flush()
    return patient


def _join(db, here, gone, *taken):
    joining.join(db, here.theo, gone, taken, by=here.jordan)
    db.flush()


def _count(db, model, *where):
    return db.scalar(select(func.count()).select_from(model).where(*where))


def _keep(db, patient, words):
    posted = Posted(uuid=uuid4(), revision=1, written_at=clock.now(), words=words)
    return entries.accept(db, patient, posted).entry


def test_everything_moves_and_an_empty_row_stays(db, here, twin, infusion_at):
    infusion = infusion_at("2026-11-24T14:00", patient=twin)
    alert = escalation.raise_alert(db, twin, Signal.CONTROL)
    task = desk.open_task(db, TaskCode.CALL_BACK, twin, by=None)
    db.flush()

    _join(db, here, twin)

    assert db.get_one(Appointment, infusion.id).patient_id == here.theo.id
    assert db.get_one(SafetyAlert, alert.id).patient_id == here.theo.id
    assert db.get_one(StaffTask, task.id).patient_id == here.theo.id
    assert merging.hanging(db, twin) == {}
    assert (twin.full_name, twin.phone, twin.phone_index) == ("", "", None)
    assert (twin.merged_into_id, twin.is_active, twin.takes_texts) == (here.theo.id, False, False)
    assert merging.ids_of(db, here.theo) == [here.theo.id, twin.id]


def test_what_the_other_was_sent_opens_nothing_and_is_planned_anew(db, here, twin, infusion_at):
    infusion = infusion_at("2026-11-24T14:00", patient=twin)
    db.flush()
    old = {link.id for link in db.scalars(select(MagicLink).where(magic_links.opens(twin.id)))}
    queued = Message.status == MessageStatus.QUEUED
    purposes = _purposes(db, Message.patient_id == twin.id, queued)
    _, token = web_sessions.start(
        db, SessionKind.PATIENT, clinic_id=twin.clinic_id, patient=twin, strength=Strength.CODE
    )
    _passkey(db, twin)

    _join(db, here, twin)

    assert old
    assert not any(magic_links.is_live(db.get_one(MagicLink, each)) for each in old)
    assert web_sessions.find(db, SessionKind.PATIENT, token) is None
    assert kept_passkeys.of(db, here.theo) == []
    assert _purposes(db, Message.patient_id == here.theo.id, queued) == purposes
    packets = db.scalars(select(IntakePacket).where(IntakePacket.appointment_id == infusion.id))
    assert all(magic_links.is_live(packet.link) for packet in packets)
    prompts = db.scalars(select(JournalPrompt).where(JournalPrompt.appointment_id == infusion.id))
    assert all(magic_links.is_live(prompt.link) for prompt in prompts)
    links = db.scalars(
        select(MagicLink).join(Message, Message.link_id == MagicLink.id).where(queued)
    )
    assert all(magic_links.is_live(link) for link in links)


def test_what_is_the_kept_records_own_goes_on_as_it_was(db, here, twin, infusion_at):
    infusion_at("2026-11-24T14:00")
    db.flush()
    live = set(db.scalars(select(MagicLink.id).where(magic_links.opens(here.theo.id))))
    _, token = web_sessions.start(
        db,
        SessionKind.PATIENT,
        clinic_id=here.clinic.id,
        patient=here.theo,
        strength=Strength.CODE,
    )
    texts = _queued(db, here.theo)

    _join(db, here, twin)

    assert set(db.scalars(select(MagicLink.id).where(magic_links.opens(here.theo.id)))) == live
    assert web_sessions.find(db, SessionKind.PATIENT, token) is not None
    assert _queued(db, here.theo) == texts


def test_only_what_was_chosen_is_taken_over(db, here, twin):
    assert [each.field for each in merging.choices(here.theo, twin)] == [
        "name",
        "phone",
        "zone",
        "home_address",
    ]

    _join(db, here, twin, "name", "home_address")

    theo = here.theo
    assert (theo.full_name, theo.home_address) == ("Theodore Brandt", "12 Elm Street")
    assert (theo.phone, theo.zone) == ("+13125550143", "America/New_York")
    assert theo.number_changed_at is None


def test_the_other_number_is_another_number_with_all_that_follows(db, here, twin, infusion_at):
    infusion_at("2026-11-24T14:00")
    db.flush()
    old = list(db.scalars(select(MagicLink.id).where(magic_links.opens(here.theo.id))))

    _join(db, here, twin, "phone")

    theo = here.theo
    assert (theo.phone, theo.former_phone) == (NEW_NUMBER, "+13125550143")
    assert enrolment.with_number(db, here.clinic.id, NEW_NUMBER).id == theo.id
    assert codes.held_until(theo) == clock.machine_now() + timedelta(hours=24)
    assert not any(magic_links.is_live(db.get_one(MagicLink, each)) for each in old)


@pytest.mark.parametrize("who", ["theo", "twin"])
def test_a_no_to_texts_of_either_stays_a_no(db, here, twin, infusion_at, who):
    infusion_at("2026-11-24T14:00")
    infusion_at("2026-11-26T14:00", patient=twin)
    unwilling = {"theo": here.theo, "twin": twin}[who]
    unwilling.opted_out_at = clock.now()
    outbox.withdraw_from(db, unwilling)
    db.flush()

    _join(db, here, twin)

    assert here.theo.opted_out_at == clock.now()
    assert _queued(db, here.theo) == []


def test_the_journal_can_still_be_read_and_still_be_deleted_for_good(db, here, twin):
    ours, theirs = _keep(db, here.theo, "A green door."), _keep(db, twin, "First the light.")

    _join(db, here, twin)

    rows = db.scalars(select(JournalEntry).where(JournalEntry.patient_id == here.theo.id)).all()
    assert {row.words for row in rows} == {"A green door.", "First the light."}
    entry_keys.destroy(db, theirs.key_id)
    db.expire_all()
    with pytest.raises(Unreadable):
        _ = db.get_one(JournalEntry, theirs.id).words
    assert db.get_one(JournalEntry, ours.id).words == "A green door."


def test_words_that_still_lie_on_the_other_phone_find_their_owner(db, here, twin):
    named, stranger = owners.owner_of(twin), owners.owner_of(here.maya)

    _join(db, here, twin)

    assert owners.is_of(db, here.theo, named)
    assert owners.is_of(db, here.theo, owners.owner_of(here.theo))
    assert not owners.is_of(db, here.theo, stranger)
    assert not owners.is_of(db, here.maya, named)


def test_two_threads_are_one_that_waits_since_the_older(db, here, twin):
    ours, theirs = threads.of(db, here.theo), threads.of(db, twin)
    ours.unread, theirs.unread = 1, 2
    theirs.opened_at = clock.now() - timedelta(hours=3)
    theirs.owner_id = here.jordan.id
    db.flush()

    _join(db, here, twin)

    thread = db.scalars(select(Thread).where(Thread.patient_id == here.theo.id)).one()
    assert (thread.unread, thread.opened_at) == (3, clock.now() - timedelta(hours=3))
    assert thread.owner_id == here.jordan.id


def test_a_no_to_quiet_minutes_of_either_stays_a_no(db, here, twin):
    preferences.keep(db, here.theo, Preference(staff_may_know=True))
    preferences.keep(db, twin, Preference(wants_prompts=False))

    _join(db, here, twin)

    assert preferences.of(db, here.theo) == Preference(wants_prompts=False, staff_may_know=False)


def test_the_trail_keeps_what_was_done_and_says_what_was_joined(db, here, twin):
    db.flush()
    before = _count(db, AuditEvent, AuditEvent.entity_id == twin.id)

    _join(db, here, twin)

    assert before
    assert _count(db, AuditEvent, AuditEvent.entity_id == twin.id) > before
    joined = db.scalars(select(AuditEvent).where(AuditEvent.action == "join-records")).one()
    assert (joined.entity_id, joined.agent_id) == (here.theo.id, here.jordan.id)
    assert joined.detail == str(twin.id)


def test_the_preview_says_what_happens(db, here, twin, infusion_at):
    infusion_at("2026-11-24T14:00", patient=twin)
    db.flush()
    foreseen = joining.preview(db, here.theo, twin)
    had = merging.hanging(db, here.theo)

    _join(db, here, twin)

    have = merging.hanging(db, here.theo)
    made_anew = {"magic_link", "message", "audit_event"}
    for name, count in foreseen.moves.items():
        assert have[name] - had.get(name, 0) == count or name in made_anew, name
    assert foreseen.links > 0
    assert foreseen.texts > 0


def test_two_things_at_one_time_are_pointed_out(db, here, twin, infusion_at):
    infusion_at("2026-11-24T14:00")
    theirs = infusion_at("2026-11-24T14:30", patient=twin)
    db.flush()

    assert theirs in joining.preview(db, here.theo, twin).clashes


def test_a_third_record_still_leads_to_the_one_that_stays(db, here, twin):
    _join(db, here, twin)

    joining.join(db, here.maya, here.theo, (), by=here.jordan)

    assert twin.merged_into_id == here.theo.merged_into_id == here.maya.id
    assert set(merging.ids_of(db, here.maya)) == {here.maya.id, here.theo.id, twin.id}


def test_a_candidate_who_was_a_patient_all_along_is_one(db, here, twin):
    here.theo.applied_at = clock.now()
    db.flush()
    desk.open_task(db, TaskCode.CANDIDATE, here.theo, by=None)

    _join(db, here, twin)

    assert not here.theo.is_candidate
    assert db.scalars(select(StaffTask.done_at)).one() is not None


@pytest.mark.parametrize("case", ["itself", "next door", "joined before", "kept one put away"])
def test_what_cannot_be_joined_is_refused_and_nothing_changes(db, here, twin, case):
    kept, gone = here.theo, twin
    if case == "itself":
        gone = here.theo
    elif case == "next door":
        gone = here.noor
    elif case == "joined before":
        gone.merged_into_id = here.maya.id
    else:
        kept.archived_at = clock.now()
    db.flush()

    with pytest.raises(joining.CannotJoin):
        joining.join(db, kept, gone, (), by=here.jordan)

    assert gone.full_name


def test_nobody_is_joined_in_the_middle_of_a_visit(db, here):
    visit = VideoVisit(
        clinic_id=here.clinic.id,
        appointment_id=here.integration_visit.id,
        provider=ProviderName.PEER,
        made_at=clock.now(),
    )
    session, _ = web_sessions.start(
        db,
        SessionKind.PATIENT,
        clinic_id=here.clinic.id,
        patient=here.maya,
        strength=Strength.CODE,
    )
    db.add(visit)
    db.flush()
    seat = Seat(
        clinic_id=here.clinic.id,
        visit_id=visit.id,
        web_session_id=session.id,
        state=SeatState.ADMITTED,
        opened_at=clock.now(),
        seen_at=clock.machine_now(),
    )
    db.add(seat)
    db.flush()

    with pytest.raises(joining.CannotJoin):
        joining.join(db, here.theo, here.maya, (), by=here.jordan)

    seat.gone_at = clock.machine_now()
    db.flush()
    joining.join(db, here.theo, here.maya, (), by=here.jordan)


def test_a_text_with_help_for_somebody_in_danger_is_not_called_back(db, here, twin):
    for purpose in (Purpose.SAFETY, Purpose.NOTICE):
        outbox.enqueue(db, purpose, "Northside: …", due_at=clock.now(), patient=twin)
    db.flush()

    _join(db, here, twin)

    assert _purposes(db, Message.status == MessageStatus.QUEUED) == [Purpose.SAFETY]


def _purposes(db, *where):
    rows = select(Message.purpose).where(*where).order_by(Message.purpose)
    return list(db.scalars(rows))


def _queued(db, patient):
    rows = select(Message.id).where(
        Message.patient_id == patient.id, Message.status == MessageStatus.QUEUED
    )
    return list(db.scalars(rows.order_by(Message.id)))


def _passkey(db, patient):
    db.add(
        Passkey(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            user_handle=b"handle",
            credential_id=b"credential",
            public_key=b"key",
            sign_count=0,
            aaguid="",
            device_type="single_device",
            backed_up=False,
            made_at=clock.now(),
        )
    )
    db.flush()
