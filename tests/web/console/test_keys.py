"""Keys for other systems, made and revoked by the administrator."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import api_keys
from app.access.models import ApiKey, WebSession
from app.people.models import Clinic, Role
from app.settings import Settings
from app.subscriptions import keeping
from app.subscriptions.keeping import Wish
from app.subscriptions.models import Subscription
from tests.conftest import FRIDAY_NOON


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


@pytest.fixture
def colleagues(database, cast, signed_in):
    """Another administrator, who made a key and shares it with nobody; and their console."""
    with database.session() as db:
        db.merge(cast.jordan).role = Role.ADMINISTRATOR
    browser = signed_in(cast.jordan)
    token = _token(browser.post("/clinic/keys", data=_key()).text)
    (key,) = _kept(database)
    return token, key


def _token(page):
    return re.search(r"<code>(ag_\w+)</code>", page)[1]


def _opens(database, token):
    with database.session(write=False) as db:
        return api_keys.find(db, token) is not None


def _told_on(database):
    """Whose word each live subscription stands on."""
    with database.session(write=False) as db:
        live = select(Subscription.api_key_id).where(Subscription.ended_at.is_(None))
        return db.scalars(live).all()


def test_what_a_leaver_saw_is_named_before_they_leave_and_after(office, colleagues, cast, database):
    token, _key_of = colleagues
    page = f"/clinic/team/{cast.jordan.id}"

    assert "goes on opening: Our record system" in office.get(page).text
    assert "Its maker left" not in office.get("/clinic/team").text
    office.post(f"{page}/leave")

    assert "They saw these keys and have left" in office.get(page).text
    assert "Its maker left" in office.get("/clinic/team").text
    assert _opens(database, token)  # the other system goes on


def test_a_new_key_takes_over_before_the_leavers_is_revoked(office, colleagues, cast, database):
    token, key = colleagues
    with database.session() as db:
        wish = Wish("Appointment", "https://ehr.example.com/told", "the record")
        clinic = db.get_one(Clinic, cast.clinic.id)
        keeping.create(db, clinic, wish, Settings(_env_file=None), by=key)
    office.post(f"/clinic/team/{cast.jordan.id}/leave")

    shown = office.post(f"/clinic/keys/{key.id}/replacement")
    again = office.post(f"/clinic/keys/{key.id}/replacement")

    successor = next(each for each in _kept(database) if each.replaces_id == key.id)
    assert (successor.scopes, successor.made_by_id) == (key.scopes, cast.ada.id)
    assert "opens until you revoke it" in shown.text
    assert again.status_code == 303  # sent twice: there is one new key, and it was shown
    assert _opens(database, token)
    assert _opens(database, _token(shown.text))
    answer = office.post(f"/clinic/keys/{key.id}/revocation", data={"from": "member"})
    assert answer.headers["location"] == f"/clinic/team/{cast.jordan.id}"
    assert not _opens(database, token)
    assert _opens(database, _token(shown.text))
    assert _told_on(database) == [successor.id]
    assert "Its maker left" not in office.get("/clinic/team").text


def test_a_new_key_that_is_replaced_in_turn_still_hands_on(office, colleagues, cast, database):
    _token_of, first = colleagues
    with database.session() as db:
        wish = Wish("Appointment", "https://ehr.example.com/told", "the record")
        clinic = db.get_one(Clinic, cast.clinic.id)
        keeping.create(db, clinic, wish, Settings(_env_file=None), by=first)
    office.post(f"/clinic/keys/{first.id}/replacement")
    second = next(each for each in _kept(database) if each.replaces_id == first.id)
    office.post(f"/clinic/keys/{second.id}/replacement")
    third = next(each for each in _kept(database) if each.replaces_id == second.id)

    office.post(f"/clinic/keys/{second.id}/revocation")
    office.post(f"/clinic/keys/{first.id}/revocation")

    assert _told_on(database) == [third.id]


def test_a_desk_left_open_makes_no_key_in_anothers_place(office, colleagues, database):
    _token_of, key = colleagues
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(minutes=16))
    with database.session() as db:
        for web_session in db.scalars(select(WebSession)):
            web_session.seen_at = clock.machine_now()

    answer = office.post(f"/clinic/keys/{key.id}/replacement")

    assert answer.headers["location"] == "/clinic/sign-in?again=1"
    assert len(_kept(database)) == 1
