"""How a line is carried: what wakes it, in whose words, and what ends it."""

from types import SimpleNamespace
from uuid import uuid4

import anyio
import pytest
from sqlalchemy import exc, update
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import clock, i18n, live
from app.access import web_sessions
from app.access.models import SessionKind, Strength, WebSession
from app.refusal import Refusal
from app.telehealth.line import MALFORMED, SESSION_OVER
from app.web.lines import sockets
from app.web.lines.socket_limits import TRY_AGAIN

NEVER_RUNG = 4999
PATIENCE = 20  # seconds for a ring that is on its way; nothing here waits for its end


class Talk:
    """A line that tells what it is asked, and does as it is told."""

    topic = "talk"
    page = ""
    chores = False
    seat_id = None

    def __init__(self):
        self.asked = []
        self.is_closed = False
        self.fails = {}

    def hello(self, db, message):
        self.page = message["page"]
        live.publish(db, self.topic)
        return self._told("hello")

    def hear(self, db, message):
        if message.get("does") == "publish":
            live.publish(db, message["topic"])
        return self._told(message["type"])

    def news(self, db):
        return self._told("news")

    def do_chores(self, db):
        self.chores = False
        return self._told("chores")

    def close(self, db):
        self.is_closed = True

    def _told(self, what):
        self.asked.append(what)
        if what in self.fails:
            raise self.fails.pop(what)
        return [{"type": what, "in": i18n.language()}]


class Noting:
    """The clinic's database, which notes what is only read."""

    def __init__(self, database):
        self._database, self.writes = database, []

    def session(self, *, write=True):
        self.writes.append(write)
        return self._database.session(write=write)


@pytest.fixture
def rings(monkeypatch):
    """What each wait of a line began with. Time brings nothing here: a ring does, or the end."""
    began, wait = [], live.Subscription.wait

    async def rung(bell, timeout):
        began.append((timeout, bell.is_rung))
        if not await wait(bell, PATIENCE):
            raise sockets.LineOver(NEVER_RUNG)
        return True

    monkeypatch.setattr(live.Subscription, "wait", rung)
    return began


@pytest.fixture
def talk():
    return Talk()


@pytest.fixture
def desk_session(database, cast):
    with database.session() as db:
        row, _ = web_sessions.start(
            db,
            SessionKind.STAFF,
            clinic_id=cast.clinic.id,
            practitioner=cast.dr_okafor,
            strength=Strength.PASSKEY,
        )
        return row.id


@pytest.fixture
def carried(database, talk, rings, desk_session):
    """Opens the talk's line; `is_let_in` says whether its browser may go on."""
    place = SimpleNamespace(is_let_in=True, session_id=desk_session, noting=Noting(database))

    async def carry(socket):
        socket.state.web_session_id = place.session_id
        await sockets.carry(socket, talk, still_let_in=lambda _db: place.is_let_in, language="es")

    app = Starlette(routes=[WebSocketRoute("/visits/{id}", carry)])
    app.state.database = place.noting
    place.connect = lambda: TestClient(app).websocket_connect("/visits/7")
    return place


def say(line, kind, **more):
    line.send_json({"type": kind} | more)
    return line.receive_json()


def hello(line):
    return say(line, "hello", page="page")


def until_it_waits(line, rings, times=1):
    while len(rings) < times:
        assert say(line, "ping")["type"] == "ping"


def code_at_end(line):
    """What the line is closed with, after whatever it still says."""
    while True:
        try:
            line.receive_json()
        except WebSocketDisconnect as closed:
            return closed.code


def ring(database, topic):
    with database.session() as db:
        live.publish(db, topic)


def test_all_that_is_told_is_in_the_pages_language(carried, talk, database):
    with carried.connect() as line:
        talk.chores = True
        assert hello(line) == {"type": "hello", "in": "es"}
        assert line.receive_json() == {"type": "chores", "in": "es"}
        talk.chores = True
        ring(database, "talk")
        assert line.receive_json() == {"type": "news", "in": "es"}
        assert line.receive_json() == {"type": "chores", "in": "es"}


def test_looking_for_news_holds_up_nobody_who_writes(carried, database):
    with carried.connect() as line:
        hello(line)
        ring(database, "talk")
        line.receive_json()

        assert carried.noting.writes == [True, False]  # hello, and the look


@pytest.mark.parametrize("topic", ["talk", "visit:7", "the session's"])
def test_a_line_wakes_for_its_talk_its_appointment_and_its_session(
    carried, database, desk_session, topic
):
    named = web_sessions.topic(desk_session) if topic == "the session's" else topic

    with carried.connect() as line:
        hello(line)
        ring(database, named)

        assert line.receive_json()["type"] == "news"


def test_what_a_page_brought_about_by_its_hello_is_no_news_to_it(carried, rings):
    with carried.connect() as line:
        hello(line)
        until_it_waits(line, rings)

        assert rings == [(4.0, False)]


