"""Answers that must not be told apart by their time leave at full steps after the question.

What was looked up and not found costs less than what was found and is refused. By the clock of
whoever asks there is no difference: the answer is held until the step is full. No thread and no
transaction waits for it, and nothing that succeeds is slowed.
"""

import math

import anyio
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STEP_SECONDS = 0.25  # more than either takes, also at a busy hour
_MARK = "even_pace"


def keep(request: Request) -> None:
    """Let the answer to this request leave in step. Its route must wear `EvenPace`."""
    setattr(request.state, _MARK, True)


class EvenPace:
    """Worn by a route: holds the answers that its endpoint marked by `keep`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = anyio.current_time()

        async def send_in_step(message: Message) -> None:
            if message["type"] == "http.response.start" and scope.get("state", {}).get(_MARK):
                await anyio.sleep_until(began + _whole_steps(anyio.current_time() - began))
            await send(message)

        await self._app(scope, receive, send_in_step)


def _whole_steps(seconds: float) -> float:
    return math.ceil(seconds / STEP_SECONDS) * STEP_SECONDS
