"""Keeps every role to its own addresses, as `app/web/access/staff.py` says for each of them."""

from collections.abc import Sequence
from copy import copy

from sqlalchemy.orm import Session
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from app.access import kept_passkeys
from app.access.models import Strength, WebSession
from app.people.models import Role
from app.web.access import staff
from app.web.console.desk import desk_page

_PAGES = {
    Role.CLINICIAN: "console/for_clinicians.html",
    Role.ADMINISTRATOR: "console/not_yours.html",
}


def enforced(routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """The same routes; whoever is signed in and may not open one gets a plain 403 page there."""
    return [
        _for_role(route)
        if isinstance(route, Route) and route.name not in staff.BEFORE_SIGNING_IN
        else route
        for route in routes
    ]


def may(request: Request, name: str) -> bool:
    """Whether whoever is signed in may open this route. For pages that would link there."""
    return staff.may(request.state.practitioner.role, name)


def is_administrator(request: Request) -> bool:
    """Whether whoever is signed in may change the clinic."""
    return bool(request.state.practitioner.role is Role.ADMINISTRATOR)


def _for_role(route: Route) -> Route:
    name = route.name
    limit = route.app if isinstance(route.app, RequestBodyLimitMiddleware) else None
    inside = limit.app if limit else route.app

    def refuse(request: Request, db: Session) -> Response | None:
        if not may(request, name):
            return desk_page(request, db, _PAGES[staff.least(name)], 403)
        if name in staff.NEEDS_PROOF and not _has_shown_it_is_them(request):
            # What was typed lies sealed in the tab; the way back leads to it.
            return RedirectResponse("/clinic/sign-in?again=1", 303)
        return None

    async def ask(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["refuse"] = refuse  # the guard asks, once it knows who it is
        await inside(scope, receive, send)

    asking = copy(route)
    # Its own limit stays outermost: whoever takes in the body looks for it there.
    asking.app = (
        RequestBodyLimitMiddleware(ask, max_body_size=limit.max_body_size) if limit else ask
    )
    return asking


def _has_shown_it_is_them(request: Request) -> bool:
    web_session: WebSession = request.state.web_session
    # The demo's clinician has no passkey to show.
    return web_session.strength is Strength.DEMO or kept_passkeys.was_just_shown(web_session)
