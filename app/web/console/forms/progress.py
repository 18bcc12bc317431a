"""How far people come with what they are asked, and at which question they stop."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.intake import funnel
from app.intake.funnel import Counted
from app.web.console.desk import desk_page
from app.web.console.patients import asked_words
from app.web.guards import staff_only


@staff_only
def show(request: Request, db: Session) -> Response:
    """Counts of half a year. Below ten no shares: they would say more than they know."""
    clinic = request.state.clinic
    counted = funnel.counted(db, clinic.id)
    stops = funnel.stops(db, clinic.id)
    return desk_page(
        request,
        db,
        "console/forms/progress.html",
        section="forms",
        counted=counted,
        steps=_steps(counted),
        stops=[
            (
                asked_words.title(stop.questionnaire),
                asked_words.question(stop.questionnaire, stop.link_id),
                stop,
            )
            for stop in stops
        ],
    )


def _steps(counted: Counted) -> list[tuple[str, int, int | None]]:
    """Words, count and share in whole percent of what was asked."""
    rows = [
        (_("Asked"), counted.asked),
        (_("Sent by text"), counted.sent),
        (_("Delivered"), counted.delivered),
        (_("Opened"), counted.opened),
        (_("Started"), counted.started),
        (_("Done"), counted.done),
    ]
    return [
        (words, count, round(100 * count / counted.asked) if counted.may_say_shares else None)
        for words, count in rows
    ]


routes = [Route("/forms/progress", show, methods=["GET"], name="forms-progress")]
