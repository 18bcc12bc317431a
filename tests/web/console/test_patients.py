"""Patients: found by name, added, seen, changed."""

import pytest
from sqlalchemy import func, select

from app import clock
from app.access.models import WebSession
from app.audit.models import AuditEvent
from app.messaging import outbox
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient


def _facts(**differently):
    return {
        "given_name": "Robin",
        "family_name": "Vale",
        "phone": "(312) 555-0199",
        "birth_on": "1988-02-03",
        "language": "es",
        "zone": "America/Denver",
        "home_address": "12 Elm Street",
        "emergency_name": "Alex Vale",
        "emergency_phone": "312 555 0198",
        "texts_agreed": "1",
        **differently,
    }


def _count(database):
    with database.session(write=False) as db:
        return db.scalar(select(func.count()).select_from(Patient))


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Maya Osei", "Theo Brandt"]),
        ("may", ["Maya Osei"]),
        ("OSEI maya", ["Maya Osei"]),
        ("0143", ["Theo Brandt"]),
        ("nobody", []),
        ("Noor", []),
    ],
)
def test_patients_are_found_by_name_and_number(desk, cast, asked, found):
    text = desk.post("/clinic/patients/search", data={"q": asked}).text

    assert [name for name in ("Maya Osei", "Noor Haddad", "Theo Brandt") if name in text] == found


def test_a_new_patient_is_kept_with_everything_that_was_said(desk, cast, database):
    answer = desk.post("/clinic/patients", data=_facts())

    assert answer.status_code == 303
    text = desk.get(answer.headers["location"]).text
    for words in (
        "Robin Vale",
        "(312) 555-0199",
        "Feb 3, 1988",
        "Español",
        "America/Denver",
        "12 Elm Street",
        "Alex Vale",
        "(312) 555-0198",
        "Agreed",
    ):
        assert words in text


def test_a_form_sent_twice_adds_one(desk, cast, database):
    desk.post("/clinic/patients", data=_facts())
    count = _count(database)

    again = desk.post("/clinic/patients", data=_facts())

    assert again.status_code == 422
    assert again.text.count("Another patient has this number already.") == 2
    assert _count(database) == count


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("given_name", " ", "Enter a first name."),
        ("given_name", "a" * 101, "That is too long."),
        ("phone", "", "Enter a phone number with its area code"),
        ("phone", "12", "Enter a phone number with its area code"),
        ("emergency_phone", "12", "Enter a phone number with its area code"),
        ("birth_on", "2026-11-21", "Enter a day in the past"),
        ("birth_on", "1899-12-31", "Enter a day in the past"),
        ("birth_on", "long ago", "Enter a day, like 1990-01-31."),
        ("zone", "Mars/Olympus", "Choose a time zone from the list."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    desk, cast, database, field, value, words
):
    before = _count(database)

    answer = desk.post("/clinic/patients", data=_facts(**{field: value}))

    assert answer.status_code == 422
    assert f'<a href="#{field}">{words}' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert "12 Elm Street" in answer.text
    assert _count(database) == before


def test_looking_at_a_patient_is_written_down(desk, cast, database):
    desk.get(f"/clinic/patients/{cast.maya.id}")

    with database.session(write=False) as db:
        event = db.scalars(
            select(AuditEvent).where(
                AuditEvent.entity_id == cast.maya.id, AuditEvent.action == "view"
            )
        ).one()
        assert event.agent_id == cast.dr_okafor.id


def test_a_change_is_kept_and_written_down(desk, cast, database):
    answer = desk.post(
        f"/clinic/patients/{cast.maya.id}",
        data=_facts(given_name="Maia", texts_agreed="", phone="+1 312 555 0142"),
    )

    assert answer.status_code == 303
    with database.session(write=False) as db:
        maya = db.get_one(Patient, cast.maya.id)
        assert (maya.given_name, maya.texts_agreed_at) == ("Maia", None)
        assert (
            db.scalar(
                select(AuditEvent.agent_id).where(
                    AuditEvent.entity_id == maya.id, AuditEvent.action == "change"
                )
            )
            == cast.dr_okafor.id
        )


