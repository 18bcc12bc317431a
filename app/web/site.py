"""The site map: every address and who it is for."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Mount, Route

from app.web import escort
from app.web.console import routes as console
from app.web.doors import exchange, landing
from app.web.fhir import routes as fhir
from app.web.files import static_files
from app.web.hooks import twilio
from app.web.middleware import whole_bodies
from app.web.patient import routes as patient
from app.web.public import routes as public
from app.web.signposts import Signposts
from app.web.visit import routes as visit


def routes(beside: Sequence[BaseRoute] = ()) -> list[BaseRoute]:
    """All routes. `beside`: those of the demo, which are there only in the demo."""
    found = [
        *landing.routes,
        *exchange.routes,
        *public.routes,
        *patient.routes,
        *visit.routes,
        *escort.routes,
        console.entrance,
        Mount("/clinic", app=Signposts(console.routes), name="console"),
        fhir.door,
        *twilio.routes,
        *beside,
        Route("/static/{path:path}", static_files.serve, name="static"),
    ]
    return whole_bodies.first(found)
