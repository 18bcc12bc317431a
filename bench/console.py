"""What a full board and a full inbox cost at the desk, on both databases.

Four hundred patients in their window, twenty thousand texts. Times are of the server alone: from
the request to the last byte of the compressed answer, in one process, nothing else running.
"""

import re
import statistics
import time
from typing import get_args

import structlog
from sqlalchemy import event
from starlette.testclient import TestClient

from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.db.engine import Database
from app.main import create_app
from app.people.models import Clinic, Practitioner
from app.scheduling.models import Appointment
from app.settings import Settings
from app.web.guards import COOKIES
from bench.rows import Row, at_most, seen
from tests import crowd, databases
from tests.cast import Cast, gather
from tests.databases import Kind
from tests.fakes import RecordingGateway

_PATIENTS = 400
_TEXTS = 20_000
_BASE_URL = "https://afterglow.test"
_KEYS = {"base_url": _BASE_URL, "secret_keys": "s" * 40, "encryption_keys": "e" * 40}
_KB = 1000


def measure(*, full: bool) -> list[Row]:
    databases.prepare()
    rows: list[Row] = []
    with structlog.testing.capture_logs():
        for kind in get_args(Kind):
            with databases.fresh_database("console", kind) as url:
                settings = Settings(_env_file=None, sms="demo", **_KEYS)
                database = Database(url, settings)
                try:
                    rows += _rows(database, settings, kind, times=30 if full else 9)
                finally:
                    database.close()
    return rows


def _rows(database: Database, settings: Settings, kind: Kind, *, times: int) -> list[Row]:
    cast, busiest = _filled(database)
    desk = _desk(database, settings, cast)
    board = desk.get("/clinic").text
    marks = {"x-have": " ".join(re.findall(r'data-mark="([^"]+)"', board))}
    thread = f"/clinic/inbox/{busiest}"
    name = f"board of {_PATIENTS}, {kind}"
    rows = [
        at_most(f"{name}: statements", _statements(database, desk, "/clinic"), "", 8),
        at_most(f"{name}: median time", _median(desk, "/clinic", times), "ms", 300),
        seen(f"{name}: of it this process's CPU", _median(desk, "/clinic", times, cpu=True), "ms"),
        at_most(f"{name}: as it is sent", _sent(desk, "/clinic") / _KB, "kB", 60),
        seen(f"{name}: before it is compressed", len(board.encode()) / _KB, "kB"),
        at_most(
            f"{name}: asked anew, median", _median(desk, "/clinic/now", times, marks), "ms", 300
        ),
    ]
    _ask(database, cast)
    changed = _sent(desk, "/clinic/now", marks) + _sent(desk, "/clinic/alerts")
    rows.append(at_most(f"{name}: one change, board and strip", changed / _KB, "kB", 2))
    name = f"inbox of {_TEXTS} texts, {kind}"
    return [
        *rows,
        at_most(f"{name}: list, median", _median(desk, "/clinic/inbox", times), "ms", 300),
        at_most(f"{name}: longest thread, median", _median(desk, thread, times), "ms", 300),
        at_most(f"{name}: list as it is sent", _sent(desk, "/clinic/inbox") / _KB, "kB", 30),
    ]


def _filled(database: Database) -> tuple[Cast, object]:
    with database.session() as db:
        cast = gather(db)
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        clinician = db.get_one(Practitioner, cast.dr_okafor.id)
        patients = crowd.fill_windows(db, clinic, clinician, _PATIENTS)
        crowd.fill_inbox(db, clinic, patients, _TEXTS)
        return cast, patients[0].id


def _desk(database: Database, settings: Settings, cast: Cast) -> TestClient:
    app = create_app(settings, database, gateway=RecordingGateway(), works=False)
    with database.session() as db:
        _, token = web_sessions.start(
            db,
            SessionKind.STAFF,
            clinic_id=cast.clinic.id,
            practitioner=db.get_one(Practitioner, cast.dr_okafor.id),
            strength=Strength.PASSKEY,
        )
    headers = {"sec-fetch-site": "same-origin", "accept-encoding": "br"}
    browser = TestClient(app, base_url=_BASE_URL, headers=headers)
    browser.cookies.set(COOKIES[SessionKind.STAFF], token, domain="afterglow.test")
    return browser


def _ask(database: Database, cast: Cast) -> None:
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        visit.asked_at = visit.made_at


def _median(
    desk: TestClient,
    path: str,
    times: int,
    headers: dict[str, str] | None = None,
    *,
    cpu: bool = False,
) -> float:
    read = time.process_time if cpu else time.perf_counter
    taken = []
    for _ in range(times):
        began = read()
        _sent(desk, path, headers)
        taken.append(read() - began)
    return statistics.median(taken) * 1000


def _sent(desk: TestClient, path: str, headers: dict[str, str] | None = None) -> int:
    with desk.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200, answer.status_code
        return sum(len(part) for part in answer.iter_raw())


def _statements(database: Database, desk: TestClient, path: str) -> int:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        desk.get(path)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(said)
