"""What is offered for keeps: this phone as the key, the icon among the apps, notices.

One at a time and never on a raw morning: after the second good visit, not within a day of a dose.
"Not now" is an answer: the same is not offered again for half a year, and nothing for a week.
"""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access import kept_passkeys
from app.people.models import Patient
from app.push import subscriptions
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.web import cookies
from app.web.forms import read_form, text
from app.web.guards import patient_only
from app.web.pages import redirect
from app.web.patient.admitted_here import admitted_here

PUT_OFF_COOKIE = "__Host-ag_later"
QUIET_COOKIE = "__Host-ag_quiet"
_GOOD_VISITS = 2
_HALF_A_YEAR = 182 * 24 * 3600
_A_WEEK = 7 * 24 * 3600


class Offer(StrEnum):
    """In the order in which they are made."""

    PASSKEY = "passkey"
    INSTALL = "install"
    NOTICES = "notices"


def open_to(request: Request, db: Session) -> Sequence[Offer]:
    """What may be offered here and now, the first in front.

    Only the browser knows whether it is installed and can show notices: the page's script drops
    what does not fit.
    """
    patient: Patient = request.state.patient
    if request.state.after_dose or request.cookies.get(QUIET_COOKIE):
        return []
    good_visits = (
        select(func.count())
        .select_from(Appointment)
        .where(
            Appointment.patient_id == patient.id,
            Appointment.service != Service.INFUSION,
            Appointment.status == AppointmentStatus.FULFILLED,
        )
        .scalar_subquery()
    )
    count, has_passkey, may_make_one, takes_notices = db.execute(
        select(
            good_visits,
            kept_passkeys.any_of(patient),
            admitted_here(request, patient),
            subscriptions.any_of(patient),
        )
    ).one()
    if count < _GOOD_VISITS:
        return []
    taken = set(_put_off(request))
    if has_passkey or not may_make_one:
        taken.add(Offer.PASSKEY)
    if takes_notices or not request.app.state.settings.push_hosts:
        taken.add(Offer.NOTICES)
    return [offer for offer in Offer if offer not in taken]


@patient_only
def put_off(request: Request, db: Session) -> Response:
    """Not now. Kept on this device alone."""
    del db
    response = redirect(request, "home")
    named = text(read_form(request), "offer")
    chosen = [offer for offer in Offer if offer == named or offer in _put_off(request)]
    cookies.put(response, PUT_OFF_COOKIE, ".".join(chosen), seconds=_HALF_A_YEAR)
    cookies.put(response, QUIET_COOKIE, "1", seconds=_A_WEEK)
    return response


def _put_off(request: Request) -> list[Offer]:
    named = request.cookies.get(PUT_OFF_COOKIE, "").split(".")
    return [offer for offer in Offer if offer.value in named]


routes = [Route("/offers/later", put_off, methods=["POST"], name="put-off")]
