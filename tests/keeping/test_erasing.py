"""What a patient may have let go of, what has to stay, and that what is gone is gone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.audit import chain
from app.audit.models import AuditEvent
from app.backups import copying, restoring
from app.db.base import Model
from app.db.engine import Database
from app.journal import reading, sharing
from app.journal.models import EntryKey, JournalEntry
from app.keeping import erasing, reach, rules
from app.keeping.erasing import Ground, NotErased
from app.keeping.models import Kept
from app.messaging.models import Message
from app.people import enrolment, finding, phones
from app.people.models import Clinic, Patient
from app.protocols import archiving
from app.protocols.archiving import StillNeeded
from app.questionnaires.models import QuestionnaireResponse
from app.scheduling.models import Appointment, AppointmentStatus, Encounter
from tests import databases, journals, rows, sheets
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def over(database, cast):
    """Everything of Maya's took place; nothing lies ahead."""
    with database.session() as db:
        db.get_one(Appointment, cast.integration_visit.id).status = AppointmentStatus.CANCELLED
    return cast


def _erase(database, patient, ground=Ground.LAW, by=None):
    with database.session() as db:
        erasing.erase(db, db.get_one(Patient, patient.id), ground, by=by)


def _fill_everything(database, patient):
    """A row of every table that can tell anything of a patient, with something in each column."""
    with database.session() as db:
        given = {"clinic": patient.clinic_id, "patient": patient.id}
        given["appointment"] = db.scalars(
            select(Appointment.id).where(Appointment.patient_id == patient.id)
        ).first()
        for table in reach.tables():
            if table.name == "patient":
                continue
            told = {column.name: b"told" for column in reach.telling(table)}
            whose = {"patient_id": patient.id} if "patient_id" in table.c else {}
            given[table.name] = rows.fill(db, table, given, **(told | whose))
        return {each.name for each in reach.tables()}


@pytest.mark.parametrize("table", Model.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_with_something_sealed_is_reached_or_said_to_be_about_no_patient(table):
    if reach.telling(table):
        assert (table in reach.tables()) != (table.name in reach.OTHERS)


def test_nothing_that_is_told_of_a_patient_is_left_in_any_table(database, over):
    filled = _fill_everything(database, over.maya)
    with database.session(write=False) as db:
        assert {table for table, _ in reach.left(db, over.maya.id)} == filled

    with database.session() as db:
        reach.blank(db, over.maya.id)

    with database.session(write=False) as db:
        assert list(reach.left(db, over.maya.id)) == []
        assert db.get_one(Patient, over.theo.id).full_name == over.theo.full_name


def test_an_erased_patient_is_found_by_nothing_and_the_trail_keeps_the_act(database, over):
    maya = over.maya
    journals.keep(database, maya, "the canary sings", shared=True)
    sheets.hand_in(database, maya, "gad-7", {})
    _erase(database, maya, by=over.ada)

    with database.session() as db:
        patient = db.get_one(Patient, maya.id)
        assert list(reach.left(db, maya.id)) == []
        assert patient.full_name == ""
        assert patient.birth_on is None
        assert not patient.takes_texts
        assert enrolment.with_number(db, maya.clinic_id, maya.phone) is None
        assert finding.find(db, maya.clinic_id, "Maya", put_away=True).ids == []
        assert chain.verify(db, maya.clinic_id).broken_at is None
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "erase")).one()
        assert (event.patient_id, event.agent_id, event.detail) == (maya.id, over.ada.id, "law")


def test_times_and_states_stay_so_that_counts_stay_true(database, over):
    with database.session(write=False) as db:
        before = db.scalar(select(func.count()).select_from(Appointment))
        texts = db.scalar(select(func.count()).select_from(Message))

    _erase(database, over.maya)

    with database.session(write=False) as db:
        infusion = db.get_one(Appointment, over.infusion.id)
        assert infusion.starts_at == over.infusion.starts_at
        assert db.scalar(select(func.count()).select_from(Appointment)) == before
        assert db.scalar(select(func.count()).select_from(Message)) == texts


