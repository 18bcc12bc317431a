"""What tapping the link of a session opens: its quiet hour, and a seat beside it by video."""

from sqlalchemy.orm import Session
from starlette.requests import Request

from app import i18n
from app.access.models import WebSession
from app.companion import hours
from app.links.models import MagicLink
from app.telehealth import seats
from app.web.pages import mood


def opened(
    request: Request, db: Session, link: MagicLink, web_session: WebSession
) -> dict[str, str]:
    """Where the link's page goes on. A live link to a session always leads to its hour."""
    hour = hours.of_link(db, link)
    if hour.visit is not None:
        seats.take(db, hour.visit, web_session, link)
    return {
        "lang": i18n.language(),
        "mood": mood(request),
        "state": "session",
        "address": f"/session/{hour.appointment_id}",
    }
