from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from app import clock
from app.db import beats
from app.messaging import outbox
from app.messaging.models import Purpose, Sender
from app.people.models import Patient


@pytest.fixture(autouse=True)
def at_work(database):
    """A worker, seen just now."""
    with database.session() as db:
        beats.beat(db, "one")


def test_it_is_alive_and_ready(client, cast):
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").json() == {"ready": True, "wrong": []}


@pytest.mark.parametrize(("seconds", "ready"), [(119, True), (120, True), (121, False)])
def test_texts_that_wait_too_long_say_that_the_worker_does_not_keep_up(
    client, database, cast, seconds, ready
):
    with database.session() as db:
        outbox.enqueue(
            db,
            Purpose.NOTICE,
            "…",
            patient=db.get_one(Patient, cast.maya.id),
            due_at=clock.now() - timedelta(seconds=seconds),
        )

    response = client.get("/readyz")

    assert response.status_code == (200 if ready else 503)
    assert response.json()["wrong"] == ([] if ready else ["worker"])


@pytest.mark.parametrize(
    ("free_since", "stopped", "ready"),
    [(30, False, True), (90, False, False), (90, True, True)],
)
def test_texts_that_wait_for_their_sender_do_not_close_the_pages(
    client, database, cast, free_since, stopped, ready
):
    with database.session() as db:
        maya, due_at = db.get_one(Patient, cast.maya.id), clock.now() - timedelta(minutes=10)
        outbox.enqueue(db, Purpose.NOTICE, "…", patient=maya, due_at=due_at)
        free_at = clock.machine_now() - timedelta(seconds=free_since)
        stopped_at = clock.machine_now() if stopped else None
        db.add(Sender(name="ours", next_free_at=free_at, stopped_at=stopped_at, stopped_code=""))

    assert client.get("/readyz").json()["ready"] is ready


def test_a_clinic_whose_sender_is_stopped_hides_no_other_clinics_late_texts(client, database, cast):
    now = clock.machine_now()
    with database.session() as db:
        own = {"name": "theirs", "clinic_id": cast.neighbour.id, "stopped_at": now}
        db.add(Sender(**own, next_free_at=now, stopped_code=""))
        for patient in (cast.noor, cast.maya):
            late = {"due_at": clock.now() - timedelta(minutes=10)}
            outbox.enqueue(db, Purpose.NOTICE, "…", patient=db.get_one(Patient, patient.id), **late)

    assert client.get("/readyz").json() == {"ready": False, "wrong": ["worker"]}


@pytest.mark.parametrize(("seconds", "ready"), [(60, True), (61, False), (-60, True), (-61, False)])
def test_without_a_sign_of_life_of_any_worker_it_is_not_ready(client, cast, seconds, ready):
    # Less than nothing: the machine's clock was set back since.
    now = clock.machine_now()
    clock.stand_still(now, machine=now + timedelta(seconds=seconds))

    assert client.get("/readyz").json()["wrong"] == ([] if ready else ["worker"])
    assert client.get("/readyz?only=pages").status_code == 200  # a balancer leaves the doors open


def test_a_worker_that_has_left_in_order_is_missed_at_once(client, database, cast):
    with database.session() as db:
        beats.leave(db, "one")

    assert client.get("/readyz").json() == {"ready": False, "wrong": ["worker"]}


def test_a_process_that_leaves_says_so_and_goes_on(client, app, cast):
    app.state.leaving = True

    for address in ("/readyz", "/readyz?only=pages"):
        assert client.get(address).json() == {"ready": False, "wrong": ["leaving"]}
    assert client.get("/sign-in").status_code == 200


def test_a_database_that_was_not_migrated_is_not_ready(client, database, cast):
    with database.session() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    response = client.get("/readyz")

    assert (response.status_code, response.json()["wrong"]) == (503, ["migrations"])


def test_a_database_that_is_gone_is_not_ready_and_the_process_still_lives(
    browser_without_database,
):
    response = browser_without_database.get("/readyz")

    assert (response.status_code, response.json()) == (
        503,
        {"ready": False, "wrong": ["database"]},
    )
    assert browser_without_database.get("/healthz").status_code == 200


@pytest.fixture
def browser_without_database(app, database, client, monkeypatch):
    monkeypatch.setattr(
        database, "engine", create_engine("sqlite:////nowhere/at/all/afterglow.sqlite3")
    )
    return client


def test_the_counts_name_nobody(app, signed_in, cast):
    signed_in(cast.maya).get("/")

    counts = _asks(app).text

    assert "python_info" in counts
    for word in ("Maya", "Osei", "5550142", str(cast.maya.id)):
        assert word not in counts


def _asks(app, *, of="127.0.0.1", token="", **headers):
    if token:
        headers["authorization"] = f"Bearer {token}"
    inside = TestClient(app, base_url="https://afterglow.test", client=(of, 40_000))
    return inside.get("/metrics", headers=headers)


@pytest.mark.parametrize("of", ["127.0.0.1", "10.0.0.7", "::1", "fd00::7", "::ffff:192.168.1.4"])
def test_the_operators_own_network_may_count(app, cast, of):
    assert _asks(app, of=of).status_code == 200


@pytest.mark.parametrize("of", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "testclient"])
def test_nobody_from_outside_counts_what_a_clinic_does(app, cast, of):
    answer = _asks(app, of=of)

    assert (answer.status_code, answer.text) == (403, "Not from there.\n")


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_whoever_comes_by_a_proxy_is_not_inside(app, cast, name):
    assert _asks(app, **{name: "127.0.0.1"}).status_code == 403


def test_with_a_token_set_it_is_asked_of_everybody(app, settings, cast):
    token = "t" * 20
    app.state.settings = settings.model_copy(update={"metrics_token": SecretStr(token)})

    assert _asks(app).status_code == 401
    assert _asks(app, token="t" * 19).status_code == 401
    assert _asks(app, of="8.8.8.8", token=token, via="1.1 proxy").status_code == 200
