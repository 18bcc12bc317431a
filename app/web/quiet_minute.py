"""The page of a quiet minute: what it says to somebody now, and to nobody."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app import clock, i18n, wall_time
from app.db.base import new_id
from app.i18n import gettext as _
from app.journal import checks_beside, lines, prompts
from app.journal.models import JournalPrompt
from app.people.models import Clinic, Patient
from app.scheduling import closures, staffed_hours
from app.web import weekly_hours
from app.web.pages import render

PATH = "/journal/write"
_TEMPLATE = "patient/journal/write.html"
_SOON = timedelta(days=3)
_ALWAYS = "open"  # the id of the question that is there when nothing is asked


@dataclass(frozen=True)
class Bring:
    """To whom lines can be brought, and when."""

    to: str
    day: str


@dataclass(frozen=True)
class Minute:
    """What is asked, in words, and what the page must know beside it."""

    source: str  # server, or shell
    lead: str
    questions: list[tuple[str, str]]
    readers: str = ""
    owner: str = ""
    clock: str = ""
    prompt: str = ""
    moment: str = ""
    check: str = ""
    bring: Bring | None = None
    uuid: str = ""

    def question(self, id_: str) -> str:
        """The words of a question by its id; of the first one for an id that is none."""
        return dict(self.questions).get(id_, self.questions[0][1])


@dataclass(frozen=True)
class Kept:
    """What was just kept, for whoever has no scripts: its lines can be ticked right away."""

    fields: list[tuple[str, str]]
    lines: list[str]


def shown(
    request: Request,
    minute: Minute,
    *,
    screen: str = "writing",
    status: int = 200,
    typed: str = "",
    kept: Kept | None = None,
    refusal: object = None,
) -> Response:
    """The page. `screen`: writing, kept, done or skipped; the others are there for scripts."""
    said = {"screen": screen, "typed": typed, "kept": kept, "refusal": refusal}
    html = render(request, _TEMPLATE, minute=minute, unknown_here=False, **said)
    return HTMLResponse(html, status)


def shown_to_nobody(request: Request, *, status: int = 200, typed: str = "") -> Response:
    """The same for a browser that nobody knows. What was typed stays where it is."""
    said = {"screen": "writing", "typed": typed, "kept": None, "refusal": None}
    html = render(request, _TEMPLATE, minute=_for_nobody(), unknown_here=True, **said)
    return HTMLResponse(html, status)


def shell(request: Request) -> str:
    """The page as a phone keeps it: the same for everybody."""
    said = {"screen": "writing", "typed": "", "kept": None, "refusal": None}
    fixed = {"mood": "", "clinic": None, "patient": None, "comes_back_to": PATH}
    return render(request, _TEMPLATE, minute=_for_nobody(), unknown_here=False, **said, **fixed)


def of(request: Request, db: Session, *, uuid: UUID | None = None) -> Minute:
    """What is asked of the patient who is let in. Changes nothing.

    `uuid`: of the entry that is written here without scripts, so that it is kept once.
    """
    patient: Patient = request.state.patient
    whose = request.state.link or patient
    prompt, check = prompts.current(db, whose), checks_beside.waiting(db, whose)
    lead, questions = _asked(prompt)
    return Minute(
        "server",
        lead=lead,
        questions=questions,
        readers=readers(db, patient.clinic),
        owner=request.state.owner,
        clock=clock.now().isoformat(),
        prompt=str(prompt.id) if prompt else "",
        moment=prompt.moment.value if prompt else "",
        check=f"/intake/{check.id}" if check else "",
        # With whom they talk and when is theirs to read, and a link may be in other hands.
        bring=bring(db, patient) if request.state.link is None else None,
        uuid=str(uuid or new_id()),
    )


def readers(db: Session, clinic: Clinic) -> str:
    """When somebody at the clinic reads what is shared, as far as it has said so."""
    today = wall_time.wall(clock.now(), clinic.zone).date()
    hours = weekly_hours.spoken(staffed_hours.hours_of(db, clinic, None), today)
    if not hours:
        return _("Nobody watches this page day and night.")
    said = _("%(clinic)s reads shared words %(hours)s.") % {"clinic": clinic.name, "hours": hours}
    return f"{i18n.one_stop(said)} {_closed_soon(db, clinic)}".rstrip()


def bring(db: Session, patient: Patient) -> Bring | None:
    """The talk that lines can be brought to. None: none is booked."""
    visit = lines.next_visit(db, patient)
    if visit is None or visit.practitioner is None:
        return None
    return Bring(visit.practitioner.display_name, i18n.local_day(visit.starts_at, patient.zone))


def _for_nobody() -> Minute:
    return Minute("shell", lead=_lead(), questions=[_question()])


def _asked(prompt: JournalPrompt | None) -> tuple[str, list[tuple[str, str]]]:
    if prompt is None:
        return _lead(), [_question()]
    asked = prompts.shown(prompt, i18n.language())
    questions = [(question.id, question.text) for question in asked.questions]
    return asked.lead or _lead(), questions or [_question()]


def _lead() -> str:
    return _("A quiet minute, if you want it")


def _question() -> tuple[str, str]:
    return _ALWAYS, _("What is with you right now?")


def _closed_soon(db: Session, clinic: Clinic) -> str:
    """Holidays of these days: else the weekly hours would promise too much."""
    now = clock.now()
    today = wall_time.wall(now, clinic.zone).date()
    closed = closures.closed_days(db, clinic, now, now + _SOON)
    near = [day for day in sorted(closed) if today <= day <= today + _SOON]
    noons = (wall_time.instant(datetime.combine(day, time(12)), clinic.zone) for day in near)
    days = ", ".join(i18n.local_short_day(noon, clinic.zone) for noon in noons)
    return _("Closed: %(days)s.") % {"days": days} if days else ""
