"""A system asks at the door to be told of changes, and what became of that."""

from datetime import timedelta

import pytest

from app import clock
from app.access import api_keys
from app.access.models import ApiKey
from app.subscriptions.models import Subscription
from app.web.fhir import subscription as mapping
from tests.web.fhir.test_door import told
from tests.web.fhir.test_shapes import hold


def wish(**differs):
    channel = {
        "type": "rest-hook",
        "endpoint": "https://ehr.example.com/told",
        "payload": "application/fhir+json",
    } | differs.pop("channel", {})
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "Keep the record as it is here",
        "criteria": "Appointment",
        "channel": channel,
    } | differs


def without_beside(resource):
    """The model of the other library reads no element beside a value."""
    channel = {name: each for name, each in resource["channel"].items() if name != "_payload"}
    return resource | {"channel": channel}


@pytest.fixture
def subscribed(ehr):
    answer = ehr.post("/Subscription", json=wish())
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_what_signs_is_shown_once(ehr, subscribed):
    (extension,) = subscribed["extension"]
    assert extension["url"] == mapping.SIGNING_KEY
    assert extension["valueString"].startswith("whsec_")

    again = ehr.get(f"/Subscription/{subscribed['id']}")

    hold(without_beside(again.json()))
    hold(without_beside(subscribed))
    assert "extension" not in again.json()
    assert "whsec_" not in again.text
    assert again.json()["status"] == "active"
    assert again.headers["etag"] == f'W/"{subscribed["meta"]["versionId"]}"'


def test_ids_are_told_unless_somebody_wants_less(ehr, subscribed):
    empty = [{"url": mapping.CONTENT, "valueCode": "empty"}]
    less = ehr.post("/Subscription", json=wish(channel={"_payload": {"extension": empty}})).json()

    def content(resource):
        return resource["channel"]["_payload"]["extension"][0]["valueCode"]

    assert (content(subscribed), content(less)) == ("id-only", "empty")


def test_its_own_headers_go_along_and_are_never_shown(ehr):
    header = ["Authorization: Bearer theirs", "X-Tenant: 7"]
    answer = ehr.post("/Subscription", json=wish(channel={"header": header}))

    assert answer.json()["channel"]["header"] == ["Authorization: ***", "X-Tenant: ***"]
    assert "theirs" not in answer.text


def test_saving_what_was_read_keeps_the_headers_that_were_hidden(ehr, database):
    header = ["Authorization: Bearer theirs"]
    read = ehr.post("/Subscription", json=wish(channel={"header": header})).json()
    read["reason"] = "Another"

    saved = ehr.put(f"/Subscription/{read['id']}", json=read)

    assert saved.json()["reason"] == "Another"
    with database.session(write=False) as db:
        assert db.query(Subscription).one().headers == header


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://else.example.com/told",
        "https://ehr.example.com:8443/told",
        "https://ehr.example.com.else.example/told",
        "https://ehr.example.com@else.example.com/told",
    ],
)
def test_hidden_headers_go_to_no_other_host(ehr, database, endpoint):
    header = ["Authorization: Bearer theirs"]
    read = ehr.post("/Subscription", json=wish(channel={"header": header})).json()
    path, read["channel"]["endpoint"] = f"/Subscription/{read['id']}", endpoint

    assert told(ehr.put(path, json=read), 422)

    with database.session(write=False) as db:
        kept = db.query(Subscription).one()
        assert (kept.endpoint, kept.headers) == ("https://ehr.example.com/told", header)


def test_another_path_of_the_same_host_keeps_the_headers(ehr, database):
    header = ["Authorization: Bearer theirs"]
    read = ehr.post("/Subscription", json=wish(channel={"header": header})).json()
    read["channel"]["endpoint"] = "https://ehr.example.com/told/again"

    assert ehr.put(f"/Subscription/{read['id']}", json=read).status_code == 200

    with database.session(write=False) as db:
        assert db.query(Subscription).one().headers == header


def test_what_another_key_has_changed_ends_with_that_key(door, cast, ehr, database, subscribed):
    other = door(cast.clinic, scopes=["system/Subscription.*", "system/Appointment.read"])
    assert other.put(f"/Subscription/{subscribed['id']}", json=subscribed).status_code == 200

    with database.session() as db:
        row = db.query(Subscription).one()
        api_keys.revoke(db, db.get_one(ApiKey, row.api_key_id), by=db.merge(cast.ada))

    with database.session(write=False) as db:
        row = db.query(Subscription).one()
        assert row.ended_at is not None
    assert ehr.get("/Subscription").json()["total"] == 0


