"""Two clinics with everything in them, for trying every address as everybody.

Three people who have one of each thing: Maya, whose browsers we hold; Theo of the same clinic; and
Noor of the clinic next door. Nothing that is done here stays done: every transaction is taken back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access import api_keys, invitations, web_sessions
from app.access.models import ApiKey, Invitation, Passkey, SessionKind, Strength
from app.companion import hours, sounds
from app.db.engine import Database
from app.intake import packets
from app.intake.models import Consent, IntakeTask, ReviewFlag
from app.journal import owners, planning, prompts
from app.links import magic_links
from app.links.models import LinkKind, MagicLink
from app.messaging import outbox, own_replies, threads
from app.messaging.models import Purpose
from app.people import enrolment
from app.people.models import Clinic, Patient, Practitioner, Role
from app.plans import kept
from app.push.models import PushSubscription
from app.questionnaires import library
from app.questionnaires.models import Attachment
from app.safety import escalation
from app.safety.models import Signal
from app.scheduling import escorts
from app.scheduling.models import (
    Appointment,
    AppointmentStatus,
    Encounter,
    ExceptionKind,
    HoursException,
    Location,
    Service,
)
from app.subscriptions.models import Subscription, SubscriptionStatus
from app.tasks import desk as tasks
from app.tasks.models import TaskCode
from app.telehealth import guests, visits
from tests import cast as people
from tests import journals, sheets
from tests.conftest import FRIDAY_NOON

SLICE = b"\x1aE\xdf\xa3webm"


class Rehearsal(Database):
    """A database in which nothing stays: what a request wrote is taken back when it ends."""

    @contextmanager
    def session(self, *, write: bool = True) -> Iterator[Session]:
        """A transaction like any other, up to its end."""
        engine = self.engine.execution_options(write=write)
        with Session(engine, expire_on_commit=False) as db:
            db.begin()
            try:
                yield db
                db.flush()
            finally:
                db.expunge_all()  # as after a commit, rows stay as they were read
                db.rollback()


@dataclass
class Belongings:
    """One of each thing, by its word in an address."""

    clinic_id: UUID
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)  # of links, by their kind


@dataclass
class World:
    """Whose things there are, and who can come along."""

    cast: people.Cast
    own: Belongings
    other: Belongings
    neighbours: Belongings
    lakes: Practitioner  # the neighbour's administrator
    leaver: Practitioner
    keys: dict[str, str] = field(default_factory=dict)


def build(database: Database) -> World:
    """Everything, stored. The clock must stand at Friday noon."""
    with database.session() as db:
        cast = people.gather(db)
        lakes = _administrator(db, cast.neighbour, "Lake")
        leaver = _administrator(db, cast.clinic, "Gone")
        for clinic in (cast.clinic, cast.neighbour):
            clinic.companion_ends_on = FRIDAY_NOON.date() + timedelta(days=7)
    of = {}
    for patient, clinician, by in (
        (cast.maya, cast.dr_okafor, cast.ada),
        (cast.theo, cast.dr_okafor, cast.ada),
        (cast.noor, cast.dr_lind, lakes),
    ):
        of[patient.given_name] = _things(database, patient, clinician, by)
    world = World(cast, of["Maya"], of["Theo"], of["Noor"], lakes, leaver)
    for name in ("whole", "none"):
        with database.session() as db:
            clinic = db.get_one(Clinic, cast.clinic.id)
            key, world.keys[name] = api_keys.create(db, clinic, name, by=None)
            key.scopes = "system/*.*" if name == "whole" else ""
    return world


def cookie_of(database: Database, person: Patient | Practitioner, strength: Strength) -> str:
    """A session's token of somebody who is signed in."""
    is_staff = isinstance(person, Practitioner)
    with database.session() as db:
        _, token = web_sessions.start(
            db,
            SessionKind.STAFF if is_staff else SessionKind.PATIENT,
            clinic_id=person.clinic_id,
            patient=None if is_staff else person,
            practitioner=person if is_staff else None,
            strength=strength,
        )
    return token


def _administrator(db: Session, clinic: Clinic, name: str) -> Practitioner:
    return enrolment.join_staff(
        db, clinic, role=Role.ADMINISTRATOR, name=name, display_name=name, by=None
    )


def _things(
    database: Database, patient: Patient, clinician: Practitioner, by: Practitioner
) -> Belongings:
    things = Belongings(patient.clinic_id)
    _days(database, things, patient, clinician, by)
    _forms(database, things, patient)
    _words(database, things, patient)
    _desk(database, things, patient, by)
    _house(database, things, clinician, by)
    return things


