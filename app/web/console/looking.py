"""Writing down what somebody at the desk looked at or took out."""

from starlette.requests import Request

from app.audit import trail
from app.db.base import Model


def note(request: Request, action: str, entity: Model) -> None:
    """Record it for whoever is signed in.

    GET reads only, so it goes into a transaction of its own, before anything is shown.
    """
    with request.app.state.database.session() as other:
        trail.record(other, action, agent=request.state.practitioner, entity=entity)
