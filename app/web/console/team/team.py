"""The team: who works here, how they are reached, how they get in."""

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access import api_keys, invitations, kept_passkeys, web_sessions
from app.people import staffing
from app.people.models import Practitioner
from app.protocols import leaving
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.roles import is_administrator
from app.web.console.team import keys_shown, team_form
from app.web.forms import read_form
from app.web.guards import staff_only
from app.web.pages import find_or_404, redirect

Act = Callable[[Request, Session, Practitioner], Response]


@staff_only
def show(request: Request, db: Session) -> Response:
    """Everybody who works here, in which order they are called, and the keys of other systems."""
    clinic, may_change = request.state.clinic, is_administrator(request)
    team = staffing.team(db, clinic)
    keys = keys_shown.lines(api_keys.of(db, clinic), team) if may_change else []
    return desk_page(
        request,
        db,
        "console/team/list.html",
        section="team",
        team=team,
        may_change=may_change,
        keys=keys,
        leavers=any(line.is_leavers and not line.is_replaced for line in keys),
        waiting={each.practitioner_id for each in invitations.all_waiting(db, clinic)},
    )


@staff_only
def form(request: Request, db: Session) -> Response:
    """The form of a new member."""
    return _form_page(request, db, None, team_form.empty(), Faults())


@staff_only
def add(request: Request, db: Session) -> Response:
    """Add a member and show their one-time address. Sent twice, the second is refused."""
    posted, clinic = read_form(request), request.state.clinic
    member, faults = team_form.read(posted, clinic)
    if not faults:
        try:
            practitioner = staffing.add(db, clinic, member, by=request.state.practitioner)
        except Refusal as refusal:
            faults.take(refusal)
        else:
            db.flush()  # the invitation points at the row
            return _invite(request, db, practitioner)
    return _form_page(request, db, None, team_form.typed(posted), faults)


@staff_only
def edit(request: Request, db: Session) -> Response:
    """The form of what is known, and what else can be done."""
    practitioner = _found(request, db)
    return _form_page(request, db, practitioner, team_form.filled(practitioner), Faults())


@staff_only
def change(request: Request, db: Session) -> Response:
    """Write down what holds now."""
    practitioner = _found(request, db)
    posted = read_form(request)
    member, faults = team_form.read(posted, request.state.clinic)
    if not faults:
        try:
            staffing.change(db, practitioner, member, by=request.state.practitioner)
            return redirect(request, "console:team")
        except Refusal as refusal:
            faults.take(refusal)
    return _form_page(request, db, practitioner, team_form.typed(posted), faults)


@staff_only
def invite(request: Request, db: Session) -> Response:
    """A new one-time address; the one before it is void."""
    return _refusable(request, db, _found(request, db), _invite)


@staff_only
def withdraw(request: Request, db: Session) -> Response:
    """The one-time address that was handed out is void. Twice changes nothing."""
    practitioner = _found(request, db)
    invitations.withdraw(db, practitioner, by=request.state.practitioner)
    return redirect(request, "console:member", id=practitioner.id)


@staff_only
def recover(request: Request, db: Session) -> Response:
    """For a lost device: what opened the console on it ends now, and a new address is made."""

    def start_over(request: Request, db: Session, practitioner: Practitioner) -> Response:
        token = invitations.recover(db, practitioner, by=request.state.practitioner)
        return _invitation_page(request, db, practitioner, token)

    return _refusable(request, db, _found(request, db), start_over)


@staff_only
def disable(request: Request, db: Session) -> Response:
    """They no longer work here: out at once, and what they had in hand is everybody's."""

    def end(request: Request, db: Session, practitioner: Practitioner) -> Response:
        leaving.leave(db, practitioner, by=request.state.practitioner)
        return redirect(request, "console:member", id=practitioner.id)

    return _refusable(request, db, _found(request, db), end)


@staff_only
def enable(request: Request, db: Session) -> Response:
    """They work here again, once they took up an invitation."""
    practitioner = _found(request, db)
    staffing.enable(db, practitioner, by=request.state.practitioner)
    return redirect(request, "console:member", id=practitioner.id)


def _refusable(request: Request, db: Session, practitioner: Practitioner, act: Act) -> Response:
    try:
        return act(request, db, practitioner)
    except Refusal as refusal:
        faults = Faults()
        faults.take(refusal)
        return _form_page(request, db, practitioner, team_form.filled(practitioner), faults)


def _invite(request: Request, db: Session, practitioner: Practitioner) -> Response:
    token = invitations.invite(db, practitioner, by=request.state.practitioner)
    return _invitation_page(request, db, practitioner, token)


def _invitation_page(
    request: Request, db: Session, practitioner: Practitioner, token: str
) -> Response:
    import segno  # 3 MB of a process, for a page that few ever open

    address = f"{request.app.state.settings.base_url}{invitations.PATH}#{token}"
    drawn = segno.make(address, error="m", micro=False)
    return desk_page(
        request,
        db,
        "console/team/invitation.html",
        section="team",
        member=practitioner,
        address=address,
        days=invitations.LIVES.days,
        picture=drawn.svg_data_uri(scale=5, border=4, dark="#000", light="#fff"),
    )


def _found(request: Request, db: Session) -> Practitioner:
    return find_or_404(db, Practitioner, request, clinic_id=request.state.clinic.id)


def _form_page(
    request: Request,
    db: Session,
    practitioner: Practitioner | None,
    values: dict[str, str],
    faults: Faults,
) -> Response:
    keys = api_keys.of(db, request.state.clinic) if practitioner else []
    return desk_page(
        request,
        db,
        "console/team/form.html",
        422 if faults else 200,
        section="team",
        member=practitioner,
        waiting=invitations.waiting(db, practitioner) if practitioner else None,
        passkeys=kept_passkeys.of(db, practitioner) if practitioner else [],
        browsers=web_sessions.of(db, practitioner) if practitioner else [],
        held=leaving.held_by(db, practitioner) if practitioner else None,
        keys=keys_shown.of_member(practitioner, keys) if practitioner else [],
        values=values,
        roles=team_form.roles(),
        refusal=faults,
    )


routes = [
    Route("/team", show, methods=["GET"], name="team"),
    Route("/team", add, methods=["POST"], name="add-member"),
    Route("/team/new", form, name="new-member"),
    Route("/team/{id}", edit, methods=["GET"], name="member"),
    Route("/team/{id}", change, methods=["POST"], name="change-member"),
    Route("/team/{id}/invitation", invite, methods=["POST"], name="invite"),
    Route(
        "/team/{id}/invitation/withdrawal", withdraw, methods=["POST"], name="withdraw-invitation"
    ),
    Route("/team/{id}/recovery", recover, methods=["POST"], name="recover"),
    Route("/team/{id}/leave", disable, methods=["POST"], name="disable-member"),
    Route("/team/{id}/return", enable, methods=["POST"], name="enable-member"),
]