def _days(
    database: Database,
    things: Belongings,
    patient: Patient,
    clinician: Practitioner,
    by: Practitioner,
) -> None:
    """A session yesterday, the visit after it, and a session soon with its quiet hour."""
    now = clock.now()
    with database.session() as db:
        patient = db.get_one(Patient, patient.id)
        ended_at = now - timedelta(hours=22)
        infusion = _found(db, patient, Service.INFUSION) or people._appointment(
            db, patient, None, Service.INFUSION, ended_at - timedelta(hours=2), ended_at
        )
        infusion.status = AppointmentStatus.FULFILLED
        db.flush()
        if db.scalar(select(Encounter).where(Encounter.appointment_id == infusion.id)) is None:
            times = {"started_at": infusion.starts_at, "ended_at": infusion.ends_at}
            db.add(Encounter(clinic_id=patient.clinic_id, appointment_id=infusion.id, **times))
        at = now + timedelta(hours=22)
        visit = _found(db, patient, Service.INTEGRATION) or people._appointment(
            db, patient, clinician, Service.INTEGRATION, at, at + timedelta(minutes=50)
        )
        visit.follows_id = infusion.id
        soon = people._appointment(
            db,
            patient,
            None,
            Service.INFUSION,
            now + timedelta(minutes=30),
            now + timedelta(minutes=90),
        )
        db.flush()
        hour = hours.open_hour(db, soon, by=db.merge(clinician))
        hours.ready(db, hour)
        link = magic_links.mint(
            db,
            LinkKind.JOIN,
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            appointment_id=visit.id,
            expires_at=visit.ends_at + timedelta(minutes=30),
        )
        talk = people._appointment(
            db,
            patient,
            clinician,
            Service.CONSULTATION,
            now + timedelta(minutes=2),
            now + timedelta(minutes=22),
        )
        db.flush()
        guest = guests.invite(
            db, talk, name="Kim", phone="+13125550178", language="en", by=db.merge(clinician)
        )
        escort = escorts.name(
            db,
            soon,
            name="Sam",
            phone="+13125550179",
            language="en",
            pick_up_at=soon.ends_at,
            by=db.merge(by),
        )
        db.flush()
        said = outbox.enqueue(
            db, Purpose.NOTICE, f"Hello {patient.full_name}", patient=patient, due_at=now
        )
        said.sent_at = now
        planning.plan(db, infusion)
        db.flush()
        visits.of(db, visit)  # its room
        encounter = select(Encounter.id).where(Encounter.appointment_id == infusion.id)
        prompt = prompts.current(db, patient)
        things.ids |= {
            "patient": str(patient.id),
            "infusion": str(infusion.id),
            "visit": str(visit.id),
            "soon": str(soon.id),
            "talk": str(talk.id),
            "encounter": str(db.scalars(encounter).one()),
            "guest": str(guest.id),
            "link": str(link.id),
            "text": str(said.id),
            "owner": owners.owner_of(patient),
        }
        things.tokens |= {
            "join": magic_links.token_of(link),
            "session": magic_links.token_of(hour.link),
            "write": magic_links.token_of(prompt.link),
            "guest": magic_links.token_of(guest.link),
            "escort": magic_links.token_of(db.get_one(MagicLink, escort.link_id)),
        }


def _found(db: Session, patient: Patient, service: Service) -> Appointment | None:
    mine = select(Appointment).where(Appointment.patient_id == patient.id)
    return db.scalar(mine.where(Appointment.service == service))


def _forms(database: Database, things: Belongings, patient: Patient) -> None:
    agreed = sheets.agreements(
        sheets.form_named(database, "consents"), name=patient.full_name, treatment="discuss"
    )
    response_id = sheets.hand_in(database, patient, "consents", agreed)
    with database.session() as db:
        patient = db.get_one(Patient, patient.id)
        paper = Attachment(
            clinic_id=patient.clinic_id,
            response_id=response_id,
            content_type="application/pdf",
            size=5,
            content=b"%PDF-",
            name="a.pdf",
            made_at=clock.now(),
        )
        db.add(paper)
        form = library.shipped(db, "phq-2")
        packet = packets.ask(db, patient, [form], with_camera_check=True, by=None)
        db.flush()
        mine = select(IntakeTask.id).where(IntakeTask.packet_id == packet.id)
        first, camera = db.scalars(mine.order_by(IntakeTask.position)).all()
        things.tokens["intake"] = magic_links.token_of(packet.link)
        things.ids |= {
            "response": str(response_id),
            "file": str(paper.id),
            "packet": str(packet.id),
            "intake task": str(first),
            "camera task": str(camera),
            "consent": str(_one(db, Consent, patient)),
            "flag": str(_one(db, ReviewFlag, patient)),
        }


def _one(db: Session, kind: type[Consent] | type[ReviewFlag], patient: Patient) -> UUID:
    return db.scalars(select(kind.id).where(kind.patient_id == patient.id)).first()


