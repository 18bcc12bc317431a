"""A patient's record as one packed file: what they have a right to a copy of (45 CFR 164.524).

For people papers and tables, for machines a FHIR Bundle. Of the journal what was shared or brought
to a visit; what somebody keeps for themselves they take from their own page, and nothing here says
whether there is any. No file's name says anything about anybody.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n, wall_time
from app.i18n import gettext as _
from app.intake import consents, tables
from app.intake.models import Consent
from app.intake.papers import answers, copies
from app.journal import as_file, files, on_paper, reading
from app.journal.models import SharedLine
from app.messaging import threads
from app.messaging.models import Message, MessageStatus, Purpose, Thread
from app.people.models import Patient
from app.questionnaires import exporting, forms
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus
from app.scheduling.models import Appointment

_ENDINGS = {
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "image/jpeg": "jpg",
}
_MOST_TEXTS = 100_000


def packed(db: Session, patient: Patient) -> bytes:
    """The whole of it as a zip, papers in the patient's language."""
    to = io.BytesIO()
    with i18n.using(patient.language), zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in _parts(db, patient):
            entry = zipfile.ZipInfo(name, clock.now().timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, content)
    return to.getvalue()


def _parts(db: Session, patient: Patient) -> Iterator[tuple[str, bytes | str]]:
    sheets = _sheets(db, patient)
    yield "record.json", json.dumps(_bundle(db, patient, sheets), ensure_ascii=False, indent=1)
    yield "person.csv", tables.written(_person(patient))
    yield "visits.csv", tables.written(_visits(db, patient))
    yield "texts.csv", tables.written(_texts(db, patient))
    yield "agreements.csv", tables.written(_agreements(db, patient))
    for number, sheet in enumerate(sheets, 1):
        yield f"answers-{number}.pdf", answers.pdf(db, sheet)
        signed = copies.pdf(db, sheet) if consents.of_response(db, sheet) else None
        if signed is not None:
            yield f"signed-{number}.pdf", signed
    yield from _words(db, patient)


def _sheets(db: Session, patient: Patient) -> list[QuestionnaireResponse]:
    sent = select(QuestionnaireResponse).where(
        QuestionnaireResponse.patient_id == patient.id,
        QuestionnaireResponse.status == ResponseStatus.COMPLETED,
        QuestionnaireResponse.answers_sealed.is_not(None),
    )
    return list(db.scalars(sent.order_by(QuestionnaireResponse.completed_at)))


def _bundle(db: Session, patient: Patient, sheets: list[QuestionnaireResponse]) -> dict[str, Any]:
    """Files that answer a question stand in it with their content."""
    resources = [_resource(patient)]
    resources += [exporting.written(db, each, forms.form_of(each.questionnaire)) for each in sheets]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": clock.now().isoformat(timespec="seconds"),
        "entry": [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources],
    }


def _resource(patient: Patient) -> dict[str, Any]:
    name = {"family": patient.family_name, "given": [patient.given_name]}
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": str(patient.id),
        "active": patient.is_active,
        "name": [{"use": "official"} | {key: value for key, value in name.items() if value}],
        "communication": [{"language": {"coding": [{"code": patient.language}]}}],
    }
    if patient.phone:
        resource["telecom"] = [{"system": "phone", "use": "mobile", "value": patient.phone}]
    if patient.birth_on:
        resource["birthDate"] = patient.birth_on.isoformat()
    if patient.home_address:
        resource["address"] = [{"text": patient.home_address}]
    return resource


def _person(patient: Patient) -> list[list[str]]:
    known = [
        (_("Name"), patient.full_name),
        (_("Born on"), patient.birth_on.isoformat() if patient.birth_on else ""),
        (_("Phone"), patient.phone),
        (_("Language"), answers.language_name(patient.language)),
        (_("Time zone"), patient.zone),
        (_("Home address"), patient.home_address),
        (_("Emergency contact"), f"{patient.emergency_name} {patient.emergency_phone}".strip()),
        (_("Agreed to texts"), _at(patient.texts_agreed_at, patient)),
        (_("Wants no texts since"), _at(patient.opted_out_at, patient)),
    ]
    return [list(each) for each in known]


def _visits(db: Session, patient: Patient) -> list[list[str]]:
    rows = select(Appointment).where(Appointment.patient_id == patient.id)
    drawn = [
        [
            _at(each.starts_at, patient),
            each.service.value,
            each.status.value,
            each.practitioner.display_name if each.practitioner else "",
        ]
        for each in db.scalars(rows.order_by(Appointment.starts_at))
    ]
    return [[_("When"), _("What"), _("How it stands"), _("With")], *drawn]


def _texts(db: Session, patient: Patient) -> list[list[str]]:
    said = threads.texts(db, Thread(patient_id=patient.id), limit=_MOST_TEXTS)
    left = (MessageStatus.QUEUED, MessageStatus.CANCELLED)
    drawn = [_text(each, patient) for each in said if each.status not in left]
    return [[_("When"), _("From"), _("Words"), _("How it stands")], *drawn]


def _text(message: Message, patient: Patient) -> list[str]:
    from_patient = message.status is MessageStatus.RECEIVED
    is_code = message.purpose is Purpose.CODE
    return [
        _at(message.sent_at or message.made_at, patient),
        _("Patient") if from_patient else patient.clinic.name,
        _("[a sign-in code]") if is_code else message.body.replace("{link}", _("[link]")),
        message.status.value,
    ]


def _agreements(db: Session, patient: Patient) -> list[list[str]]:
    rows = select(Consent).where(Consent.patient_id == patient.id).order_by(Consent.signed_at)
    drawn = [
        [
            _at(each.signed_at, patient),
            each.code.value,
            _("I agree") if each.agreed else _("I do not agree"),
            each.version,
            each.text_hash,
            _at(each.withdrawn_at, patient),
        ]
        for each in db.scalars(rows)
    ]
    head = [_("When"), _("What"), _("Answer"), _("Words"), "SHA-256", _("Taken back")]
    return [head, *drawn]


def _words(db: Session, patient: Patient) -> Iterator[tuple[str, bytes | str]]:
    entries = reading.shared_with_staff(db, patient)
    if entries:
        yield "words.pdf", on_paper.pdf(db, patient, entries)
        yield "words.json", as_file.as_json(db, patient, entries)
    count = 0
    for entry in entries:
        for each in reading.files_of(db, entry):
            count += 1
            ending = _ENDINGS.get(each.media_type.split(";")[0], "bin")
            yield f"words-{count}.{ending}", b"".join(files.span(db, each, 0, each.size))
    brought = select(SharedLine).where(
        SharedLine.patient_id == patient.id,
        SharedLine.read_at.is_not(None) | SharedLine.taken_back_at.is_(None),
        SharedLine.words_sealed.is_not(None),
    )
    lines = db.scalars(brought.order_by(SharedLine.made_at, SharedLine.position)).all()
    if lines:
        rows = [[_at(line.made_at, patient), line.words] for line in lines]
        yield "brought.csv", tables.written([[_("When"), _("Words")], *rows])


def _at(moment: datetime | None, patient: Patient) -> str:
    return wall_time.written(moment, patient.zone) if moment else ""
