"""Who may read what was written: the matrix of issue 5, done when 5."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.access import code_texts, codes, passkeys, web_sessions
from app.access.models import SessionKind, SignInCode, Strength
from app.access.passkeys import RelyingParty
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.people.models import Patient
from app.scheduling.models import Appointment, AppointmentStatus, Service
from app.web.guards import BROWSER_COOKIE, COOKIES
from tests import journals
from tests.access.authenticator import Authenticator

NOW = "The river, and how quiet my hands were."
BEFORE = "The blue door at my aunt's house."
PAGES = [
    "/journal",
    "/journal?page=1",
    "/journal/entries/{now}",
    "/journal/entries/{before}",
    "/journal/print",
    "/journal/download.pdf",
    "/journal/download.json",
    "/journal/files/{nothing}",
]
CHANGES = ["share", "take-back", "delete", "lines"]


@pytest.fixture
def kept(database, cast):
    """Maya wrote after her last session, and after one a week before."""
    with database.session() as db:
        infusion = db.get_one(Appointment, cast.infusion.id)
        earlier = Appointment(
            clinic_id=infusion.clinic_id,
            patient_id=infusion.patient_id,
            service=Service.INFUSION,
            status=AppointmentStatus.FULFILLED,
            wall_start=infusion.wall_start,
            zone=infusion.zone,
            starts_at=infusion.starts_at - timedelta(days=7),
            ends_at=infusion.ends_at - timedelta(days=7),
            made_at=infusion.made_at,
        )
        db.add(earlier)
    then = clock.now() - timedelta(days=7)
    before = journals.keep(database, cast.maya, BEFORE, written_at=then)
    return {
        "now": journals.keep(database, cast.maya, NOW),
        "before": before,
        "nothing": uuid4(),
    }


@pytest.fixture
def let_in(browser, database):
    """`let_in(patient, kind, strength)`: a browser with just that session."""

    def let_in(patient, kind, strength):
        with database.session() as db:
            _, token = web_sessions.start(
                db,
                kind,
                clinic_id=patient.clinic_id,
                patient=db.get_one(Patient, patient.id),
                strength=strength,
                browser="b" * 22,
            )
        page = browser()
        page.cookies.set(COOKIES[kind], token, domain="afterglow.test")
        return page

    return let_in


@pytest.fixture
def by_link(tapped):
    """A browser in which the link of the evening's text was tapped, and nothing else."""
    return tapped()


@pytest.fixture
def by_code(let_in, cast):
    return let_in(cast.maya, SessionKind.PATIENT, Strength.CODE)


@pytest.fixture
def by_passkey(let_in, cast):
    return let_in(cast.maya, SessionKind.PATIENT, Strength.PASSKEY)


def reads_nothing(page, kept, status=403):
    for path in PAGES:
        answer = page.get(path.format(**kept))
        assert answer.status_code in (status, 404), path
        assert "river" not in answer.text, path
        assert "blue door" not in answer.text, path
    return True


@pytest.mark.parametrize("path", PAGES)
def test_a_link_alone_opens_no_earlier_word_on_any_device(by_link, browser, kept, path):
    for page in (by_link, browser()):
        answer = page.get(path.format(**kept))

        assert answer.status_code == 403
        assert "Your words are safe." in answer.text
        assert "river" not in answer.text
        assert "blue door" not in answer.text
        assert "sign-in" in answer.text


@pytest.mark.parametrize("what", CHANGES)
def test_a_link_alone_changes_nothing_that_was_kept(by_link, browser, kept, everything, what):
    stood = everything()

    for page in (by_link, browser()):
        assert page.post(f"/journal/entries/{kept['now']}/{what}").status_code == 403
        assert page.post("/journal", data={"bring": str(kept["now"])}).status_code == 403

    assert everything() == stood


def test_the_page_that_asks_is_the_same_whether_there_is_anything_or_not(
    by_link, let_in, cast, kept
):
    theo = let_in(cast.theo, SessionKind.WRITE, Strength.LINK)  # who has written nothing

    shown = []
    for page in (by_link, theo):
        page.cookies.set("__Host-ag_mood", "plain", domain="afterglow.test")
        shown.append(re.sub(r' data-owner="\w+"', "", page.get("/journal").text))
    assert shown[0] == shown[1]


