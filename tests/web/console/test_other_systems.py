"""Which systems are told of changes, as an administrator sees it."""

import pytest

from app import clock
from app.access import api_keys
from app.people.models import Clinic
from app.subscriptions import keeping
from app.subscriptions.keeping import Wish
from app.subscriptions.models import (
    EventStatus,
    Subscription,
    SubscriptionEvent,
    SubscriptionStatus,
)


@pytest.fixture
def office(signed_in, cast):
    return signed_in(cast.ada)


@pytest.fixture
def subscription(database, cast, settings):
    wish = Wish("Appointment", "https://ehr.example.com/secret-path", "the record")
    with database.session() as db:
        return keeping.create(db, db.get_one(Clinic, cast.clinic.id), wish, settings, by=cast.ada)[
            0
        ]


@pytest.fixture
def given_up(database, cast, subscription):
    """Something that it did not take for a day."""
    with database.session() as db:
        event = SubscriptionEvent(
            clinic_id=cast.clinic.id,
            subscription_id=subscription.id,
            resource_type="Appointment",
            resource_id=cast.infusion.id,
            is_new=False,
            status=EventStatus.DEAD,
            position=1,
            number=1,
            attempts=29,
            last_answer=503,
            made_at=clock.now(),
        )
        db.add(event)
    return event


def standing(database, row):
    with database.session(write=False) as db:
        return db.get_one(type(row), row.id)


def test_a_clinic_that_nobody_listens_to_says_so(office):
    assert "Subscription" in office.get("/clinic/other-systems").text


def test_the_page_says_who_is_told_of_what_and_keeps_the_address(office, subscription):
    shown = office.get("/clinic/other-systems").text

    assert "ehr.example.com" in shown
    assert "the record" in shown
    assert "secret-path" not in shown
    assert "Not told of anything yet" in shown


def test_what_was_given_up_stands_there_and_is_sent_again_with_one_press(
    office, database, subscription, given_up
):
    shown = office.get("/clinic/other-systems").text
    assert "1 change was given up" in shown
    assert "503" in shown

    office.post(f"/clinic/other-systems/{subscription.id}/replay")

    assert standing(database, given_up).status is EventStatus.WAITING
    assert "1 change waits" in office.get("/clinic/other-systems").text


def test_it_is_paused_resumed_and_ended(office, database, subscription):
    path = f"/clinic/other-systems/{subscription.id}"

    office.post(f"{path}/pause")
    assert standing(database, subscription).status is SubscriptionStatus.OFF
    assert "Resume" in office.get("/clinic/other-systems").text
    office.post(f"{path}/return")
    assert standing(database, subscription).status is SubscriptionStatus.ACTIVE
    office.post(f"{path}/end")
    office.post(f"{path}/end")
    assert standing(database, subscription).ended_at is not None
    assert "ehr.example.com" not in office.get("/clinic/other-systems").text
    assert office.post(f"{path}/return").status_code == 422


@pytest.mark.parametrize("act", ["pause", "return", "replay", "end"])
def test_another_clinics_is_as_unknown_as_none(signed_in, cast, database, subscription, act):
    with database.session() as db:
        lakeview = db.merge(cast.dr_lind)
        lakeview.role = cast.ada.role
    answer = signed_in(cast.dr_lind).post(f"/clinic/other-systems/{subscription.id}/{act}")

    assert answer.status_code == 404
    assert standing(database, subscription).status is SubscriptionStatus.ACTIVE


@pytest.mark.parametrize("name", ["jordan", "dr_okafor"])
def test_others_than_administrators_do_not_see_it(signed_in, cast, subscription, name):
    answer = signed_in(getattr(cast, name)).get("/clinic/other-systems")

    assert answer.status_code == 403
    assert "ehr.example.com" not in answer.text


def test_a_key_that_is_revoked_takes_its_subscriptions_along(database, cast, settings):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        key, _ = api_keys.create(db, clinic, "EHR", by=None)
        db.flush()
        wish = Wish("Patient", "https://ehr.example.com/told", "the record")
        row, _ = keeping.create(db, clinic, wish, settings, by=key)
        api_keys.revoke(db, key, by=cast.ada)

    ended = standing(database, row)
    assert isinstance(ended, Subscription)
    assert ended.ended_at is not None
    assert ended.endpoint == ""
