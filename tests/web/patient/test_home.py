"""Home says what is next, one thing at a time, and offers nothing on a raw day."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from app import clock
from app.intake.models import IntakePacket, PacketCode
from app.scheduling.models import Appointment, AppointmentStatus, Encounter, Service
from tests.conftest import FRIDAY_NOON
from tests.web.test_budgets import counting

OFFER = "data-offers"


@pytest.fixture
def two_good_visits(database, cast):
    """Maya has had two talks; her last dose is as in the cast, 22 hours ago."""
    with database.session() as db:
        for weeks in (2, 3):
            starts_at = FRIDAY_NOON - timedelta(weeks=weeks)
            db.add(
                Appointment(
                    clinic_id=cast.clinic.id,
                    patient_id=cast.maya.id,
                    practitioner_id=cast.dr_okafor.id,
                    service=Service.INTEGRATION,
                    status=AppointmentStatus.FULFILLED,
                    wall_start="2026-11-06T12:00",
                    zone=cast.clinic.zone,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=50),
                    made_at=starts_at,
                )
            )


def test_home_names_the_next_talk_and_offers_no_join_before_its_time(signed_in, cast):
    page = signed_in(cast.maya).get("/").text

    assert "Dr. Okafor" in page
    assert "Saturday, November 21" in page
    assert "Join Dr. Okafor" not in page
    assert 'data-action="not-today"' in page


def test_home_says_when_the_talk_is_today(signed_in, cast):
    assert "Nothing to do today." in signed_in(cast.maya).get("/").text

    clock.stand_still(cast.integration_visit.starts_at - timedelta(hours=1), machine=FRIDAY_NOON)

    assert "Your talk is today." in signed_in(cast.maya).get("/").text


def test_join_stands_on_home_when_the_talk_is_near(signed_in, cast):
    clock.stand_still(cast.integration_visit.starts_at - timedelta(minutes=10), machine=FRIDAY_NOON)

    page = signed_in(cast.maya).get("/").text

    assert "Dr. Okafor is ready when you are." in page
    assert f"/visits/{cast.integration_visit.id}" in page


def test_whoever_has_nothing_ahead_reads_one_sentence(signed_in, cast):
    assert "Nothing is due." in signed_in(cast.theo).get("/").text


def test_home_tells_of_the_last_answers_that_were_sent_and_no_others(signed_in, database, cast):
    with database.session() as db:
        for hours in (30, 2, 50):
            done_at = clock.now() - timedelta(hours=hours)
            db.add(
                IntakePacket(
                    clinic_id=cast.clinic.id,
                    patient_id=cast.theo.id,
                    code=PacketCode.ASKED,
                    opens_at=done_at,
                    due_at=done_at,
                    closes_at=clock.now() + timedelta(days=1),
                    done_at=done_at,
                    made_at=done_at,
                )
            )

    page = signed_in(cast.theo).get("/").text

    assert page.count("Your answers were sent at") == 1
    assert "Your answers were sent at 10:00 am" in page


def test_something_is_offered_on_a_calm_day_after_the_second_good_visit(
    signed_in, database, cast, two_good_visits
):
    assert OFFER not in signed_in(cast.maya).get("/").text  # 22 hours after a dose

    with database.session() as db:
        db.execute(update(Encounter).values(ended_at=FRIDAY_NOON - timedelta(hours=25)))

    assert OFFER in signed_in(cast.maya).get("/").text


def test_nothing_is_offered_before_the_second_visit(signed_in, database, cast):
    with database.session() as db:
        db.execute(delete(Encounter))
        db.execute(
            update(Appointment)
            .where(Appointment.id == cast.infusion.id)
            .values(
                ends_at=FRIDAY_NOON - timedelta(days=2), starts_at=FRIDAY_NOON - timedelta(days=3)
            )
        )

    assert OFFER not in signed_in(cast.maya).get("/").text


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("hours_since_dose", [2, 25])
@pytest.mark.parametrize("is_something_due", [True, False])
@pytest.mark.parametrize("is_talk_near", [True, False])
def test_home_costs_five_statements_in_every_state(
    database,
    cast,
    signed_in,
    asked,
    two_good_visits,
    hours_since_dose,
    is_something_due,
    is_talk_near,
):
    if is_talk_near:
        near = cast.integration_visit.starts_at - timedelta(minutes=10)
        clock.stand_still(near, machine=FRIDAY_NOON)
    ended_at = clock.now() - timedelta(hours=hours_since_dose)
    with database.session() as db:
        db.execute(update(Encounter).values(ended_at=ended_at))
    if is_something_due:
        asked("phq-2", patient=cast.maya)
    mayas = signed_in(cast.maya)

    with counting(database) as said:
        page = mayas.get("/").text

    assert len(said) <= 5, "\n\n".join(said)
    is_offered = hours_since_dose == 25 and not is_something_due and not is_talk_near
    assert (OFFER in page) is is_offered
