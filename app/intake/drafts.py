"""A task's sheet while it is being filled in: begun, saved page by page, sent.

Every save works the whole form out anew and keeps only what counts. It is written on the
condition that nobody else wrote in between; else it is put on top of what they wrote.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.db.base import place, row_clinic
from app.intake import conflicts
from app.intake.conflicts import AlreadySent, ChangedMeanwhile, Touch
from app.questionnaires import expressions, fault_words, patterns
from app.questionnaires.engine import checking, fields, journey
from app.questionnaires.engine.evaluation import State, evaluate, opened
from app.questionnaires.engine.items import Form
from app.questionnaires.engine.journey import Step
from app.questionnaires.engine.response import from_response_items, to_response_items
from app.questionnaires.engine.sheets import add_row, is_within, put_all, remove_row
from app.questionnaires.engine.values import Sheet, Slot, Values
from app.questionnaires.expressions import FormExpressions
from app.questionnaires.forms import form_of
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus
from app.security import keyring

_NOTHING: Mapping[Slot, str] = MappingProxyType({})
_NOT_SENT = (ResponseStatus.IN_PROGRESS, ResponseStatus.STOPPED)
_TRIES = 8  # against others who save at the same instant


@dataclass(frozen=True)
class Draft:
    """A sheet as it stands: its form, what counts of it, its pages."""

    response: QuestionnaireResponse
    form: Form
    state: State
    touched: Mapping[str, Touch] = field(default_factory=dict)
    zone: str = "UTC"  # the patient's: a form may ask what day it is

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The pages that these answers lead through."""
        return journey.steps(self.form, self.state)

    def is_done(self, step: Step) -> bool:
        """Whether a page was saved here and nothing on it is missing. Prefilled ones are shown."""
        form, touched = self.form, self.touched
        return all(fields.name(form, slot) in touched for slot in step.marks) and (
            journey.is_answered(form, self.state, step, step.marks)
        )

    def next_open(self, after: str | None = None) -> Step | None:
        """The first page not done; with `after` the first behind that one, else the first of all.

        None: there is nothing left but to check.
        """
        pages = self.steps
        here = next((at for at, step in enumerate(pages) if step.id == after), 0)
        ordered = (*pages[here:], *pages[:here])
        return next((step for step in ordered if not self.is_done(step)), None)


def read(response: QuestionnaireResponse, *, zone: str) -> Draft:
    """The sheet as it stands, by the calendar of `zone`; what was sent, as on the day it was."""
    form = form_of(response.questionnaire)
    state = evaluated(form, _sheet(form, response), zone=zone, at=response.completed_at)
    return Draft(response, form, state, conflicts.touches(response), zone)


def judged(
    draft: Draft,
    step: Step,
    answers: Mapping[Slot, Values],
    unread: Mapping[Slot, str],
) -> tuple[Draft, dict[Slot, str]]:
    """The sheet as it would be with a page's answers, and what is wrong with them, in sentences.

    `unread` has what could not even be read. Nothing is written.
    """
    judged = with_changes(draft, answers)
    return judged, _faults(judged, step.marks) | dict(unread)


def with_changes(draft: Draft, changes: Mapping[Slot, Values]) -> Draft:
    """The sheet as it would be. Nothing is written."""
    sheet = put_all(draft.state.sheet, changes)
    return replace(draft, state=evaluated(draft.form, sheet, zone=draft.zone))


def unfinished(draft: Draft) -> dict[Slot, str]:
    """What stands in the way of sending the sheet, in sentences."""
    return _faults(draft, None)


def _faults(draft: Draft, slots: Iterable[Slot] | None) -> dict[Slot, str]:
    found = checking.check(
        draft.form,
        draft.state,
        slots,
        expressions=expressions.shared(draft.zone),
        patterns=patterns.shared(),
    )
    return {fault.slot: fault_words.said(fault, zone=ZoneInfo(draft.zone)) for fault in found}


def save(
    db: Session,
    draft: Draft,
    changes: Mapping[Slot, Values],
    *,
    based_on: int,
    browser_hash: bytes | None,
    drawn: Mapping[Slot, str] = _NOTHING,
    passed: Iterable[Slot] = (),
    worked_out: State | None = None,
) -> Draft:
    """Write answers onto the sheet, and note which places were `passed` by saving their page.

    `drawn` has digests of what the page was drawn with. `worked_out`: what the form comes to with
    these changes, if the caller knows already. Refuses Conflict and AlreadySent; nothing is
    changed then.
    """

    def change(now: Draft, sheet: Sheet) -> Sheet:
        conflicts.refuse(
            now.response,
            now.form,
            sheet,
            changes,
            based_on=based_on,
            drawn=drawn,
            browser_hash=browser_hash,
        )
        return put_all(sheet, changes)

    return _write(db, draft, change, {*changes, *passed}, browser_hash, worked_out)


