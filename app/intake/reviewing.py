"""The review list: answers that a clinician looks at before the session, until one clears each."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from app import clock, i18n, live
from app.audit import trail
from app.i18n import gettext as _
from app.intake import rises
from app.intake.models import ReviewFlag
from app.intake.rises import Rise
from app.intake.signals import place
from app.people.models import Clinic, Patient, Practitioner, Role
from app.questionnaires.engine.evaluation import Hit, State
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.forms import form_of
from app.questionnaires.models import QuestionnaireResponse
from app.questionnaires.spoken import number, spoken
from app.refusal import Refusal


class NotAClinician(Refusal):
    """Others may look, a clinician decides."""


class NoNote(Refusal):
    pass


@dataclass(frozen=True)
class _Found:
    """An answer that a form's rules want looked at. `place` names its question and its row."""

    place: str
    label: str
    answer: str
    is_urgent: bool


def raise_flags(db: Session, response: QuestionnaireResponse, state: State) -> None:
    """Put what the form's rules flag on the review list. Call it when a sheet is handed in.

    Handed in again: what has been on the list with the same answer stays as it is, another answer
    stands there anew, and an answer that is gone is cleared by itself.
    """
    patient = db.get_one(Patient, response.patient_id)
    clinic = patient.clinic
    with i18n.using(clinic.language):
        form = form_of(response.questionnaire)
        found = _found(form, state, patient.zone)
        found += [_of_rise(rise) for rise in rises.of_sheet(db, response, form, state, clinic)]
        earlier = [flag for flag in of_response(db, response) if _item_of(form, flag)]
        for each in found:
            if not any(_is_same(flag, each) for flag in earlier):
                _add(db, response, each)
        for flag in earlier:
            if flag.cleared_at is None and not any(_is_same(flag, each) for each in found):
                flag.cleared_at, flag.note = clock.now(), _("The answer was changed.")
    if found or earlier:
        trail.record(db, "raise-flags", agent=patient, entity=response, detail=str(len(found)))
        live.publish(db, f"desk:{response.clinic_id}")


def clear(db: Session, flag: ReviewFlag, note: str, *, by: Practitioner) -> None:
    """A clinician has looked at it; it stays on the patient's page. Twice changes nothing.

    Refuses (NotAClinician, NoNote).
    """
    if flag.cleared_at is not None:
        return
    if not may_clear(by):
        raise NotAClinician(_("A clinician clears this. You can read it."), field="note")
    note = note.strip()
    if not note:
        raise NoNote(_("Write what you made of it."), field="note")
    flag.cleared_at, flag.cleared_by_id, flag.note = clock.now(), by.id, note
    trail.record(db, "clear-flag", agent=by, entity=flag)
    live.publish(db, f"desk:{flag.clinic_id}")


def may_clear(practitioner: Practitioner) -> bool:
    """Whether somebody may decide that an answer needs no more looking at."""
    return practitioner.role is Role.CLINICIAN


def open_flags(db: Session, clinic: Clinic) -> list[ReviewFlag]:
    """What nobody has cleared: urgent first, then oldest."""
    return list(
        db.scalars(
            select(ReviewFlag)
            .options(
                joinedload(ReviewFlag.patient),
                joinedload(ReviewFlag.response).joinedload(QuestionnaireResponse.questionnaire),
            )
            .where(ReviewFlag.clinic_id == clinic.id, ReviewFlag.cleared_at.is_(None))
            .order_by(ReviewFlag.urgent.desc(), ReviewFlag.made_at, ReviewFlag.id)
        )
    )


def open_count(clinic_id: UUID) -> Select[int]:
    """How many answers wait to be looked at, to be asked together with other numbers."""
    waiting = select(func.count()).select_from(ReviewFlag)
    return waiting.where(ReviewFlag.clinic_id == clinic_id, ReviewFlag.cleared_at.is_(None))


def of_patient(db: Session, patient: Patient) -> list[ReviewFlag]:
    """All flags there ever were about a patient: open ones first, then the newest."""
    return list(
        db.scalars(
            select(ReviewFlag)
            .options(joinedload(ReviewFlag.cleared_by))
            .where(ReviewFlag.patient_id == patient.id)
            .order_by(
                ReviewFlag.cleared_at.is_not(None),
                ReviewFlag.urgent.desc(),
                ReviewFlag.made_at.desc(),
                ReviewFlag.id,
            )
        )
    )


def of_response(db: Session, response: QuestionnaireResponse) -> list[ReviewFlag]:
    """The flags of one sheet of answers."""
    return list(
        db.scalars(
            select(ReviewFlag)
            .options(joinedload(ReviewFlag.cleared_by))
            .where(ReviewFlag.response_id == response.id)
            .order_by(ReviewFlag.id)
        )
    )


def in_order(form: Form, flags: list[ReviewFlag]) -> list[ReviewFlag]:
    """Flags of one sheet: urgent first, then as the form asks."""

    def rank(flag: ReviewFlag) -> tuple[bool, int]:
        item = _item_of(form, flag)
        return not flag.urgent, item.index if item else 0

    return sorted(flags, key=rank)


def _item_of(form: Form, flag: ReviewFlag) -> Item | None:
    """The question a flag is about; none for a consent that was taken back."""
    return form.by_link_id.get(flag.link_id) or form.by_link_id.get(flag.link_id.split("/")[0])


def _found(form: Form, state: State, zone: str) -> list[_Found]:
    """What a rule names, each answer under each label once; an unsafe one is looked at, too."""
    found = (_of_hit(form, state, hit, zone) for hit in state.hits)
    return list({(each.place, each.label): each for each in found}.values())


def _of_hit(form: Form, state: State, hit: Hit, zone: str) -> _Found:
    item = form.by_link_id[hit.slot.link_id]
    if hit.rule.of_score:
        score = state.scores.get(item.link_id)
        answer = _("Total %(n)s") % {"n": number(score.total)} if score and score.total else ""
    else:
        answer = spoken(item, state.sheet.values.get(hit.slot, ()), zone=zone)
    language = i18n.language()
    label = hit.rule.label.within(language) or item.words.within(language)
    return _Found(place(hit.slot), label, answer or _("Not answered"), hit.rule.is_urgent)


def _of_rise(rise: Rise) -> _Found:
    words = {"scale": rise.title, "before": number(rise.before), "now": number(rise.now)}
    label = _("%(scale)s rose from %(before)s to %(now)s") % words
    return _Found(rise.link_id, label, _("Total %(n)s") % {"n": words["now"]}, is_urgent=False)


def _is_same(flag: ReviewFlag, found: _Found) -> bool:
    return (flag.link_id, flag.label, flag.answer) == (found.place, found.label, found.answer)


def _add(db: Session, response: QuestionnaireResponse, found: _Found) -> None:
    db.add(
        ReviewFlag(
            clinic_id=response.clinic_id,
            patient_id=response.patient_id,
            response_id=response.id,
            link_id=found.place,
            label=found.label,
            answer=found.answer,
            urgent=found.is_urgent,
            made_at=clock.now(),
        )
    )
