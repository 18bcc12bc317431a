"""One's own browsers, passkeys and clinics."""

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.access import invitations, passkey_grants
from app.access.models import Passkey, WebSession
from app.people import memberships
from app.people.models import Clinic, Practitioner, Role
from tests.access.authenticator import Authenticator
from tests.conftest import BASE_URL


@pytest.fixture
def browser(app):
    """`browser()`: another browser on which nobody is signed in."""

    def browser():
        return TestClient(
            app,
            base_url=BASE_URL,
            headers={"sec-fetch-site": "same-origin", "origin": BASE_URL},
            follow_redirects=False,
        )

    return browser


@pytest.fixture
def invited(database):
    """`invited(person)`: the token of an invitation."""

    def invited(person):
        with database.session() as db:
            return invitations.invite(db, db.get_one(Practitioner, person.id), by=None)

    return invited


@pytest.fixture
def take_up(browser, invited):
    """`take_up(person)`: their browser and device, once they made a passkey."""

    def take_up(person):
        theirs, device, token = browser(), Authenticator(), {"t": invited(person)}
        options = theirs.post("/invitation/challenge", json=token).json()["options"]
        answer = {"credential": device.create(options)} | token
        assert theirs.post("/invitation/passkey", json=answer).status_code == 200
        return theirs, device

    return take_up


def _sign_in(browser, device):
    options = browser.post("/clinic/sign-in/challenge").json()["options"]
    return browser.post("/clinic/sign-in/passkey", json={"credential": device.get(options)})


def _use_known(browser, device, token):
    asked = browser.post("/invitation/known/challenge", json={"t": token})
    if asked.status_code != 200:
        return asked
    credential = device.get(asked.json()["options"])
    return browser.post("/invitation/known", json={"t": token, "credential": credential})


def test_a_passkey_made_by_invitation_opens_that_clinic_alone(take_up, cast, database):
    """Or an administrator could come into another clinic by an invitation they made themselves."""
    with database.session() as db:
        okafor = db.get_one(Practitioner, cast.dr_okafor.id)
        memberships.work_further(db, okafor, db.get_one(Clinic, cast.neighbour.id), Role.CLINICIAN)

    theirs, _ = take_up(cast.dr_okafor)

    assert "Go there" not in theirs.get("/clinic/me").text
    with database.session(write=False) as db:
        passkey = db.scalars(select(Passkey)).one()
        assert [row.id for row in passkey_grants.opened_by(db, passkey)] == [cast.dr_okafor.id]


def test_who_shows_their_passkey_at_a_second_clinic_works_at_both(take_up, invited, cast, browser):
    _, device = take_up(cast.dr_okafor)
    there = browser()

    assert _use_known(there, device, invited(cast.dr_lind)).json() == {"address": "/clinic"}

    assert "Lakeview Practice" in there.get("/clinic").text
    assert "Northside Clinic" in there.get("/clinic/me").text


def test_an_invitation_is_used_once_by_a_known_passkey_too(take_up, invited, cast, browser):
    _, device = take_up(cast.dr_okafor)
    token = invited(cast.dr_lind)
    _use_known(browser(), device, token)

    assert _use_known(browser(), device, token).status_code == 422


def test_changing_the_clinic_changes_all_that_is_seen(take_up, invited, cast, browser, database):
    theirs, device = take_up(cast.dr_okafor)
    _use_known(browser(), device, invited(cast.dr_lind))
    assert theirs.get(f"/clinic/patients/{cast.noor.id}").status_code == 404
    before = dict(theirs.cookies)

    answer = theirs.post("/clinic/me/clinic", data={"clinic": str(cast.dr_lind.id)})

    assert answer.headers["location"] == "/clinic"
    assert theirs.get(f"/clinic/patients/{cast.noor.id}").status_code == 200
    assert theirs.get(f"/clinic/patients/{cast.maya.id}").status_code == 404
    former = browser()
    former.cookies.update(before)
    assert former.get("/clinic").status_code == 303
    with database.session(write=False) as db:
        ends = set(db.scalars(select(WebSession.expires_at)))
    assert len(ends) == 1  # changing to and fro makes no session longer


