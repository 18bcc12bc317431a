"""One patient's record at the desk: found, joined, told apart, put away; links and numbers."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from app import clock
from app.access import codes, web_sessions
from app.access.models import SessionKind, Strength
from app.audit.models import AuditEvent
from app.intake import packets
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.messaging.models import Message, MessageStatus
from app.people import directory, enrolment
from app.people.models import Clinic, Patient
from app.scheduling import visit_texts
from app.scheduling.models import Appointment
from app.web.console.patients import patients


@pytest.fixture(autouse=True)
def _nothing_known():
    directory.forget()


@pytest.fixture
def twin(cast, database):
    """Maya once more, with another number."""
    with database.session() as db:
        return enrolment.enrol(
            db,
            db.get_one(Clinic, cast.clinic.id),
            given_name="Maya",
            family_name="Osei",
            phone="+13125550188",
            birth_on=cast.maya.birth_on,
            by=None,
        )


def _page(cast):
    return f"/clinic/patients/{cast.maya.id}"


def _packet(database, cast):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        packet = packets.ask(db, maya, [], with_camera_check=True, by=None)
        db.flush()
        link = db.get_one(MagicLink, packet.link_id)
        magic_links.advance(link, LinkState.SENT)
        db.flush()
        return link.id


# Finding


def test_no_name_stands_in_an_address(desk, cast):
    page = desk.post("/clinic/patients/search", data={"q": "osei"})

    assert page.status_code == 200
    assert "Maya Osei" in page.text
    assert 'method="post" action="/clinic/patients/search"' in page.text
    assert "q=" not in page.text.replace('name="q"', "")


def test_a_script_gets_the_list_alone(desk, cast):
    part = desk.post("/clinic/patients/search", data={"q": "osei"}, headers={"hx-request": "true"})

    assert part.text.lstrip().startswith('<section class="stack" id="found"')
    assert "Maya Osei" in part.text


def test_a_near_miss_is_said_to_be_one(desk, cast):
    page = desk.post("/clinic/patients/search", data={"q": "mayya"}).text

    assert "Nobody quite by that name. Spelt nearly so:" in page
    assert "Maya Osei" in page


def test_a_long_list_is_turned_page_by_page(desk, cast, database):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        for number in range(patients.PER_PAGE + 10):
            enrolment.enrol(
                db,
                clinic,
                given_name=f"Robin {number:03}",
                family_name="Vale",
                phone=f"+1312556{number:04}",
                by=None,
            )

    first = desk.get("/clinic/patients").text
    second = desk.get("/clinic/patients?page=2").text
    found = desk.post("/clinic/patients/search", data={"q": "robin", "page": "2"}).text
    beyond = desk.get("/clinic/patients?page=999").text

    assert "1 to 50 of 62" in first
    assert "Robin 000 Vale" in first
    assert "Robin 049 Vale" in second
    assert "Robin 000 Vale" not in second
    assert "51 to 60 of 60" in found
    assert "51 to 62 of 62" in beyond


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "²"])
def test_a_page_that_is_none_is_the_first(desk, cast, number):
    assert "Maya Osei" in desk.get("/clinic/patients", params={"page": number}).text


def test_a_search_asks_as_often_among_many_as_among_few(desk, cast, database):
    def count():
        statements = []

        def note(*_):
            statements.append(1)

        event.listen(database.engine, "before_cursor_execute", note)
        assert desk.post("/clinic/patients/search", data={"q": "a"}).status_code == 200
        event.remove(database.engine, "before_cursor_execute", note)
        return len(statements)

    desk.post("/clinic/patients/search", data={"q": "a"})
    few = count()
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        for number in range(30):
            enrolment.enrol(
                db,
                clinic,
                given_name=f"Ann {number}",
                family_name="",
                by=None,
                phone=f"+1312556{number:04}",
            )

    assert count() == few


# Doubles


def test_who_may_be_here_twice_is_offered_and_nothing_happens_by_itself(desk, cast, twin):
    assert "One person may be here twice" in desk.get("/clinic/patients").text
    page = desk.get("/clinic/patients/doubles").text
    assert page.count("Maya Osei</a>") == 2
    assert "has the same name and birth date. Is it the same person?" in desk.get(_page(cast)).text


def test_two_people_are_told_apart_once_and_for_all(desk, cast, twin):
    desk.post(f"{_page(cast)}/telling-apart/{twin.id}")

    assert "may be here twice" not in desk.get("/clinic/patients").text
    assert "Nobody seems to be here twice." in desk.get("/clinic/patients/doubles").text


def test_a_new_patient_who_is_here_already_is_shown_first(desk, cast, database):
    facts = {
        "given_name": "maya",
        "family_name": "OSEI",
        "phone": "312 555 0190",
        "birth_on": cast.maya.birth_on.isoformat(),
    }

    shown = desk.post("/clinic/patients", data=facts)
    added = desk.post("/clinic/patients", data=facts | {"another": "1"})

    assert shown.status_code == 422
    assert "Somebody with this name and birth date is here already." in shown.text
    assert f'href="{_page(cast)}"' in shown.text
    assert added.status_code == 303


# Joining


def test_joining_shows_first_what_it_does(desk, cast, twin):
    page = desk.get(f"/clinic/patients/{twin.id}/joining/{cast.maya.id}").text

    assert "Sessions and visits: 2" in page
    assert "(312) 555-0142" in page
    assert "This cannot be undone" not in page


def test_two_records_are_joined(desk, cast, twin, database):
    path = f"/clinic/patients/{twin.id}/joining/{cast.maya.id}"

    unsure = desk.post(path, data={"phone": "theirs"})
    done = desk.post(path, data={"phone": "theirs", "sure": "1"})
    again = desk.post(path, data={"phone": "theirs", "sure": "1"})

    assert unsure.status_code == 422
    assert "Tick that they are one person." in unsure.text
    assert (done.status_code, again.status_code) == (303, 303)
    with database.session(write=False) as db:
        assert db.get_one(Appointment, cast.infusion.id).patient_id == twin.id
        assert db.get_one(Patient, twin.id).phone == "+13125550142"
    old = desk.get(_page(cast))
    assert (old.status_code, old.headers["location"]) == (303, f"/clinic/patients/{twin.id}")
    assert desk.get("/clinic/patients").text.count("Maya Osei") == 1


def test_a_coordinator_joins_nobody(signed_in, cast, twin):
    office = signed_in(cast.jordan)

    answer = office.post(f"{_page(cast)}/joining/{twin.id}", data={"sure": "1"})

    assert answer.status_code == 403
    assert "Join with another record" not in office.get(_page(cast)).text


def test_the_other_record_is_looked_for_without_its_name_in_the_address(desk, cast, twin):
    alike = desk.get(f"{_page(cast)}/joining").text
    found = desk.post(f"{_page(cast)}/joining", data={"q": "theo"}).text

    assert f"/joining/{twin.id}" in alike
    assert f"/joining/{cast.theo.id}" in found


@pytest.mark.parametrize("what", ["joining", "telling-apart"])
def test_next_doors_record_is_none(desk, cast, what):
    answer = desk.post(f"{_page(cast)}/{what}/{cast.noor.id}", data={"sure": "1"})

    assert answer.status_code == 404


# Putting away


def test_somebody_is_put_away_and_brought_back(desk, cast):
    theo = f"/clinic/patients/{cast.theo.id}"

    assert desk.post(f"{theo}/putting-away").status_code == 303

    assert "Theo Brandt" not in desk.get("/clinic/patients").text
    assert "Theo Brandt" in desk.get("/clinic/patients?away=1").text
    assert (
        "Theo"
        not in desk.post("/clinic/patients/search", data={"q": "theo"}).text.split('id="found"')[1]
    )
    with_away = desk.post("/clinic/patients/search", data={"q": "theo", "away": "1"}).text
    assert "Theo Brandt" in with_away
    assert "Put away since" in desk.get(theo).text

    desk.post(f"{theo}/bringing-back")

    assert "Theo Brandt" in desk.get("/clinic/patients").text


def test_nobody_with_a_visit_ahead_is_put_away(desk, cast):
    answer = desk.post(f"{_page(cast)}/putting-away")

    assert answer.status_code == 422
    assert "Something is booked for them. Call it off first." in answer.text


# Links


def test_every_link_that_opens_something_is_shown_and_no_token(desk, cast, database):
    link_id = _packet(database, cast)

    page = desk.get(_page(cast)).text

    assert f"{_page(cast)}/links/{link_id}/sending" in page
    with database.session(write=False) as db:
        assert magic_links.token_of(db.get_one(MagicLink, link_id)) not in page


def test_a_link_is_pulled_back_with_what_it_asked_for(desk, cast, database):
    link_id = _packet(database, cast)

    assert desk.post(f"{_page(cast)}/links/{link_id}/withdrawal").status_code == 303
    assert desk.post(f"{_page(cast)}/links/{link_id}/withdrawal").status_code == 303

    with database.session(write=False) as db:
        assert not magic_links.is_live(db.get_one(MagicLink, link_id))
        waiting = select(Message).where(Message.status == MessageStatus.QUEUED)
        assert db.scalars(waiting).all() == []
        pulled = select(AuditEvent).where(AuditEvent.action == "pull-back-link")
        assert len(db.scalars(pulled).all()) <= 1
    assert f"/links/{link_id}/" not in desk.get(_page(cast)).text


def test_a_link_is_sent_again_and_stays_the_same(desk, cast, database):
    link_id = _packet(database, cast)

    assert desk.post(f"{_page(cast)}/links/{link_id}/sending").status_code == 303

    with database.session(write=False) as db:
        texts = db.scalars(select(Message).where(Message.link_id == link_id)).all()
        assert len([text for text in texts if text.written_by_id == cast.dr_okafor.id]) == 1
        assert magic_links.is_live(db.get_one(MagicLink, link_id))


def test_for_another_phone_the_old_link_opens_nothing_and_a_fresh_one_is_texted(
    desk, cast, database
):
    link_id = _packet(database, cast)

    assert desk.post(f"{_page(cast)}/links/{link_id}/another-phone").status_code == 303

    with database.session(write=False) as db:
        assert not magic_links.is_live(db.get_one(MagicLink, link_id))
        fresh = db.scalars(select(MagicLink).where(magic_links.opens(cast.maya.id))).one()
        waiting = select(Message).where(Message.status == MessageStatus.QUEUED)
        assert {text.link_id for text in db.scalars(waiting)} == {fresh.id}


def test_the_way_into_a_visit_is_made_anew_as_well(desk, cast, database):
    with database.session() as db:
        link = visit_texts.plan(db, db.get_one(Appointment, cast.integration_visit.id))
        db.flush()
        link_id = link.id

    assert desk.post(f"{_page(cast)}/links/{link_id}/another-phone").status_code == 303

    with database.session(write=False) as db:
        assert not magic_links.is_live(db.get_one(MagicLink, link_id))
        live = db.scalars(select(MagicLink).where(magic_links.opens(cast.maya.id))).one()
        assert live.kind is LinkKind.JOIN


def test_whoever_takes_no_texts_is_phoned_instead(desk, cast, database):
    link_id = _packet(database, cast)
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    for what in ("sending", "another-phone"):
        answer = desk.post(f"{_page(cast)}/links/{link_id}/{what}")

        assert answer.status_code == 422
        assert "They take no texts. Please phone." in answer.text
    with database.session(write=False) as db:
        assert magic_links.is_live(db.get_one(MagicLink, link_id))


def test_a_link_of_somebody_else_is_none_here(desk, cast, database):
    link_id = _packet(database, cast)

    for what in ("withdrawal", "sending", "another-phone"):
        path = f"/clinic/patients/{cast.theo.id}/links/{link_id}/{what}"
        assert desk.post(path).status_code == 404


# Another number


def test_asvs_7_5_1_another_number_signs_out_pulls_back_and_waits_a_day_for_codes(
    desk, cast, database, signed_in
):
    signed_in(cast.maya)
    link_id = _packet(database, cast)

    answer = desk.post(
        f"{_page(cast)}/number", data={"phone": "312 555 0177", "checked": "in-person"}
    )

    assert answer.status_code == 303
    page = desk.get(_page(cast)).text
    assert "The number is new. No sign-in code goes to it until" in page
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        assert (maya.phone, maya.former_phone) == ("+13125550177", "+13125550142")
        assert not magic_links.is_live(db.get_one(MagicLink, link_id))
        assert web_sessions.of(db, maya) == []
        trail = select(AuditEvent.detail).where(AuditEvent.action == "change-number")
        assert db.scalars(trail).one() == "in-person"
        codes.send(
            db, "312 555 0177", browser="b" * 22, network="n", choose=lambda _db, all_: all_[0]
        )
        assert codes.waiting_in(db, "b" * 22).patient_id is None
    assert "(312) 555-0142" in desk.get(f"{_page(cast)}/number").text


def test_the_hold_ends_after_a_day(desk, cast):
    desk.post(f"{_page(cast)}/number", data={"phone": "312 555 0177", "checked": "by-face"})

    later = clock.now() + timedelta(hours=23, minutes=59)
    clock.stand_still(later, machine=clock.machine_now())
    assert "The number is new." in desk.get(_page(cast)).text

    clock.stand_still(later, machine=clock.machine_now() + timedelta(minutes=14))
    assert "The number is new." in desk.get(_page(cast)).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"phone": "312 555 0177"}, "Say how you know that it is them."),
        ({"phone": "12", "checked": "by-phone"}, "Enter a phone number with its area code"),
        ({"phone": "312 555 0143", "checked": "by-phone"}, "Another patient has this number"),
    ],
)
def test_a_number_that_cannot_be_is_refused_at_its_field(desk, cast, database, typed, words):
    answer = desk.post(f"{_page(cast)}/number", data=typed)

    assert answer.status_code == 422
    assert words in answer.text
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).number_changed_at is None


# The page


def test_asvs_8_2_3_a_coordinator_sees_no_scores(signed_in, cast):
    assert 'id="answers"' not in signed_in(cast.jordan).get(_page(cast)).text
    assert 'id="answers"' in signed_in(cast.dr_okafor).get(_page(cast)).text


def test_the_title_names_nobody(desk, cast):
    for path in ("", "/number", "/joining", f"/joining/{cast.theo.id}", "/edit"):
        title = desk.get(_page(cast) + path).text.split("<title>")[1].split("</title>")[0]
        assert "Maya" not in title


def test_what_is_shown_of_a_browser_counts_only_those_signed_in(desk, cast, database):
    with database.session() as db:
        web_sessions.start(
            db,
            SessionKind.PATIENT,
            clinic_id=cast.clinic.id,
            patient=db.get_one(Patient, cast.maya.id),
            strength=Strength.CODE,
        )

    assert "a code by text, signed in on one browser" in desk.get(_page(cast)).text


def test_a_birth_date_finds_somebody(desk, cast):
    cast_born = date(1990, 4, 12)
    assert cast.maya.birth_on == cast_born

    page = desk.post("/clinic/patients/search", data={"q": "4/12/1990"}).text

    assert "Maya Osei" in page
    assert "Theo Brandt" not in page


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", "/edit"),
        ("POST", ""),
        ("GET", "/number"),
        ("POST", "/number"),
        ("POST", "/putting-away"),
        ("POST", "/forms"),
        ("POST", "/sign-out"),
    ],
)
def test_a_record_that_went_into_another_is_changed_by_nobody(desk, cast, twin, method, rest):
    desk.post(f"/clinic/patients/{twin.id}/joining/{cast.maya.id}", data={"sure": "1"})

    assert desk.request(method, _page(cast) + rest).status_code == 404
