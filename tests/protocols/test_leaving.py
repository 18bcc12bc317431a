"""Somebody leaves: out at once, and what they had in hand is everybody's."""

import pytest
from sqlalchemy import select

from app.access import invitations, passkey_grants, web_sessions
from app.access.models import Passkey, PasskeyGrant, SessionKind, Strength
from app.messaging import threads
from app.people.models import Patient, Practitioner
from app.people.staffing import NotYourself
from app.protocols import leaving
from app.safety import escalation
from app.safety.models import Signal
from app.scheduling.models import Appointment
from app.tasks import desk
from app.tasks.models import TaskCode


@pytest.fixture
def busy(db, cast):
    """Dr. Okafor, signed in and invited, with a conversation, an alert and tomorrow's visit."""
    okafor = db.get_one(Practitioner, cast.dr_okafor.id)
    maya = db.get_one(Patient, cast.maya.id)
    web_sessions.start(
        db,
        SessionKind.STAFF,
        clinic_id=okafor.clinic_id,
        practitioner=okafor,
        strength=Strength.PASSKEY,
    )
    invitations.invite(db, okafor, by=None)
    threads.own(db, threads.of(db, maya), okafor)
    alert = escalation.raise_alert(db, maya, Signal.CONTROL)
    escalation.acknowledge(db, alert, by=okafor)
    db.flush()
    return okafor


@pytest.fixture
def ada(db, cast):
    return db.get_one(Practitioner, cast.ada.id)


def test_nothing_opens_to_them_any_more(db, busy, ada):
    leaving.leave(db, busy, by=ada)

    assert web_sessions.of(db, busy) == []
    assert invitations.waiting(db, busy) is None
    assert db.scalars(select(PasskeyGrant)).all() == []


def test_what_they_had_in_hand_is_everybodys(db, busy, ada, cast):
    held = leaving.leave(db, busy, by=ada)

    assert (len(held.threads), len(held.alerts), len(held.visits)) == (1, 1, 1)
    assert threads.of(db, db.get_one(Patient, cast.maya.id)).owner_id is None
    assert [alert.patient_id for alert in escalation.open_alerts(db, ada.clinic)] == [cast.maya.id]
    assert held.alerts[0].next_round_at is not None
    assert [task.code for task in desk.open_tasks(db, ada.clinic_id)] == [TaskCode.FIND_A_TIME]
    visit = db.get_one(Appointment, cast.integration_visit.id)
    assert (visit.status.is_open, visit.practitioner_id) == (True, busy.id)


def test_leaving_twice_hands_back_nothing_twice(db, busy, ada):
    leaving.leave(db, busy, by=ada)

    again = leaving.leave(db, busy, by=ada)

    assert (len(again.threads), len(again.alerts)) == (0, 0)
    assert len(desk.open_tasks(db, ada.clinic_id)) == 1


def test_nobody_leaves_by_themselves(db, ada):
    with pytest.raises(NotYourself):
        leaving.leave(db, ada, by=ada)


def test_who_works_elsewhere_too_goes_on_there(db, cast, busy, ada):
    passkey = Passkey(
        clinic_id=busy.clinic_id,
        practitioner_id=busy.id,
        user_handle=b"u",
        credential_id=b"c",
        public_key=b"k",
        sign_count=0,
        aaguid="",
        device_type="",
        backed_up=False,
        made_at=busy.made_at,
    )
    db.add(passkey)
    lind = db.get_one(Practitioner, cast.dr_lind.id)
    passkey_grants.give(db, passkey, busy)
    passkey_grants.give(db, passkey, lind)

    leaving.leave(db, busy, by=ada)

    assert [row.id for row in passkey_grants.opened_by(db, passkey)] == [lind.id]