def _words(database: Database, things: Belongings, patient: Patient) -> None:
    # Signed, so that no leak of it goes unseen.
    words = f"First the light. {patient.full_name}"
    entry = journals.keep(database, patient, words, shared=True)
    things.ids |= {
        "entry": str(entry),
        "note": str(journals.speak(database, entry, SLICE)),
    }


def _desk(database: Database, things: Belongings, patient: Patient, by: Practitioner) -> None:
    now = clock.machine_now()
    with database.session() as db:
        patient = db.get_one(Patient, patient.id)
        clinic = db.get_one(Clinic, patient.clinic_id)
        twin = enrolment.enrol(
            db,
            clinic,
            given_name="Twin",
            family_name=patient.family_name,
            phone=f"+1312555{8000 + sum(map(ord, patient.given_name))}",
            by=None,
        )
        candidate = enrolment.enrol(
            db,
            clinic,
            given_name="Candidate",
            family_name=patient.family_name,
            phone=f"+1312555{9000 + sum(map(ord, patient.given_name))}",
            by=None,
        )
        candidate.applied_at = now
        passkey = Passkey(
            clinic_id=clinic.id,
            patient_id=patient.id,
            user_handle=uuid4().bytes,
            credential_id=uuid4().bytes,
            public_key=b"",
            sign_count=0,
            aaguid="",
            device_type="",
            backed_up=False,
            made_at=now,
        )
        notices = PushSubscription(
            clinic_id=clinic.id,
            patient_id=patient.id,
            endpoint_hash=uuid4().bytes,
            endpoint="https://push.example/1",
            p256dh="a",
            auth="b",
            language="en",
            device="iPhone",
            made_at=now,
        )
        browser, _ = web_sessions.start(
            db,
            SessionKind.PATIENT,
            clinic_id=clinic.id,
            patient=patient,
            strength=Strength.PASSKEY,
        )
        db.add_all([passkey, notices])
        things.ids |= {
            "twin": str(twin.id),
            "candidate": str(candidate.id),
            "protocol step": "join",
            "alert": str(escalation.raise_alert(db, patient, Signal.CONTROL).id),
            "task": str(tasks.open_task(db, TaskCode.ANSWER, patient, by=None).id),
            "passkey": str(passkey.id),
            "browser": str(browser.id),
            "notices": str(notices.id),
            "stranger": str(threads.of_stranger(db, clinic, "+13125550177").id),
        }


def _house(
    database: Database, things: Belongings, clinician: Practitioner, by: Practitioner
) -> None:
    """What belongs to the clinic."""
    with database.session() as db:
        clinic = db.get_one(Clinic, things.clinic_id)
        key, _ = api_keys.create(db, clinic, uuid4().hex, by=None)
        worded = own_replies.Worded("Parking", "Please park behind the house.", "")
        reply = own_replies.keep(db, clinic, worded, by=db.get_one(Practitioner, by.id))
        things.ids["reply"] = str(reply.id)
        invitations.invite(db, db.get_one(Practitioner, by.id), by=None)
        invited = select(Invitation.id).where(Invitation.practitioner_id == by.id)
        slug = "phq-9" if things.ids["patient"] < "f" else "gad-7"
        things.ids |= _rows_of_house(db, clinic, key)
        things.ids |= {
            "clinic": str(clinic.id),
            "staff": str(clinician.id),
            "key": str(key.id),
            "form": str(library.own_copy(db, clinic, library.unkept(slug)).id),
            "sound": str(
                sounds.add(db, clinic, uuid4().hex, b"OggS" + uuid4().bytes, by=db.merge(by)).id
            ),
            "invitation": str(db.scalars(invited.order_by(Invitation.id.desc())).first()),
        }


def _rows_of_house(db: Session, clinic: Clinic, key: ApiKey) -> dict[str, str]:
    now = clock.now()
    day = now.date() + timedelta(days=30)
    closure = HoursException(kind=ExceptionKind.AWAY, first_on=day, last_on=day)
    subscription = Subscription(
        api_key_id=key.id,
        status=SubscriptionStatus.ACTIVE,
        resource_type="Appointment",
        reason="",
        host="ehr.example",
        try_at=now,
        changed_at=now,
    )
    location = Location(name="Annex", zone=clinic.zone)
    rows = {"location": location, "closure": closure, "subscription": subscription}
    for row in rows.values():
        row.clinic_id, row.made_at = clinic.id, now
    subscription.endpoint, subscription.secret = "https://ehr.example/told", b"s" * 32
    db.add_all(rows.values())
    usual = kept.default_of(db, clinic)
    return {word: str(row.id) for word, row in rows.items()} | {"protocol": str(usual.id)}
