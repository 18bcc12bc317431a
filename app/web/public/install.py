"""How the pages are put among a phone's apps, in pictures. Nothing needs it."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access import devices
from app.web import lone_clinic
from app.web.guards import anyone
from app.web.pages import page

_APPLES = ("iPhone", "iPad")


@anyone
def show(request: Request, db: Session) -> Response:
    """The steps for the phone that asks; for both kinds where it is neither."""
    lone_clinic.name(request, db)
    device = devices.label(request.headers.get("user-agent", ""))
    is_apple, is_android = device in _APPLES, device.startswith("Android")
    return page(
        request,
        "public/install.html",
        for_apple=is_apple or not is_android,
        for_android=is_android or not is_apple,
    )


routes = [Route("/install", show, methods=["GET"], name="install")]
