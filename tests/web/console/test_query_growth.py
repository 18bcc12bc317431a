"""Lists ask the database as often for many rows as for few."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from app import clock
from app.access import api_keys
from app.intake import consents, following, packets, reviewing
from app.messaging import alarms, threads, writing
from app.people import enrolment, staffing
from app.people.models import Clinic, Patient, Role
from app.people.staffing import Member
from app.questionnaires import importing, library
from app.safety import escalation
from app.safety.models import Signal
from app.scheduling import booking
from app.scheduling.models import Service
from app.tasks import desk as tasks
from app.tasks.models import TaskCode
from tests import sheets

PAGES = [
    "/clinic",
    "/clinic/now",
    "/clinic/alerts",
    "/clinic/inbox",
    "/clinic/inbox/list",
    "/clinic/on-call",
    "/clinic/on-call/now",
    "/clinic/replies",
    "/clinic/review",
    "/clinic/schedule",
    "/clinic/patients",
    "/clinic/book",
    "/clinic/forms",
    "/clinic/forms/progress",
    "/clinic/hours",
    "/clinic/team",
]


_ITEMS = [{"linkId": "1", "type": "string", "text": "?"}]


@contextmanager
def _counted(database):
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def _crowd(database, cast, start, count):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        for n in range(start, start + count):
            patient = enrolment.enrol(
                db,
                clinic,
                given_name=f"Patient {n}",
                family_name="",
                phone=f"+1312555{1000 + n}",
                by=None,
            )
            db.flush()
            ended_at = clock.now() - timedelta(hours=2)
            booking.book(
                db,
                patient=patient,
                service=Service.INFUSION,
                starts_at=ended_at - timedelta(hours=1),
                ends_at=ended_at,
                by=None,
            )
            asked = [library.shipped(db, "phq-9")]
            packet = packets.ask(db, patient, asked, with_camera_check=True, by=None)
            following.started(db, packets.tasks_of(db, packet)[0])
            escalation.raise_alert(db, patient, Signal.CONTROL)
            seen_to = escalation.raise_alert(db, patient, Signal.WORDS)
            escalation.acknowledge(db, seen_to, by=cast.jordan)
            _flag(db, patient, f"Pressure {n}")
            tasks.open_task(db, TaskCode.CALL_BACK, patient, by=None, urgent=n % 2 == 0)
            api_keys.create(db, clinic, f"Key {n}", by=None)
            owner = staffing.add(
                db, clinic, Member(f"N{n}", f"Dr. {n}", Role.CLINICIAN, "", "", None), by=None
            )
            thread = threads.of(db, patient)
            threads.open_again(db, thread)
            threads.own(db, thread, owner)
            threads.of_stranger(db, clinic, f"+1312556{1000 + n}")
            alarms.raise_(db, f"alarm {n}")
            form = {"resourceType": "Questionnaire", "title": f"Form {n}", "item": _ITEMS}
            importing.import_questionnaire(db, clinic, json.dumps(form).encode(), by=owner)


def _flag(db, patient, label):
    response, form = sheets.begin(db, patient, "medical-history")
    db.flush()
    high = sheets.state_of(form, {"high-pressure": "Yes", "pressure-top": 171})
    reviewing.raise_flags(db, response, high)
    for flag in reviewing.of_response(db, response):
        flag.label = label


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("path", PAGES)
def test_queries_do_not_grow_with_rows(signed_in, cast, database, path):
    office = signed_in(cast.ada)
    _crowd(database, cast, 0, 2)
    office.get(path)
    with _counted(database) as few:
        assert office.get(path).status_code == 200

    _crowd(database, cast, 2, 6)
    with _counted(database) as many:
        assert office.get(path).status_code == 200

    assert len(many) == len(few)


def test_a_patients_page_asks_as_often_for_much_that_was_asked_as_for_little(desk, cast, database):
    path = f"/clinic/patients/{cast.maya.id}"

    def ask(times):
        with database.session() as db:
            maya, form = db.get_one(Patient, cast.maya.id), library.shipped(db, "phq-9")
            for _ in range(times):
                packets.ask(db, maya, [form], with_camera_check=True, by=None)

    ask(2)
    desk.get(path)
    with _counted(database) as few:
        assert desk.get(path).status_code == 200

    ask(6)
    with _counted(database) as many:
        assert desk.get(path).status_code == 200

    assert len(many) == len(few)


def test_a_patients_page_asks_as_often_for_many_flags_and_consents_as_for_few(desk, cast, database):
    path = f"/clinic/patients/{cast.maya.id}"

    def sign_and_flag(start, count):
        with database.session() as db:
            clinic, maya = db.get_one(Clinic, cast.clinic.id), db.get_one(Patient, cast.maya.id)
            for n in range(start, start + count):
                member = Member(f"N{n}", f"Dr. {n}", Role.CLINICIAN, "", "", None)
                by = staffing.add(db, clinic, member, by=None)
                _flag(db, maya, f"Pressure {n}")
                db.flush()
                for flag in reviewing.of_patient(db, maya)[:1]:
                    reviewing.clear(db, flag, "Phoned.", by=by)
                response, form = sheets.begin(db, maya, "consents")
                db.flush()
                signed = sheets.state_of(form, sheets.agreements(form))
                consents.record(db, response, signed, language="en")

    sign_and_flag(0, 2)
    desk.get(path)
    with _counted(database) as few:
        assert desk.get(path).status_code == 200

    sign_and_flag(2, 5)
    with _counted(database) as many:
        assert desk.get(path).status_code == 200

    assert len(many) == len(few)


def test_a_thread_asks_as_often_for_many_texts_as_for_few(desk, cast, database):
    def talk(start, count):
        with database.session() as db:
            clinic, maya = db.get_one(Clinic, cast.clinic.id), db.get_one(Patient, cast.maya.id)
            threads.open_again(db, threads.of(db, maya))
            for n in range(start, start + count):
                member = Member(f"N{n}", f"Dr. {n}", Role.CLINICIAN, "", "", None)
                by = staffing.add(db, clinic, member, by=None)
                db.flush()
                writing.send(db, maya, f"Text {n}.", by=by, form=f"form {n}")
                tasks.open_task(db, list(TaskCode)[n], maya, by=None)

    address = f"/clinic/inbox/{cast.maya.id}"
    talk(0, 2)
    desk.get(address)
    with _counted(database) as few:
        assert desk.get(address).status_code == 200

    talk(2, 5)
    with _counted(database) as many:
        assert desk.get(address).status_code == 200

    assert len(many) == len(few)
