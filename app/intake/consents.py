"""What a patient agreed to: the words by their hash, the name typed under them, and its end."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n, live
from app.audit import trail
from app.i18n import gettext as _
from app.intake import taking_along
from app.intake.models import Consent, ConsentCode, ReviewFlag
from app.people.models import Patient, Practitioner
from app.questionnaires.engine.consenting import agreement_of, has_agreed, signature_of
from app.questionnaires.engine.evaluation import State
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.signing import text_hash, words_signed
from app.questionnaires.engine.values import Signature, Slot
from app.questionnaires.forms import form_of
from app.questionnaires.models import QuestionnaireResponse
from app.refusal import Refusal
from app.scheduling import agreeing


class NothingToWithdraw(Refusal):
    pass


def record(
    db: Session, response: QuestionnaireResponse, state: State, *, language: str, device: str = ""
) -> list[Consent]:
    """Keep what was agreed to and what was not, when a sheet is handed in.

    An answer about texts takes effect at once. Handed in again, only what differs is kept anew.
    """
    patient = db.get_one(Patient, response.patient_id)
    form = form_of(response.questionnaire)
    kept = []
    for group in form.in_order:
        consent = _signed(response, form, group, state, language) if group.consent else None
        if consent is None or _is_kept(db, consent):
            continue
        consent.device = device
        db.add(consent)
        db.flush()  # the trail points at the row
        detail = f"{consent.code.value} {'agreed' if consent.agreed else 'not agreed'}"
        trail.record(db, "sign", agent=patient, entity=consent, detail=detail)
        kept.append(consent)
        if consent.code is ConsentCode.TEXTS:
            _agree_to_texts(db, patient, clock.now() if consent.agreed else None)
    return kept


def withdraw(db: Session, consent: Consent, *, by: Practitioner | Patient) -> None:
    """They take it back, themselves or through staff. Twice changes nothing.

    What they take back themselves stands on the review list. Refuses (NothingToWithdraw) what was
    never agreed to.
    """
    if consent.withdrawn_at is not None:
        return
    if not consent.agreed:
        raise NothingToWithdraw(_("That was not agreed to."))
    consent.withdrawn_at = clock.now()
    consent.withdrawn_by_id = by.id if isinstance(by, Practitioner) else None
    trail.record(db, "withdraw-consent", agent=by, entity=consent, detail=consent.code.value)
    if consent.code is ConsentCode.TEXTS:
        _agree_to_texts(db, db.get_one(Patient, consent.patient_id), None)
    if isinstance(by, Patient):
        _put_on_review_list(db, consent, by)


def current(db: Session, patient: Patient) -> dict[ConsentCode, Consent]:
    """The last word on each consent, agreed or not, withdrawn or not."""
    rows = db.scalars(
        select(Consent)
        .where(Consent.patient_id == patient.id)
        .order_by(Consent.signed_at, Consent.id)
    )
    return {row.code: row for row in rows}


def stands(consent: Consent, patient: Patient) -> bool:
    """Whether it holds today. Texts can be ended in other ways as well, so they are looked at."""
    holds = consent.agreed and consent.withdrawn_at is None
    if consent.code is ConsentCode.TEXTS:
        return holds and patient.texts_agreed_at is not None and patient.opted_out_at is None
    return holds


def words(code: ConsentCode) -> str:
    """What a consent is about."""
    return {
        ConsentCode.TREATMENT: _("Treatment"),
        ConsentCode.TELEHEALTH: _("Visits by video"),
        ConsentCode.TEXTS: _("Text messages"),
        ConsentCode.PRIVACY: _("Privacy notice"),
        ConsentCode.SHARING: _("Sharing the journal"),
    }[code]


def of_response(db: Session, response: QuestionnaireResponse) -> list[Consent]:
    """What was signed on one sheet, in the order of the form."""
    rows = select(Consent).where(Consent.response_id == response.id)
    return list(db.scalars(rows.order_by(Consent.id)))


def _put_on_review_list(db: Session, consent: Consent, patient: Patient) -> None:
    if consent.response_id is None:
        return
    with i18n.using(patient.clinic.language):
        flag = ReviewFlag(
            clinic_id=consent.clinic_id,
            patient_id=patient.id,
            response_id=consent.response_id,
            link_id=f"withdrawn {consent.id}",
            label=_("Took back a consent"),
            answer=words(consent.code),
            urgent=consent.code is ConsentCode.TREATMENT,
            made_at=clock.now(),
        )
    db.add(flag)
    live.publish(db, f"desk:{consent.clinic_id}")


def _signed(
    response: QuestionnaireResponse, form: Form, group: Item, state: State, language: str
) -> Consent | None:
    """None when it was not asked. A box that was left empty is a no."""
    slot = Slot(group.link_id)
    if group.consent not in list(ConsentCode) or slot not in state.enabled:
        return None
    signature = _signature(group, state)
    agreed = has_agreed(state, group) if agreement_of(group) else signature is not None
    at = signature.signed_at if signature else ""
    under = (signature_of(group) or group).link_id
    language = _language_signed(form, under, signature, language)
    return Consent(
        clinic_id=response.clinic_id,
        patient_id=response.patient_id,
        response_id=response.id,
        code=ConsentCode(group.consent),
        agreed=agreed is True,
        version=form.canonical,
        language=language,
        text_hash=(signature.text_hash if signature else "")
        or text_hash(words_signed(form, under, language)),
        name=signature.name if signature else "",
        signed_at=datetime.fromisoformat(at) if at else clock.now(),
    )


def _language_signed(form: Form, under: str, signature: Signature | None, sent_in: str) -> str:
    """The language of the words that were signed: they may have switched before they sent it."""
    signed = signature.text_hash if signature else ""
    languages = (sent_in, *i18n.LANGUAGES)
    known = (each for each in languages if text_hash(words_signed(form, under, each)) == signed)
    return next(known, sent_in)


def _signature(group: Item, state: State) -> Signature | None:
    item = signature_of(group)
    values = state.sheet.values.get(Slot(item.link_id), ()) if item else ()
    return next((value for value in values if isinstance(value, Signature)), None)


def _is_kept(db: Session, consent: Consent) -> bool:
    """Whether the last word on it is the very same one, and not taken back."""
    last = db.scalar(
        select(Consent)
        .where(Consent.response_id == consent.response_id, Consent.code == consent.code)
        .order_by(Consent.id.desc())
        .limit(1)
    )
    return last is not None and (last.agreed, last.name, last.text_hash, last.withdrawn_at) == (
        consent.agreed,
        consent.name,
        consent.text_hash,
        None,
    )


def _agree_to_texts(db: Session, patient: Patient, at: datetime | None) -> None:
    took_texts = patient.takes_texts
    patient.texts_agreed_at = (patient.texts_agreed_at or at) if at else None
    if patient.takes_texts is not took_texts:
        agreeing.follow(db, patient)
        taking_along.follow_texts(db, patient)
