"""Which answers of a form staff have to see: the form's own rules, and those the clinic adds."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.i18n import gettext as _
from app.intake import own_forms
from app.questionnaires import forms as stored
from app.questionnaires import library, staff_rules
from app.questionnaires.engine.items import Form, Item, ItemType, StaffRule, Words
from app.questionnaires.engine.values import Value
from app.questionnaires.models import Questionnaire
from app.questionnaires.staff_rules import CALL_TODAY, EMERGENCY, FLAG, SAFETY
from app.refusal import Refusal
from app.web.console.desk import desk_page
from app.web.console.faults import Faults
from app.web.console.forms import form_words, forms
from app.web.forms import read_form, text
from app.web.guards import staff_only
from app.web.pages import not_found, redirect

_NUMBERS = (ItemType.INTEGER, ItemType.DECIMAL)
_OPERATORS = (">=", ">", "=", "<", "<=")
_ANY = "any"
_LARGEST = Decimal(10) ** 12


class NotChosen(Refusal):
    pass


@dataclass(frozen=True)
class Line:
    """A rule as the page tells it. `mark` names one of the clinic's, to take it away again."""

    question: str
    condition: str
    follows: str
    mark: str = ""


@staff_only
def show(request: Request, db: Session) -> Response:
    """All rules of a form, and the questions to which one may be added."""
    row = forms.found(request, db)
    form = stored.form_of(row)
    questions = [
        (item.index, form_words.text(item, short=True))
        for item in form.in_order
        if item.is_question
    ]
    return desk_page(
        request,
        db,
        "console/forms/rules.html",
        section="forms",
        row=row,
        rules=_lines(row, form),
        questions=questions,
    )


@staff_only
def form(request: Request, db: Session) -> Response:
    """Choose which answer of a question, and what it leads to."""
    row = forms.found(request, db)
    item = _asked(stored.form_of(row), request.query_params.get("question", ""))
    values = {"answer": "", "operator": ">=", "amount": "", "kind": "", "label": ""}
    return _page(request, db, row, item, values, Faults())


@staff_only
def add(request: Request, db: Session) -> Response:
    """Add the rule. On a shipped form it goes onto the clinic's own copy of that version."""
    row, posted, faults = forms.found(request, db), read_form(request), Faults()
    item = _asked(stored.form_of(row), text(posted, "question"))
    answer = faults.reading(lambda: _answer(item, posted))
    follows = faults.reading(lambda: _follows(posted))
    label = faults.reading(lambda: text(posted, "label", limit=120))
    if answer is None or follows is None or label is None:
        names = ("answer", "operator", "amount", "kind", "label")
        typed = {name: str(posted.get(name, "")) for name in names}
        return _page(request, db, row, item, typed, faults)
    (operator, value), (kind, is_urgent) = answer, follows
    label = label or form_words.text(item, short=True)
    rule = StaffRule(kind, operator, value, Words(label), is_urgent=is_urgent)
    own = library.own_copy(db, request.state.clinic, row)
    if own.id != row.id:
        own_forms.take_over(db, row, own)
    rules = (*staff_rules.of(own), staff_rules.added(item.link_id, rule))
    staff_rules.keep(db, own, rules, by=request.state.practitioner)
    return redirect(request, "console:form-rules", id=own.id)


@staff_only
def remove(request: Request, db: Session) -> Response:
    """Take one of the clinic's rules away. Twice changes nothing."""
    row = forms.own(request, db)
    mark = text(read_form(request), "rule")
    rules = staff_rules.of(row)
    left = [each for each in rules if each.mark != mark]
    if len(left) < len(rules):
        staff_rules.keep(db, row, left, by=request.state.practitioner)
    return redirect(request, "console:form-rules", id=row.id)


def _lines(row: Questionnaire, form: Form) -> list[Line]:
    marks: dict[str, list[str]] = {}
    for each in staff_rules.of(row):
        marks.setdefault(each.link_id, []).append(each.mark)
    return [
        Line(
            form_words.text(item, short=True),
            form_words.rule_condition(item, rule),
            form_words.what_follows(rule),
            mark,
        )
        for item in form.in_order
        for rule, mark in _marked(item, marks.get(item.link_id, []))
    ]


