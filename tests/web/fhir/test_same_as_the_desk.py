"""Booked, moved and called off through the door leaves what the console would have left:

the same appointments, links, texts, tasks and notes in the trail, step by step.
"""

import re
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app import clock, wall_time
from app.access import api_keys, web_sessions
from app.access.models import SessionKind, Strength
from app.audit.models import AuditEvent
from app.db.engine import Database
from app.intake.models import IntakePacket
from app.journal.models import JournalPrompt
from app.links.models import MagicLink
from app.main import create_app
from app.messaging.models import Message, Thread
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling import staffed_hours
from app.scheduling.models import Appointment, Encounter
from app.tasks.models import StaffTask
from app.web.guards import COOKIES
from tests import databases
from tests.cast import gather
from tests.conftest import BASE_URL, FRIDAY_NOON

_CHANCE = {"id", "seed", "token_hash", "key_number", "agent_kind", "agent_id"}
_CHANCE |= {"seq", "previous_hash", "hash"}  # of the trail's chain: who was let in stands in it too
_WRITTEN_ABOUT = {"appointment", "staff_task", "message", "magic_link"}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def at(text):
    return wall_time.instant(datetime.fromisoformat(text), "America/New_York")


class Desk:
    """The console as Dr. Okafor has it open."""

    def __init__(self, app, database, cast):
        self._cast = cast
        with database.session() as db:
            _, token = web_sessions.start(
                db,
                SessionKind.STAFF,
                clinic_id=cast.clinic.id,
                practitioner=cast.dr_okafor,
                strength=Strength.PASSKEY,
            )
        headers = {"sec-fetch-site": "same-origin"}
        self._browser = TestClient(
            app, base_url=f"{BASE_URL}/clinic", headers=headers, follow_redirects=False
        )
        self._browser.cookies.set(COOKIES[SessionKind.STAFF], token, domain="afterglow.test")

    def book(self, service, start, minutes):
        self._send(
            "/book",
            patient=str(self._cast.theo.id),
            service=service,
            practitioner=str(self._cast.dr_okafor.id),
            starts_at=start,
            minutes=str(minutes),
            confirmed="1",
        )

    def move(self, appointment, start):
        # What moves along was looked at before.
        form = {"starts_at": start, "practitioner": "", "confirmed": "1"}
        self._send(f"/appointments/{appointment.id}/rescheduling", **form)

    def call_off(self, appointment):
        self._send(f"/appointments/{appointment.id}/cancellation")

    def arrive(self, appointment):
        self._send(f"/appointments/{appointment.id}/arrival")

    def miss(self, appointment):
        self._send(f"/appointments/{appointment.id}/absence")

    def end(self, appointment, ended):
        self._send(f"/appointments/{appointment.id}/end", ended_at=ended)

    def _send(self, path, **form):
        answer = self._browser.post(path, data=form)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/clinic/appointments/")


class Door:
    """The clinic's record system with its key."""

    def __init__(self, app, database, cast):
        self._cast = cast
        with database.session() as db:
            _, token = api_keys.create(db, db.get(Clinic, cast.clinic.id), "EHR", by=None)
        self._client = TestClient(
            app,
            base_url=f"{BASE_URL}/fhir/R4",
            headers={"authorization": f"Bearer {token}", "content-type": "application/fhir+json"},
        )

    def book(self, service, start, minutes):
        actors = (f"Patient/{self._cast.theo.id}", f"Practitioner/{self._cast.dr_okafor.id}")
        answer = self._client.post(
            "/Appointment",
            json={
                "resourceType": "Appointment",
                "status": "booked",
                "serviceType": [{"coding": [{"code": service}]}],
                "start": at(start).isoformat(),
                "end": (at(start) + timedelta(minutes=minutes)).isoformat(),
                "participant": [
                    {"actor": {"reference": actor}, "status": "accepted"} for actor in actors
                ],
            },
        )
        assert answer.status_code in (200, 201), answer.text

    def move(self, appointment, start):
        length = appointment.ends_at - appointment.starts_at
        end = (at(start) + length).isoformat()
        self._put(appointment, start=at(start).isoformat(), end=end)

    def call_off(self, appointment):
        self._put(appointment, status="cancelled")

    def arrive(self, appointment):
        self._put(appointment, status="arrived")

    def miss(self, appointment):
        self._put(appointment, status="noshow")

    def end(self, appointment, ended):
        self._put(appointment, status="fulfilled", end=at(ended).isoformat())

    def _put(self, appointment, **changes):
        """What a system does: read it, change a little, put it back."""
        path = f"/Appointment/{appointment.id}"
        answer = self._client.put(path, json=self._client.get(path).json() | changes)
        assert answer.status_code == 200, answer.text


