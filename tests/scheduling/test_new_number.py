"""A patient has another number: the old phone opens nothing, the new one gets what is due."""

from datetime import timedelta

from app import clock
from app.access import codes, web_sessions
from app.access.models import SessionKind, Strength
from app.links import magic_links
from app.messaging import delivery
from app.people import records
from app.people.models import Patient
from app.scheduling import new_number, visit_texts
from app.scheduling.models import Appointment
from app.tasks import desk
from app.tasks.models import TaskCode
from tests.conftest import FRIDAY_NOON

NEW = "+13125550149"


def test_the_old_phone_is_locked_out_and_the_join_text_goes_to_the_new_one(database, cast, gateway):
    with database.session() as db:
        old = magic_links.token_of(
            visit_texts.plan(db, db.get(Appointment, cast.integration_visit.id))
        )
        _, session_token = web_sessions.start(
            db,
            SessionKind.PATIENT,
            clinic_id=cast.clinic.id,
            patient=cast.maya,
            strength=Strength.CODE,
        )

    with database.session() as db:
        maya = db.get(Patient, cast.maya.id)
        assert records.change_number(db, maya, NEW, "in-person", by=cast.jordan)
        new_number.follow(db, maya, by=cast.jordan)

    with database.session(write=False) as db:
        assert not magic_links.is_live(magic_links.find(db, old))
        assert web_sessions.find(db, SessionKind.PATIENT, session_token) is None
    clock.stand_still(cast.integration_visit.starts_at - timedelta(minutes=5))
    while delivery.send_one(database, gateway, "w", "https://afterglow.test"):
        pass
    assert [text.to for text in gateway.sent] == [NEW]
    assert old not in gateway.sent[0].body


def test_a_number_changed_today_gets_no_sign_in_code_until_tomorrow(database, cast):
    with database.session() as db:
        maya = db.get(Patient, cast.maya.id)
        records.change_number(db, maya, NEW, "in-person", by=cast.jordan)

    def known_to_whoever_asks(browser: str) -> bool:
        with database.session() as db:
            codes.send(
                db, NEW, browser=browser, network="203.0.113.9", choose=lambda _db, all_: all_[0]
            )
            waiting = codes.waiting_in(db, browser)
            return waiting is not None and waiting.patient_id is not None

    assert not known_to_whoever_asks("first browser")
    tomorrow = FRIDAY_NOON + timedelta(hours=24)
    clock.stand_still(tomorrow, machine=tomorrow)
    assert known_to_whoever_asks("second browser")


def test_a_change_that_keeps_the_number_locks_nobody_out(database, cast):
    with database.session() as db:
        maya = db.get(Patient, cast.maya.id)

        assert not records.change_number(db, maya, maya.phone, "in-person", by=cast.jordan)
        assert maya.number_changed_at is None


def test_a_new_number_takes_texts_again_and_the_task_about_the_old_one_is_done(database, cast):
    with database.session() as db:
        maya = db.get(Patient, cast.maya.id)
        maya.number_failed_at = clock.now()
        desk.open_task(db, TaskCode.BAD_NUMBER, maya, by=None)

    with database.session() as db:
        maya = db.get(Patient, cast.maya.id)
        records.change_number(db, maya, NEW, "in-person", by=cast.jordan)
        new_number.follow(db, maya, by=cast.jordan)

    with database.session(write=False) as db:
        assert db.get(Patient, cast.maya.id).takes_texts
        assert desk.open_tasks(db, cast.clinic.id) == []
