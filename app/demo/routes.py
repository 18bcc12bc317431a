"""Everything that only the demo answers."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.demo import doors, people, pushing, stage, texting
from app.web.guards import anyone
from app.web.pages import page


@anyone
def components(request: Request, db: Session) -> Response:
    """Every component of the design system on one page."""
    return page(request, "demo/components.html", clinic=people.clinic(db))


routes: list[BaseRoute] = [
    *stage.routes,
    *texting.routes,
    *pushing.routes,
    *doors.routes,
    Route("/demo/components", components, name="demo:components"),
]
