"""What `POST /x` answers for a sign-in link. Its page exchanges on a press, never by itself."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import i18n
from app.access import sign_in_links
from app.access.models import Strength
from app.access.sign_in_links import Elsewhere, Opened
from app.links.models import MagicLink
from app.refusal import Refusal
from app.web import signing_in, step_up
from app.web.pages import mood, render


def press(request: Request, db: Session, link: MagicLink) -> Response:
    """Signs in where the code was asked for; shows the code anywhere else.

    `{"state": "signed-in", "address": …}` for the script to go to, or `"code"` or `"ended"` with
    a page's part to show.
    """
    browser = signing_in.browser_of(request)
    try:
        pressed = sign_in_links.press(db, link, browser=browser)
    except Refusal:
        return _part(request, "ended", "public/links/_sign_in_ended.html")
    if isinstance(pressed, Elsewhere):
        return _part(request, "code", "public/links/_sign_in_code.html", digits=pressed.digits)
    if isinstance(pressed, Opened) and browser is not None:
        response = JSONResponse({"state": "signed-in", "address": step_up.where_to(request)})
        signing_in.let_in(request, db, response, pressed.patient, Strength.CODE, browser=browser)
        return response
    return JSONResponse({"state": "signed-in", "address": "/sign-in/birth-date"})


def _part(request: Request, state: str, template: str, **context: object) -> Response:
    html = render(request, template, **context)
    return JSONResponse(
        {"state": state, "html": html, "lang": i18n.language(), "mood": mood(request)}
    )
