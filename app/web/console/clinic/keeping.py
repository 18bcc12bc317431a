"""How long the clinic keeps what, and what would go today."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.i18n import ngettext
from app.keeping import purging, rules
from app.keeping.models import Kept
from app.people.models import Clinic
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.forms import Unreadable, read_form, text
from app.web.guards import staff_only
from app.web.pages import redirect


@staff_only
def show(request: Request, db: Session) -> Response:
    """What is set, and what is over by it."""
    values = {kind.value: _written(days) for kind, days in rules.of(db, _clinic(request)).items()}
    return _page(request, db, values, Faults())


@staff_only
def save(request: Request, db: Session) -> Response:
    """Set it. What is over by then goes by itself, a batch each minute."""
    form, faults = read_form(request), Faults()
    wanted = {kind: faults.reading(partial(_number, form, kind.value)) for kind in Kept}
    if not faults:
        try:
            rules.change(db, _clinic(request), wanted, by=request.state.practitioner)
        except Refusal as refusal:
            faults.take(refusal)
        else:
            return redirect(request, "console:keeping")
    return _page(request, db, {kind.value: text(form, kind.value) for kind in Kept}, faults)


def _page(request: Request, db: Session, values: Mapping[str, str], faults: Faults) -> Response:
    return desk_page(
        request,
        db,
        "console/keeping.html",
        422 if faults else 200,
        section="hours",
        fields=[(kind.value, *_words()[kind], rules.RULES[kind].least) for kind in Kept],
        most=rules.MOST,
        values=values,
        due=[
            (_words()[due.kind][0], _over(due.count))
            for due in purging.preview(db, _clinic(request))
        ],
        refusal=faults,
    )


def _words() -> dict[Kept, tuple[str, str]]:
    """Each kind, and what its end means."""
    return {
        Kept.TEXTS: (
            _("Words of texts with patients, days"),
            _("That there was a text, when, and whether it arrived stays. 90 or more."),
        ),
        Kept.STRANGERS: (
            _("Texts with numbers that nobody has, days"),
            _("Once nobody has to answer any more. 30 or more."),
        ),
        Kept.DRAFTS: (
            _("Forms that were begun and never sent, days"),
            _("From the last time something was typed. 30 or more."),
        ),
        Kept.RECORDINGS: (
            _("Spoken notes and drawings, days"),
            _("They are the patients' own. Tell them before you set this. 30 or more."),
        ),
        Kept.SESSIONS: (
            _("Browsers that are signed in no more, days"),
            _("30 or more."),
        ),
        Kept.CANDIDATES: (
            _("People who asked and were declined, days"),
            _("If they were never treated. 30 or more."),
        ),
        Kept.PATIENTS: (
            _("Patients who were put away, days"),
            _("Six years (2192) or more; your state may ask for longer. Then all of it goes."),
        ),
    }


def _over(count: int) -> str:
    if not count:
        return _("nothing")
    return ngettext("%(num)s is over", "%(num)s are over", count) % {"num": count}


def _clinic(request: Request) -> Clinic:
    clinic: Clinic = request.state.clinic
    return clinic


def _number(form: FormData, name: str) -> int | None:
    value = text(form, name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 6):
        raise Unreadable(_("Enter a whole number."), field=name)
    return int(value)


def _written(days: int | None) -> str:
    return "" if days is None else str(days)


routes = [
    Route("/keeping", show, methods=["GET"], name="keeping"),
    Route("/keeping", save, methods=["POST"], name="save-keeping"),
]
