"""Answers that patients sent in, as another system reads them."""

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from fhir.resources.R4B.binary import Binary
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse as R4Response
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.db.base import new_id
from app.people.models import Clinic
from app.questionnaires import forms, importing, library
from app.questionnaires.models import Attachment, QuestionnaireResponse, ResponseStatus
from tests.questionnaires.answered import items
from tests.web.fhir.test_door import told
from tests.web.fhir.test_shapes import hold

EXAMPLES = sorted((Path(__file__).parents[2] / "fhir_examples").glob("*.json"))


@pytest.fixture
def sent_in(database, cast):
    """`sent_in("phq-9", minutes=3)`: Theo's answers to a form, sent in three minutes from now."""

    def sent_in(form="phq-2", *, minutes=0, patient=cast.theo, language="en", **others):
        at = clock.now() + timedelta(minutes=minutes)
        with database.session() as db:
            clinic = db.get_one(Clinic, patient.clinic_id)
            if isinstance(form, bytes):
                row = importing.import_questionnaire(db, clinic, form, by=None).questionnaire
            else:
                row = library.for_clinic(db, clinic, form)
            file_id = new_id()
            values = {
                "clinic_id": clinic.id,
                "patient_id": patient.id,
                "questionnaire_id": row.id,
                "status": ResponseStatus.COMPLETED,
                "language": language,
                "answers": items(forms.form_of(row), file=file_id),
                "made_at": at,
                "saved_at": at,
                "completed_at": at,
            }
            response = QuestionnaireResponse(**(values | others))
            db.add(response)
            db.flush()
            db.add(
                Attachment(
                    id=file_id,
                    clinic_id=clinic.id,
                    response_id=response.id,
                    content_type="image/jpeg",
                    size=3,
                    digest=b"x",
                    name="card.jpg",
                    content=b"jpg",
                    made_at=at,
                )
            )
            return response

    return sent_in


def found(ehr, **asked):
    answer = ehr.get("/QuestionnaireResponse", params=asked)
    assert answer.status_code == 200, answer.text
    return [each["resource"] for each in answer.json().get("entry", [])]


def ids(resources):
    return [each["id"] for each in resources]


def answers(element):
    for item in element.get("item", []):
        for answer in item.get("answer", []):
            yield item["linkId"], answer
            yield from answers(answer)
        yield from answers(item)


@pytest.mark.parametrize("form", [*library.SLUGS, *EXAMPLES], ids=lambda form: Path(form).stem)
def test_answers_to_every_form_have_the_shape_of_r4(ehr, sent_in, cast, form):
    response = sent_in(form.read_bytes() if isinstance(form, Path) else form)

    alone = ehr.get(f"/QuestionnaireResponse/{response.id}")
    listed = ehr.get(f"/QuestionnaireResponse?subject=Patient/{cast.theo.id}")

    R4Response.model_validate_json(alone.content)
    Bundle.model_validate_json(listed.content)
    hold(alone.json())
    hold(listed.json())
    assert alone.json()["item"]


def test_what_was_answered_stands_beside_its_question(ehr, sent_in, cast):
    response = sent_in("phq-2")

    told_of = ehr.get(f"/QuestionnaireResponse/{response.id}").json()

    row = library.unkept("phq-2")
    assert told_of["questionnaire"] == f"{row.url}|{row.version}"
    assert (told_of["status"], told_of["language"]) == ("completed", "en")
    assert told_of["subject"] == {"reference": f"Patient/{cast.theo.id}"} == told_of["source"]
    coded = [answer["valueCoding"] for _, answer in answers(told_of) if "valueCoding" in answer]
    assert coded[0]["display"] == "Not at all"


def test_the_texts_are_those_that_were_read(ehr, sent_in):
    response = sent_in("phq-2", language="es")

    told_of = ehr.get(f"/QuestionnaireResponse/{response.id}").json()

    assert told_of["language"] == "es"
    assert "Ningún día" in json.dumps(told_of, ensure_ascii=False)


@pytest.mark.parametrize("status", [ResponseStatus.IN_PROGRESS, ResponseStatus.STOPPED])
def test_what_was_not_sent_in_is_told_without_its_answers(ehr, sent_in, cast, status):
    response = sent_in("phq-2", status=status, completed_at=None)

    told_of = ehr.get(f"/QuestionnaireResponse/{response.id}").json()

    assert told_of["status"] == status.value
    assert "item" not in told_of
    assert ids(found(ehr, subject=cast.theo.id, status=status.value)) == [str(response.id)]
    assert found(ehr, subject=cast.theo.id, status="completed") == []
    R4Response.model_validate(told_of)


FILES = {
    "resourceType": "Questionnaire",
    "status": "active",
    "item": [{"linkId": "card", "type": "attachment", "text": "Your card"}],
}


def test_a_file_stands_in_the_sheet_and_can_be_fetched_by_itself(ehr, stranger, sent_in, cast):
    response = sent_in(json.dumps(FILES).encode())

    alone = ehr.get(f"/QuestionnaireResponse/{response.id}").json()
    (listed,) = found(ehr, subject=cast.theo.id)

    ((_, answer),) = answers(alone)
    assert base64.b64decode(answer["valueAttachment"]["data"]) == b"jpg"
    ((_, answer),) = answers(listed)
    assert "data" not in answer["valueAttachment"]
    path = answer["valueAttachment"]["url"].removeprefix("https://afterglow.test/fhir/R4")
    binary = ehr.get(path)
    Binary.model_validate_json(binary.content)
    assert base64.b64decode(binary.json()["data"]) == b"jpg"
    assert told(stranger.get(path), 404)


