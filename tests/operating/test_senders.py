"""The doctor names each clinic's own sender, and one that two have a hand in."""

from datetime import timedelta

import pytest

from app import clock
from app.cli.checks import senders as checks
from app.messaging import senders
from app.messaging.models import Sender, SenderNumber
from app.people.models import Clinic

NUMBER, SERVICE, SHARED = "+13125550901", "MG" + "a" * 32, "MG" + "c" * 32


@pytest.fixture
def said(database, settings):
    """What the doctor says of senders, as (state, words)."""
    url = database.engine.url.render_as_string(hide_password=False)
    here = settings.model_copy(update={"database_url": url})
    return lambda: [(each.check, each.state, each.words) for each in checks.clinics(here)]


@pytest.fixture
def give(database):
    def give(clinic, name):
        with database.session() as db:
            return senders.give(db, db.get_one(Clinic, clinic.id), name, shared=SHARED)

    return give


def pool(database, service, number=NUMBER):
    """The gateway has named a number as one of a service's."""
    with database.session() as db:
        db.add(SenderNumber(number=number, sender_id=service.id))


def test_clinics_that_all_text_by_the_installations_are_not_named(said, cast):
    assert said() == []


def test_each_clinic_is_named_with_the_sender_it_texts_by_now(said, give, database, cast):
    give(cast.neighbour, SERVICE)
    give(cast.clinic, "+13125550999")
    give(cast.clinic, NUMBER)  # the one before is left

    named = {cast.clinic.slug: NUMBER, cast.neighbour.slug: SERVICE}
    assert said() == [
        ("senders", "ok", f"{slug} texts by {name}") for slug, name in sorted(named.items())
    ]


@pytest.mark.parametrize("whose", ["the neighbour's", "the installation's"])
def test_a_number_that_is_one_clinics_and_in_anothers_pool_is_a_failure(
    said, give, database, cast, whose
):
    give(cast.clinic, NUMBER)
    service = give(cast.neighbour, SERVICE)
    if whose == "the installation's":
        now = clock.machine_now() - timedelta(days=1)
        with database.session() as db:
            service = Sender(name="ours", next_free_at=now, stopped_code="")
            db.add(service)
    pool(database, service)

    failures = [words for _, state, words in said() if state == "fail"]

    assert failures == [
        f"{NUMBER} is one clinic's own number and in the pool of another service: take it out there"
    ]


def test_a_number_in_the_pool_of_its_own_clinics_service_is_well(said, give, database, cast):
    pool(database, give(cast.clinic, SERVICE))
    give(cast.clinic, NUMBER)

    assert {state for _, state, _ in said()} == {"ok"}
