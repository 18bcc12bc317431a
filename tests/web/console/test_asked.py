"""Forms on a patient's page: what was asked, how far it came, asking, sending again."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.intake import following, funnel, packets
from app.intake.models import IntakePacket, PacketCode, TaskKind
from app.messaging import caps
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from app.questionnaires import library
from app.tasks import desk as tasks
from app.tasks.models import TaskCode


@pytest.fixture
def ask(database, cast):
    """`ask("phq-9")`: staff asked Maya for these; gives the packet's id."""

    def ask(*slugs, **others):
        with database.session() as db:
            rows = [library.shipped(db, slug) for slug in slugs]
            maya = db.get_one(Patient, cast.maya.id)
            return packets.ask(db, maya, rows, by=None, **others).id

    return ask


def _packets(database):
    with database.session(write=False) as db:
        return db.scalars(select(IntakePacket)).all()


def _texts(database):
    with database.session(write=False) as db:
        return db.scalars(
            select(Message).where(Message.purpose == Purpose.INTAKE).order_by(Message.made_at)
        ).all()


def test_staff_ask_for_forms_by_text(desk, cast, database):
    page = desk.get(f"/clinic/patients/{cast.maya.id}").text
    assert "Candidate assessment" not in page
    with database.session() as db:
        form = library.shipped(db, "phq-9")

    answer = desk.post(
        f"/clinic/patients/{cast.maya.id}/forms", data={"forms": [str(form.id)], "camera": "1"}
    )

    assert answer.status_code == 303
    (packet,) = _packets(database)
    assert packet.code is PacketCode.ASKED
    assert packet.due_at == clock.now() + timedelta(days=7)
    assert [text.status for text in _texts(database)] == [MessageStatus.QUEUED]
    with database.session(write=False) as db:
        tasks = packets.tasks_of(db, packet)
        assert [task.kind for task in tasks] == [TaskKind.FORM, TaskKind.CAMERA_CHECK]


def test_asking_for_nothing_is_refused_at_the_field(desk, cast, database):
    answer = desk.post(f"/clinic/patients/{cast.maya.id}/forms", data={"due_on": "2026-11-30"})

    assert answer.status_code == 422
    assert "Choose what to ask for." in answer.text
    assert 'value="2026-11-30"' in answer.text
    assert _packets(database) == []


def test_a_day_that_is_past_is_refused(desk, cast, database):
    answer = desk.post(
        f"/clinic/patients/{cast.maya.id}/forms", data={"camera": "1", "due_on": "2026-11-19"}
    )

    assert answer.status_code == 422
    assert "Choose a day from today on." in answer.text
    assert _packets(database) == []


def test_a_form_of_nobody_is_not_there(desk, cast):
    for value in (str(UUID(int=1)), "phq-9"):
        answer = desk.post(f"/clinic/patients/{cast.maya.id}/forms", data={"forms": value})

        assert answer.status_code == 404


def test_the_page_says_how_far_it_came_and_what_is_left(desk, cast, database, ask):
    id_ = ask("phq-9", "gad-7")
    with database.session() as db:
        first, _second = packets.tasks_of(db, db.get_one(IntakePacket, id_))
        following.started(db, first)
        following.completed(db, first)

    page = desk.get(f"/clinic/patients/{cast.maya.id}").text

    assert "1 left" in page
    assert "Asked by itself" in page


def test_the_same_link_is_sent_again(desk, cast, database, ask):
    id_ = ask("phq-9")

    assert desk.post(f"/clinic/packets/{id_}/sending").status_code == 303

    first, again = sorted(_texts(database), key=lambda text: text.written_by_id is not None)
    assert first.link_id == again.link_id
    assert first.written_by_id is None
    assert again.cap_key is None
    assert again.written_by_id is not None


def test_a_text_that_the_cap_held_back_is_not_said_to_be_sent(desk, cast, database, ask):
    ask("phq-9")
    with database.session() as db:
        text = db.scalars(select(Message).where(Message.purpose == Purpose.INTAKE)).one()
        text.status, text.error_code = MessageStatus.CANCELLED, caps.WITHHELD

    page = desk.get(f"/clinic/patients/{cast.maya.id}").text

    assert "No text, three were sent already" in page


def test_whoever_takes_no_texts_is_phoned_instead(desk, cast, database, ask):
    id_ = ask("phq-9")
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    answer = desk.post(f"/clinic/packets/{id_}/sending")

    assert answer.status_code == 422
    assert "They take no texts. Please phone." in answer.text


def test_what_was_pulled_back_is_neither_sent_nor_open(desk, cast, database, ask):
    id_ = ask("phq-9")

    desk.post(f"/clinic/packets/{id_}/withdrawal")
    answer = desk.post(f"/clinic/packets/{id_}/sending")

    assert answer.status_code == 422
    assert [text.status for text in _texts(database)] == [MessageStatus.CANCELLED]
    assert "Pulled back" in desk.get(f"/clinic/patients/{cast.maya.id}").text


def test_what_was_done_on_paper_is_done_at_the_clinic(desk, cast, database, ask):
    id_ = ask("phq-9", "gad-7")

    desk.post(f"/clinic/packets/{id_}/completion")

    (packet,) = _packets(database)
    assert packet.done_at == clock.now()
    with database.session(write=False) as db:
        counted = funnel.counted(db, cast.clinic.id)
        assert (counted.started, counted.done, counted.at_desk) == (0, 0, 1)
    assert [text.status for text in _texts(database)] == [MessageStatus.CANCELLED]


def test_forms_that_are_late_stand_on_the_desk_with_the_way_to_them(desk, cast, database):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        tasks.open_task(db, TaskCode.INTAKE_LATE, maya, by=None)

    page = desk.get("/clinic").text

    assert "Forms are not done yet" in page
    assert f'href="/clinic/patients/{cast.maya.id}#asked"' in page


def test_another_clinics_packet_is_not_there(signed_in, cast, ask):
    id_ = ask("phq-9")
    neighbour = signed_in(cast.dr_lind)

    assert neighbour.post(f"/clinic/packets/{id_}/sending").status_code == 404
    assert neighbour.post(f"/clinic/packets/{id_}/withdrawal").status_code == 404


def test_progress_shows_counts_and_no_shares_of_a_few(desk, ask):
    ask("phq-9")

    page = desk.get("/clinic/forms/progress").text

    assert "Fewer than ten were asked" in page
    assert " %" not in page.split("<main")[1]
