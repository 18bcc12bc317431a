"""Several clinics in one installation, and all that a client needs to act for their people."""

import time
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from app import clock
from app.access import api_keys
from app.db.engine import Database
from app.intake import packets
from app.messaging import outbox
from app.messaging.models import Message, Purpose
from app.people.models import Clinic, Patient, Practitioner, Role
from app.questionnaires import library
from bench.reliability import sent_links
from bench.reliability.installation import Installation
from bench.reliability.people import _clinic, _patient, _staff, cookies_of
from tests.twilio_standin import Calls, Turn
from tests.twilio_standin.standin import OUR_NUMBER

_AT_ONCE = 50  # patients, in one transaction


@dataclass(frozen=True)
class Place:
    """One clinic, who works there, and a key of its record system."""

    clinic: Clinic
    clinician: Practitioner
    coordinator: Practitioner
    key: str


def job(clinic: Installation, *, places: int, patients: int, visits: int) -> dict[str, Any]:
    """Open so many clinics, with so many patients and visits among them, as plain values.

    Every call of Twilio's is made by the client, so the stand-in makes none.
    """
    clinic.twilio.usual = lambda _: Turn(calls=Calls.NEVER)
    opened = [_open(clinic.database, number) for number in range(places)]
    people = _enrol(clinic.database, opened, patients)
    clinic.people = replace(clinic.people, patients=people)
    links = sent_links.to_visits(clinic, visits)
    of_clinic = {place.clinic.id: place for place in opened}
    known = {place.clinic.id: _header(clinic.database, place.clinician) for place in opened}
    visited = [
        [link.token, str(link.appointment_id), known[people[number % len(people)].clinic_id]]
        for number, link in enumerate(links)
    ]
    phones = [_phone(clinic, patient) for patient in people]
    return {
        "urls": clinic.urls,
        "visits": visited,
        "phones": phones,
        "desks": [_header(clinic.database, place.coordinator) for place in of_clinic.values()],
        "keys": [place.key for place in opened],
        "hooks": _hooks(clinic, people),
    }


def _open(database: Database, number: int) -> Place:
    with database.session() as db:
        name = f"Clinic {number}"
        zone = "America/New_York"
        clinic = _clinic(db, name, f"clinic-{number}", f"+1312557{number:04d}", zone)
        _, key = api_keys.create(db, clinic, "Records", by=None)
        clinician = _staff(db, clinic, Role.CLINICIAN, "Dr. Okafor", f"+1312558{number:04d}")
        desk = _staff(db, clinic, Role.COORDINATOR, "Jordan", f"+1312559{number:04d}")
        return Place(clinic, clinician, desk, key)


def _enrol(database: Database, places: list[Place], count: int) -> list[Patient]:
    enrolled: list[Patient] = []
    for start in range(0, count, _AT_ONCE):
        with database.session() as db:
            for number in range(start, min(count, start + _AT_ONCE)):
                clinic = db.get_one(Clinic, places[number % len(places)].clinic.id)
                enrolled.append(_patient(db, clinic, number))
    return enrolled


def _header(database: Database, person: Patient | Practitioner) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies_of(database, person).items())


def _phone(clinic: Installation, patient: Patient) -> dict[str, str]:
    """A patient's browser, where they are signed in, and the form that they are filling in."""
    cookies = cookies_of(clinic.database, patient)
    with clinic.database.session() as db:
        own = db.get_one(Patient, patient.id)
        packet = packets.ask(db, own, [library.shipped(db, "gad-7")], by=None)
        db.flush()
        packet_id = packet.id
    browser = clinic.browser(0, cookies)
    sent_on = browser.post(f"/intake/{packet_id}/next").headers["Location"]
    owner = str(browser.get("/journal/now").json()["owner"])
    browser.close()
    header = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return {"cookie": header, "form": sent_on.rsplit("/", 1)[0], "owner": owner}


def _hooks(clinic: Installation, people: list[Patient]) -> dict[str, Any]:
    """What Twilio needs to call: whom texts come from, and those that left."""
    with clinic.database.session() as db:
        for number, patient in enumerate(people):
            outbox.enqueue(
                db,
                Purpose.NOTICE,
                f"Northside: the door on the left is open from {number} on.",
                due_at=clock.now(),
                patient=db.get_one(Patient, patient.id),
                at_any_hour=True,
            )
    return {
        "account": clinic.twilio.account,
        "token": clinic.twilio.token,
        "service": clinic.twilio.service,
        "to": OUR_NUMBER,
        "numbers": [patient.phone for patient in people],
        "texts": _sent(clinic, len(people)),
    }


def _sent(clinic: Installation, wanted: int, seconds: float = 120) -> list[list[str]]:
    """The texts that have left, once all have. Fails when they do not."""
    asked = select(Message.id, Message.provider_sid).where(Message.provider_sid.is_not(None))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with clinic.database.session(write=False) as db:
            left = [[str(text_id), str(sid)] for text_id, sid in db.execute(asked)]
        if len(left) >= wanted:
            return left
        time.sleep(0.2)
    raise RuntimeError(f"texts that did not leave: {clinic.logs()[-2000:]}")
