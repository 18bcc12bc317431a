"""What better waits in the day after a session, and until what time by the clock."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.web import quiet_minute
from app.web.guards import journal_only
from app.web.pages import page


@journal_only
def show(request: Request, _db: Session) -> Response:
    """The whole list with its end, for whoever is signed in or came to write."""
    # Whoever only came to write is not signed in: home would ask them who they are.
    back = quiet_minute.PATH if request.state.link else "/"
    return page(request, "patient/aftercare.html", back=back)


routes = [Route("/aftercare", show, name="aftercare")]
