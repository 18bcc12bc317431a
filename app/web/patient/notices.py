"""Notices beside texts: turned on by a tap in this browser, off by one tap anywhere."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.access import devices
from app.i18n import gettext as _
from app.people.models import Patient
from app.push import subscriptions, vapid
from app.push.models import PushSubscription
from app.refusal import Refusal
from app.web.forms import read_json
from app.web.guards import patient_only
from app.web.pages import find_or_404, not_found, page, redirect

_LARGEST = 4 * 1024


@patient_only
def show(request: Request, db: Session) -> Response:
    """What notices are, where they come, and how to turn them on or off."""
    return page(
        request,
        "patient/notices.html",
        browsers=subscriptions.live_of(db, request.state.patient),
        can_wait=request.state.after_dose,
        are_had=bool(request.app.state.settings.push_hosts),
        spoken=devices.spoken,
    )


@patient_only
def key(request: Request, db: Session) -> Response:
    """The key that a browser subscribes to."""
    del request
    return JSONResponse({"key": vapid.public_key(db)})


@patient_only
def subscribe(request: Request, db: Session) -> Response:
    """This browser takes notices from now on. Refuses within a day of a dose: it can wait."""
    posted = read_json(request, limit=_LARGEST)
    keys: Any = posted.get("keys")
    keys = keys if isinstance(keys, dict) else {}
    try:
        _refuse_what_can_wait(request)
        subscriptions.subscribe(
            db,
            request.state.patient,
            endpoint=str(posted.get("endpoint", "")),
            p256dh=str(keys.get("p256dh", "")),
            auth=str(keys.get("auth", "")),
            device=devices.label(request.headers.get("user-agent", "")),
            hosts=request.app.state.settings.push_hosts,
        )
    except Refusal as refusal:
        return JSONResponse({"message": refusal.message}, 422)
    return JSONResponse({"address": request.app.url_path_for("notices")}, 201)


@patient_only
def turn_off(request: Request, db: Session) -> Response:
    """No more notices there. Another person's browser is not found."""
    patient: Patient = request.state.patient
    subscription = find_or_404(db, PushSubscription, request)
    if subscription.patient_id != patient.id:
        not_found()
    subscriptions.turn_off(db, patient, subscription)
    return redirect(request, "notices")


def _refuse_what_can_wait(request: Request) -> None:
    if request.state.after_dose:
        raise Refusal(_("This can wait until tomorrow. Texts come as they do."))


routes = [
    Route("/notices", show, name="notices"),
    Route("/push/key", key, methods=["POST"], name="push-key"),
    Route("/push/subscriptions", subscribe, methods=["POST"], name="push-subscribe"),
    Route("/push/{id}/off", turn_off, methods=["POST"], name="push-off"),
]