def test_a_passkey_opens_everything_of_its_patient(by_passkey, kept):
    page = by_passkey.get("/journal").text

    assert NOW in page
    assert BEFORE.replace("'", "&#39;") in page
    assert by_passkey.get(f"/journal/entries/{kept['before']}").status_code == 200
    assert {
        each["words"] for each in by_passkey.get("/journal/download.json").json()["entries"]
    } == {
        NOW,
        BEFORE,
    }


def test_a_code_opens_what_belongs_to_this_session_alone(by_code, kept):
    page = by_code.get("/journal").text

    assert NOW in page
    assert "blue door" not in page
    assert "since your last session" in page
    assert by_code.get(f"/journal/entries/{kept['now']}").status_code == 200
    assert by_code.get(f"/journal/entries/{kept['before']}").status_code == 404
    assert by_code.post(f"/journal/entries/{kept['before']}/delete").status_code == 404
    found = by_code.get("/journal/download.json").json()["entries"]
    assert [each["words"] for each in found] == [NOW]
    assert "blue door" not in by_code.get("/journal/print").text


def test_a_code_opens_it_for_fifteen_minutes_of_real_time(by_code, kept, at):
    begun = clock.machine_now()
    at(begun + timedelta(minutes=10))
    assert by_code.get("/journal").status_code == 200  # and so the session stays awake

    at(begun + timedelta(minutes=14, seconds=59))
    assert by_code.get("/journal").status_code == 200

    at(begun + timedelta(minutes=15))
    assert reads_nothing(by_code, kept)
    assert by_code.get("/").status_code == 200  # still signed in: only reading asks again


def test_a_passkey_opens_it_as_long_as_its_session_lives(by_passkey, kept, at):
    for minutes in (10, 20, 30):
        at(clock.machine_now() + timedelta(minutes=10))
        assert by_passkey.get("/journal").status_code == 200, minutes


def test_a_code_opens_nothing_for_somebody_without_a_birth_date_on_file(
    by_code, kept, database, cast
):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).birth_on = None

    assert reads_nothing(by_code, kept)
    assert "no date of birth for you yet" in by_code.get("/journal").text


@pytest.mark.parametrize("strength", [Strength.CODE, Strength.PASSKEY])
def test_another_patient_of_the_same_clinic_reads_nothing(let_in, cast, kept, strength):
    theo = let_in(cast.theo, SessionKind.PATIENT, strength)

    assert "Nothing yet" in theo.get("/journal").text
    for path in PAGES[2:4]:
        assert theo.get(path.format(**kept)).status_code == 404
    assert theo.get("/journal/download.json").json()["entries"] == []
    for what in CHANGES:
        assert theo.post(f"/journal/entries/{kept['now']}/{what}").status_code == 404


def test_the_neighbour_clinics_patient_and_staff_read_nothing(let_in, signed_in, cast, kept):
    noor = let_in(cast.noor, SessionKind.PATIENT, Strength.PASSKEY)

    assert noor.get(f"/journal/entries/{kept['now']}").status_code == 404
    assert "river" not in noor.get("/journal").text
    assert signed_in(cast.dr_lind).get("/journal").status_code == 403


def test_ones_own_clinic_reads_nothing_that_is_private(desk, cast, kept):
    assert desk.get("/journal").status_code == 403
    for path in (f"/clinic/patients/{cast.maya.id}", f"/clinic/visits/{cast.integration_visit.id}"):
        page = desk.get(path)
        assert page.status_code == 200
        assert "river" not in page.text
        assert "blue door" not in page.text


def test_whoever_shows_who_they_are_comes_back_to_what_they_wanted_to_read(by_link, database, kept):
    wanted = f"/journal/entries/{kept['now']}"
    by_link.get(wanted)
    asked = by_link.post("/sign-in/number-on-file")  # it knows whose link it was: nothing to type
    assert asked.headers["location"] == "/sign-in/code"
    with database.session() as db:
        code_texts.send_waiting(db)
        digits = codes.digits_of(codes.waiting_in(db, by_link.cookies[BROWSER_COOKIE]))
    by_link.post("/sign-in/code", data={"code": digits})

    opened = by_link.post("/sign-in/birth-date", data={"birth_on": "1990-04-12"})

    assert opened.headers["location"] == wanted
    assert NOW in by_link.get(wanted).text
    assert "__Host-ag_to" not in by_link.cookies


