"""Everything of the FHIR door."""

from starlette.routing import BaseRoute

routes: list[BaseRoute] = []