_LEFT = (
    Appointment,
    Encounter,
    MagicLink,
    Message,
    JournalPrompt,
    StaffTask,
    Thread,
    AuditEvent,
)


def left(database):
    """Everything that a booking leaves, without what chance or the way in decides."""
    with database.session(write=False) as db:
        appointments = db.scalars(select(Appointment)).all()
        names = {each.id: each.name for each in db.scalars(select(Clinic))}
        names |= {each.id: each.given_name for each in db.scalars(select(Patient))}
        names |= {each.id: each.display_name for each in db.scalars(select(Practitioner))}
        names |= {each.id: f"{each.service} of {names[each.patient_id]}" for each in appointments}
        for task in db.scalars(select(StaffTask)):
            names[task.id] = f"{task.code} for {names.get(task.appointment_id)}"
        for link in db.scalars(select(MagicLink)):
            leads_to = names.get(link.appointment_id, "a check")
            names[link.id] = f"link to {leads_to}, {link.state} {link.expires_at}"
        for packet in db.scalars(select(IntakePacket)):
            names[packet.id] = f"{packet.code} {packet.opens_at} {packet.cancelled_at}"
        found = {}
        for model in _LEFT:
            rows = [_described(row, names) for row in db.scalars(select(model))]
            found[model.__tablename__] = sorted(row for row in rows if row)
        return found


def _described(row, names):
    if isinstance(row, AuditEvent) and row.entity_kind not in _WRITTEN_ABOUT:
        return ""  # who was let in, and the cast itself
    words = {
        column.key: names.get(getattr(row, column.key), getattr(row, column.key))
        for column in row.__table__.columns
        if column.key not in _CHANCE and not column.key.endswith(("_sealed", "_index"))
    }
    if words.get("protocol_id"):
        words["protocol_id"] = "the clinic's usual one"  # each world's clinic has an id of its own
    if isinstance(row, Message):
        words["body"], words["number"] = row.body, row.number
    by_name = {str(id_): name for id_, name in names.items()}
    return _UUID.sub(lambda found: by_name.get(found[0], found[0]), repr(words))


def live(way_in, steps, settings, gateway, worker_id, *, hours):
    """One world: after each step, what stands in it."""
    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON)
    with databases.fresh_database(worker_id) as url:
        database = Database(url, settings)
        try:
            with database.session() as db:
                cast = gather(db)
                staffed_hours.set_hours(db, cast.clinic, None, hours, by=None)
            app = create_app(settings, database, gateway=gateway, works=False)
            hands = way_in(app, database, cast)
            return [_stepped(step, hands, database, cast) for step in steps]
        finally:
            database.close()


def _stepped(step, hands, database, cast):
    act, *words = step
    if act == "wait":
        clock.stand_still(at(words[0]), machine=FRIDAY_NOON)
        return left(database)
    if act != "book":
        with database.session(write=False) as db:
            mine = select(Appointment).where(Appointment.patient_id == cast.theo.id)
            words[0] = db.scalars(mine.where(Appointment.service == words[0])).one()
    getattr(hands, act)(*words)
    return left(database)


ALL_DAY = [staffed_hours.Opening(weekday, time(9), time(17)) for weekday in range(7)]
INFUSION = ("book", "infusion", "2026-11-24T10:00", 120)
VISIT = ("book", "consultation", "2026-11-24T10:00", 50)


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(
    ("hours", "steps"),
    [
        (
            ALL_DAY,
            [
                INFUSION,
                INFUSION,  # sent twice
                ("move", "infusion", "2026-12-01T11:00"),
                ("move", "integration", "2026-12-02T14:00"),
                ("call_off", "infusion"),
                ("call_off", "infusion"),
            ],
        ),
        (
            ALL_DAY,
            [VISIT, ("move", "consultation", "2026-11-25T15:00"), ("arrive", "consultation")],
        ),
        (ALL_DAY, [VISIT, ("miss", "consultation")]),
        (ALL_DAY, [VISIT, ("call_off", "consultation")]),
        (
            ALL_DAY,
            [INFUSION, ("wait", "2026-11-24T20:00"), ("end", "infusion", "2026-11-24T18:30")],
        ),
        ([], [INFUSION, ("move", "infusion", "2026-12-01T11:00"), ("call_off", "infusion")]),
    ],
    ids=["infusion", "visit", "missed", "off", "ended", "no-slot"],
)
def test_the_door_leaves_what_the_desk_would_have_left(settings, gateway, worker_id, hours, steps):
    by_desk = live(Desk, steps, settings, gateway, worker_id, hours=hours)
    through_the_door = live(Door, steps, settings, gateway, worker_id, hours=hours)

    assert len(by_desk[0]["appointment"]) > 2
    for step, expected, found in zip(steps, by_desk, through_the_door, strict=True):
        assert found == expected, step
