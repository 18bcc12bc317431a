"""Open pages hear that the desk has changed, and nothing more."""

import pytest
from starlette.websockets import WebSocketDisconnect

from app.people.models import Patient
from app.tasks import desk as tasks
from app.tasks.models import TaskCode
from app.telehealth.line import SESSION_OVER
from tests.conftest import BASE_URL

ADDRESS = BASE_URL.replace("https", "wss") + "/clinic/live"


def test_a_change_at_the_desk_is_heard_without_its_contents(desk, cast, database):
    with desk, desk.websocket_connect(ADDRESS, headers={"origin": BASE_URL}) as socket:
        socket.receive_text()  # that it listens
        with database.session() as db:
            tasks.open_task(db, TaskCode.ANSWER, db.get_one(Patient, cast.maya.id), by=None)

        assert socket.receive_text() == "changed"


def test_asvs_4_4_3_nobody_listens_without_a_session(client, cast):
    with (
        client,
        client.websocket_connect(ADDRESS, headers={"origin": BASE_URL}) as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_text()

    assert closed.value.code == SESSION_OVER


def test_an_open_page_of_whoever_leaves_ends_at_once(desk, signed_in, cast):
    with desk, desk.websocket_connect(ADDRESS, headers={"origin": BASE_URL}) as socket:
        socket.receive_text()
        signed_in(cast.ada).post(f"/clinic/team/{cast.dr_okafor.id}/leave")

        assert _code_at_end(socket) == SESSION_OVER


def test_asvs_4_4_4_an_open_room_of_whoever_leaves_ends_at_once(desk, signed_in, cast):
    room = BASE_URL.replace("https", "wss") + f"/clinic/visits/{cast.integration_visit.id}/socket"
    with desk, desk.websocket_connect(room, headers={"origin": BASE_URL}) as socket:
        socket.send_json({"type": "hello", "page": "page", "since": None})
        socket.receive_json()
        signed_in(cast.ada).post(f"/clinic/team/{cast.dr_okafor.id}/leave")

        assert _code_at_end(socket) == SESSION_OVER


def _code_at_end(socket):
    """What the line is closed with, after whatever it still says."""
    while True:
        try:
            socket.receive_text()
        except WebSocketDisconnect as closed:
            return closed.code