def test_a_file_on_a_sheet_that_was_not_sent_in_is_unknown(ehr, sent_in, database):
    sent_in(json.dumps(FILES).encode(), status=ResponseStatus.IN_PROGRESS)
    with database.session(write=False) as db:
        file_id = db.scalar(select(Attachment.id))

    assert told(ehr.get(f"/Binary/{file_id}"), 404)


def test_answers_are_found_by_patient_form_status_and_time(ehr, sent_in, cast):
    first, second = sent_in("phq-2"), sent_in("gad-7", minutes=60)
    other = sent_in("phq-2", patient=cast.maya, minutes=120)
    row = library.unkept("phq-2")
    theo = f"Patient/{cast.theo.id}"

    assert ids(found(ehr, subject=theo)) == [str(first.id), str(second.id)]
    assert ids(found(ehr, patient=theo, questionnaire=row.url)) == [str(first.id)]
    canonical = f"{row.url}|{row.version}"
    assert ids(found(ehr, patient=theo, questionnaire=canonical)) == [str(first.id)]
    assert ids(found(ehr, patient=theo, questionnaire=f"Questionnaire/{row.id}")) == [str(first.id)]
    assert found(ehr, patient=theo, questionnaire=f"{row.url}|9") == []
    everybody = found(ehr, _lastUpdated="ge2026-11-20")
    assert ids(everybody) == [str(first.id), str(second.id), str(other.id)]
    span = ["gt2026-11-20T12:00:00-05:00", "le2026-11-20T13:00:00-05:00"]
    assert ids(found(ehr, _lastUpdated=span)) == [str(second.id)]
    assert found(ehr, _lastUpdated="lt2026-11-20") == []
    assert ids(found(ehr, _lastUpdated="2026-11-20", patient=theo)) == ids(found(ehr, patient=theo))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("", 400),
        ("status=completed", 400),
        ("subject=nobody", 404),
        ("subject={theo}&_lastUpdated=soon", 400),
        ("subject={theo}&_lastUpdated=ap2026-11-20", 400),
        ("subject={theo}&_lastUpdated=2026-11-20T10:00", 400),
        ("subject={theo}&_count=many", 400),
        ("subject={theo}&_page=2", 400),
        ("subject={theo}&status=entered-in-error", 200),
    ],
)
def test_a_search_that_cannot_be_understood_says_why(ehr, cast, asked, status):
    answer = ehr.get(f"/QuestionnaireResponse?{asked.format(theo=cast.theo.id)}")

    assert answer.status_code == status


def test_many_answers_come_in_pages_and_none_is_told_twice(ehr, sent_in):
    wanted = [str(sent_in("phq-2", minutes=minute // 2).id) for minute in range(5)]
    following, seen = "/QuestionnaireResponse?_lastUpdated=ge2026-11-01&_count=2", []
    while following:
        page = ehr.get(following.removeprefix("https://afterglow.test/fhir/R4")).json()
        assert page["total"] == 5
        seen += ids(each["resource"] for each in page["entry"])
        links = {link["relation"]: link["url"] for link in page["link"]}
        following = links.get("next", "")

    assert sorted(seen) == sorted(wanted)


def test_who_read_answers_stands_in_the_trail(ehr, sent_in, database, cast):
    response = sent_in()

    ehr.get(f"/QuestionnaireResponse/{response.id}")
    found(ehr, subject=cast.theo.id)

    with database.session(write=False) as db:
        views = db.scalars(select(AuditEvent).where(AuditEvent.action == "view")).all()
        assert [view.entity_id for view in views] == [cast.theo.id] * 2


def test_the_neighbours_answers_are_unknown_here(stranger, sent_in, cast):
    response = sent_in()

    assert told(stranger.get(f"/QuestionnaireResponse/{response.id}"), 404)
    assert told(stranger.get(f"/QuestionnaireResponse?subject={cast.theo.id}"), 404)
    assert found(stranger, _lastUpdated="ge2026-01-01") == []


def test_everything_about_a_patient_comes_in_one_answer(ehr, sent_in, cast, asked):
    response = sent_in()
    sent_in(patient=cast.maya)
    ehr.post("/Appointment", json=asked("consultation", "2026-11-24T10:00"))

    answer = ehr.get(f"/Patient/{cast.theo.id}/$everything")

    Bundle.model_validate_json(answer.content)
    hold(answer.json())
    resources = [each["resource"] for each in answer.json()["entry"]]
    assert resources[0]["id"] == str(cast.theo.id)
    kinds = [each["resourceType"] for each in resources]
    assert set(kinds) >= {"Patient", "Appointment", "QuestionnaireResponse"}
    assert ids(each for each in resources if each["resourceType"] == "QuestionnaireResponse") == [
        str(response.id)
    ]


def test_everything_is_what_the_key_may_read(door, sent_in, cast):
    sent_in()
    narrow = door(cast.clinic, scopes=["system/Patient.read"])

    bundle = narrow.get(f"/Patient/{cast.theo.id}/$everything").json()

    patient, last = bundle["entry"]
    assert patient["resource"]["resourceType"] == "Patient"
    assert last["search"] == {"mode": "outcome"}
    assert "system/QuestionnaireResponse.read" in last["resource"]["issue"][0]["diagnostics"]


def test_everything_about_the_neighbours_patient_is_unknown(stranger, cast):
    assert told(stranger.get(f"/Patient/{cast.theo.id}/$everything"), 404)
