"""Keys for other systems, made and revoked by the administrator."""

import re

import pytest
from sqlalchemy import select

from app.access import api_keys
from app.access.models import ApiKey


@pytest.fixture
def office(signed_in, cast):
    """The console as the administrator has it open."""
    return signed_in(cast.ada)


def _key(**differently):
    return {"name": "Our record system", "scopes": ["read-patients", "book"], **differently}


def _kept(database):
    with database.session(write=False) as db:
        return db.scalars(select(ApiKey)).all()


def test_a_key_is_shown_once_and_can_be_revoked(office, cast, database):
    made = office.post("/clinic/keys", data=_key())

    token = re.search(r"<code>(ag_\w+)</code>", made.text)[1]
    with database.session() as db:
        key = api_keys.find(db, token)
        assert key.clinic_id == cast.clinic.id
    listed = office.get("/clinic/team").text
    assert "Our record system" in listed
    assert "Not used yet" in listed
    assert token not in listed
    assert office.post("/clinic/keys", data=_key(name="our record system")).status_code == 422
    assert office.post(f"/clinic/keys/{key.id}/revocation").status_code == 303
    with database.session() as db:
        assert api_keys.find(db, token) is None


def test_a_key_opens_what_was_ticked_and_the_list_says_so(office, cast, database):
    office.post("/clinic/keys", data=_key())

    (key,) = _kept(database)
    assert key.scopes == "system/Appointment.write system/Patient.read"
    assert "Read patients · Book and move" in office.get("/clinic/team").text


def test_a_key_from_before_is_listed_as_opening_everything(office, cast, database):
    with database.session() as db:
        api_keys.create(db, cast.clinic, "Old record system", by=None)

    assert re.search(r"Old record system</strong>[^·]*Everything", office.get("/clinic/team").text)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": " "}, "name"), ({"scopes": []}, "scopes"), ({"scopes": ["root"]}, "scopes")],
)
def test_a_key_needs_a_name_and_something_it_may_do(office, cast, database, change, field):
    answer = office.post("/clinic/keys", data=_key(**change))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert _kept(database) == []


def test_what_was_ticked_stays_ticked_when_the_name_is_missing(office, cast):
    answer = office.post("/clinic/keys", data=_key(name=""))

    ticked = re.findall(r'value="([\w-]+)" checked', answer.text)
    assert ticked == ["read-patients", "book"]
