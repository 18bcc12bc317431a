"""Shows somebody the picture or paper that they added to their answers."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.intake import attachments
from app.intake.doors import Doorway
from app.web.files.sent_files import sent
from app.web.guards import intake_only
from app.web.pages import not_found
from app.web.patient.intake.pages import task_of


@intake_only
def show(request: Request, db: Session) -> Response:
    """The file, to a browser that may read the sheet it stands on. Unknown to every other."""
    doorway: Doorway = request.state.doorway
    response = task_of(doorway).response
    if response is None or not doorway.may_read(response):
        not_found()
    attachment = attachments.find(db, response, request.path_params["file"])
    if attachment is None:
        not_found()
    return sent(attachment)


routes = [Route("/intake/{task}/files/{file}", show, name="intake:file")]
