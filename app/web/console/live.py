"""Tells open console pages that something at the desk has changed. What, they fetch themselves.

First it brings the key under which a page keeps what is typed on it (`covers`). The page in turn
says when somebody is there: typing is no request, and must not look like an empty chair.
"""

import asyncio
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import anyio
import anyio.to_thread
from sqlalchemy.exc import OperationalError
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import clock, live
from app.access import web_sessions
from app.access.models import WebSession
from app.db.engine import Database
from app.telehealth.line import SESSION_OVER, LineOver
from app.web import guards
from app.web.lines import socket_limits
from app.web.lines.socket_limits import Pace

# Hours left and "in 5 minutes" go on by themselves; a page is at most this much behind.
_LOOK_EVERY = 60.0
# Several changes in one breath are one. While changes rush in each breath is longer than the one
# before, and all consoles draw it together: what they then ask for is asked for once.
_BREATH = 0.2
_LONGEST_BREATH = 1.4
_HERE = "here"


@dataclass(frozen=True)
class _Listener:
    clinic_id: UUID
    session_id: UUID
    cover_key: bytes | None


async def listen(socket: WebSocket) -> None:
    """Say `changed` whenever the clinic's desk does, for as long as the session lives."""
    await socket.accept()
    listener = await anyio.to_thread.run_sync(_who, socket)
    if listener is None:
        await socket.close(SESSION_OVER)
        return
    try:
        with socket_limits.one_of(listener.session_id):
            await _carry(socket, listener)
    except LineOver as over:
        await socket.close(over.code)


async def _carry(socket: WebSocket, listener: _Listener) -> None:
    database: Database = socket.app.state.database
    pace, codes = Pace(), []
    async with anyio.create_task_group() as group:

        async def until_gone() -> None:
            try:
                while True:
                    if await socket_limits.next_text(socket, pace) == _HERE:
                        await anyio.to_thread.run_sync(_note, database, listener.session_id)
            except WebSocketDisconnect:
                pass
            except OperationalError:
                codes.append(socket_limits.TRY_AGAIN)
            except LineOver as over:
                codes.append(over.code)
            group.cancel_scope.cancel()

        async def tell() -> None:
            try:
                with suppress(WebSocketDisconnect, RuntimeError):  # RuntimeError: the page is gone
                    await _tell(socket, listener)
            except OperationalError:
                codes.append(socket_limits.TRY_AGAIN)
            group.cancel_scope.cancel()

        group.start_soon(until_gone)
        group.start_soon(tell)
    if codes:
        raise LineOver(codes[0])


async def _tell(socket: WebSocket, listener: _Listener) -> None:
    database: Database = socket.app.state.database
    ended = web_sessions.topic(listener.session_id)
    with live.subscribe(f"desk:{listener.clinic_id}", ended) as bell:
        if listener.cover_key is not None:
            await socket.send_text(f"cover {b64encode(listener.cover_key).decode()}")
        # Whatever changed between the page and its line is heard now.
        await socket.send_text("changed")
        left, breath = await _seconds_left(database, listener.session_id), _BREATH
        while left > 0:
            # Whoever rests is covered when the session is over, not a look later.
            await bell.wait(min(left, _LOOK_EVERY))
            left = await _seconds_left(database, listener.session_id)
            if left > 0:
                await socket.send_text("changed")
                await asyncio.sleep(_until_next(breath))
                breath = min(2 * breath, _LONGEST_BREATH) if bell.is_rung else _BREATH
        await socket.close(SESSION_OVER)


def _until_next(breath: float) -> float:
    return breath - asyncio.get_running_loop().time() % breath if breath > _BREATH else breath


def _who(socket: WebSocket) -> _Listener | None:
    with socket.app.state.database.session(write=False) as db:
        practitioner = guards.let_in_staff(socket, db)
        if practitioner is None:
            return None
        web_session: WebSession = socket.state.web_session
        return _Listener(practitioner.clinic_id, web_session.id, web_session.cover_key)


def _note(database: Database, session_id: UUID) -> None:
    with database.session(write=False) as db:
        web_session = db.get(WebSession, session_id)
        if web_session is None or not web_sessions.is_live(web_session):
            return
        is_stale = web_sessions.is_stale(web_session)
    if is_stale:
        with database.session() as db:
            web_sessions.touch(db, web_session)


async def _seconds_left(database: Database, session_id: UUID) -> float:
    return await anyio.to_thread.run_sync(_left, database, session_id)


def _left(database: Database, session_id: UUID) -> float:
    with database.session(write=False) as db:
        web_session = db.get(WebSession, session_id)
        if web_session is None or not web_sessions.is_live(web_session):
            return 0.0
        return (web_sessions.rests_until(web_session) - clock.machine_now()).total_seconds()


routes = [WebSocketRoute("/live", listen, name="live")]
