"""Everything that needs no session."""

from starlette.routing import BaseRoute

from app.web.public import choices, health, safety

routes: list[BaseRoute] = [*choices.routes, *safety.routes, *health.routes]