def test_a_new_number_is_found_again(desk, cast, database):
    number = {"phone": "312 555 0177", "checked": "in-person"}
    desk.post(f"/clinic/patients/{cast.maya.id}/number", data=number)

    taken = desk.post("/clinic/patients", data=_facts(phone="(312) 555-0177"))

    assert taken.status_code == 422


def test_anothers_number_is_refused(desk, cast, database):
    number = {"phone": "312 555 0143", "checked": "in-person"}

    answer = desk.post(f"/clinic/patients/{cast.maya.id}/number", data=number)

    assert answer.status_code == 422
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).phone == "+13125550142"


def test_no_other_number_is_taken_where_nobody_says_how_they_know(desk, cast, database):
    path = f"/clinic/patients/{cast.maya.id}"

    form = desk.get(f"{path}/edit").text
    answer = desk.post(path, data=_facts(phone="312 555 0177"))

    assert 'name="phone"' not in form
    assert f'href="{path}/number"' in form
    assert answer.status_code == 303
    with database.session(write=False) as db:
        maya = db.get_one(Patient, cast.maya.id)
        assert (maya.phone, maya.number_changed_at) == ("+13125550142", None)


def test_the_same_number_at_the_neighbours_is_nobodys_business(desk, cast):
    answer = desk.post("/clinic/patients", data=_facts(phone="312 555 0144"))

    assert answer.status_code == 303


def test_the_thread_shows_texts_without_their_links(desk, cast, database):
    with database.session() as db:
        outbox.enqueue(
            db,
            Purpose.JOIN,
            "Northside: tap {link} to join.",
            patient=db.get_one(Patient, cast.maya.id),
            due_at=clock.now(),
        )

    text = desk.get(f"/clinic/patients/{cast.maya.id}").text

    assert "Northside: tap [link] to join." in text
    assert "Text queued" in text


def test_a_sign_in_code_is_the_patients_alone(desk, cast, database):
    with database.session() as db:
        outbox.enqueue(
            db,
            Purpose.CODE,
            "Northside: your code is 123456.",
            patient=db.get_one(Patient, cast.maya.id),
            due_at=clock.now(),
        )

    text = desk.get(f"/clinic/patients/{cast.maya.id}").text

    assert "123456" not in text
    assert "[a sign-in code]" in text


def test_agreeing_queues_what_is_booked_and_taking_it_back_withdraws_it(desk, cast, database):
    def queued():
        with database.session(write=False) as db:
            waits = Message.status == MessageStatus.QUEUED
            return list(db.scalars(select(Message.purpose).where(waits).order_by(Message.due_at)))

    same = {"given_name": "Maya", "phone": "312 555 0142"}
    desk.post(f"/clinic/patients/{cast.maya.id}", data=_facts(**same, texts_agreed=""))
    assert queued() == []
    assert "Has not agreed to texts" in desk.get("/clinic").text

    desk.post(f"/clinic/patients/{cast.maya.id}", data=_facts(**same))
    assert queued() == [Purpose.CONFIRM, Purpose.JOIN, Purpose.NUDGE]

    desk.post(f"/clinic/patients/{cast.maya.id}", data=_facts(**same, texts_agreed=""))
    assert queued() == []


def test_whoever_wants_no_texts_is_to_be_phoned(desk, cast, database):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    assert "Wants no more texts" in desk.get(f"/clinic/patients/{cast.maya.id}").text


def test_a_lost_phone_is_signed_out(desk, cast, database, signed_in):
    signed_in(cast.maya)

    assert desk.post(f"/clinic/patients/{cast.maya.id}/sign-out").status_code == 303

    with database.session(write=False) as db:
        ended = db.scalar(select(WebSession.ended_at).where(WebSession.patient_id == cast.maya.id))
        assert ended is not None