def test_a_passkey_leads_back_as_well(by_link, database, cast, kept):
    device = Authenticator()
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        party = RelyingParty("afterglow.test", "https://afterglow.test")
        options = passkeys.registration_options(db, maya, browser="r" * 22, party=party)
        passkeys.register(
            db, maya, device.create(options), browser="r" * 22, party=party, user_agent=""
        )
    wanted = f"/journal/entries/{kept['before']}"
    assert by_link.get(wanted).status_code == 403
    asked = by_link.post("/sign-in/challenge", json={}).json()

    opened = by_link.post("/sign-in/passkey", json={"credential": device.get(asked["options"])})

    assert opened.json() == {"address": wanted}
    assert "blue door" in by_link.get(wanted).text


def test_the_link_beside_the_code_leads_back_as_well(by_link, database, kept):
    by_link.get("/journal/print")
    by_link.post("/sign-in/number-on-file")
    with database.session() as db:
        code_texts.send_waiting(db)
        links = select(MagicLink).where(MagicLink.kind == LinkKind.SIGN_IN)
        token = magic_links.token_of(db.scalars(links).one())
    pressed = by_link.post("/x", json={"t": token, "kind": "sign-in"}).json()
    assert pressed["address"] == "/sign-in/birth-date"

    opened = by_link.post("/sign-in/birth-date", data={"birth_on": "1990-04-12"})

    assert opened.headers["location"] == "/journal/print"


def test_a_browser_that_knows_nobody_is_asked_for_the_number(client):
    assert client.post("/sign-in/number-on-file").headers["location"] == "/sign-in/number"


def test_the_code_goes_to_the_patient_of_the_link_though_a_neighbour_has_the_number(
    by_link, database, cast
):
    with database.session() as db:
        noor = db.get_one(Patient, cast.noor.id)
        noor.phone = db.get_one(Patient, cast.maya.id).phone

    by_link.post("/sign-in/number-on-file")

    with database.session(write=False) as db:
        assert db.scalars(select(SignInCode)).one().patient_id == cast.maya.id


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("/journal", "/journal"),
        ("/journal/print", "/journal/print"),
        ("/journal/download.pdf", "/journal"),
        ("/journal/files/{nothing}", "/journal"),
        ("/journal/entries/{now}", "/journal/entries/{now}"),
    ],
)
def test_the_way_back_is_a_page_of_ours(browser, kept, asked, back):
    page = browser()
    page.get(asked.format(**kept))

    assert page.cookies["__Host-ag_to"].strip('"') == back.format(**kept)


def test_a_way_back_that_was_made_up_leads_home(client, database, kept):
    client.cookies.set("__Host-ag_to", "https://elsewhere.test/", domain="afterglow.test")
    client.post("/sign-in/number", data={"phone": "312 555 0142"})
    with database.session() as db:
        code_texts.send_waiting(db)
        digits = codes.digits_of(codes.waiting_in(db, client.cookies[BROWSER_COOKIE]))
    client.post("/sign-in/code", data={"code": digits})

    opened = client.post("/sign-in/birth-date", data={"birth_on": "1990-04-12"})

    assert opened.headers["location"] == "/"


def test_no_title_and_no_address_says_what_was_written(by_passkey, kept):
    for path in PAGES[:5]:
        page = by_passkey.get(path.format(**kept)).text
        title = re.search(r"<title>(.*?)</title>", page)[1]
        assert title == "Your words · Northside Clinic"


def test_where_two_people_share_a_browser_each_reads_their_own_alone(tapped, let_in, cast, kept):
    """Theo is signed in on the phone on which Maya's link is tapped."""
    shared = tapped(from_=let_in(cast.theo, SessionKind.PATIENT, Strength.PASSKEY))
    assert shared.opened["state"] == "journal"

    assert "Nothing yet" in shared.get("/journal").text
    for path in PAGES[2:4]:
        assert shared.get(path.format(**kept)).status_code == 404


def test_signing_out_closes_it_again_though_the_link_is_still_open(tapped, by_passkey, kept):
    phone = tapped(from_=by_passkey)
    assert NOW in phone.get("/journal").text

    phone.post("/sign-out")

    assert reads_nothing(phone, kept)
    assert phone.get("/journal/write").status_code == 200
    assert "river" not in phone.get("/journal/write").text


def test_on_a_raw_day_the_pages_that_ask_who_it_is_stay_gentle(by_link, client):
    for path in ("/sign-in", "/sign-in/number"):
        assert 'data-surface="patient" data-mood="gentle"' in by_link.get(path).text
        assert 'data-mood="gentle"' not in client.get(path).text
