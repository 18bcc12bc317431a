"""How much the door takes in one piece; more is 413, said as an OperationOutcome."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.questionnaires.strict_json import MOST_BYTES
from app.web.fhir.outcome import outcome

LARGEST = 64 * 1024
_FORMS = "/fhir/R4/Questionnaire"  # whole forms come in there, and at their own addresses
# The house's own limit answers in plain words. Below this door it is out of the way.
OUT_OF_THE_WAY = 1 << 40


class LargestBody:
    """Refuses what says that it is too large, and what turns out to be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken, most = 0, _most(scope)

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413)
            return message

        said = Headers(scope=scope).get("content-length", "")
        if said.isdecimal() and int(said[:20]) > most:
            await outcome(413)(scope, receive, send)
        else:
            await self._app(scope, counted, send)


def _most(scope: Scope) -> int:
    path, method = scope["path"], scope.get("method")
    is_form = (method == "POST" and path == _FORMS) or (
        method == "PUT" and path.startswith(f"{_FORMS}/")
    )
    return MOST_BYTES if is_form else LARGEST
