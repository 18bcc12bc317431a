"""What Afterglow keeps about people, who sees it, and the terms of its texts: for anybody."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.people.models import Clinic
from app.web import lone_clinic
from app.web.guards import anyone
from app.web.pages import page


@anyone
def privacy(request: Request, db: Session) -> Response:
    """The page, with the name and number of the clinic that the address names, or of the only one.

    A clinic that is not known changes nothing: the words are the same for all.
    """
    slug = request.query_params.get("clinic", "")
    found = db.scalar(select(Clinic).where(Clinic.slug == slug)) if slug else None
    if found is None:
        lone_clinic.name(request, db)
    else:
        request.state.clinic = found
    return page(request, "public/privacy.html")


routes = [Route("/privacy", privacy, methods=["GET"], name="privacy")]
