"""Writing down what somebody at the desk looked at or took out."""

from starlette.requests import Request

from app.audit import trail
from app.db.base import Model


def note(request: Request, action: str, *entities: Model) -> None:
    """Record it of each, for whoever is signed in.

    GET reads only, so it goes into a transaction of its own, before anything is shown.
    """
    if not entities:
        return
    with request.app.state.database.session() as other:
        for each in entities:
            trail.record(other, action, agent=request.state.practitioner, entity=each)
