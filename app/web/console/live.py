"""Tells open console pages that something at the desk has changed. What, they fetch themselves."""

import asyncio
from contextlib import suppress
from uuid import UUID

import anyio
import anyio.to_thread
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import live
from app.access import web_sessions
from app.access.models import WebSession
from app.db.engine import Database
from app.telehealth.line import SESSION_OVER
from app.web import guards

# Hours left and "in 5 minutes" go on by themselves; a page is at most this much behind.
_LOOK_EVERY = 60.0
# Several changes in one breath are one.
_BREATH = 0.2


async def listen(socket: WebSocket) -> None:
    """Say `changed` whenever the clinic's desk does, for as long as the session lives."""
    await socket.accept()
    found = await anyio.to_thread.run_sync(_who, socket)
    if found is None:
        await socket.close(SESSION_OVER)
        return
    clinic_id, session_id = found
    async with anyio.create_task_group() as group:

        async def until_gone() -> None:
            with suppress(WebSocketDisconnect):
                while True:
                    await socket.receive_text()
            group.cancel_scope.cancel()

        async def tell() -> None:
            with suppress(WebSocketDisconnect, RuntimeError):  # RuntimeError: the page is gone
                await _tell(socket, clinic_id, session_id)
            group.cancel_scope.cancel()

        group.start_soon(until_gone)
        group.start_soon(tell)


async def _tell(socket: WebSocket, clinic_id: UUID, session_id: UUID) -> None:
    database: Database = socket.app.state.database
    with live.subscribe(f"desk:{clinic_id}", web_sessions.topic(session_id)) as bell:
        # Whatever changed between the page and its line is heard now.
        await socket.send_text("changed")
        while True:
            await bell.wait(_LOOK_EVERY)
            if not await anyio.to_thread.run_sync(_is_let_in, database, session_id):
                await socket.close(SESSION_OVER)
                return
            await socket.send_text("changed")
            await asyncio.sleep(_BREATH)


def _who(socket: WebSocket) -> tuple[UUID, UUID] | None:
    with socket.app.state.database.session(write=False) as db:
        practitioner = guards.let_in_staff(socket, db)
        if practitioner is None:
            return None
        return practitioner.clinic_id, socket.state.web_session.id


def _is_let_in(database: Database, session_id: UUID) -> bool:
    with database.session(write=False) as db:
        web_session = db.get(WebSession, session_id)
        return web_session is not None and web_sessions.is_live(web_session)


routes = [WebSocketRoute("/live", listen, name="live")]
