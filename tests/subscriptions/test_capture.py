"""A change and the note that it is to be told stand in one transaction, however it was made."""

from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import inspect, select, text, update

from app import clock
from app.db import migrate, telling
from app.db.base import new_id
from app.intake.models import IntakeTask
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from app.people.models import Patient
from app.questionnaires import library
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus
from app.scheduling.models import Appointment, Encounter
from app.subscriptions import keeping
from app.subscriptions.models import EventStatus, SubscriptionEvent
from app.web.fhir.routes import routes


def text_to(patient, **differs):
    values = {
        "patient_id": patient.id,
        "direction": Direction.OUTBOUND,
        "purpose": Purpose.NOTICE,
        "status": MessageStatus.QUEUED,
        "due_at": clock.now(),
        "made_at": clock.now(),
    }
    return Message(clinic_id=patient.clinic_id, **(values | differs))


def test_where_nobody_listens_nothing_is_written_down(database, cast, events):
    with database.session() as db:
        db.get_one(Appointment, cast.infusion.id).version += 1

    assert events() == []


def test_a_change_is_written_down_with_what_and_when(database, cast, subscribe, events):
    subscription, _ = subscribe("Appointment")
    with database.session() as db:
        db.get_one(Appointment, cast.integration_visit.id).confirmed_at = clock.now()

    (event,) = events()
    assert event.subscription_id == subscription.id
    assert event.clinic_id == cast.clinic.id
    assert (event.resource_type, event.resource_id) == ("Appointment", cast.integration_visit.id)
    assert (event.status, event.is_new) == (EventStatus.WAITING, False)
    assert event.made_at == clock.now()


def test_what_is_rolled_back_is_not_told(database, cast, subscribe, events):
    subscribe("Patient")

    def change_and_fail():
        with database.session() as db:
            db.get_one(Patient, cast.theo.id).given_name = "Teo"
            db.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()

    assert events() == []


def test_a_savepoint_takes_its_notes_along(database, cast, subscribe, events):
    subscribe("Patient")
    with database.session() as db:
        with db.begin_nested() as inside:
            db.get_one(Patient, cast.theo.id).language = "es"
            db.flush()
            inside.rollback()
        db.get_one(Patient, cast.maya.id).language = "es"

    assert [event.resource_id for event in events()] == [cast.maya.id]


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("by", ["statement", "hand"])
def test_a_change_past_the_models_is_told_too(database, cast, subscribe, events, by):
    subscribe("Appointment")
    with database.session() as db:
        if by == "statement":
            db.execute(
                update(Appointment).where(Appointment.id == cast.infusion.id).values(version=7)
            )
        else:
            db.execute(text("UPDATE appointment SET version = 7 WHERE version = 1"))

    assert cast.infusion.id in {event.resource_id for event in events()}


def test_every_listener_hears_it_and_no_neighbour_does(database, cast, subscribe, events):
    first, _ = subscribe("Appointment")
    second, _ = subscribe("Appointment")
    subscribe("Patient")
    subscribe("Appointment", clinic=cast.neighbour)
    with database.session() as db:
        db.get_one(Appointment, cast.infusion.id).version += 1

    assert {event.subscription_id for event in events()} == {first.id, second.id}


def test_a_text_in_a_workers_hand_is_no_news(database, cast, subscribe, events):
    subscribe("Communication")
    with database.session() as db:
        message = text_to(cast.maya)
        db.add(message)
    for status in (MessageStatus.SENDING, MessageStatus.ACCEPTED, MessageStatus.DELIVERED):
        with database.session() as db:
            db.get_one(Message, message.id).status = status
    with database.session() as db:
        db.get_one(Message, message.id).look_at = clock.now()
        db.add(text_to(cast.maya, patient_id=None, practitioner_id=cast.jordan.id))

    assert [event.is_new for event in events()] == [True, False, False]


def test_what_is_being_typed_stays_the_patients(database, cast, subscribe, events):
    subscribe("QuestionnaireResponse")
    with database.session() as db:
        response = QuestionnaireResponse(
            clinic_id=cast.clinic.id,
            patient_id=cast.maya.id,
            questionnaire_id=library.kept(db, library.unkept("phq-9")).id,
            status=ResponseStatus.IN_PROGRESS,
            language="en",
            made_at=clock.now(),
        )
        db.add(response)
        db.flush()
        response.revision += 1
    assert events() == []
    with database.session() as db:
        db.get_one(QuestionnaireResponse, response.id).status = ResponseStatus.COMPLETED

    assert [event.resource_id for event in events()] == [response.id]


def test_every_table_that_is_told_of_has_its_triggers(database):
    with database.engine.connect() as connection:
        assert telling.missing(connection) == []
        tables = inspect(connection).get_table_names()

    assert {told.table for told in telling.TOLD} <= set(tables)


def test_triggers_that_went_missing_come_back_with_the_next_migration(database):
    with database.engine.begin() as connection:
        telling.take_away(connection)
        assert "appointment" in telling.missing(connection)

    migrate.upgrade(database.engine.url.render_as_string(hide_password=False))

    with database.engine.connect() as connection:
        assert telling.missing(connection) == []


def test_news_after_a_copy_was_brought_back_come_after_what_waited(
    database, cast, subscribe, events
):
    subscription, _ = subscribe("Appointment")
    waiting = {"status": "waiting", "resource_type": "Appointment", "attempts": 0}
    with database.engine.begin() as connection:
        telling.take_away(connection)  # as it is while rows are brought in
        table = SubscriptionEvent.__table__
        connection.execute(
            table.insert(),
            waiting
            | {
                "id": new_id(),
                "clinic_id": cast.clinic.id,
                "subscription_id": subscription.id,
                "resource_id": cast.infusion.id,
                "is_new": True,
                "position": 5000,
                "made_at": clock.now(),
            },
        )
    migrate.upgrade(database.engine.url.render_as_string(hide_password=False))
    with database.session() as db:
        db.get_one(Appointment, cast.integration_visit.id).version += 1

    assert [event.resource_id for event in events()] == [
        cast.infusion.id,
        cast.integration_visit.id,
    ]


def test_what_can_be_told_of_can_be_read_at_the_door():
    read = {route.path.split("/")[1] for route in routes if route.path.endswith("/{id}")}

    assert set(keeping.RESOURCE_TYPES) <= read


def test_a_row_that_others_follow_knows_when_it_changed(database, cast, later):
    with database.session(write=False) as db:
        assert db.get_one(Appointment, cast.infusion.id).changed_at == clock.now()
    later(timedelta(hours=1))
    with database.session() as db:
        db.execute(update(Encounter).values(ended_at=clock.now()))

    with database.session(write=False) as db:
        assert db.scalars(select(Encounter.changed_at)).all() == [clock.now()]
        assert db.get_one(Appointment, cast.infusion.id).changed_at < clock.now()
        assert db.scalars(select(IntakeTask)).all() == []


def test_the_migration_goes_back_and_comes_again(database):
    url = database.engine.url.render_as_string(hide_password=False)
    with database.engine.begin() as connection:
        telling.take_away(connection)  # PostgreSQL drops no column that a trigger looks at
    database.engine.dispose()

    command.downgrade(migrate.config(url), "0019")
    with database.engine.connect() as connection:
        assert not inspect(connection).has_table("subscription_event")
        assert "appointment" in telling.missing(connection)
    database.engine.dispose()
    migrate.upgrade(url)

    with database.engine.connect() as connection:
        assert telling.missing(connection) == []
