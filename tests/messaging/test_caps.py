import pytest

from app.messaging import caps
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from tests.databases import chosen_kind


@pytest.mark.skipif(chosen_kind() == "sqlite", reason="SQLite has one writer")
def test_a_text_that_is_counted_waits_while_another_of_that_patient_is_being_counted(
    queue, send, database, cast, kept
):
    message = queue(Purpose.NOTICE, cap_key=f"after:{cast.infusion.id}")
    with database.session() as db:
        assert caps.begin_counting(db, db.get_one(Message, message.id))

        assert send()
        assert kept(message).status is MessageStatus.QUEUED

    assert send()
    assert kept(message).status is MessageStatus.ACCEPTED


@pytest.mark.skipif(chosen_kind() == "sqlite", reason="SQLite has one writer")
def test_somebody_who_writes_to_the_patients_row_holds_no_other_text_up(
    queue, send, database, cast, kept
):
    message = queue(Purpose.NOTICE)
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).zone = "America/Denver"
        db.flush()

        send()

        assert kept(message).status is MessageStatus.ACCEPTED
