"""The trail as administrators read it, and what a patient is handed of it."""

import ast
import csv
import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.audit import trail
from app.people.models import Patient
from app.questionnaires.models import QuestionnaireResponse
from app.web.console.trail import trail_words
from tests import journals, sheets
from tests.web.test_budgets import counting


@pytest.fixture
def office(signed_in, cast):
    return signed_in(cast.ada)


def test_who_opened_a_page_stands_in_the_patients_trail(desk, office, cast):
    desk.get(f"/clinic/patients/{cast.maya.id}")

    page = office.get(f"/clinic/trail/patients/{cast.maya.id}").text

    assert "Dr. Okafor" in page
    assert "Opened the page" in page
    assert "Theo" not in page


def test_what_a_member_did_stands_in_their_trail(desk, office, cast):
    desk.get(f"/clinic/patients/{cast.theo.id}/course")

    page = office.get(f"/clinic/trail/staff/{cast.dr_okafor.id}").text

    assert "Looked at scores, sessions and hopes" in page
    assert "Theo Brandt" in page
    assert "Looked at scores" not in office.get(f"/clinic/trail/staff/{cast.jordan.id}").text


@pytest.mark.parametrize("kind", ["looked", "done"])
def test_a_kind_of_act_can_be_shown_alone(desk, office, cast, kind):
    desk.get(f"/clinic/patients/{cast.maya.id}")

    page = office.get(f"/clinic/trail?kind={kind}").text

    assert ("Opened the page" in page) is (kind == "looked")
    assert ("Became a patient" in page) is (kind == "done")


@pytest.mark.parametrize(
    ("days", "is_there"),
    [
        ("since=2026-11-20&until=2026-11-20", True),
        ("since=2026-11-21", False),
        ("until=2026-11-19", False),
        ("since=soon&before=-1", True),
    ],
)
def test_days_can_be_chosen(desk, office, cast, days, is_there):
    desk.get(f"/clinic/patients/{cast.maya.id}")

    assert ("Opened the page" in office.get(f"/clinic/trail?{days}").text) is is_there


def test_a_long_trail_has_pages(office, cast, database):
    with database.session() as db:
        for number in range(60):
            trail.record(db, f"act-{number}", agent=None, entity=db.get_one(Patient, cast.maya.id))
    path = f"/clinic/trail/patients/{cast.maya.id}"

    first = office.get(path).text
    before = re.search(r"before=(\d+)", first)[1]
    older = office.get(f"{path}?before={before}")

    assert "Act 59" in first
    assert "Act 5<" not in first
    assert "Act 5<" in older.text
    assert "Act 59" not in older.text


def test_the_chain_is_checked_when_somebody_asks(office):
    assert "the chain holds" in office.get("/clinic/trail?check=1").text
    assert "the chain holds" not in office.get("/clinic/trail").text


def test_an_account_names_everybody_who_looked_and_itself(desk, signed_in, office, cast):
    desk.get(f"/clinic/patients/{cast.maya.id}")
    desk.get(f"/clinic/patients/{cast.maya.id}/course")
    signed_in(cast.jordan).get(f"/clinic/patients/{cast.maya.id}")
    path = f"/clinic/trail/patients/{cast.maya.id}"

    table = office.get(f"{path}/account.csv")
    data = office.get(f"{path}/account.json").json()

    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["who"], row["what"]) for row in rows] == [
        ("Dr. Okafor", "Opened the page"),
        ("Dr. Okafor", "Looked at scores, sessions and hopes"),
        ("Jordan", "Opened the page"),
    ]
    assert [row["what"] for row in data["events"]][3:] == ["Took out an account of who saw what"]
    assert "maya" not in table.headers["content-disposition"].lower()


def test_an_account_tells_of_every_table_that_held_the_patient(desk, office, database, cast):
    form = sheets.form_named(database, "consents")
    agreements = sheets.agreements(form, treatment="discuss")
    sheets.hand_in(database, cast.maya, "consents", agreements)
    with database.session() as db:
        version = db.scalars(select(QuestionnaireResponse.questionnaire_id)).one()
    accounts = [f"/clinic/trail/patients/{each.id}/account.csv" for each in (cast.maya, cast.theo)]

    office.get(f"/clinic/forms/{version}/answers")
    desk.get("/clinic/metrics/texts/all/open")
    office.get("/clinic/metrics/tables/on-time")
    office.get("/clinic/metrics/tables/figures")

    mayas, theos = (
        [row["what"] for row in csv.DictReader(io.StringIO(office.get(path).text))]
        for path in accounts
    )
    assert mayas == [
        "Took out answers, as a table",
        "Saw their line behind a figure",
        "Took out figures, as a table",
    ]
    assert theos == []


def test_listening_to_a_shared_note_is_recorded_each_time_and_once_a_time(
    desk, office, database, cast
):
    entry = journals.keep(database, cast.maya, "First the light.", shared=True)
    note = journals.speak(database, entry, b"\x1aE\xdf\xa3webm")
    path = f"/clinic/patients/{cast.maya.id}/journal/files/{note}"
    for wanted in ("bytes=0-", "bytes=4-", "bytes=0-"):
        desk.get(path, headers={"range": wanted})

    page = office.get(f"/clinic/trail/patients/{cast.maya.id}").text

    assert page.count("Listened to a shared note") == 2


def test_the_room_of_a_visit_is_looked_at_by_somebody(desk, office, cast):
    desk.get(f"/clinic/visits/{cast.integration_visit.id}")

    assert "Opened the visit" in office.get(f"/clinic/trail/patients/{cast.maya.id}").text


@pytest.mark.parametrize("path", ["", "/patients/{maya}", "/staff/{ada}"])
@pytest.mark.parametrize("who", ["jordan", "dr_okafor"])
def test_the_trail_is_for_administrators(signed_in, cast, who, path):
    address = "/clinic/trail" + path.format(maya=cast.maya.id, ada=cast.ada.id)

    assert signed_in(getattr(cast, who)).get(address).status_code == 403


def test_a_trail_of_many_names_costs_no_more_statements(desk, office, cast, database):
    desk.get(f"/clinic/patients/{cast.theo.id}")
    office.get("/clinic/trail")
    with counting(database) as few:
        office.get("/clinic/trail")
    with database.session() as db:
        for each in (cast.maya, cast.theo, cast.jordan, cast.dr_okafor) * 5:
            trail.record(db, "view", agent=each, entity=db.merge(cast.maya))

    with counting(database) as many:
        assert "Maya" in office.get("/clinic/trail").text

    assert len(many) <= len(few)


_RECORDING = ("trail.record", "looking.note")


def _recorded():
    """Every action that is written out where something is recorded."""
    for path in Path(trail.__file__).parents[1].rglob("*.py"):
        written = path.read_text()
        if not any(recording in written for recording in _RECORDING):
            continue  # to take it apart costs a thousand times as much
        for node in ast.walk(ast.parse(written)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _RECORDING:
                words = (each for each in ast.walk(node.args[1]) if isinstance(each, ast.Constant))
                yield from (each.value for each in words if not str(each.value).endswith("-"))


@pytest.mark.parametrize("action", sorted(set(_recorded())))
def test_every_act_is_said_in_words(action):
    assert trail_words.is_put_into_words(action)
