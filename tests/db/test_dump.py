"""A copy of the whole database, taken with its own tools and without our keys, names nobody."""

import json
import subprocess
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, select, text

from app.access import codes, one_time_codes
from app.access.models import SignInCode, Strength
from app.db.base import Model
from app.intake.models import Consent
from app.messaging import inbound, notes, threads
from app.messaging.inbound import Raw
from app.people import phones
from app.people.models import Clinic, Patient, Practitioner
from app.questionnaires.models import Questionnaire
from tests import databases
from tests.house import world
from tests.sealed import opened

# What is sealed of staff's names is also how patients read them; the rest is too short to be found.
_ALSO_OPEN = {("practitioner", "name")}
_SHORTEST = 5


@pytest.fixture
def lived_in(database):
    """Two clinics with everything in them; returns the tokens that were handed out."""
    things = world.build(database)
    cast = things.cast
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        maya.home_address, maya.emergency_name = "7 Larkspur Lane", "Quillfeather"
        maya.emergency_phone, maya.former_phone = "+13125550177", "+13125550166"
        clinic = db.get_one(Clinic, cast.clinic.id)
        thread = threads.of_stranger(db, clinic, "+13125550199")
        ada = db.get_one(Practitioner, cast.ada.id)
        notes.write(db, thread, "call her sister, periwinkle door", form="n", by=ada)
        inbound.store(db, "SM1", Raw("+13125550188", "", "my email is marigold@example.com"))
        codes.send(
            db, "+13125550142", browser="b" * 22, network="n", choose=lambda _, found: found[0]
        )
    tokens = [*things.own.tokens.values(), *things.other.tokens.values(), *things.keys.values()]
    return [*tokens, world.cookie_of(database, cast.maya, Strength.PASSKEY)]


@pytest.fixture
def canaries(database, lived_in):
    """Everything that rests sealed, as words, beside what was handed out."""
    sealed = opened(database)
    assert len({table for table, _, _ in sealed}) > 15
    with database.session(write=False) as db:
        forms = " ".join(
            f"{form.definition} {form.identity} {form.url}|{form.version}"
            for form in db.scalars(select(Questionnaire))
        )
        forms += " ".join(db.scalars(select(Consent.text_hash)))  # of the form's own words
    words = {
        word
        for (table, _, name), value in sealed.items()
        if (table, name) not in _ALSO_OPEN
        for word in _words(value)
        if len(word) >= _SHORTEST and word not in forms
    }
    expected = {"7 Larkspur Lane", "+13125550142", "1990-04-12", "+13125550177", "Brandt"}
    assert expected <= words
    assert any("marigold@example.com" in word for word in words)
    return words | {"marigold@example.com", "periwinkle", "First the light"} | set(lived_in)


def test_a_dump_without_keys_names_nobody(database, canaries):
    dumped = _files(database) if database.is_sqlite else _copied(database)

    assert b"Northside Clinic" in dumped
    for canary in canaries:
        for form in (canary.encode(), canary.encode("utf-16-le"), canary.encode().hex().encode()):
            assert form not in dumped, f"{len(canary)} letters"


def test_a_code_stands_nowhere(database, lived_in):
    with database.session(write=False) as db:
        waiting = db.scalars(select(SignInCode)).one()
        digits = one_time_codes.digits_of(waiting, codes._PURPOSE)
        row = db.execute(text("SELECT code_hash, seed, browser_hash FROM sign_in_code")).one()

    assert len(digits) == 6
    assert all(digits.encode() not in bytes(value) for value in row)


def _words(value):
    if isinstance(value, date):
        return [value.isoformat(), f"{value:%m/%d/%Y}"]
    if isinstance(value, bytes):
        try:
            return _leaves(json.loads(value))
        except ValueError:
            return [value.decode("latin-1")] if value.isascii() else []
    return _leaves(value)


def _leaves(value):
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in _leaves(each)]
    if not isinstance(value, str):
        return []
    spoken = phones.spoken(value) if value.startswith("+1") else value
    return [value, spoken, value.removeprefix("+1")]


def _files(database):
    path = Path(make_url(database.engine.url).database)
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def _copied(database):
    """Every table as COPY gives it, raw, and as pg_dump writes it, where the server brings one."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    found = bytearray()
    with closing(psycopg.connect(url)) as connection, connection.cursor() as cursor:
        for table in Model.metadata.sorted_tables:
            with cursor.copy(f'COPY "{table.name}" TO STDOUT (FORMAT binary)'.encode()) as rows:
                for row in rows:
                    found += row
    program = databases.runnable_binaries() / "pg_dump"
    if program.exists():
        found += subprocess.run([program, url], capture_output=True, check=True).stdout
    return bytes(found)