def _marked(item: Item, marks: list[str]) -> list[tuple[StaffRule, str]]:
    """An item's rules; the last of them are the clinic's, each with its mark."""
    own = len(item.rules) - len(marks)
    return list(zip(item.rules, [*[""] * own, *marks], strict=True))


def _asked(form: Form, index: str) -> Item:
    """The question of this number; there is none: 404."""
    asked = (item for item in form.in_order if item.is_question and str(item.index) == index)
    return next(asked, None) or not_found()


def _answer(item: Item, posted: FormData) -> tuple[str, Value]:
    """Operator and answer of the rule."""
    if item.type in _NUMBERS:
        operator = text(posted, "operator")
        if operator not in _OPERATORS:
            raise NotChosen(_("Choose how to compare."), field="operator")
        return operator, _amount(posted)
    chosen = text(posted, "answer")
    for token, (operator, value) in _choices(item).items():
        if token == chosen:
            return operator, value
    raise NotChosen(_("Choose which answer."), field="answer")


def _amount(posted: FormData) -> Decimal:
    try:
        amount = Decimal(text(posted, "amount", limit=30))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) > _LARGEST:
        raise NotChosen(_("Enter a number."), field="amount")
    return amount


def _choices(item: Item) -> dict[str, tuple[str, Value]]:
    """What a rule may be about: each answer that can be chosen, or that there is any."""
    found: dict[str, tuple[str, Value]] = {}
    if item.type is ItemType.BOOLEAN:
        found = {"true": ("=", True), "false": ("=", False)}
    for place, option in enumerate(item.options):
        found[f"o{place}"] = ("=", option.value)
    return found | {_ANY: ("exists", True)}


def _follows(posted: FormData) -> tuple[str, bool]:
    """The rule's kind, and whether it is urgent."""
    kinds = {
        "flag": (FLAG, False),
        "safety": (SAFETY, False),
        "urgent": (SAFETY, True),
        "call-today": (CALL_TODAY, False),
        "emergency": (EMERGENCY, True),
    }
    chosen = text(posted, "kind")
    if chosen not in kinds:
        raise NotChosen(_("Choose what the answer leads to."), field="kind")
    return kinds[chosen]


def _page(
    request: Request,
    db: Session,
    row: Questionnaire,
    item: Item,
    values: dict[str, str],
    faults: Faults,
) -> Response:
    return desk_page(
        request,
        db,
        "console/forms/rule.html",
        422 if faults else 200,
        section="forms",
        row=row,
        item=item,
        question=form_words.text(item),
        comparisons=_comparisons() if item.type in _NUMBERS else [],
        answers=[
            (token, _words(item, operator, value))
            for token, (operator, value) in _choices(item).items()
        ],
        kinds=[
            ("flag", _("Review list"), _("A clinician looks at it before the session")),
            (
                "safety",
                _("Alert, the same day"),
                _("On-call staff are texted; the patient sees who to call"),
            ),
            (
                "urgent",
                _("Alert at once"),
                _("The same, and it stands first until somebody takes it on"),
            ),
            (
                "call-today",
                _("Alert, the same day, about the body"),
                _("On-call staff are texted; the patient sees your number and hours"),
            ),
            (
                "emergency",
                _("Alert at once, about the body"),
                _("On-call staff are texted; the patient sees 911 first"),
            ),
        ],
        values=values,
        refusal=faults,
    )


def _words(item: Item, operator: str, value: Value) -> str:
    if operator == "exists":
        return _("Whatever it is")
    return form_words.answered(item, value)


def _comparisons() -> list[tuple[str, str]]:
    return [
        (">=", _("this number or more")),
        (">", _("more than this number")),
        ("=", _("this number")),
        ("<", _("less than this number")),
        ("<=", _("this number or less")),
    ]


routes = [
    Route("/forms/{id}/rules", show, methods=["GET"], name="form-rules"),
    Route("/forms/{id}/rules", add, methods=["POST"], name="add-form-rule"),
    Route("/forms/{id}/rules/new", form, methods=["GET"], name="new-form-rule"),
    Route("/forms/{id}/rules/removal", remove, methods=["POST"], name="remove-form-rule"),
]