def test_what_a_page_says_later_may_be_news_to_it(carried):
    with carried.connect() as line:
        hello(line)
        assert say(line, "signal", does="publish", topic="talk")["type"] == "signal"

        assert line.receive_json()["type"] == "news"


def test_a_seat_that_is_looked_at_with_all_others_looks_by_itself_twice_a_minute(
    carried, talk, rings
):
    talk.seat_id = uuid4()
    with carried.connect() as line:
        hello(line)
        until_it_waits(line, rings)

        assert rings == [(30.0, False)]


def test_what_cannot_be_read_is_no_news_and_is_looked_for_again_soon(
    carried, talk, database, rings
):
    talk.seat_id = uuid4()
    talk.fails = {"news": exc.OperationalError("", {}, Exception("locked"))}
    with carried.connect() as line:
        hello(line)
        ring(database, "talk")
        until_it_waits(line, rings, 2)  # the look that failed is over
        ring(database, "talk")

        assert line.receive_json()["type"] == "news"
    assert [timeout for timeout, _ in rings[:2]] == [30.0, 4.0]


@pytest.mark.parametrize("kind", ["hello", "ping"])
def test_whose_session_is_over_is_sent_away_when_its_page_says_it_is_there(carried, talk, kind):
    with carried.connect() as line:
        if kind == "ping":
            hello(line)
        carried.is_let_in = False
        line.send_json({"type": kind, "page": "page"})

        assert code_at_end(line) == SESSION_OVER
    assert talk.asked == ([] if kind == "hello" else ["hello"])


def test_what_is_said_in_between_does_not_ask_who_it_is_again(carried):
    with carried.connect() as line:
        hello(line)
        carried.is_let_in = False

        assert say(line, "signal")["type"] == "signal"


@pytest.mark.parametrize("ended", [True, False])
def test_news_are_for_a_session_that_lives(carried, database, desk_session, ended):
    if not ended:
        carried.session_id = uuid4()  # no such row
    with carried.connect() as line:
        hello(line)
        with database.session() as db:
            db.execute(update(WebSession).values(ended_at=clock.machine_now() if ended else None))
            live.publish(db, "talk")

        assert code_at_end(line) == SESSION_OVER


def test_a_line_of_staff_hears_each_ping_itself(carried, talk):
    with carried.connect() as line:
        hello(line)

        assert say(line, "ping") == {"type": "ping", "in": "es"}
    assert talk.asked == ["hello", "ping"]


def test_a_rule_that_says_no_is_told_to_the_page_and_the_talk_goes_on(carried, talk):
    talk.fails = {"admit": Refusal("Somebody else is in.")}
    with carried.connect() as line:
        hello(line)

        assert say(line, "admit") == {"type": "refused", "message": "Somebody else is in."}
        assert say(line, "signal")["type"] == "signal"


def test_a_page_whose_word_cannot_be_kept_comes_back_by_itself(carried, talk):
    talk.fails = {"signal": exc.OperationalError("", {}, Exception("gone"))}
    with carried.connect() as line:
        hello(line)
        line.send_json({"type": "signal"})

        assert code_at_end(line) == TRY_AGAIN


def test_who_does_not_say_who_they_are_within_ten_seconds_is_sent_away(carried, talk, monkeypatch):
    within, wait = [], anyio.move_on_after

    def at_once(seconds):
        within.append(seconds)
        return wait(0)

    monkeypatch.setattr(sockets.anyio, "move_on_after", at_once)
    with carried.connect() as line:
        assert code_at_end(line) == MALFORMED

    assert within == [10.0]
    assert not talk.is_closed  # who never said hello was not there


def test_nothing_is_sent_that_says_nothing(carried):
    with carried.connect() as line:
        line.send_json({"type": "hello", "page": "page"})

        assert line.receive_text() == '{"type":"hello","in":"es"}'


def test_a_line_is_closed_even_while_the_house_shuts(database, talk, desk_session):
    said = [{"type": "websocket.connect"}]
    said.append({"type": "websocket.receive", "text": '{"type":"hello","page":"page"}'})
    heard = anyio.Event()

    async def receive():
        if said:
            return said.pop(0)
        heard.set()
        return await anyio.sleep_forever()

    async def send(_event):
        pass

    async def until_it_shuts():
        scope = {"type": "websocket", "path_params": {"id": "7"}, "headers": []}
        scope["app"] = SimpleNamespace(state=SimpleNamespace(database=database))
        socket = WebSocket(scope, receive, send)
        socket.state.web_session_id = desk_session

        async def carry():
            await sockets.carry(socket, talk, still_let_in=lambda _db: True, language="en")

        async with anyio.create_task_group() as group:
            group.start_soon(carry)
            await heard.wait()
            group.cancel_scope.cancel()

    anyio.run(until_it_shuts)

    assert talk.is_closed
