"""Which other systems are told of changes, and what they did not take."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.i18n import ngettext
from app.refusal import Refusal
from app.subscriptions import keeping
from app.subscriptions.models import (
    EventStatus,
    Subscription,
    SubscriptionEvent,
    SubscriptionStatus,
)
from app.web.console.desk import desk_page
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

_SHOWN = 10


@dataclass(frozen=True)
class _Line:
    """One subscription as the page shows it."""

    row: Subscription
    about: str
    waiting: str
    given_up: str
    newest: list[SubscriptionEvent]

    @property
    def is_off(self) -> bool:
        return self.row.status is SubscriptionStatus.OFF

    @property
    def is_failing(self) -> bool:
        return not self.is_off and self.row.failures > 0


@staff_only
def show(request: Request, db: Session) -> Response:
    """Every subscription, with what waits and what was given up."""
    rows = keeping.of(db, request.state.clinic)
    counts = keeping.counts(db, [row.id for row in rows])
    lines = [_line(db, row, counts) for row in rows]
    return desk_page(
        request,
        db,
        "console/team/other_systems.html",
        section="team",
        lines=lines,
        answer_words=answer_words,
    )


@staff_only
def pause(request: Request, db: Session) -> Response:
    """Nothing is told, nor written down, until it is resumed."""
    keeping.pause(db, _found(request, db), by=request.state.practitioner)
    return redirect(request, "console:other-systems")


@staff_only
def resume(request: Request, db: Session) -> Response:
    """It is told again; what waited goes first."""
    keeping.resume(db, _found(request, db), by=request.state.practitioner)
    return redirect(request, "console:other-systems")


@staff_only
def replay(request: Request, db: Session) -> Response:
    """What was given up is sent again."""
    keeping.replay(db, _found(request, db), by=request.state.practitioner)
    return redirect(request, "console:other-systems")


@staff_only
def end(request: Request, db: Session) -> Response:
    """Nothing is told any more. Twice is once."""
    subscription = find_or_404(db, Subscription, request, clinic_id=request.state.clinic.id)
    keeping.end(db, subscription, by=request.state.practitioner)
    return redirect(request, "console:other-systems")


def words(resource_type: str) -> str:
    """What a resource type is to staff."""
    return {
        "Appointment": _("Appointments"),
        "Communication": _("Texts"),
        "Consent": _("Consents"),
        "Encounter": _("What took place"),
        "Patient": _("Patients"),
        "PlanDefinition": _("Protocols"),
        "Practitioner": _("Team"),
        "Questionnaire": _("Forms"),
        "QuestionnaireResponse": _("Answers"),
        "Task": _("What a patient was asked"),
    }.get(resource_type, resource_type)


def answer_words(answer: int | None) -> str:
    """What came back, for whoever phones the other system's people."""
    return _("it answered %(status)s") % {"status": answer} if answer else _("no answer")


def _found(request: Request, db: Session) -> Subscription:
    subscription = find_or_404(db, Subscription, request, clinic_id=request.state.clinic.id)
    if subscription.ended_at is not None:
        raise Refusal(_("That subscription has ended."))
    return subscription


def _line(db: Session, row: Subscription, counts: dict[tuple[UUID, EventStatus], int]) -> _Line:
    waiting = counts.get((row.id, EventStatus.WAITING), 0)
    dead = counts.get((row.id, EventStatus.DEAD), 0)
    return _Line(
        row=row,
        about=words(row.resource_type),
        waiting=_waiting_words(waiting) if waiting else "",
        given_up=_given_up_words(dead) if dead else "",
        newest=keeping.given_up(db, row, _SHOWN) if dead else [],
    )


def _waiting_words(count: int) -> str:
    return ngettext("%(count)s change waits", "%(count)s changes wait", count) % {"count": count}


def _given_up_words(count: int) -> str:
    return ngettext("%(count)s change was given up", "%(count)s changes were given up", count) % {
        "count": count
    }


_AT = "/other-systems/{id}"
routes = [
    Route("/other-systems", show, name="other-systems"),
    Route(f"{_AT}/pause", pause, methods=["POST"], name="pause-subscription"),
    Route(f"{_AT}/return", resume, methods=["POST"], name="resume-subscription"),
    Route(f"{_AT}/replay", replay, methods=["POST"], name="replay-subscription"),
    Route(f"{_AT}/end", end, methods=["POST"], name="end-subscription"),
]
