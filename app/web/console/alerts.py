"""The strip on every console page, and what is done about an alert: taken on, then closed."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import live
from app.audit import trail
from app.i18n import gettext as _
from app.messaging import alarms
from app.refusal import Refusal
from app.safety import closing, escalation, from_devices
from app.safety.models import Outcome, SafetyAlert
from app.web import ways_back
from app.web.console import looking, words
from app.web.console.desk import desk_page, is_nobodys_doing
from app.web.console.faults import Faults
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import find_or_404, for_scripts_only, redirect

_LONGEST_NOTE = 2000


@staff_only
def strip(request: Request, db: Session) -> Response:
    """The strip by itself, for a page that keeps itself true."""
    for_scripts_only(request)
    response = desk_page(request, db, "console/_alerts.html", here="/clinic", is_part=True)
    is_nobodys_doing(request)
    return response


@staff_only
def show(request: Request, db: Session) -> Response:
    """One alert: whom it is about, what raised it, what has been done. Looking is written down."""
    alert = _found(request, db)
    looking.note(request, "view", alert)
    return _alert_page(request, db, alert, {}, Faults())


@staff_only
def acknowledge(request: Request, db: Session) -> Response:
    """Somebody takes an alert on; it stops reaching others. Twice changes nothing."""
    alert = _found(request, db)
    form, faults = read_form(request), Faults()
    to = text(form, "to") or "/clinic"
    note = faults.reading(lambda: text(form, "note", limit=_LONGEST_NOTE))
    if note is None:
        return _alert_page(request, db, alert, {"note": str(form["note"])}, faults)
    escalation.acknowledge(db, alert, by=request.state.practitioner, note=note)
    return RedirectResponse(ways_back.safe(to), 303)


@staff_only
def close(request: Request, db: Session) -> Response:
    """What came of it is written down, and the alert leaves the strip. Twice changes nothing."""
    alert = _found(request, db)
    form, faults = read_form(request), Faults()
    note = faults.reading(lambda: text(form, "note", limit=_LONGEST_NOTE))
    chosen = str(form.get("outcome", ""))
    if chosen not in list(Outcome):
        faults.add("outcome", _("Choose what came of it."))
    if note == "":
        faults.add("note", _("Write a few words about what was done."))
    if not faults and note is not None:
        try:
            closing.close(db, alert, Outcome(chosen), note, by=request.state.practitioner)
            return redirect(request, "console:alert", id=alert.id)
        except Refusal as refusal:
            faults.take(refusal)
    values = {"note": str(form.get("note", "")), "outcome": chosen}
    return _alert_page(request, db, alert, values, faults)


@staff_only
def clear_alarm(request: Request, db: Session) -> Response:
    """What was wrong with the road of texts is put right. Twice changes nothing."""
    form = read_form(request)
    code, to = text(form, "code"), text(form, "to") or "/clinic"
    for alarm in alarms.open_alarms(db, request.state.clinic):
        if alarm.code == code:
            alarms.clear(db, alarm)
            trail.record(
                db, "clear-alarm", agent=request.state.practitioner, entity=alarm, detail=code
            )
            live.publish(db, f"desk:{request.state.clinic.id}")
    return RedirectResponse(ways_back.safe(to), 303)


def _found(request: Request, db: Session) -> SafetyAlert:
    return find_or_404(db, SafetyAlert, request, clinic_id=request.state.clinic.id)


def _alert_page(
    request: Request, db: Session, alert: SafetyAlert, values: dict[str, str], faults: Faults
) -> Response:
    return desk_page(
        request,
        db,
        "console/alerts/show.html",
        422 if faults else 200,
        alert=alert,
        on_phone_at=from_devices.happened_at(db, alert),
        outcomes=[(each.value, words.outcome(each)) for each in Outcome],
        values=values,
        refusal=faults,
    )


routes = [
    Route("/alerts", strip, name="alerts"),
    Route("/alerts/{id}", show, name="alert"),
    Route("/alerts/{id}/closure", close, methods=["POST"], name="close-alert"),
    Route("/alerts/{id}/acknowledgement", acknowledge, methods=["POST"], name="acknowledge"),
    Route("/alarms/clearance", clear_alarm, methods=["POST"], name="clear-alarm"),
]
