"""A completed form on paper: questions and answers; scores, bands and flags for staff alone."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import i18n
from app.i18n import gettext as _
from app.intake import drafts, reading_back, reviewing, scored
from app.intake.models import ReviewFlag
from app.intake.papers import printing
from app.intake.reading_back import Part
from app.intake.scored import Scored
from app.people.models import Clinic, Patient
from app.questionnaires.engine.items import Form
from app.questionnaires.models import QuestionnaireResponse


def pdf(db: Session, response: QuestionnaireResponse) -> bytes:
    """For staff, in the language in use."""
    at = response.completed_at or response.made_at
    return printing.pdf("answers", data(db, response), at=at)


def data(db: Session, response: QuestionnaireResponse) -> dict[str, Any]:
    """What stands on it."""
    clinic = db.get_one(Clinic, response.clinic_id)
    patient = db.get_one(Patient, response.patient_id)
    draft = drafts.read(response, zone=patient.zone)
    form, state = draft.form, draft.state
    earlier = scored.earlier_results(db, response, clinic)
    lines = reading_back.lines(form, state, zone=patient.zone)
    is_protected = reading_back.is_about_substances(form, state)
    flags = reviewing.in_order(form, reviewing.of_response(db, response))
    title = form.title.within(i18n.language()) or _("Answers")
    return head(clinic, title, _("Answers"), part_2_notice() if is_protected else "") | {
        "facts": _facts(patient, response, form, clinic),
        "scores": [_score(each) for each in scored.scores(form, state, clinic, earlier)],
        "flags": [_flag(flag) for flag in flags],
        "parts": [_part(part) for part in reading_back.parts(lines)],
        "copyright": form.copyright,
        "words": {"scores": _("Scores"), "flags": _("To review"), "empty": _("Not answered")},
    }


def head(clinic: Clinic, title: str, outside: str, notice: str = "") -> dict[str, Any]:
    """What every paper has around its own. `outside`: what the file calls itself."""
    return {
        "title": title,
        "outside": outside,
        "clinic": clinic.name,
        "lang": i18n.language(),
        "page": _("Page"),
        "foot": clinic.name,
        "notice": notice,
    }


def part_2_notice() -> str:
    """What has to go along with answers about substance use (42 CFR 2.32)."""
    return _("42 CFR part 2 prohibits unauthorized use or disclosure of these records.")


def moment(at: datetime, zone: str) -> str:
    """`November 20, 2026, 12:00 pm`, on the clock of `zone`."""
    return f"{i18n.local_day(at, zone)} {at.year}, {i18n.local_clock(at, zone)}"


def language_name(code: str) -> str:
    """A language as its speakers call it."""
    return {"en": "English", "es": "Español"}.get(code.split("-")[0], code)


def _facts(
    patient: Patient, response: QuestionnaireResponse, form: Form, clinic: Clinic
) -> list[tuple[str, str]]:
    born = i18n.local_date(patient.birth_on) if patient.birth_on else _("Not known")
    sent = _("Not sent in yet")
    if response.completed_at is not None:
        sent = moment(response.completed_at, clinic.zone)
    return [
        (_("Name"), patient.full_name),
        (_("Born on"), born),
        (_("Sent in"), sent),
        (_("Answered in"), language_name(response.language)),
        (_("Form"), form.canonical),
    ]


def _score(each: Scored) -> dict[str, str]:
    before = ", ".join(earlier.total for earlier in each.earlier)
    about = [each.band, each.change, _("before: %(totals)s") % {"totals": before} if before else ""]
    return {
        "title": each.title,
        "total": each.in_words,
        "about": "; ".join(filter(None, about)),
    }


def _flag(flag: ReviewFlag) -> dict[str, str]:
    note = flag.note
    if flag.cleared_by is not None:
        note = f"{flag.cleared_by.display_name}: {note}"
    return {"label": flag.label, "answer": flag.answer, "note": note}


def _part(part: Part) -> dict[str, Any]:
    blocks = [
        {"words": block.words, "rows": [(each.words, each.answer) for each in block.questions]}
        for block in part.blocks
    ]
    return {"words": part.words, "blocks": blocks}
