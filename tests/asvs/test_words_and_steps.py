"""What people send: addresses, words, and fields that nobody asked for."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import inspect as table_of

from app.people.models import Patient
from app.telehealth import provider
from app.telehealth.provider import NotARoom

APP = Path(__file__).parents[2] / "app"
# They name tables and triggers of our own, which no question can hold as a value.
_NAMES_ITS_TABLES = ("db/migrations/", "db/engine.py", "db/migrate.py", "db/telling.py", "backups/")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://room.example/patel",
        "data:text/html,hello",
        "//room.example/patel",
        "https://name:word@room.example/",
        "https:///patel",
        "vbscript:x",
    ],
)
def test_asvs_1_2_2_an_address_that_somebody_enters_is_plain_https(address):
    with pytest.raises(NotARoom):
        provider.room_address(address)


def test_asvs_1_2_4_no_question_to_the_database_is_put_together_from_words():
    built = [
        f"{path.relative_to(APP)}:{call.lineno}"
        for path, call, name in _calls()
        if (name in ("exec_driver_sql", "literal_column") or (name == "text" and _asks(path)))
        and any(isinstance(each, ast.JoinedStr | ast.BinOp) for each in call.args)
        and not str(path.relative_to(APP)).startswith(_NAMES_ITS_TABLES)
    ]

    assert built == []


def test_asvs_1_3_7_no_template_is_made_from_words():
    made = [
        f"{path.relative_to(APP)}:{call.lineno}"
        for path, call, name in _calls()
        if name in ("from_string", "Template", "render_template_string")
    ]

    assert made == []


def test_asvs_15_3_3_a_field_that_nobody_asked_for_changes_nothing(desk, cast, database):
    asked = {"given_name": "Maya", "family_name": "Osei", "zone": "America/Chicago"}
    form = asked | {"language": "es", "texts_agreed": "1", "birth_on": "1990-04-12"}
    own = {"given_name_sealed", "family_name_sealed", "language", "zone", "texts_agreed_at"}
    own |= {"birth_on_sealed", "changed_at", "home_address_sealed", "emergency_name_sealed"}
    own |= {"emergency_phone_sealed"}
    before = _row(database, cast.maya.id)
    unasked = {name: str(cast.neighbour.id) for name in before if name not in own}

    answer = desk.post(f"/clinic/patients/{cast.maya.id}", data=unasked | form)

    assert answer.status_code == 303
    after = _row(database, cast.maya.id)
    assert after["language"] == "es"  # what was asked for was taken
    assert {name for name in before if after[name] != before[name]} <= own


def _row(database, patient_id):
    with database.session(write=False) as db:
        patient = db.get_one(Patient, patient_id)
        return {each.key: getattr(patient, each.key) for each in table_of(Patient).column_attrs}


def _asks(path):
    """Whether `text` is the database's there, and not a field's of a form."""
    return bool(re.search(r"from sqlalchemy import [^\n]*\btext\b", path.read_text()))


@cache
def _trees():
    return {path: ast.parse(path.read_text()) for path in sorted(APP.rglob("*.py"))}


def _calls():
    for path, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                function = node.func
                name = getattr(function, "attr", None) or getattr(function, "id", "")
                yield path, node, name
