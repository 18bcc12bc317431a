import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.people.models import Patient
from app.safety import closing, escalation
from app.safety.models import Outcome, SafetyAlert, Signal


@pytest.fixture
def alert(database, cast):
    with database.session() as db:
        return escalation.raise_alert(db, db.get_one(Patient, cast.maya.id), Signal.CONTROL)


@pytest.fixture
def taken_on(alert, database, cast):
    with database.session() as db:
        mine = db.get_one(SafetyAlert, alert.id)
        escalation.acknowledge(db, mine, by=cast.jordan, note="Phoning now.")
    return alert


def _close(database, alert, by, note="Spoke with her, she is with her sister."):
    with database.session() as db:
        closing.close(db, db.get_one(SafetyAlert, alert.id), Outcome.REACHED, note, by=by)


def test_what_came_of_it_is_written_down_and_the_alert_is_over(taken_on, database, cast):
    with database.session(write=False) as db:
        assert [each.id for each in closing.unclosed(db, cast.clinic)] == [taken_on.id]

    _close(database, taken_on, cast.dr_okafor)

    with database.session(write=False) as db:
        kept = db.get_one(SafetyAlert, taken_on.id)
        assert (kept.outcome, kept.closed_by_id) == ("reached", cast.dr_okafor.id)
        assert kept.note == "Phoning now.\nSpoke with her, she is with her sister."
        assert closing.unclosed(db, cast.clinic) == []
        asked = select(AuditEvent).where(AuditEvent.entity_id == taken_on.id)
        actions = db.scalars(asked.order_by(AuditEvent.seq)).all()
    assert [(each.action, each.detail) for each in actions] == [
        ("raise-alert", "control"),
        ("acknowledge-alert", ""),
        ("close-alert", "reached"),
    ]


def test_nobody_closes_what_nobody_has_taken_on(alert, database, cast):
    with pytest.raises(closing.NotTakenOn):
        _close(database, alert, cast.jordan)


@pytest.mark.parametrize("note", ["", "  \n "])
def test_an_end_without_a_word_is_refused(taken_on, database, cast, note):
    with pytest.raises(closing.NoNote):
        _close(database, taken_on, cast.jordan, note)

    with database.session(write=False) as db:
        assert db.get_one(SafetyAlert, taken_on.id).closed_at is None


def test_closing_twice_keeps_the_first(taken_on, database, cast):
    _close(database, taken_on, cast.jordan)
    _close(database, taken_on, cast.ada, "Something else.")

    with database.session(write=False) as db:
        kept = db.get_one(SafetyAlert, taken_on.id)
        assert kept.closed_by_id == cast.jordan.id
        assert "Something else" not in kept.note


def test_another_signal_after_it_is_taken_on_is_another_alert(taken_on, database, cast):
    with database.session() as db:
        again = escalation.raise_alert(db, db.get_one(Patient, cast.maya.id), Signal.CONTROL)
        assert again.id != taken_on.id


def test_the_neighbour_sees_nothing_of_it(taken_on, database, cast):
    with database.session(write=False) as db:
        assert closing.unclosed(db, cast.neighbour) == []
