"""The server's life: it watches over its connections, and takes its leave in order."""

import asyncio
import gc
import socket
import sys
from signal import SIGINT
from types import FrameType

import structlog
import uvicorn
from starlette.applications import Starlette

from app.serving.state import PATIENT, Crowd, Patience

log = structlog.get_logger("server")
_TICK = 0.1
_TURN = 0.0005  # seconds that a thread computes before another may


class LeavingServer(uvicorn.Server):
    """Leaves in this order: readiness, newcomers, sockets and requests, worker, database."""

    def __init__(
        self,
        config: uvicorn.Config,
        app: Starlette,
        *,
        linger: float = 0,
        patience: Patience = PATIENT,
    ) -> None:
        super().__init__(config)
        self.server_state = self._crowd = Crowd(patience)
        self._app = app
        self.linger = linger
        self._watch: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Worker first, door last: who gets in finds everything there."""
        await super().startup(sockets)
        # What was loaded stays: no search for waste goes through it again, which takes a while.
        gc.collect()
        gc.freeze()
        # Whoever answers is not to wait five milliseconds for each thread that computes.
        sys.setswitchinterval(_TURN)
        self._watch = asyncio.create_task(self._look_after_connections())
        log.info("ready")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that we leave, wait until balancers have seen it, then finish what is in hand."""
        log.info("leaving")
        self._crowd.leaving = self._app.state.leaving = True
        await self._wait_until_seen()
        self._app.state.worker.stop()  # it finishes its text while requests finish
        await super().shutdown(sockets)
        if self._watch is not None:
            self._watch.cancel()
        self._app.state.database.close()
        log.info("left")

    def handle_exit(self, sig: int, _: FrameType | None) -> None:
        """The first signal asks, the second hurries, Ctrl-C after that leaves at once."""
        hurried = len(self._captured_signals) > 1
        self._captured_signals.append(sig)
        if hurried and sig == SIGINT:
            self.force_exit = True
        self.should_exit = True

    async def _wait_until_seen(self) -> None:
        end = asyncio.get_running_loop().time() + self.linger
        while asyncio.get_running_loop().time() < end and len(self._captured_signals) < 2:
            await self.on_tick(0)  # the answers' date goes on
            await asyncio.sleep(_TICK)

    async def _look_after_connections(self) -> None:
        loop = asyncio.get_running_loop()
        every = self._crowd.patience.look_every
        while True:
            began = loop.time()
            await asyncio.sleep(every)
            if loop.time() - began > 2 * every:
                await asyncio.sleep(0)  # it was we who were late: first what has come in meanwhile
            for connection in list(self._crowd.connections):
                connection.look(loop.time())  # type: ignore[union-attr]
