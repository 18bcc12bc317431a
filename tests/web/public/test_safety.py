import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app import clock
from app.access.models import Strength, WebSession
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging.models import Message, Purpose
from app.people.models import Patient, Practitioner
from app.safety.models import SafetyAlert
from app.scheduling.models import StaffedHours
from tests.conftest import FRIDAY_NOON
from tests.web.test_budgets import counting


@pytest.fixture
def alerts(database):
    def alerts():
        with database.session(write=False) as db:
            return db.scalars(select(SafetyAlert)).all()

    return alerts


@pytest.fixture
def texts(database):
    def texts():
        with database.session(write=False) as db:
            return db.scalars(select(Message).where(Message.purpose == Purpose.SAFETY)).all()

    return texts


def main_of(response):
    return re.search(r"<main.*</main>", response.text, re.DOTALL)[0]


def _come_by_link(client, cast, database):
    with database.session() as db:
        link = magic_links.mint(
            db,
            LinkKind.JOIN,
            clinic_id=cast.clinic.id,
            patient_id=cast.maya.id,
            appointment_id=cast.integration_visit.id,
            expires_at=clock.now() + timedelta(days=1),
        )
    client.post("/x", json={"t": magic_links.token_of(link), "kind": "join"})


def test_somebody_we_do_not_know_reads_that_nobody_has_been_told(client, cast, alerts):
    response = client.post("/safety")

    assert response.status_code == 200
    assert "Nobody has been told yet." in response.text
    assert "We have told" not in response.text
    assert alerts() == []


def test_the_numbers_stand_first_whoever_asks(client, signed_in, cast):
    for page in (
        client.post("/safety"),
        client.get("/safety"),
        signed_in(cast.maya).post("/safety"),
    ):
        words = main_of(page)
        assert words.index("tel:988") < words.index("sms:988") < words.index("tel:911")


def test_a_patient_who_is_signed_in_reads_whom_we_told(signed_in, cast, alerts, texts):
    response = signed_in(cast.maya).post("/safety")

    assert "We have told Northside Clinic." in response.text
    assert [alert.patient_id for alert in alerts()] == [cast.maya.id]
    assert len(texts()) == 1


@pytest.mark.parametrize(
    ("pressed_on", "way_back"),
    [
        ("https://afterglow.test/journal/write", "/journal/write"),
        ("https://afterglow.test/journal/entries", "/"),  # a page that only a post answers
        ("https://afterglow.test/safety", "/"),
        ("https://evil.test//evil", "/"),
        ("", "/"),
    ],
)
def test_whoever_leaves_the_page_goes_on_where_they_were(signed_in, cast, pressed_on, way_back):
    answer = signed_in(cast.maya).post("/safety", headers={"referer": pressed_on})

    assert (
        f'<a class="button button--{"plain" if way_back == "/" else "second"}" href="{way_back}"'
        in main_of(answer)
    )


def test_a_patient_known_by_their_link_alone_is_known_well_enough(client, cast, alerts, database):
    _come_by_link(client, cast, database)

    response = client.post("/safety")

    assert "We have told Northside Clinic." in response.text
    assert [alert.patient_id for alert in alerts()] == [cast.maya.id]


def test_nobody_reads_that_a_message_goes_out_when_nobody_can_be_reached(
    signed_in, cast, database, alerts, texts
):
    with database.session() as db:
        for practitioner in db.scalars(select(Practitioner)):
            practitioner.phone = ""

    response = signed_in(cast.maya).post("/safety")

    assert len(alerts()) == 1
    assert texts() == []
    assert "gets a message now" not in response.text


def test_pressing_twice_is_one_alert_and_the_page_stays_true(signed_in, cast, alerts, texts):
    phone = signed_in(cast.maya)
    phone.post("/safety")

    response = phone.post("/safety")

    assert "We have told Northside Clinic." in response.text
    assert len(alerts()) == 1
    assert len(texts()) == 1


def test_coming_back_to_the_page_tells_nobody_anew(signed_in, cast, alerts):
    response = signed_in(cast.maya).get("/safety")

    assert response.status_code == 200
    assert "We have told" not in response.text
    assert alerts() == []


def test_turning_the_light_down_comes_back_to_the_resources(client, cast):
    page = client.post("/safety").text

    assert 'name="to" value="/safety"' in page
    assert 'data-back="/safety"' in page


def test_staff_who_press_it_are_no_patients(signed_in, cast, alerts):
    assert "Nobody has been told yet." in signed_in(cast.dr_okafor).post("/safety").text
    assert alerts() == []


def test_another_sites_page_cannot_raise_an_alert(signed_in, cast, alerts):
    signed_in(cast.maya).post("/safety", headers={"sec-fetch-site": "cross-site"})

    assert alerts() == []


def test_the_page_speaks_spanish_to_whom_it_should(client, cast):
    response = client.post("/safety", headers={"accept-language": "es-MX"})

    assert '<html lang="es"' in response.text
    assert "tel:988" in response.text


def _names_her_sister(database, maya):
    with database.session() as db:
        patient = db.get_one(Patient, maya.id)
        patient.emergency_name, patient.emergency_phone = "Abena", "+13125550199"


def test_whoever_is_signed_in_finds_the_person_they_named(signed_in, cast, database):
    _names_her_sister(database, cast.maya)

    words = main_of(signed_in(cast.maya).post("/safety"))

    assert "Call Abena" in words
    assert words.index("tel:911") < words.index("tel:+13125550199")


def test_a_code_alone_shows_the_clinics_number_and_nobody_whom_they_named(
    signed_in, cast, database, alerts
):
    _names_her_sister(database, cast.maya)
    phone = signed_in(cast.maya)
    with database.session() as db:
        db.scalars(select(WebSession)).one().strength = Strength.CODE
    with_date = phone.post("/safety").text
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).birth_on = None

    without = main_of(phone.post("/safety"))

    assert "Call Abena" in with_date
    assert "Abena" not in without
    assert "+13125550199" not in without
    assert "tel:988" in without
    assert f'href="tel:{cast.clinic.phone}"' in without
    assert "We have told Northside" in without


def test_a_link_alone_shows_nobody_whom_they_named(client, cast, database):
    _names_her_sister(database, cast.maya)
    _come_by_link(client, cast, database)

    assert "Abena" not in client.post("/safety").text


def test_the_page_has_the_clinics_number_and_when_people_are_there(signed_in, cast):
    words = main_of(signed_in(cast.maya).post("/safety"))
    assert re.search(r"People are at Northside Clinic until \d:00.[ap]m today", words), words[
        -1500:
    ]
    clock.stand_still(FRIDAY_NOON + timedelta(hours=8))
    words = main_of(signed_in(cast.maya).get("/safety"))
    assert re.search(
        r"Nobody is at Northside Clinic now. People are there from \w+, 9:00", words
    ), words[-1500:]
    assert f'href="tel:{cast.clinic.phone}"' in words


def test_a_clinic_without_hours_promises_none(signed_in, cast, database):
    with database.session() as db:
        db.execute(delete(StaffedHours))

    words = main_of(signed_in(cast.maya).post("/safety"))

    assert "People are" not in words
    assert f'href="tel:{cast.clinic.phone}"' in words


def test_hours_of_a_clinic_that_is_not_known_are_not_looked_up(client, cast, database):
    with counting(database) as said:
        words = main_of(client.get("/safety"))

    assert "The number of" not in words
    assert not any("staffed_hours" in each for each in said)