def test_nobody_changes_to_a_row_that_is_not_theirs(take_up, cast):
    theirs, _ = take_up(cast.dr_okafor)

    for row in (cast.dr_lind, cast.ada, cast.dr_okafor, cast.maya):
        answer = theirs.post("/clinic/me/clinic", data={"clinic": str(row.id)})
        assert answer.status_code == 404


def test_a_second_passkey_is_added_and_the_first_removed(take_up, cast, browser):
    theirs, first = take_up(cast.dr_okafor)
    second = Authenticator()
    options = theirs.post("/clinic/me/passkeys/challenge").json()["options"]
    theirs.post("/clinic/me/passkeys", json={"credential": second.create(options)})
    elsewhere = browser()
    _sign_in(elsewhere, first)
    by_second = browser()
    assert _sign_in(by_second, second).status_code == 200
    listed = by_second.get("/clinic/me").text
    ids = [part.split("/")[0] for part in listed.split("/clinic/me/passkeys/")[1:]]
    removed = next(each for each in ids if each != "challenge")

    assert by_second.post(f"/clinic/me/passkeys/{removed}/removal").status_code == 303

    assert _sign_in(browser(), first).status_code == 422
    assert elsewhere.get("/clinic").status_code == 303
    assert by_second.get("/clinic").status_code == 200


def test_an_invitation_of_one_clinic_ends_no_passkey_at_another(
    take_up, invited, cast, browser, database
):
    """Whoever handed it out could have taken it up themselves."""
    theirs, device = take_up(cast.dr_okafor)
    _use_known(browser(), device, invited(cast.dr_lind))
    intruder, _ = take_up(cast.dr_lind)
    with database.session(write=False) as db:
        first = db.scalars(select(Passkey.id).order_by(Passkey.made_at, Passkey.id)).first()

    assert intruder.post(f"/clinic/me/passkeys/{first}/removal").status_code == 303

    assert theirs.get("/clinic").status_code == 200
    assert _sign_in(browser(), device).status_code == 200
    assert "The passkey you used here does not open it." in theirs.get("/clinic/me").text


def test_the_only_passkey_stays(take_up, cast, database):
    theirs, _ = take_up(cast.dr_okafor)
    with database.session(write=False) as db:
        only = db.scalars(select(Passkey.id)).one()

    answer = theirs.post(f"/clinic/me/passkeys/{only}/removal")

    assert answer.status_code == 422
    assert "This is your only passkey" in answer.text


def test_a_colleagues_passkeys_and_browsers_are_unknown(take_up, cast, database):
    take_up(cast.jordan)
    theirs, _ = take_up(cast.dr_okafor)
    with database.session(write=False) as db:
        passkey = db.scalar(select(Passkey.id).where(Passkey.practitioner_id == cast.jordan.id))
        mine = WebSession.practitioner_id == cast.jordan.id
        web_session = db.scalar(select(WebSession.id).where(mine))

    assert theirs.post(f"/clinic/me/passkeys/{passkey}/removal").status_code == 404
    assert theirs.post(f"/clinic/me/browsers/{web_session}/sign-out").status_code == 404


def test_one_browser_is_signed_out_from_another(take_up, cast, browser, database):
    theirs, device = take_up(cast.dr_okafor)
    elsewhere = browser()
    _sign_in(elsewhere, device)
    with database.session(write=False) as db:
        last = db.scalars(select(WebSession.id).order_by(WebSession.id.desc())).first()

    theirs.post(f"/clinic/me/browsers/{last}/sign-out")

    assert elsewhere.get("/clinic").status_code == 303
    assert theirs.get("/clinic").status_code == 200


def test_a_withdrawn_invitation_makes_no_passkey(signed_in, cast, browser, invited):
    token = invited(cast.jordan)
    office = signed_in(cast.ada)
    assert "Withdraw the invitation" in office.get(f"/clinic/team/{cast.jordan.id}").text

    office.post(f"/clinic/team/{cast.jordan.id}/invitation/withdrawal")

    assert browser().post("/invitation/challenge", json={"t": token}).status_code == 422
    assert "Withdraw the invitation" not in office.get(f"/clinic/team/{cast.jordan.id}").text