def add(db: Session, draft: Draft, group: Slot, *, browser_hash: bytes | None) -> tuple[Draft, int]:
    """One more row of a repeating group. Returns its number too. Refuses AlreadySent."""
    rows: list[int] = []

    def change(now: Draft, sheet: Sheet) -> Sheet:
        sheet, row = add_row(now.form, sheet, group)
        rows.append(row)
        return sheet

    return _write(db, draft, change, (), browser_hash), rows[-1]


def remove(
    db: Session, draft: Draft, group: Slot, row: int, *, based_on: int, browser_hash: bytes | None
) -> Draft:
    """Take a row away, with all that is in it. Refuses Conflict and AlreadySent."""

    def change(now: Draft, sheet: Sheet) -> Sheet:
        within = [slot for slot in sheet.values if is_within(now.form, slot, group, row)]
        conflicts.refuse_row(
            now.response, now.form, sheet, within, based_on=based_on, browser_hash=browser_hash
        )
        return remove_row(now.form, sheet, group, row)

    return _write(db, draft, change, (group,), browser_hash)


def close(db: Session, draft: Draft, *, language: str) -> None:
    """The sheet is sent: from now on it is what the patient told.

    Refuses AlreadySent, and ChangedMeanwhile also when it was left for another one.
    """
    response, now = draft.response, clock.now()
    items = to_response_items(draft.form, draft.state, language=language)
    closed = _write_row(
        db,
        response,
        among=(ResponseStatus.IN_PROGRESS,),
        status=ResponseStatus.COMPLETED,
        answers_sealed=_sealed(response, items),
        language=language,
        completed_at=now,
        saved_at=now,
        at_link_id="",
        revision=response.revision + 1,
    )
    if not closed:
        db.refresh(response)
        raise AlreadySent if response.status is ResponseStatus.COMPLETED else ChangedMeanwhile


def evaluated(form: Form, sheet: Sheet, *, zone: str, at: datetime | None = None) -> State:
    """The whole form worked out over a sheet, its own expressions included; `at`: not for now."""
    runner = FormExpressions(zone=zone, at=at) if at else expressions.shared(zone)
    return evaluate(form, sheet, expressions=runner)


def _write(
    db: Session,
    draft: Draft,
    change: Callable[[Draft, Sheet], Sheet],
    places: Iterable[Slot],
    browser_hash: bytes | None,
    worked_out: State | None = None,
) -> Draft:
    response, form = draft.response, draft.form
    for _try in range(_TRIES):
        if response.status is ResponseStatus.COMPLETED:
            raise AlreadySent
        sheet = change(draft, draft.state.sheet)
        state = _begun(draft, worked_out or evaluated(form, sheet, zone=draft.zone))
        if _keep(db, draft, state, places, browser_hash):
            return Draft(response, form, state, conflicts.touches(response), draft.zone)
        db.refresh(response)
        draft, worked_out = read(response, zone=draft.zone), None
    raise RuntimeError("others would not stop saving")


def _begun(draft: Draft, state: State) -> State:
    """With what the form lets questions begin with that this change opened."""
    beginnings = opened(draft.form, draft.state, state)
    if not beginnings:
        return state
    return evaluated(draft.form, put_all(state.sheet, beginnings), zone=draft.zone)


def _keep(
    db: Session,
    draft: Draft,
    state: State,
    places: Iterable[Slot],
    browser_hash: bytes | None,
) -> bool:
    response, form = draft.response, draft.form
    revision = response.revision + 1
    names = [fields.name(form, slot) for slot in places]
    touched = conflicts.note(draft.touched, names, revision, browser_hash)
    after = Draft(response, form, state, {**draft.touched, **dict.fromkeys(names, _JUST_NOW)})
    stands = after.next_open()
    return _write_row(
        db,
        response,
        answers_sealed=_sealed(
            response, to_response_items(form, state, language=response.language)
        ),
        touched=touched,
        revision=revision,
        saved_at=clock.now(),
        at_link_id=stands.anchor.link_id if stands else "",
        browser_hash=response.browser_hash or browser_hash,
    )


_JUST_NOW = Touch(0, 0, "")


def _write_row(
    db: Session,
    response: QuestionnaireResponse,
    *,
    among: Iterable[ResponseStatus] = _NOT_SENT,
    **values: object,
) -> bool:
    # By statement, on condition of the revision: of two at once one comes after the other.
    written = db.scalar(
        update(QuestionnaireResponse)
        .where(
            QuestionnaireResponse.id == response.id,
            QuestionnaireResponse.revision == response.revision,
            QuestionnaireResponse.status.in_(among),
        )
        .values(**values)
        .returning(QuestionnaireResponse.id)
        .execution_options(synchronize_session=False)
    )
    if written is None:
        return False
    for name, value in values.items():
        set_committed_value(response, name, value)
    return True


def _sheet(form: Form, response: QuestionnaireResponse) -> Sheet:
    return from_response_items(form, response.answers or [])


def _sealed(response: QuestionnaireResponse, items: object) -> bytes:
    plain = json.dumps(items).encode()
    return keyring.ring().seal(row_clinic(response), plain, place(response, "answers"))