def test_no_copy_of_any_day_brings_a_journal_back(database, over, settings, tmp_path, worker_id):
    journals.keep(database, over.maya, "the canary sings", shared=True)
    monday = copying.copy(database.engine, tmp_path, tmp_path)
    _erase(database, over.maya)
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(days=1))
    tuesday = copying.copy(database.engine, tmp_path, tmp_path)

    with databases.fresh_database(worker_id) as url:
        restoring.restore(url, monday.data, tuesday.keys)
        restored = Database(url, settings)
        with restored.session(write=False) as db:
            assert db.scalar(select(func.count()).select_from(JournalEntry)) == 1
            assert db.scalars(select(EntryKey.id)).all() == []
            assert reading.entries_of(db, db.get_one(Patient, over.maya.id), "all") == []
        restored.close()


def test_a_record_of_somebody_who_was_treated_is_kept_until_its_time_is_up(database, over):
    with database.session() as db:
        appointment = db.get_one(Appointment, over.infusion.id)
        appointment.status = AppointmentStatus.FULFILLED
        archiving.put_away(db, db.get_one(Patient, over.maya.id), by=over.ada)
        clinic = db.get_one(Clinic, over.clinic.id)
        rules.change(db, clinic, {Kept.PATIENTS: rules.SIX_YEARS}, by=over.ada)
    for ground in (Ground.NEVER_TREATED, Ground.TIME_IS_UP):
        with pytest.raises(NotErased):
            _erase(database, over.maya, ground)

    clock.stand_still(FRIDAY_NOON + timedelta(days=rules.SIX_YEARS, seconds=1))
    _erase(database, over.maya, Ground.TIME_IS_UP)

    with database.session(write=False) as db:
        assert db.get_one(Patient, over.maya.id).erased_at is not None


def test_whoever_was_never_treated_may_be_erased_at_once(database, over):
    with database.session() as db:
        for each in db.scalars(select(Encounter)):
            db.delete(each)
        db.get_one(Appointment, over.infusion.id).status = AppointmentStatus.CANCELLED

    _erase(database, over.maya, Ground.NEVER_TREATED)

    with database.session(write=False) as db:
        assert db.get_one(Patient, over.maya.id).erased_at is not None


def test_nobody_is_erased_while_something_is_booked(database, cast):
    with pytest.raises(StillNeeded):
        _erase(database, cast.maya)

    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).full_name == cast.maya.full_name


def test_erasing_twice_is_erasing_once_and_nobody_is_brought_back(database, over):
    _erase(database, over.maya)
    _erase(database, over.maya)
    with database.session() as db:
        patient = db.get_one(Patient, over.maya.id)
        archiving.bring_back(db, patient, by=over.ada)
        assert patient.archived_at is not None
        acts = db.scalars(select(AuditEvent).where(AuditEvent.action == "erase")).all()
        assert len(acts) == 1


def test_the_same_person_may_come_again_as_somebody_new(database, over):
    _erase(database, over.maya)

    with database.session() as db:
        clinic = db.get_one(Clinic, over.clinic.id)
        again = enrolment.enrol(
            db, clinic, given_name="Maya", family_name="Osei", phone=over.maya.phone, by=None
        )
        assert again.id != over.maya.id
        assert phones.normal(again.phone, "US") == over.maya.phone


def test_what_is_no_part_of_the_record_may_go_at_any_time(database, cast, signed_in):
    maya = cast.maya
    private = journals.keep(database, maya, "for nobody")
    read = journals.keep(database, maya, "for my team", shared=True)
    with database.session() as db:
        draft, _ = sheets.begin(db, db.get_one(Patient, maya.id), "gad-7")
        draft.answers = [{"linkId": "a"}]
        shared = db.scalars(select(JournalEntry).where(JournalEntry.uuid == read)).one()
        reading.read_by(db, cast.dr_okafor, shared)
        sharing.share(db, shared)
    done = sheets.hand_in(database, maya, "gad-7", {})
    phone = signed_in(maya)
    assert phone.get("/").status_code == 200

    with database.session() as db:
        erasing.erase_own(db, db.get_one(Patient, maya.id), by=cast.ada)

    with database.session(write=False) as db:
        left = db.scalars(select(JournalEntry.uuid).where(JournalEntry.deleted_at.is_(None))).all()
        assert left == [read]
        assert private not in left
        assert db.get_one(QuestionnaireResponse, draft.id).answers is None
        assert db.get_one(QuestionnaireResponse, done).answers is not None
        assert db.get_one(Patient, maya.id).full_name == maya.full_name
    assert "Maya" not in phone.get("/").text
