"""A key that asks too often is slowed; the count holds over processes and restarts."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app import clock
from app.access import api_keys
from app.main import create_app
from app.people.models import Clinic
from app.web.key_limits import KeyLimits
from tests.conftest import BASE_URL


def _made(database, cast, name):
    with database.session() as db:
        return api_keys.create(db, db.get_one(Clinic, cast.maya.clinic_id), name, by=None)[1]


@pytest.fixture
def key(database, cast):
    return _made(database, cast, "Records")


@pytest.fixture
def other_key(database, cast):
    return _made(database, cast, "Billing")


@pytest.fixture
def process(settings, database):
    """A process of the house, as it is after every start."""

    def start():
        app = create_app(settings, database, works=False)
        app.state.key_limits = KeyLimits(database, limit=40, block=10)
        return TestClient(app, base_url=BASE_URL)

    return start


def asked(browser, key, times):
    """How many of so many questions were answered."""
    answers = [
        browser.get("/fhir/R4/Practitioner", headers={"Authorization": f"Bearer {key}"})
        for _ in range(times)
    ]
    return sum(answer.status_code == 200 for answer in answers), answers[-1]


def test_two_processes_and_one_anew_share_a_key_s_minute(process, key):
    first, second = process(), process()

    answered = asked(first, key, 20)[0] + asked(second, key, 30)[0]
    rest, last = asked(process(), key, 30)

    assert answered + rest <= 40 + 3  # each process lets a key in once before it knows it
    assert answered + rest >= 35
    assert last.status_code == 429
    assert 1 <= int(last.headers["Retry-After"]) <= 61
    assert last.json()["issue"][0]["code"] == "throttled"


def test_the_next_minute_is_a_new_one_also_after_the_clock_was_set_back(process, key):
    browser = process()
    now = clock.machine_now()
    assert asked(browser, key, 60)[1].status_code == 429

    for step in (timedelta(minutes=1), timedelta(hours=-1)):
        clock.stand_still(now, machine=now + step)
        assert asked(browser, key, 30)[0] == 30


def test_another_key_is_not_slowed_and_made_up_ones_are_not_counted(process, key, other_key):
    browser = process()
    asked(browser, key, 60)

    assert asked(browser, other_key, 20)[0] == 20
    browser.get("/fhir/R4/Practitioner", headers={"Authorization": "Bearer ag_made_up"})
    assert len(browser.app.state.key_limits._known) == 2
