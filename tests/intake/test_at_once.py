"""Two phones in the same instant: one comes after the other, and nothing is lost between them."""

import threading
from contextlib import contextmanager

import pytest

from app.intake import drafts, following, packets, sheets
from app.intake.conflicts import AlreadySent, ChangedMeanwhile
from app.intake.doors import Doorway
from app.intake.models import IntakePacket, IntakeTask
from app.people.models import Patient
from app.questionnaires import library
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus
from app.refusal import Refusal


@pytest.fixture
def asked(database, cast):
    """A packet of two forms for Theo: its id, and the ids of its tasks."""
    with database.session() as db:
        theo = db.get_one(Patient, cast.theo.id)
        forms = [library.shipped(db, slug) for slug in ("phq-2", "goals")]
        packet = packets.ask(db, theo, forms, by=None)
        db.flush()
        return packet.id, [task.id for task in packets.tasks_of(db, packet)]


@pytest.fixture
def begun(database, asked):
    """The same, with the first form begun in one browser."""
    packet_id, (task_id, _other) = asked
    with database.session() as db:
        task = db.get_one(IntakeTask, task_id)
        sheets.begin(db, way_in(task, b"a"), task, language="en")
    return packet_id, task_id


def way_in(task, browser):
    return Doorway(task.packet, task, None, browser * 32, is_signed_in=False)


@contextmanager
def meanwhile(act):
    """Another phone begins `act` and, on its way, comes upon what is not committed here yet."""
    came_of_it = []

    def run():
        try:
            came_of_it.append(act())
        except Refusal as error:
            came_of_it.append(error)

    thread = threading.Thread(target=run)
    yield thread, came_of_it
    thread.join()


def test_the_last_two_forms_sent_at_once_finish_the_packet(database, asked):
    packet_id, (one, two) = asked

    def complete(task_id):
        with database.session() as db:
            following.completed(db, db.get_one(IntakeTask, task_id))

    with meanwhile(lambda: complete(two)) as (thread, came_of_it), database.session() as db:
        following.completed(db, db.get_one(IntakeTask, one))
        thread.start()
        thread.join(0.5)

    assert came_of_it == [None]
    with database.session(write=False) as db:
        assert db.get_one(IntakePacket, packet_id).done_at is not None


def test_what_is_sent_is_not_left_for_a_blank_sheet_in_the_same_instant(database, begun):
    _packet_id, task_id = begun

    def begin_anew():
        with database.session() as db:
            task = db.get_one(IntakeTask, task_id)
            sheets.begin_anew(db, way_in(task, b"b"), task, language="en")

    with meanwhile(begin_anew) as (thread, came_of_it), database.session() as db:
        task = db.get_one(IntakeTask, task_id)
        drafts.close(db, drafts.read(task.response, zone="UTC"), language="en")
        sent_id = task.response_id
        thread.start()
        thread.join(0.5)

    assert isinstance(came_of_it[0], AlreadySent)
    with database.session(write=False) as db:
        sent = db.get_one(QuestionnaireResponse, sent_id)
        assert sent.status is ResponseStatus.COMPLETED
        assert db.get_one(IntakeTask, task_id).response_id == sent_id


def test_what_was_left_for_a_blank_sheet_is_not_sent(database, begun):
    _packet_id, task_id = begun
    with database.session() as db:
        task = db.get_one(IntakeTask, task_id)
        left = drafts.read(task.response, zone="UTC")
        blank = sheets.begin_anew(db, way_in(task, b"b"), task, language="en")

        with pytest.raises(ChangedMeanwhile):
            drafts.close(db, left, language="en")

        assert left.response.status is ResponseStatus.STOPPED
        assert task.response is blank
