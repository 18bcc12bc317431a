"""The router, with its routes sorted by where an address begins.

Of some three hundred only those are tried that begin with the address's own first part, in the
order of the site map, among them those that may begin with anything.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.routing import BaseRoute, Match, Mount, Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send

_Routes = tuple[BaseRoute, ...]


class Signposts(Router):
    """Finds what a router finds, and asks fewer routes."""

    def __init__(self, routes: Sequence[BaseRoute], **others: Any) -> None:
        super().__init__(routes, **others)
        self._below, self._anywhere = _sorted(self.routes)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As a router does; what is not plainly there it looks for everywhere, as that does."""
        if scope["type"] != "lifespan":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            first = path.lstrip("/").split("/", 1)[0]
            for route in self._below.get(first, self._anywhere):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.setdefault("router", self)
                    scope["route"] = route
                    scope.update(found)
                    await route.handle(scope, receive, send)
                    return
        await super().app(scope, receive, send)


def _sorted(routes: Sequence[BaseRoute]) -> tuple[Mapping[str, _Routes], _Routes]:
    """The routes by the first part of their addresses; and those that may begin with anything."""
    first_of = [(route, _first(route)) for route in routes]
    below: dict[str, list[BaseRoute]] = {first: [] for _, first in first_of if first is not None}
    anywhere: list[BaseRoute] = []
    for route, first in first_of:
        for those in (anywhere, *below.values()) if first is None else (below[first],):
            those.append(route)
    return {first: tuple(those) for first, those in below.items()}, tuple(anywhere)


def _first(route: BaseRoute) -> str | None:
    """The first part of a route's addresses; None: it may be anything."""
    if not isinstance(route, Route | WebSocketRoute | Mount):
        return None
    first = route.path.lstrip("/").split("/", 1)[0]
    return None if "{" in first or (not first and isinstance(route, Mount)) else first
