"""Who of the staff may change what.

Administrators the team, the hours and the keys; they and clinicians what staff have to see.
"""

from collections.abc import Callable
from functools import wraps

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.people.models import Role
from app.web.console.desk import desk_page

Endpoint = Callable[[Request, Session], Response]


def is_administrator(request: Request) -> bool:
    """Whether whoever is signed in may change team, hours and keys."""
    return bool(request.state.practitioner.role is Role.ADMINISTRATOR)


def administrators(endpoint: Endpoint) -> Endpoint:
    """Below `staff_only`: everybody but administrators gets a plain 403 page."""

    @wraps(endpoint)
    def run(request: Request, db: Session) -> Response:
        if not is_administrator(request):
            return desk_page(request, db, "console/not_yours.html", 403)
        return endpoint(request, db)

    return run


def not_coordinators(endpoint: Endpoint) -> Endpoint:
    """Below `staff_only`: coordinators get a plain 403 page."""

    @wraps(endpoint)
    def run(request: Request, db: Session) -> Response:
        if request.state.practitioner.role is Role.COORDINATOR:
            return desk_page(request, db, "console/for_clinicians.html", 403)
        return endpoint(request, db)

    return run
