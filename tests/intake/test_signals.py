"""A safety answer does what has to be done at the very save."""

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.intake import signals
from app.messaging.models import Message, Purpose
from app.people.models import Practitioner
from app.questionnaires.engine.values import Slot
from app.questionnaires.models import QuestionnaireResponse
from app.safety import escalation
from app.safety.models import SafetyAlert

NEVER, SOME_DAYS, MANY_DAYS, EVERY_DAY = "LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"


@pytest.fixture
def phq_9(sheet_of):
    return sheet_of("phq-9")


@pytest.fixture
def goals(sheet_of):
    return sheet_of("goals")


@pytest.fixture
def item_9(phq_9):
    [found] = [item.link_id for item in phq_9[1].in_order if "44260-8" in item.codes]
    return found


@pytest.fixture
def save(database, state_of):
    """`save(sheet, answers)`: a page is saved with these on the sheet; whether help is shown."""

    def save(sheet, answers, saved=()):
        response_id, form = sheet
        with database.session() as db:
            response = db.get_one(QuestionnaireResponse, response_id)
            return bool(signals.notice(db, response, state_of(form, answers), saved=saved))

    return save


@pytest.fixture
def alerts(database):
    def alerts():
        with database.session(write=False) as db:
            found = db.scalars(select(SafetyAlert).order_by(SafetyAlert.id)).all()
            return [(alert.signal.value, alert.urgent) for alert in found]

    return alerts


@pytest.fixture
def acknowledge(database, cast):
    def acknowledge():
        with database.session() as db:
            for alert in db.scalars(select(SafetyAlert)):
                escalation.acknowledge(db, alert, by=cast.jordan)

    return acknowledge


def test_a_calm_answer_tells_nobody(phq_9, item_9, save, alerts):
    assert save(phq_9, {item_9: NEVER}) is False
    assert alerts() == []


@pytest.mark.parametrize(
    ("answer", "urgent"), [(SOME_DAYS, False), (MANY_DAYS, True), (EVERY_DAY, True)]
)
def test_item_9_shows_help_at_once_and_alerts_by_how_bad_it_is(
    phq_9, item_9, save, alerts, answer, urgent
):
    assert save(phq_9, {item_9: answer}) is True
    assert alerts() == [("answer", urgent)]


def test_the_person_on_call_is_texted_without_a_word_of_it(phq_9, item_9, save, database):
    save(phq_9, {item_9: EVERY_DAY})

    with database.session(write=False) as db:
        [text] = db.scalars(select(Message).where(Message.purpose == Purpose.SAFETY))
    for word in ("Maya", "PHQ", "http", "dead", "9"):
        assert word not in text.body


def test_the_alert_leads_to_the_answers_and_keeps_its_cause_sealed(phq_9, item_9, save, database):
    save(phq_9, {item_9: EVERY_DAY})

    with database.session(write=False) as db:
        [alert] = db.scalars(select(SafetyAlert))
        assert alert.response_id == phq_9[0]
        assert alert.causes == {item_9: ["3"]}
        details = db.scalars(
            select(AuditEvent.detail).where(AuditEvent.entity_id == alert.id)
        ).all()
    assert details == ["answer"]


def test_the_same_answer_again_alerts_nobody_anew(phq_9, item_9, save, alerts, acknowledge):
    save(phq_9, {item_9: MANY_DAYS})
    acknowledge()

    assert save(phq_9, {item_9: MANY_DAYS}) is False
    assert save(phq_9, {item_9: SOME_DAYS}) is False
    assert len(alerts()) == 1


def test_the_same_answer_on_the_page_that_is_saved_shows_help_again(phq_9, item_9, save, alerts):
    save(phq_9, {item_9: MANY_DAYS})

    assert save(phq_9, {item_9: MANY_DAYS}, saved=[Slot(item_9)]) is True
    assert len(alerts()) == 1


def test_a_worse_answer_alerts_anew(phq_9, item_9, save, alerts, acknowledge):
    save(phq_9, {item_9: SOME_DAYS})
    acknowledge()

    assert save(phq_9, {item_9: EVERY_DAY}) is True
    assert alerts() == [("answer", False), ("answer", True)]


def test_a_worse_answer_makes_an_open_alert_urgent(phq_9, item_9, save, alerts, database):
    save(phq_9, {item_9: SOME_DAYS})
    save(phq_9, {item_9: EVERY_DAY})

    assert alerts() == [("answer", True)]
    with database.session(write=False) as db:
        assert len(db.scalars(select(Message)).all()) == 2


def test_an_answer_taken_back_withdraws_nothing(phq_9, item_9, save, database, cast):
    save(phq_9, {item_9: EVERY_DAY})

    assert save(phq_9, {item_9: NEVER}) is False
    assert save(phq_9, {}) is False
    with database.session(write=False) as db:
        assert len(escalation.open_alerts(db, cast.clinic)) == 1


def test_the_same_answer_on_another_sheet_is_another_alert(item_9, sheet_of, save, alerts):
    save(sheet_of("phq-9"), {item_9: SOME_DAYS})
    save(sheet_of("phq-9"), {item_9: SOME_DAYS})

    assert len(alerts()) == 2


@pytest.mark.parametrize("words", ["I want to die", "quiero morirme", "no I'm not suicidal"])
def test_words_of_danger_in_an_answer_do_the_same(goals, save, alerts, words):
    field = _free_text(goals[1])

    assert save(goals, {field: words}) is True
    assert save(goals, {field: words}) is False
    assert alerts() == [("words", True)]


def test_other_words_of_danger_alert_anew_once_the_first_are_seen_to(
    goals, save, alerts, acknowledge
):
    field = _free_text(goals[1])
    save(goals, {field: "I want to die"})
    acknowledge()

    assert save(goals, {field: "I want to die. I have the pills here."}) is True
    assert len(alerts()) == 2


def test_an_alert_keeps_no_words(goals, save, database):
    save(goals, {_free_text(goals[1]): "I want to die"})

    with database.session(write=False) as db:
        [alert] = db.scalars(select(SafetyAlert))
    assert "die" not in str(alert.causes)


def test_a_plan_is_urgent_and_a_second_question_alerts_again(sheet_of, save, alerts, acknowledge):
    history = sheet_of("medical-history")
    save(history, {"suicidal-thoughts": "yes"})
    acknowledge()

    assert save(history, {"suicidal-thoughts": "yes", "suicide-plan": "yes"}) is True
    assert len(alerts()) == 2
    assert alerts()[1][1] is True


def test_help_is_shown_when_nobody_can_be_reached(phq_9, item_9, save, alerts, database):
    with database.session() as db:
        for practitioner in db.scalars(select(Practitioner)):
            practitioner.phone = ""

    assert save(phq_9, {item_9: EVERY_DAY}) is True
    assert len(alerts()) == 1


def test_unacknowledged_it_goes_on_to_the_next(phq_9, item_9, save, database):
    save(phq_9, {item_9: SOME_DAYS})
    clock.stand_still(clock.now() + escalation.EVERY)
    with database.session() as db:
        escalation.escalate(db)

    with database.session(write=False) as db:
        assert len(db.scalars(select(Message)).all()) == 2


def _free_text(form):
    return next(item.link_id for item in form.in_order if item.type.value == "text")
