"""Everything of the console."""

from starlette.routing import BaseRoute

routes: list[BaseRoute] = []
