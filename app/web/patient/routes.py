"""Everything for a patient who is signed in."""

from starlette.routing import BaseRoute

from app.web.patient import devices, home

routes: list[BaseRoute] = [*home.routes, *devices.routes]
