"""A patient's own copy of what they signed: the exact words, and how anybody can prove them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from app import i18n
from app.i18n import gettext as _
from app.intake import consents, drafts
from app.intake.models import Consent
from app.intake.papers import answers, printing
from app.people.models import Clinic, Patient
from app.questionnaires.engine.consenting import agreement_of
from app.questionnaires.engine.evaluation import State
from app.questionnaires.engine.items import Item, ItemType
from app.questionnaires.engine.values import Slot
from app.questionnaires.models import QuestionnaireResponse


def pdf(
    db: Session, response: QuestionnaireResponse, *, names_patient: bool = True
) -> bytes | None:
    """In the language it was signed in. None when nothing on the sheet is a consent.

    `names_patient`: its reader may see the name on file. The name that was typed always stands.
    """
    signed = consents.of_response(db, response)
    if not signed:
        return None
    with i18n.using(signed[-1].language):
        told = data(db, response, signed, names_patient=names_patient)
        return printing.pdf("copies", told, at=signed[-1].signed_at)


def data(
    db: Session, response: QuestionnaireResponse, signed: list[Consent], *, names_patient: bool
) -> dict[str, Any]:
    """What stands on it. Of a consent that was signed twice, the last."""
    clinic = db.get_one(Clinic, response.clinic_id)
    patient = db.get_one(Patient, response.patient_id)
    draft = drafts.read(response, zone=patient.zone)
    form, state = draft.form, draft.state
    last = {consent.code: consent for consent in signed}
    name = [(_("Name"), patient.full_name)] if names_patient else []
    groups = [(item, last[code]) for item in form.in_order for code in last if item.consent == code]
    return answers.head(clinic, _("Your copy"), _("Your copy")) | {
        "facts": [*name, (_("Clinic"), clinic.name)],
        "consents": [
            _signed(group, consent, state) | {"facts": _proof(consent, patient)}
            for group, consent in groups
        ],
    }


def _signed(group: Item, consent: Consent, state: State) -> dict[str, Any]:
    """The words in the language in which this one was signed."""
    with i18n.using(consent.language):
        title = group.words.within(consent.language)
        return {"title": title, "lines": list(_lines(group, state))}


def _lines(group: Item, state: State) -> Iterator[dict[str, Any]]:
    """The words on the page of a consent, in their order, without its title."""
    agreement = agreement_of(group)
    for item in group.walk():
        if item is group:
            continue
        words = item.words.within(i18n.language())
        kind = "text" if item.type is ItemType.DISPLAY else "question"
        if words:
            yield {"kind": kind, "words": words, "chosen": False}
        if item.type is ItemType.BOOLEAN and item is agreement:
            yield from _yes_or_no(item, state)
        for option in item.options:
            yield {
                "kind": "option",
                "words": option.words.within(i18n.language()),
                "chosen": option.value in state.sheet.values.get(Slot(item.link_id), ()),
            }


def _yes_or_no(item: Item, state: State) -> Iterator[dict[str, Any]]:
    chosen = state.sheet.values.get(Slot(item.link_id), ())
    yield {"kind": "option", "words": _("I agree"), "chosen": True in chosen}
    yield {"kind": "option", "words": _("I do not agree"), "chosen": True not in chosen}


def _proof(consent: Consent, patient: Patient) -> list[tuple[str, str]]:
    facts = [
        (_("Answer"), _("I agree") if consent.agreed else _("I do not agree")),
        (_("Name as typed"), consent.name or _("None")),
        (_("When"), answers.moment(consent.signed_at, patient.zone)),
        (_("Words"), consent.version),
        (_("Language"), answers.language_name(consent.language)),
        (_("Mark of the words (SHA-256)"), consent.text_hash),
    ]
    if consent.device:
        facts.append((_("Device"), consent.device))
    if consent.withdrawn_at is not None:
        facts.append((_("Taken back"), answers.moment(consent.withdrawn_at, patient.zone)))
    return facts
