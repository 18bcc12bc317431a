import re

import pytest

from app.access import api_keys
from app.access.models import ApiKey
from app.access.scopes import RESOURCES
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
    ("GET", "/Communication"),
    ("GET", "/Communication/x"),
    ("GET", "/Consent"),
    ("GET", "/Consent/x"),
    ("GET", "/Encounter"),
    ("GET", "/Encounter/x"),
    ("GET", "/Organization/x"),
    ("GET", "/Patient"),
    ("GET", "/Patient/x/$everything"),
    ("GET", "/Questionnaire"),
    ("POST", "/Questionnaire"),
    ("GET", "/Questionnaire/x"),
    ("PUT", "/Questionnaire/x"),
    ("GET", "/QuestionnaireResponse"),
    ("GET", "/QuestionnaireResponse/x"),
    ("GET", "/Binary/x"),
    ("GET", "/PlanDefinition"),
    ("POST", "/PlanDefinition"),
    ("GET", "/PlanDefinition/x"),
    ("PUT", "/PlanDefinition/x"),
    ("GET", "/Subscription"),
    ("POST", "/Subscription"),
    ("GET", "/Subscription/x"),
    ("PUT", "/Subscription/x"),
    ("DELETE", "/Subscription/x"),
    ("GET", "/Subscription/x/$status"),
    ("POST", "/Subscription/x/$replay"),
    ("POST", "/Task"),
    ("GET", "/Task"),
    ("GET", "/Task/x"),
]


