"""The strip on top of every console page: taking an alert on, clearing an alarm."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import live
from app.audit import trail
from app.messaging import alarms
from app.safety import escalation
from app.safety.models import SafetyAlert
from app.web import ways_back
from app.web.console.desk import desk_page, is_nobodys_doing
from app.web.console.roles import administrators
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404


@staff_only
def strip(request: Request, db: Session) -> Response:
    """The strip by itself, for a page that keeps itself true."""
    response = desk_page(request, db, "console/_alerts.html", here="/clinic", is_part=True)
    is_nobodys_doing(request)
    return response


@staff_only
def acknowledge(request: Request, db: Session) -> Response:
    """Somebody takes an alert on; it stops reaching others. Twice changes nothing."""
    alert = find_or_404(db, SafetyAlert, request, clinic_id=request.state.clinic.id)
    to = text(read_form(request), "to") or "/clinic"
    escalation.acknowledge(db, alert, by=request.state.practitioner)
    return RedirectResponse(ways_back.safe(to), 303)


@staff_only
@administrators
def clear_alarm(request: Request, db: Session) -> Response:
    """What was wrong with the road of texts is put right. Twice changes nothing."""
    form = read_form(request)
    code, to = text(form, "code"), text(form, "to") or "/clinic"
    for alarm in alarms.open_alarms(db):
        if alarm.code == code:
            alarms.clear(db, alarm)
            trail.record(
                db, "clear-alarm", agent=request.state.practitioner, entity=alarm, detail=code
            )
            live.publish(db, f"desk:{request.state.clinic.id}")
    return RedirectResponse(ways_back.safe(to), 303)


routes = [
    Route("/alerts", strip, name="alerts"),
    Route("/alerts/{id}/acknowledgement", acknowledge, methods=["POST"], name="acknowledge"),
    Route("/alarms/clearance", clear_alarm, methods=["POST"], name="clear-alarm"),
]
