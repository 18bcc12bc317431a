"""What anybody may choose on their device: the light and the language. Kept in a cookie, no row."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import i18n
from app.web import cookies, ways_back
from app.web.forms import read_form, text
from app.web.guards import anyone
from app.web.pages import LANGUAGE_COOKIE, MOOD_COOKIE

_A_YEAR = 365 * 24 * 3600


@anyone
def choose_light(request: Request, _: Session) -> Response:
    """Gentle light on or off, from now on, on this device."""
    form = read_form(request)
    response = _back(text(form, "to"))
    chosen = "gentle" if text(form, "on") == "1" else "plain"
    cookies.put(response, MOOD_COOKIE, chosen, seconds=_A_YEAR)
    return response


@anyone
def choose_language(request: Request, _: Session) -> Response:
    """The language of pages on this device."""
    form = read_form(request)
    response = _back(text(form, "to"))
    language = i18n.known(text(form, "language"))
    if language:
        cookies.put(response, LANGUAGE_COOKIE, language, seconds=_A_YEAR)
    return response


def _back(to: str) -> Response:
    return RedirectResponse(ways_back.safe(to), 303)


routes = [
    Route("/gentle", choose_light, methods=["POST"], name="choose-light"),
    Route("/language", choose_language, methods=["POST"], name="choose-language"),
]