@pytest.mark.parametrize(
    ("asked_for", "status", "words"),
    [
        (wish(criteria="Appointment?status=booked"), 422, "one type"),
        (wish(criteria="Observation"), 422, "Appointment, Communication"),
        (wish(criteria=""), 422, "criteria is missing"),
        (wish(criteria=7), 400, "criteria"),
        (wish(reason=""), 422, "reason"),
        (wish(status="entered"), 422, "requested"),
        (wish(end="tomorrow"), 400, "instant"),
        (wish(end="2020-01-01T00:00:00Z"), 422, "ended already"),
        (wish(channel={"type": "email"}), 422, "rest-hook"),
        (wish(channel={"endpoint": "http://ehr.example.com/"}), 422, "https"),
        (wish(channel={"endpoint": "https://10.0.0.1/"}), 422, "public name"),
        (wish(channel={"endpoint": "https://localhost/"}), 422, "public name"),
        (wish(channel={"endpoint": ""}), 422, "https"),
        (wish(channel={"payload": "application/fhir+xml"}), 422, "fhir+json"),
        (wish(channel={"header": ["no header"]}), 400, "in one line"),
        (wish(channel={"header": ["A: b\r\nHost: evil"]}), 400, "in one line"),
        (wish(channel={"header": ["Host: evil.example"]}), 422, "for us"),
        (wish(channel={"header": ["Content-Length: 0"]}), 422, "for us"),
        (wish(channel={"header": ["webhook-id: mine"]}), 422, "for us"),
        (wish(channel={"header": ["A: b"] * 11}), 422, "At most 10"),
        (wish(channel={"header": ["A: ***"]}), 422, "anew"),
        (wish() | {"channel": []}, 400, "object"),
        (
            wish(
                channel={
                    "_payload": {
                        "extension": [{"url": mapping.CONTENT, "valueCode": "full-resource"}]
                    }
                }
            ),
            422,
            "not sent",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(ehr, database, asked_for, status, words):
    assert words in told(ehr.post("/Subscription", json=asked_for), status)
    with database.session(write=False) as db:
        assert db.query(Subscription).count() == 0


def test_nobody_is_told_of_what_their_key_may_not_read(door, cast, ehr, subscribed):
    writer = door(cast.clinic, scopes=["system/Subscription.*", "system/Patient.read"])

    assert "system/Appointment.read" in told(writer.post("/Subscription", json=wish()), 403)
    path = f"/Subscription/{subscribed['id']}"
    assert told(writer.put(path, json=wish(channel={"endpoint": "https://else.example.com/"})), 403)
    assert writer.post("/Subscription", json=wish(criteria="Patient")).status_code == 201


def test_it_is_found_turned_off_turned_on_and_ended(ehr, subscribed):
    path = f"/Subscription/{subscribed['id']}"
    assert ehr.get("/Subscription?criteria=Appointment&status=active").json()["total"] == 1
    assert ehr.get("/Subscription?criteria=Patient").json()["total"] == 0

    assert ehr.put(path, json=subscribed | {"status": "off"}).json()["status"] == "off"
    assert ehr.put(path, json=subscribed | {"status": "requested"}).json()["status"] == "active"
    stale = {"if-match": 'W/"old"'}
    assert told(ehr.put(path, json=subscribed, headers=stale), 412)
    assert told(ehr.delete(path, headers=stale), 412)
    assert ehr.delete(path).status_code == 204
    for again in (ehr.get(path), ehr.delete(path), ehr.put(path, json=subscribed)):
        assert told(again, 410)
    assert told(ehr.post(f"{path}/$replay"), 410)
    assert ehr.get("/Subscription").json()["total"] == 0


def test_how_far_it_has_come_is_told_and_it_may_be_begun_again(ehr, subscribed, asked):
    path = f"/Subscription/{subscribed['id']}"
    ehr.post("/Appointment", json=asked("consultation", "2026-11-24T10:00"))

    status = ehr.get(f"{path}/$status").json()

    hold(status)
    said = {each["name"]: each for each in status["parameter"]}
    assert said["waiting"]["valueInteger"] >= 1
    assert said["given-up"]["valueInteger"] == 0
    assert ehr.post(f"{path}/$replay", content=b"").json()["parameter"][0]["valueInteger"] == 0
    since = (clock.now() - timedelta(days=1)).isoformat()
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": "since", "valueInstant": since}],
    }
    assert ehr.post(f"{path}/$replay", json=body).status_code == 200
    for spoilt in ("lately", "2026-11-20T10:00:00"):
        body["parameter"][0]["valueInstant"] = spoilt
        assert told(ehr.post(f"{path}/$replay", json=body), 400)
    body["parameter"][0] = {"name": "until", "valueInstant": since}
    assert told(ehr.post(f"{path}/$replay", json=body), 400)


def test_a_neighbours_subscription_is_as_unknown_as_none(stranger, subscribed):
    path = f"/Subscription/{subscribed['id']}"

    for answer in (
        stranger.get(path),
        stranger.put(path, json=wish()),
        stranger.delete(path),
        stranger.get(f"{path}/$status"),
        stranger.post(f"{path}/$replay"),
    ):
        assert told(answer, 404)
    assert stranger.get("/Subscription").json()["total"] == 0


def test_a_clinic_has_no_more_than_it_can_look_after(ehr):
    for _ in range(50):
        assert ehr.post("/Subscription", json=wish()).status_code == 201

    assert told(ehr.post("/Subscription", json=wish()), 422)
