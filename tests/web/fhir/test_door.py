import re

import pytest

from app.access import api_keys
from app.access.models import ApiKey
from app.web.fhir.routes import routes

GUARDED = [
    ("GET", "/Practitioner"),
    ("GET", "/Practitioner/x"),
    ("POST", "/Patient"),
    ("GET", "/Patient/x"),
    ("POST", "/Appointment"),
    ("GET", "/Appointment"),
    ("GET", "/Appointment/x"),
    ("PUT", "/Appointment/x"),
]


def told(answer, status):
    """The sentence of an OperationOutcome with this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["severity"] == "error"
    return outcome["issue"][0]["diagnostics"]


@pytest.mark.parametrize(("method", "path"), GUARDED)
@pytest.mark.parametrize("key", [None, "", "Bearer", "Bearer ag_nothing", "Basic abc"])
def test_without_a_key_nobody_is_let_in(ehr, method, path, key):
    ehr.headers.pop("authorization")
    headers = {} if key is None else {"authorization": key}

    answer = ehr.request(method, path, headers=headers)

    told(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_opens_nothing(ehr, database):
    with database.session() as db:
        for key in db.query(ApiKey):
            api_keys.revoke(db, key, by=None)

    told(ehr.get("/Practitioner"), 401)


def test_every_address_but_the_statement_wants_a_key():
    audiences = {(route.path, route.endpoint.audience) for route in routes}

    assert {path for path, audience in audiences if audience != "api_key"} == {"/metadata"}


def test_the_statement_says_what_is_really_there(ehr):
    ehr.headers.pop("authorization")
    answer = ehr.get("/metadata")

    assert answer.status_code == 200
    statement = answer.json()
    assert statement["fhirVersion"] == "4.0.1"
    said = {
        resource["type"]: {each["code"] for each in resource["interaction"]}
        for resource in statement["rest"][0]["resource"]
    }
    assert said == {
        "Appointment": {"create", "read", "search-type", "update"},
        "Patient": {"create", "read"},
        "Practitioner": {"read", "search-type"},
    }


def test_an_unknown_address_and_method_are_outcomes_too(ehr):
    told(ehr.get("/Observation"), 404)
    told(ehr.delete("/Practitioner"), 405)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"Patient"',
        b"null",
        b"\xff\xfe",
        b'{"resourceType": "Observation"}',
        b'{"resourceType": "Patient", "name": "Maya"}',
        b'{"resourceType": "Patient", "name": [7]}',
        b'{"resourceType": "Patient", "name": [{"given": "Maya"}]}',
        b'{"resourceType": "Patient", "telecom": [{"system": "phone", "value": 7}]}',
        b'{"resourceType": "Patient", "birthDate": "yesterday"}',
        b'{"resourceType": "Patient", "birthDate": "2025-02-30"}',
        b'{"resourceType": "Patient", "communication": [{"language": []}]}',
        b"[" * 30_000,
    ],
)
def test_a_malformed_body_is_400_and_changes_nothing(ehr, body):
    told(ehr.post("/Patient", content=body), 400)


def test_another_format_is_415_and_a_huge_body_413(ehr):
    answer = ehr.post("/Patient", content=b"<Patient/>", headers={"content-type": "text/xml"})
    told(answer, 415)
    assert ehr.post("/Patient", content=b" " * 70_000).status_code == 413


def test_no_answer_holds_a_row_number(ehr, infusion):
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", infusion["id"])
