"""Carries a line over a WebSocket: what the page says, and news whenever rows changed."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass

import anyio
import anyio.to_thread
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import i18n, live
from app.access import web_sessions
from app.access.models import WebSession
from app.db.engine import Database
from app.live import Subscription
from app.refusal import Refusal
from app.telehealth.line import MALFORMED, SESSION_OVER, Line, LineOver, Message, number_in
from app.web.lines import shared_lines, socket_limits
from app.web.lines.shared_lines import LOOK_EVERY
from app.web.lines.socket_limits import Pace

_LOOK_EVERY_BESIDE = 30.0  # seconds: where all are looked at together, each by itself is a net
_HELLO_WITHIN = 10.0

StillLetIn = Callable[[Session], bool]
_Step = Callable[[Session, Message], list[Message]]


@dataclass(frozen=True)
class _Carrier:
    socket: WebSocket
    line: Line
    database: Database
    still_let_in: StillLetIn
    language: str
    pace: Pace


async def carry(socket: WebSocket, line: Line, *, still_let_in: StillLetIn, language: str) -> None:
    """Run a line until its page goes, its session ends, or another page takes its place.

    `still_let_in` is asked at hello and at each of the page's pings, in a writing transaction.
    """
    carrier = _Carrier(socket, line, socket.app.state.database, still_let_in, language, Pace())
    await socket.accept()
    code: int | None = None
    try:
        with socket_limits.one_of(socket.state.web_session_id):
            code = await _run(carrier)
    except LineOver as over:
        code = over.code
    finally:
        if line.page:  # whoever never said hello was not there
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(_close_line, carrier)
    if code is not None:
        await socket.close(code)


async def _run(carrier: _Carrier) -> int | None:
    """The code to close with, or None when the page is gone already."""
    codes: list[int | None] = []
    # Moving or cancelling the appointment rings by its own id: that floor knows no rooms.
    planned = f"visit:{carrier.socket.path_params['id']}"
    ended = web_sessions.topic(carrier.socket.state.web_session_id)
    with live.subscribe(carrier.line.topic, planned, ended) as bell:
        async with anyio.create_task_group() as group:

            async def until_over(task: Callable[[], Awaitable[None]]) -> None:
                try:
                    await task()
                except LineOver as over:
                    codes.append(over.code)
                except SQLAlchemyError:
                    codes.append(socket_limits.TRY_AGAIN)
                except (WebSocketDisconnect, RuntimeError):  # RuntimeError: sending to a gone page
                    codes.append(None)
                group.cancel_scope.cancel()

            async def listen() -> None:
                with anyio.move_on_after(_HELLO_WITHIN) as waiting:
                    hello = await _receive(carrier)
                if waiting.cancelled_caught:
                    raise LineOver(MALFORMED)
                await _answer(carrier, carrier.line.hello, hello, but=bell)
                group.start_soon(until_over, tell)
                while True:
                    await _hear(carrier, await _receive(carrier))

            async def tell() -> None:
                await _tell(carrier, bell)

            group.start_soon(until_over, listen)
    return codes[0]


async def _tell(carrier: _Carrier, bell: Subscription) -> None:
    """Bring news for as long as the line holds; at hello everything was told but the chores."""
    seat_id, every = carrier.line.seat_id, LOOK_EVERY
    beside: AbstractContextManager[None] = nullcontext()
    if seat_id is not None:
        every = _LOOK_EVERY_BESIDE
        beside = shared_lines.here(carrier.database).watching(seat_id, bell)
    with beside:
        news: list[Message] | None = []
        if carrier.line.chores:
            news = await anyio.to_thread.run_sync(_if_readable, carrier, _do_chores)
        while True:
            await _send(carrier, news or [])
            await bell.wait(LOOK_EVERY if news is None else every)
            news = await anyio.to_thread.run_sync(_if_readable, carrier, _news)


async def _hear(carrier: _Carrier, message: Message) -> None:
    if message.get("type") == "ping" and await _is_heard_together(carrier):
        await _send(carrier, [{"type": "pong"}])
    else:
        await _answer(carrier, carrier.line.hear, message)


async def _is_heard_together(carrier: _Carrier) -> bool:
    line = carrier.line
    if line.seat_id is None:
        return False
    return await shared_lines.here(carrier.database).hear((line.seat_id, line.page))


async def _receive(carrier: _Carrier) -> Message:
    return socket_limits.read(await socket_limits.next_text(carrier.socket, carrier.pace))


async def _send(carrier: _Carrier, messages: list[Message]) -> None:
    for message in messages:
        await carrier.socket.send_text(json.dumps(message, separators=(",", ":")))


async def _answer(
    carrier: _Carrier, step: _Step, message: Message, *, but: Subscription | None = None
) -> None:
    await _send(carrier, await anyio.to_thread.run_sync(_take, carrier, step, message, but))


def _take(
    carrier: _Carrier, step: _Step, message: Message, but: Subscription | None
) -> list[Message]:
    with i18n.using(carrier.language), carrier.database.session() as db:
        live.spare(db, but)
        if message.get("type") in ("hello", "ping") and not carrier.still_let_in(db):
            raise LineOver(SESSION_OVER)
        said = number_in(message, "said") if "said" in message else None
        try:
            answers = step(db, message)
        except Refusal as refusal:
            answers = [{"type": "refused", "message": refusal.message}]
    # Only now is it kept. A page says again what somebody pressed until it hears this.
    return answers if said is None else [*answers, {"type": "taken", "said": said}]


def _if_readable(
    carrier: _Carrier, read: Callable[[_Carrier], list[Message]]
) -> list[Message] | None:
    # What cannot be read is no news: the talk goes on, and the next look may find the rows.
    try:
        return read(carrier)
    except OperationalError:
        return None


def _news(carrier: _Carrier) -> list[Message]:
    with i18n.using(carrier.language):
        with carrier.database.session(write=False) as db:
            # Who was signed out elsewhere is out now, not at the page's next ping.
            web_session = db.get(WebSession, carrier.socket.state.web_session_id)
            if web_session is None or web_session.ended_at is not None:
                raise LineOver(SESSION_OVER)
            messages = carrier.line.news(db)
        return messages + _do_chores(carrier)


def _do_chores(carrier: _Carrier) -> list[Message]:
    if not carrier.line.chores:
        return []
    with i18n.using(carrier.language), carrier.database.session() as db:
        return carrier.line.do_chores(db)


def _close_line(carrier: _Carrier) -> None:
    # Gone without a word, as far as the rows know: presence finds that out by itself.
    with suppress(OperationalError), carrier.database.session() as db:
        carrier.line.close(db)