def told(answer, status):
    """The sentence of an OperationOutcome with this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["severity"] == "error"
    return outcome["issue"][0]["diagnostics"]


@pytest.mark.parametrize("key", [None, "", "Bearer", "Bearer ag_nothing", "Basic abc"])
def test_without_a_key_nobody_is_let_in(ehr, key):
    ehr.headers.pop("authorization")
    headers = {} if key is None else {"authorization": key}

    for method, path in GUARDED:
        answer = ehr.request(method, path, headers=headers)

        assert told(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_opens_nothing(ehr, database):
    with database.session() as db:
        for key in db.query(ApiKey):
            api_keys.revoke(db, key, by=None)

    assert told(ehr.get("/Practitioner"), 401)


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
        "Binary": {"read"},
        "Communication": {"read", "search-type"},
        "Consent": {"read", "search-type"},
        "Encounter": {"read", "search-type"},
        "Organization": {"read"},
        "Patient": {"create", "read", "search-type"},
        "PlanDefinition": {"create", "read", "search-type", "update"},
        "Practitioner": {"read", "search-type"},
        "Questionnaire": {"create", "read", "search-type", "update"},
        "QuestionnaireResponse": {"read", "search-type"},
        "Subscription": {"create", "delete", "read", "search-type", "update"},
        "Task": {"create", "read", "search-type"},
    }


def test_the_statement_and_the_routes_say_the_same(ehr):
    codes = {"GET": "read", "POST": "create", "PUT": "update", "DELETE": "delete"}
    there = set()
    for route in routes:
        kind, *rest = route.path.strip("/").split("/")
        for method in route.methods - {"HEAD"}:
            code = rest[1] if len(rest) > 1 else codes[method]
            there.add((kind, "search-type" if code == "read" and not rest else code))
    said = set()
    for resource in ehr.get("/metadata").json()["rest"][0]["resource"]:
        said |= {(resource["type"], each["code"]) for each in resource["interaction"]}
        said |= {(resource["type"], f"${each['name']}") for each in resource.get("operation", [])}

    assert said == there - {("metadata", "search-type")}


def test_every_search_that_the_statement_names_is_understood(ehr, cast):
    good = {"date": "2026-11-20", "number": "1", "reference": str(cast.maya.id)}
    for resource in ehr.get("/metadata").json()["rest"][0]["resource"]:
        kind = resource["type"]
        for each in resource.get("searchParam", []):
            value = "3125550142" if each["name"] in ("phone", "telecom") else "a"
            value = "1990-04-12" if each["name"] == "birthdate" else good.get(each["type"], value)
            path = f"/{kind}?_id={cast.maya.id}&{each['name']}={value}"
            if each["name"] != "_id":
                answer = ehr.get(path, headers={"prefer": "handling=strict"})
                assert answer.status_code == 200, (path, answer.text)
        for include in resource.get("searchInclude", []):
            path = f"/{kind}?_id={cast.maya.id}&_include={include}"
            assert ehr.get(path, headers={"prefer": "handling=strict"}).status_code == 200, path


def test_the_statement_names_the_operation_on_a_patient(ehr):
    rest = ehr.get("/metadata").json()["rest"][0]
    patient = next(each for each in rest["resource"] if each["type"] == "Patient")

    assert [each["name"] for each in patient["operation"]] == ["everything"]


def test_the_statement_names_scopes_and_searches(ehr):
    rest = ehr.get("/metadata").json()["rest"][0]
    resources = {resource["type"]: resource for resource in rest["resource"]}

    assert "system scopes" in rest["security"]["description"]
    writes = {each["code"]: each["documentation"] for each in resources["Patient"]["interaction"]}
    reads = "takes system/Patient.read"
    assert writes == {"create": "takes system/Patient.write", "read": reads, "search-type": reads}
    searches = [each["name"] for each in resources["Communication"]["searchParam"]]
    assert searches == ["patient", "subject", "_id", "_lastUpdated", "_count"]


def test_every_address_is_on_the_list_of_those_that_are_tried_here():
    addresses = {
        (method, route.path.replace("{id}", "x"))
        for route in routes
        for method in route.methods - {"HEAD"}
    }

    assert addresses == {*GUARDED, ("GET", "/metadata")}


def test_a_key_opens_only_what_its_scopes_name(door, cast):
    for method, path in GUARDED:
        resource, act = path.split("/")[1], "read" if method == "GET" else "write"
        opposite = f"system/{resource}.{'write' if act == 'read' else 'read'}"
        others = [f"system/{each}.*" for each in RESOURCES if each != resource]
        needed = f"system/{resource}.{act}"

        refused = door(cast.clinic, scopes=[*others, opposite]).request(method, path, json={})

        assert needed in told(refused, 403)
        assert refused.json()["issue"][0]["code"] == "forbidden"
        assert f'scope="{needed}"' in refused.headers["www-authenticate"]
        let_in = door(cast.clinic, scopes=[needed]).request(method, path, json={})
        assert let_in.status_code in (200, 400, 404)


def test_an_unknown_address_and_method_are_outcomes_too(ehr):
    assert told(ehr.get("/Observation"), 404)
    refused = ehr.delete("/Practitioner")
    assert told(refused, 405)
    assert "GET" in refused.headers["allow"]
    assert told(ehr.patch("/Appointment/x", content=b"[]"), 405)


@pytest.mark.parametrize(
    "accept",
    [
        "application/fhir+json",
        "application/fhir+json; fhirVersion=4.0",
        "application/json",
        "*/*",
        "text/html, application/*;q=0.8",
        "application/fhir+xml, application/fhir+json;q=0.5",
    ],
)
def test_json_is_given_to_whoever_takes_it(ehr, accept):
    assert ehr.get("/Practitioner", headers={"accept": accept}).status_code == 200


@pytest.mark.parametrize(
    "accept", ["application/fhir+xml", "text/html", "application/fhir+json; fhirVersion=5.0"]
)
@pytest.mark.parametrize("path", ["/Practitioner", "/metadata"])
def test_what_only_takes_something_else_is_406(ehr, path, accept):
    assert told(ehr.get(path, headers={"accept": accept}), 406)


def test_the_format_in_the_address_goes_before_the_header(ehr):
    xml = {"accept": "application/fhir+xml"}

    assert ehr.get("/Practitioner?_format=json", headers=xml).status_code == 200
    assert ehr.get("/Practitioner?_format=application/fhir+json").status_code == 200
    assert told(ehr.get("/Practitioner?_format=xml"), 406)


def test_a_search_parameter_nobody_knows_is_left_out_and_the_answer_says_so(ehr):
    bundle = ehr.get("/Practitioner?name=Okafor&_sort=name").json()

    *found, last = bundle["entry"]
    assert len(found) == bundle["total"] == 3
    assert last["search"] == {"mode": "outcome"}
    assert "name, _sort" in last["resource"]["issue"][0]["diagnostics"]
    assert bundle["link"][0]["url"] == "https://afterglow.test/fhir/R4/Practitioner"


def test_whoever_is_strict_is_told_that_a_parameter_is_unknown(ehr):
    answer = ehr.get("/Practitioner?name=Okafor", headers={"prefer": "handling=strict"})

    assert "name" in told(answer, 400)
    strict = {"prefer": "handling=strict"}
    assert ehr.get("/Practitioner?_format=json", headers=strict).status_code == 200


def test_a_modifier_nobody_knows_is_refused(ehr, cast):
    assert told(ehr.get(f"/Appointment?patient:missing={cast.theo.id}"), 400)
    assert ehr.get(f"/Appointment?patient:Patient={cast.theo.id}").status_code == 200


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
        b'{"resourceType": "Patient", "name": [{"text": "M\\ud800ya"}]}',
        b'{"resourceType": "Patient", "name": [{"given": ["Ma\\u0000ya"]}]}',
        b'{"resourceType": "Patient", "birthDate": "yesterday"}',
        b'{"resourceType": "Patient", "birthDate": "2025-02-30"}',
        b'{"resourceType": "Patient", "communication": [{"language": []}]}',
        b"[" * 30_000,
    ],
)
def test_a_malformed_body_is_400_and_changes_nothing(ehr, body):
    assert told(ehr.post("/Patient", content=body), 400)


@pytest.mark.parametrize(
    "content_type", ["text/xml", "application/fhir+xml", "application/fhir+json; fhirVersion=3.0"]
)
def test_another_format_is_415(ehr, content_type):
    assert told(ehr.post("/Patient", content=b"{}", headers={"content-type": content_type}), 415)


def test_a_huge_body_is_413(ehr):
    assert told(ehr.post("/Patient", content=b" " * 70_000), 413)
    in_pieces = (b" " * 10_000 for _ in range(7))  # and does not say how large it is
    assert told(ehr.post("/Patient", content=in_pieces), 413)


def test_no_answer_holds_a_row_number(ehr, infusion):
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", infusion["id"])
