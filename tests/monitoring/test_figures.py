"""What an operator's Prometheus reads: how it goes, and nothing of anybody."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from starlette.routing import Mount
from starlette.testclient import TestClient

from app import clock
from app.backups.models import DataCopy
from app.db import beats
from app.db.engine import Database
from app.messaging import alarms, outbox
from app.messaging.models import Message, MessageStatus, Purpose
from app.monitoring import standing
from app.people.models import Patient
from app.safety.models import SafetyAlert, Signal


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch):
    monkeypatch.setattr(standing, "_FRESH_SECONDS", 0.0)


@pytest.fixture
def client(app):
    """Prometheus, and a browser beside it, on the same machine."""
    return TestClient(app, base_url="https://afterglow.test", client=("127.0.0.1", 50000))


@pytest.fixture
def figures(client):
    """`figures()["afterglow_workers"]`: each line of /metrics, labels included, and its figure."""

    def figures():
        lines = client.get("/metrics").text.splitlines()
        told = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in told}

    return figures


def test_texts_are_counted_by_priority_state_and_lateness(figures, database, cast):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        for purpose, seconds in ((Purpose.CODE, 5), (Purpose.NOTICE, 90), (Purpose.NOTICE, 40)):
            due_at = clock.now() - timedelta(seconds=seconds)
            outbox.enqueue(db, purpose, "…", patient=maya, due_at=due_at)
        outbox.enqueue(
            db, Purpose.NOTICE, "…", patient=maya, due_at=clock.now() + timedelta(hours=1)
        )
        lost = outbox.enqueue(db, Purpose.NOTICE, "…", patient=maya, due_at=clock.now())
        lost.status = MessageStatus.UNDELIVERED

    seen = figures()

    assert seen['afterglow_texts_waiting{priority="0"}'] == 1
    assert seen['afterglow_texts_waiting{priority="5"}'] == 2
    assert seen['afterglow_texts_late_seconds{priority="5"}'] == 90
    assert seen["afterglow_texts_stuck_seconds"] == 90
    assert seen['afterglow_texts_last_hour{state="queued"}'] == 3
    assert seen['afterglow_texts_last_hour{state="undelivered"}'] == 1


def test_a_worker_that_falls_silent_is_seen(figures, database, cast):
    with database.session() as db:
        beats.beat(db, "one")
    now = clock.machine_now()
    assert figures()["afterglow_workers"] == 1

    clock.stand_still(now, machine=now + timedelta(seconds=90))

    seen = figures()
    assert (seen["afterglow_workers"], seen["afterglow_worker_silence_seconds"]) == (0, 90)


def test_an_alert_that_nobody_takes_on_grows_old(figures, database, cast):
    with database.session() as db:
        for minutes, taken_on in ((40, False), (90, True)):
            made_at = clock.now() - timedelta(minutes=minutes)
            db.add(
                SafetyAlert(
                    clinic_id=cast.clinic.id,
                    patient_id=cast.maya.id,
                    signal=Signal.CONTROL,
                    made_at=made_at,
                    acknowledged_at=clock.now() if taken_on else None,
                )
            )

    seen = figures()

    assert seen["afterglow_alerts_unanswered"] == 1
    assert seen["afterglow_alerts_unanswered_seconds"] == 40 * 60


def test_copies_say_how_old_they_are_and_how_far_they_reach(figures, database, cast):
    assert "afterglow_copy_age_seconds" not in figures()
    began_at = clock.machine_now() - timedelta(hours=5)
    followed = clock.machine_now() - timedelta(seconds=30)
    with database.session() as db:
        db.add(
            DataCopy(
                folder="x",
                count=1,
                size=1,
                began_at=began_at,
                made_at=began_at,
                followed_until=followed,
            )
        )

    seen = figures()

    assert seen["afterglow_copy_age_seconds"] == 5 * 3600
    assert seen["afterglow_copy_reaches_seconds"] == 30


def test_an_open_alarm_has_its_code(figures, database, cast):
    with database.session() as db:
        alarms.raise_(db, alarms.AlarmCode.UNREGISTERED)

    assert figures()['afterglow_alarms_open{code="unregistered"}'] == 1


def test_requests_are_counted_by_pattern_and_never_by_address(client, figures, cast):
    key = 'afterglow_requests_total{method="GET",route="/visits/{id}",status="403"}'
    before = figures().get(key, 0)

    client.get(f"/visits/{cast.integration_visit.id}?name=Maya")
    client.get("/visits/5550142")
    client.request("MAYA", "/sign-in")
    client.get("/clinic/find/Maya/Osei")

    seen = figures()
    assert seen[key] == before + 2
    assert seen['afterglow_request_seconds_count{route="/visits/{id}"}'] >= 2
    assert not [each for each in seen if re.search("Maya|MAYA|5550142|Osei", each)]


def test_whatever_is_asked_for_there_are_no_more_lines_than_routes(client, figures, cast):
    before = _routes(figures())  # a process counts for itself: also what other tests asked it
    for path in ("/visits/v", "/visits/i", "/visits/visits", "/visits/%2e", "/clinic/c", "/x/y/z"):
        client.get(path)

    allowed = {"unmatched", "/metrics", *_patterns(client.app.routes)}
    assert "unmatched" in _routes(figures())
    assert _routes(figures()) - before <= allowed


def _routes(lines):
    return {match[1] for each in lines if (match := re.search('route="([^"]*)"', each))}


def _patterns(routes, prefix=""):
    for route in routes:
        yield prefix + getattr(route, "path_format", getattr(route, "path", ""))
        if isinstance(route, Mount):  # whose own pattern ends with all that lies below
            yield from _patterns(route.routes, prefix + route.path)


def test_a_database_that_is_gone_is_a_figure_too(app, figures, settings):
    app.state.database = Database("sqlite:////nowhere/at/all/afterglow.sqlite3", settings)

    seen = figures()

    assert seen["afterglow_database_up"] == 0
    assert "afterglow_workers" not in seen
    assert "process_resident_memory_bytes" in seen


def test_what_the_database_refuses_is_counted_by_kind(figures, database, cast):
    with pytest.raises(DBAPIError), database.session() as db:
        db.connection().exec_driver_sql("SELECT * FROM nowhere")

    assert sum(n for name, n in figures().items() if "afterglow_database_errors_total" in name) >= 1


def test_figures_are_read_at_most_once_in_five_seconds(client, database, cast, monkeypatch):
    monkeypatch.setattr(standing, "_FRESH_SECONDS", 3600.0)
    before = client.get("/metrics").text
    with database.session() as db:
        alarms.raise_(db, alarms.AlarmCode.UNREGISTERED)

    assert "unregistered" not in before
    assert "unregistered" not in client.get("/metrics").text


def test_the_figures_name_nobody(client, signed_in, database, cast):
    signed_in(cast.maya).get("/")
    with database.session() as db:
        patient = db.get_one(Patient, cast.maya.id)
        outbox.enqueue(db, Purpose.NOTICE, "private words", patient=patient, due_at=clock.now())
        assert db.query(Message).count()

    told = client.get("/metrics").text

    for word in ("Maya", "Osei", "5550142", "private", str(cast.maya.id), "northside"):
        assert word not in told
