"""What is over goes by itself, by the clinic's own times, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength, WebSession
from app.audit import chain
from app.audit.models import AuditEvent
from app.journal.models import JournalFile
from app.keeping import purging, rules
from app.keeping.models import Kept
from app.keeping.rules import OutOfRange
from app.messaging import outbox, threads
from app.messaging.models import Message, MessageStatus, Purpose, Thread
from app.people.models import Clinic, Patient
from app.questionnaires.models import QuestionnaireResponse
from app.scheduling.models import Appointment, AppointmentStatus
from tests import journals, sheets
from tests.conftest import FRIDAY_NOON


def _keep(database, cast, **days):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        rules.change(db, clinic, {Kept(kind): each for kind, each in days.items()}, by=cast.ada)


def _later(days):
    later = FRIDAY_NOON + timedelta(days=days)
    clock.stand_still(later, machine=later)


def _purge(database):
    with database.session() as db:
        gone, _ = purging.purge(db)
        return gone


def _text(database, patient):
    with database.session() as db:
        message = outbox.enqueue(
            db,
            Purpose.WRITTEN,
            "Northside: a canary",
            due_at=clock.now(),
            patient=db.get_one(Patient, patient.id),
        )
        message.status, message.sent_at = MessageStatus.DELIVERED, clock.now()
        db.flush()
        return message.id


def test_the_words_of_texts_go_when_their_time_is_up_and_that_there_was_one_stays(database, cast):
    ours, theirs = _text(database, cast.maya), _text(database, cast.noor)
    _keep(database, cast, texts=90)

    _later(89)
    assert _purge(database) == 0
    _later(91)
    assert _purge(database) == 1

    with database.session(write=False) as db:
        message = db.get_one(Message, ours)
        assert (message.body, message.number) == ("", "")
        assert message.status is MessageStatus.DELIVERED
        assert message.sent_at == FRIDAY_NOON
        assert db.get_one(Message, theirs).body == "Northside: a canary"  # the neighbour keeps them


def test_texts_with_numbers_that_nobody_has_go_after_a_year(database, cast):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        thread = threads.of_stranger(db, clinic, "+13125550199")
        thread.last_at, thread.opened_at = clock.now(), None
        waiting = threads.of_stranger(db, clinic, "+13125550198")
        waiting.last_at, waiting.opened_at = clock.now(), clock.now()
        db.flush()
        kept = waiting.id
    _later(366)

    _purge(database)

    with database.session(write=False) as db:
        assert db.scalars(select(Thread.id).where(Thread.patient_id.is_(None))).all() == [kept]


def test_sheets_that_were_never_sent_in_go_and_those_sent_in_stay(database, cast):
    done = sheets.hand_in(database, cast.maya, "gad-7", {})
    with database.session() as db:
        draft, _ = sheets.begin(db, db.get_one(Patient, cast.maya.id), "gad-7")
        draft.answers = [{"linkId": "a"}]
        db.flush()
        begun = draft.id
    _later(366)

    _purge(database)

    with database.session(write=False) as db:
        assert db.get_one(QuestionnaireResponse, begun).answers is None
        assert db.get_one(QuestionnaireResponse, done).answers is not None


def test_recordings_go_only_where_a_clinic_says_so(database, cast):
    journals.speak(database, journals.keep(database, cast.maya, "a note"), b"\x1aE\xdf\xa3webm")
    _later(4000)
    _purge(database)
    with database.session(write=False) as db:
        assert db.scalars(select(JournalFile.id)).first() is not None

    _keep(database, cast, recordings=30)
    _purge(database)

    with database.session(write=False) as db:
        assert db.scalars(select(JournalFile.id)).first() is None


def test_browsers_that_are_signed_in_no_more_are_forgotten(database, cast):
    with database.session() as db:
        for ended_at in (None, clock.machine_now()):
            row, _ = web_sessions.start(
                db,
                SessionKind.PATIENT,
                clinic_id=cast.clinic.id,
                patient=db.get_one(Patient, cast.maya.id),
                practitioner=None,
                strength=Strength.CODE,
            )
            row.ended_at = ended_at
    _later(366)

    _purge(database)

    with database.session(write=False) as db:
        assert [row.ended_at for row in db.scalars(select(WebSession))] == [None]


def test_who_was_put_away_longer_than_records_are_kept_is_erased(database, cast):
    _keep(database, cast, patients=rules.SIX_YEARS)
    with database.session() as db:
        db.get_one(Patient, cast.theo.id).archived_at = clock.now()
        # Something of Maya's is still booked: a person has to see to it first.
        maya = db.get_one(Patient, cast.maya.id)
        maya.archived_at = clock.now()
        visit = db.get_one(Appointment, cast.integration_visit.id)
        visit.starts_at += timedelta(days=4000)
        visit.ends_at += timedelta(days=4000)
        assert visit.status is AppointmentStatus.BOOKED
    _later(rules.SIX_YEARS + 1)

    _purge(database)

    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.theo.id).erased_at is not None
        assert db.get_one(Patient, cast.maya.id).erased_at is None
        assert db.get_one(Patient, cast.noor.id).erased_at is None


def test_declined_candidates_go_and_those_who_wait_stay(database, cast):
    _keep(database, cast, candidates=30)
    with database.session() as db:
        theo, maya = db.get_one(Patient, cast.theo.id), db.get_one(Patient, cast.maya.id)
        theo.applied_at = theo.declined_at = clock.now()
        maya.applied_at = clock.now()
    _later(31)

    _purge(database)

    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.theo.id).erased_at is not None
        assert db.get_one(Patient, cast.maya.id).erased_at is None


def test_by_batches_and_each_says_so_in_the_trail(database, cast, monkeypatch):
    monkeypatch.setattr(purging, "AT_ONCE", 2)
    for _ in range(5):
        _text(database, cast.maya)
    _keep(database, cast, texts=90)
    _later(91)

    assert [_purge(database) for _ in range(4)] == [2, 2, 1, 0]

    with database.session(write=False) as db:
        told = db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "purge")).all()
        assert sorted(told) == ["texts:1", "texts:2", "texts:2"]


def test_looking_first_tells_what_would_go_and_lets_nothing_go(database, cast):
    _text(database, cast.maya)
    _keep(database, cast, texts=90)
    _later(91)

    with database.session(write=False) as db:
        found = {due.kind: due.count for due in purging.preview(db, cast.clinic)}

    assert found[Kept.TEXTS] == 1
    assert found.keys() == {Kept.TEXTS, Kept.STRANGERS, Kept.DRAFTS, Kept.SESSIONS}
    assert _purge(database) == 1


@pytest.mark.parametrize(("kind", "days"), [("patients", 2191), ("texts", 89), ("drafts", 0)])
def test_no_clinic_can_keep_less_than_the_least(database, cast, kind, days):
    with pytest.raises(OutOfRange) as refused:
        _keep(database, cast, **{kind: days})

    assert refused.value.field == kind


def test_the_trail_outlives_everything_and_the_database_refuses_to_shorten_it(database, cast):
    _keep(database, cast, texts=90, drafts=30, strangers=30, sessions=30, candidates=30)
    with database.session(write=False) as db:
        before = chain.verify(db, cast.clinic.id).length
    _later(20 * 365)

    _purge(database)

    with database.session(write=False) as db:
        verdict = chain.verify(db, cast.clinic.id)
        assert verdict.broken_at is None
        assert verdict.length >= before > 0
    with pytest.raises(DBAPIError, match="the trail only grows"), database.session() as db:
        db.execute(text("DELETE FROM audit_event"))


def test_a_few_clinics_have_their_turn_then_the_next_and_then_the_first_again(
    database, cast, monkeypatch
):
    monkeypatch.setattr(purging, "CLINICS_AT_ONCE", 1)
    _text(database, cast.maya), _text(database, cast.noor)
    for clinic in (cast.clinic, cast.neighbour):
        with database.session() as db:
            rules.change(db, db.get_one(Clinic, clinic.id), {Kept.TEXTS: 90}, by=None)
    _later(91)

    turns, behind = [], None
    for _ in range(4):
        with database.session() as db:
            gone, behind = purging.purge(db, behind)
        turns.append((gone, behind is None))

    assert turns == [(1, False), (1, False), (0, True), (0, False)]
