"""A protocol leaves as a PlanDefinition and comes back the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.people.models import Clinic
from app.plans import kept, reading
from app.plans.kinds import ProtocolKind
from app.plans.plan import STANDARD
from app.plans.shipped import shelf
from app.plans.steps import StepKind, Unit, fields_of
from app.scheduling.models import Appointment
from app.web.fhir import plan_definition
from tests.web.fhir.test_door import told
from tests.web.fhir.test_shapes import hold


@pytest.fixture
def plans(ehr):
    """Every protocol of the clinic, as the door tells it."""
    return lambda: [each["resource"] for each in ehr.get("/PlanDefinition").json()["entry"]]


@pytest.fixture
def usual(plans):
    return next(plan for plan in plans() if is_usual(plan))


def is_usual(plan):
    said = {each["url"]: each for each in plan["extension"]}
    return said[plan_definition.USUAL]["valueBoolean"]


def value(plan, step, name):
    (action,) = [each for each in plan["action"] if code_of(each) == step]
    values = {each["url"]: each for each in action["extension"][0]["extension"]}
    return values[name]


def code_of(action):
    return action["code"][0]["coding"][0]["code"]


def followed(database, cast, plan):
    with database.session(write=False) as db:
        protocols = kept.of_clinic(db, db.get_one(Clinic, cast.clinic.id))
        return next(each for each in protocols if str(each.id) == plan["id"])


def test_every_shipped_protocol_is_told_and_one_is_the_usual(plans):
    assert [plan["name"] for plan in plans()] == list(shelf())
    assert [is_usual(plan) for plan in plans()].count(True) == 1
    assert {plan["status"] for plan in plans()} == {"active", "retired"}
    for plan in plans():
        hold(plan)


@pytest.mark.parametrize("slug", list(shelf()))
def test_a_protocol_comes_back_as_it_left(ehr, plans, database, cast, slug):
    plan = next(each for each in plans() if each["name"] == slug)
    copy = {name: plan[name] for name in ("resourceType", "extension", "action")}
    copy["extension"] = [each for each in copy["extension"] if each["url"] == plan_definition.KIND]

    made = ehr.post("/PlanDefinition", json=copy | {"title": "Ours"})

    assert made.status_code == 201, made.text
    assert made.json()["action"] == plan["action"]
    ours = followed(database, cast, made.json())
    assert (ours.plan, ours.name, ours.number) == (shelf()[slug].plan, "Ours", 1)
    assert ehr.get(f"/PlanDefinition/{ours.id}").json() == made.json()


def good_value(field):
    if field.unit is Unit.FLAG:
        return some.booleans()
    if field.unit is Unit.TIME:
        return some.times(field.least, field.most).map(lambda at: at.isoformat("minutes"))
    if field.unit is Unit.GAPS:
        return some.lists(some.integers(field.least, field.most), min_size=1, max_size=5)
    if field.unit is Unit.ROUTE:
        return some.sampled_from(["iv", "im", "tablet", "nasal"])
    number = some.integers(field.least, field.most)
    return some.none() | number if field.may_be_empty else number


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=some.data())
def test_any_values_of_any_step_survive_the_way_out_and_in(data):
    kind = data.draw(some.sampled_from(list(StepKind)))
    values = {each.name: data.draw(good_value(each)) for each in fields_of(kind)}
    try:
        plan = reading.read({kind.value: values})
    except reading.PlanRefusal:
        return  # steps that contradict each other
    protocol = kept.Kept(STANDARD_ID, "ours", "Ours", ProtocolKind.SINGLE, True, False, plan)

    wanted = plan_definition.read(plan_definition.written(protocol))

    assert reading.read(wanted.steps) == plan


def test_a_changed_step_is_followed_and_the_rest_stays(ehr, usual, database, cast):
    value(usual, "join", "minutes")["valueInteger"] = 10

    changed = ehr.put(f"/PlanDefinition/{usual['id']}", json=usual)

    assert changed.status_code == 200, changed.text
    assert changed.json()["version"] == "1"
    plan = followed(database, cast, usual).plan
    assert (plan.join.minutes, plan.evening) == (10, STANDARD.evening)


def test_the_same_again_changes_nothing(ehr, usual, database, cast):
    assert ehr.put(f"/PlanDefinition/{usual['id']}", json=usual).status_code == 200

    assert followed(database, cast, usual).number == 0


def test_a_stale_copy_is_refused(ehr, usual):
    first = ehr.get(f"/PlanDefinition/{usual['id']}").headers["etag"]
    value(usual, "join", "minutes")["valueInteger"] = 10
    path, match = f"/PlanDefinition/{usual['id']}", {"if-match": first}
    assert ehr.put(path, json=usual, headers=match).status_code == 200

    assert told(ehr.put(path, json=usual, headers=match), 412)


def test_a_protocol_is_offered_put_away_and_made_the_usual_one(ehr, plans, usual):
    other = next(plan for plan in plans() if plan["status"] == "active" and not is_usual(plan))
    path = f"/PlanDefinition/{other['id']}"

    assert ehr.put(path, json=other | {"status": "retired"}).json()["status"] == "retired"
    assert ehr.put(path, json=other | {"status": "active"}).json()["status"] == "active"
    usual_now = [{"url": plan_definition.USUAL, "valueBoolean": True}]
    assert is_usual(ehr.put(path, json=other | {"extension": usual_now}).json())
    assert not is_usual(ehr.get(f"/PlanDefinition/{usual['id']}").json())
    assert told(ehr.put(path, json=other | {"extension": usual_now, "status": "retired"}), 422)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda plan: value(plan, "join", "minutes").update(valueInteger=500), "join minutes"),
        (lambda plan: value(plan, "evening", "at").update(valueTime="03:00:00"), "evening at"),
        (lambda plan: value(plan, "evening", "at").update(valueTime="late"), "evening at"),
        (lambda plan: value(plan, "nudge", "is_on").update(valueBoolean="yes"), "nudge is_on"),
        (lambda plan: value(plan, "course", "route").update(valueCode="oral"), "course route"),
        (lambda plan: value(plan, "join", "minutes").update(url="seconds"), "join"),
        (lambda plan: plan["action"].append(plan["action"][0]), "twice"),
        (lambda plan: plan["action"][0].pop("code"), "The code of an action"),
        (lambda plan: plan.update(status="unknown"), "active or retired"),
        (lambda plan: plan.update(title="x" * 61), "60"),
    ],
)
def test_what_a_plan_may_not_say_is_refused_at_its_place(ehr, usual, database, cast, spoil, words):
    spoil(usual)

    assert words in told(ehr.put(f"/PlanDefinition/{usual['id']}", json=usual), 422)
    assert followed(database, cast, usual).number == 0


@pytest.mark.parametrize(
    "body",
    [
        {"action": {}},
        {"action": [7]},
        {"action": [{"code": "join"}]},
        {"extension": 7},
        {"title": 7},
    ],
)
def test_a_malformed_plan_is_400(ehr, body):
    assert told(ehr.post("/PlanDefinition", json={"resourceType": "PlanDefinition"} | body), 400)


def test_an_infusion_says_what_it_follows_and_may_name_it(ehr, asked, plans, database):
    other = next(plan for plan in plans() if plan["status"] == "active" and not is_usual(plan))
    named = [
        {
            "url": "urn:afterglow:protocol",
            "valueReference": {"reference": f"PlanDefinition/{other['id']}"},
        },
        {"url": "urn:afterglow:route", "valueCode": "im"},
    ]

    booked = ehr.post("/Appointment", json=asked("infusion", "2026-11-24T10:00", extension=named))

    assert booked.status_code == 201, booked.text
    assert booked.json()["extension"][:2] == named
    with database.session(write=False) as db:
        row = db.get_one(Appointment, kept.UUID(booked.json()["id"]))
        assert str(row.protocol_id) == other["id"]
        assert row.route == "im"
    path = f"/Appointment/{booked.json()['id']}"
    assert ehr.put(path, json=booked.json()).status_code == 200
    elsewhere = [named[0], {"url": "urn:afterglow:route", "valueCode": "nasal"}]
    assert told(ehr.put(path, json=booked.json() | {"extension": elsewhere}), 422)


@pytest.mark.parametrize("plan", ["PlanDefinition/x", "PlanDefinition/" + "0" * 32, "retired"])
def test_an_infusion_follows_no_plan_that_is_not_offered(ehr, asked, plans, plan):
    if plan == "retired":
        put_away = next(each for each in plans() if each["status"] == "retired")
        plan = f"PlanDefinition/{put_away['id']}"
    named = [{"url": "urn:afterglow:protocol", "valueReference": {"reference": plan}}]

    answer = ehr.post("/Appointment", json=asked("infusion", "2026-11-24T10:00", extension=named))

    assert told(answer, 422)


def test_a_neighbours_plan_is_as_unknown_as_none(ehr, stranger, usual):
    assert told(stranger.get(f"/PlanDefinition/{usual['id']}"), 404)
    assert told(stranger.put(f"/PlanDefinition/{usual['id']}", json=usual), 404)


STANDARD_ID = kept.UUID("00000000-0000-7000-8000-000000000001")
