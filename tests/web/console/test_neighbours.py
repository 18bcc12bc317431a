"""The neighbour clinic's rows do not exist here, and nobody gets in without a session."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import api_keys
from app.companion import sounds
from app.intake import packets
from app.intake.models import Consent, ReviewFlag
from app.messaging import own_replies, threads
from app.people.models import Clinic, Patient
from app.plans import shipped
from app.questionnaires import library
from app.safety import escalation
from app.safety.models import SafetyAlert, Signal
from app.scheduling import closures, locations
from app.scheduling.models import Appointment, ExceptionKind
from app.settings import Settings
from app.subscriptions import keeping
from app.subscriptions.keeping import Wish
from app.tasks import desk as tasks
from app.tasks.models import StaffTask, TaskCode
from app.telehealth import guests
from app.web.console.routes import routes
from tests import journals, sheets

PATHS = [
    ("GET", "/clinic/alerts/{alert}"),
    ("POST", "/clinic/alerts/{alert}/acknowledgement"),
    ("POST", "/clinic/alerts/{alert}/closure"),
    ("POST", "/clinic/tasks/{task}/completion"),
    ("POST", "/clinic/review/{flag}/clearance"),
    ("GET", "/clinic/patients/{maya}/responses/{response}"),
    ("GET", "/clinic/patients/{maya}/responses/{response}/paper"),
    ("GET", "/clinic/patients/{maya}/responses/{response}/copy"),
    ("GET", "/clinic/patients/{maya}/responses/{response}/table"),
    ("GET", "/clinic/patients/{maya}/responses/{response}/files/{response}"),
    ("POST", "/clinic/patients/{maya}/consents/{consent}/withdrawal"),
    ("GET", "/clinic/forms/{form}/answers"),
    ("GET", "/clinic/inbox/{maya}"),
    ("POST", "/clinic/inbox/{maya}"),
    ("GET", "/clinic/inbox/{maya}/now"),
    ("POST", "/clinic/inbox/{maya}/answer"),
    ("POST", "/clinic/inbox/{maya}/owner"),
    ("POST", "/clinic/inbox/{maya}/notes"),
    ("POST", "/clinic/inbox/numbers/{thread}/notes"),
    ("GET", "/clinic/replies/{reply}"),
    ("POST", "/clinic/replies/{reply}"),
    ("POST", "/clinic/replies/{reply}/end"),
    ("POST", "/clinic/inbox/{maya}/rescheduling"),
    ("GET", "/clinic/inbox/numbers/{thread}"),
    ("GET", "/clinic/inbox/numbers/{thread}/now"),
    ("POST", "/clinic/inbox/numbers/{thread}/answer"),
    ("POST", "/clinic/inbox/numbers/{thread}/owner"),
    ("GET", "/clinic/book?patient={maya}"),
    ("GET", "/clinic/patients/{maya}"),
    ("POST", "/clinic/patients/{maya}"),
    ("GET", "/clinic/patients/{maya}/edit"),
    ("GET", "/clinic/patients/{maya}/journal/files/{note}"),
    ("GET", "/clinic/patients/{maya}/course"),
    ("POST", "/clinic/patients/{maya}/course"),
    ("POST", "/clinic/patients/{maya}/course/end"),
    ("POST", "/clinic/patients/{maya}/sign-out"),
    ("GET", "/clinic/patients/{maya}/number"),
    ("POST", "/clinic/patients/{maya}/number"),
    ("GET", "/clinic/patients/{maya}/joining"),
    ("POST", "/clinic/patients/{maya}/joining"),
    ("GET", "/clinic/patients/{maya}/joining/{theo}"),
    ("POST", "/clinic/patients/{maya}/joining/{theo}"),
    ("POST", "/clinic/patients/{maya}/telling-apart/{theo}"),
    ("POST", "/clinic/patients/{maya}/putting-away"),
    ("POST", "/clinic/patients/{maya}/bringing-back"),
    ("GET", "/clinic/patients/{maya}/record"),
    ("GET", "/clinic/patients/{maya}/record/copy"),
    ("POST", "/clinic/patients/{maya}/record/erasure"),
    ("POST", "/clinic/patients/{maya}/links/{link}/withdrawal"),
    ("POST", "/clinic/patients/{maya}/links/{link}/sending"),
    ("POST", "/clinic/patients/{maya}/links/{link}/another-phone"),
    ("POST", "/clinic/patients/{maya}/forms"),
    ("POST", "/clinic/candidates/{maya}/acceptance"),
    ("POST", "/clinic/candidates/{maya}/refusal"),
    ("POST", "/clinic/packets/{packet}/sending"),
    ("POST", "/clinic/packets/{packet}/completion"),
    ("POST", "/clinic/packets/{packet}/withdrawal"),
    ("POST", "/clinic/closures/{closure}/removal"),
    ("GET", "/clinic/locations/{place}"),
    ("POST", "/clinic/locations/{place}"),
    ("POST", "/clinic/locations/{place}/closing"),
    ("POST", "/clinic/locations/{place}/reopening"),
    ("POST", "/clinic/appointments/{infusion}/escort"),
    ("POST", "/clinic/appointments/{infusion}/escort/end"),
    ("GET", "/clinic/appointments/{visit}"),
    ("POST", "/clinic/appointments/{visit}/rescheduling"),
    ("POST", "/clinic/appointments/{visit}/cancellation"),
    ("POST", "/clinic/appointments/{visit}/arrival"),
    ("POST", "/clinic/appointments/{visit}/confirmation"),
    ("POST", "/clinic/board/{visit}/times"),
    ("POST", "/clinic/appointments/{visit}/fresh-link"),
    ("POST", "/clinic/appointments/{visit}/absence"),
    ("POST", "/clinic/appointments/{infusion}/end"),
    ("POST", "/clinic/appointments/{visit}/outcome"),
    ("POST", "/clinic/appointments/{infusion}/left-out"),
    ("POST", "/clinic/appointments/{infusion}/quiet-hour"),
    ("POST", "/clinic/appointments/{infusion}/quiet-hour/end"),
    ("GET", "/clinic/companion/sounds/{sound}"),
    ("POST", "/clinic/companion/sounds/{sound}/end"),
    ("POST", "/clinic/appointments/{visit}/guests"),
    ("POST", "/clinic/guests/{guest}/withdrawal"),
    ("GET", "/clinic/visits/{visit}"),
    ("GET", "/clinic/visits/{visit}/lines"),
    ("POST", "/clinic/visits/{visit}/reopening"),
    ("POST", "/clinic/visits/{visit}/outcome"),
    ("GET", "/clinic/forms/{form}"),
    ("GET", "/clinic/forms/{form}/preview"),
    ("GET", "/clinic/forms/{form}/pages"),
    ("GET", "/clinic/forms/{form}/file"),
    ("POST", "/clinic/forms/{form}/retirement"),
    ("POST", "/clinic/forms/{form}/return"),
    ("GET", "/clinic/forms/{form}/rules"),
    ("POST", "/clinic/forms/{form}/rules"),
    ("GET", "/clinic/forms/{form}/rules/new?question=0"),
    ("POST", "/clinic/forms/{form}/rules/removal"),
    ("POST", "/clinic/protocols/{protocol}/offer"),
    ("POST", "/clinic/protocols/{protocol}/usual"),
    ("GET", "/clinic/protocols/{protocol}"),
    ("POST", "/clinic/protocols/{protocol}/name"),
    ("GET", "/clinic/protocols/{protocol}/steps/{step}"),
    ("POST", "/clinic/protocols/{protocol}/steps/{step}"),
    ("GET", "/clinic/protocols/{protocol}/dry-run"),
    ("GET", "/clinic/hours/{okafor}"),
    ("POST", "/clinic/hours/{okafor}"),
    ("GET", "/clinic/team/{okafor}"),
    ("POST", "/clinic/team/{okafor}"),
    ("POST", "/clinic/team/{okafor}/invitation"),
    ("POST", "/clinic/team/{okafor}/recovery"),
    ("POST", "/clinic/team/{okafor}/leave"),
    ("POST", "/clinic/team/{okafor}/return"),
    ("POST", "/clinic/team/{okafor}/invitation/withdrawal"),
    ("GET", "/clinic/trail/patients/{maya}"),
    ("GET", "/clinic/trail/patients/{maya}/account.csv"),
    ("GET", "/clinic/trail/patients/{maya}/account.json"),
    ("GET", "/clinic/trail/staff/{okafor}"),
    ("POST", "/clinic/me/browsers/{okafor}/sign-out"),
    ("POST", "/clinic/me/passkeys/{okafor}/removal"),
    ("POST", "/clinic/keys/{key}/replacement"),
    ("POST", "/clinic/keys/{key}/revocation"),
    ("POST", "/clinic/other-systems/{subscription}/pause"),
    ("POST", "/clinic/other-systems/{subscription}/return"),
    ("POST", "/clinic/other-systems/{subscription}/replay"),
    ("POST", "/clinic/other-systems/{subscription}/end"),
]


def _subscription(db, clinic, key):
    db.flush()
    wish = Wish("Appointment", "https://ehr.example.com/told", "the record")
    return keeping.create(db, clinic, wish, Settings(_env_file=None), by=key)[0]


def _guest(db, cast):
    visit = db.get_one(Appointment, cast.integration_visit.id)
    by = db.merge(cast.dr_okafor)
    return guests.invite(db, visit, name="Sam", phone="312 555 0171", language="en", by=by)


@pytest.fixture
def neighbour(signed_in, cast, database):
    """The neighbour's own administrator's console."""
    with database.session() as db:
        lind = db.merge(cast.dr_lind)
        lind.role = "administrator"
    return signed_in(cast.dr_lind)


@pytest.fixture
def ids(cast, database):
    agreements = sheets.agreements(sheets.form_named(database, "consents"), treatment="discuss")
    response_id = sheets.hand_in(database, cast.maya, "consents", agreements)
    words = journals.keep(database, cast.maya, "First the light.", shared=True)
    note = journals.speak(database, words, b"\x1aE\xdf\xa3webm")
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        alert = escalation.raise_alert(db, maya, Signal.CONTROL)
        task = tasks.open_task(db, TaskCode.ANSWER, maya, by=None)
        thread = threads.of_stranger(db, db.get_one(Clinic, cast.clinic.id), "+13125550177")
        key, _ = api_keys.create(db, db.get_one(Clinic, cast.clinic.id), "Ours", by=None)
        packet = packets.ask(db, maya, [], with_camera_check=True, by=None)
        clinic = db.get_one(Clinic, cast.clinic.id)
        day = clock.now().date() + timedelta(days=3)
        away = closures.Days(ExceptionKind.AWAY, day, day)
        closure = closures.add(db, clinic, None, away, by=None)
        here = locations.Place("Main street", "1 Main street", "", clinic.zone)
        place = locations.add(db, clinic, here, by=None)
        worded = own_replies.Worded("Parking", "Northside: park behind the house.", "")
        reply = own_replies.keep(db, clinic, worded, by=db.merge(cast.ada))
        form = library.own_copy(db, clinic, library.unkept("phq-9"))
        return {
            "response": response_id,
            "note": note,
            "sound": sounds.add(db, clinic, "Rain", b"OggS", by=db.merge(cast.ada)).id,
            "flag": db.scalars(select(ReviewFlag.id)).first(),
            "consent": db.scalars(select(Consent.id)).first(),
            "packet": packet.id,
            "alert": alert.id,
            "task": task.id,
            "thread": thread.id,
            "key": key.id,
            "subscription": _subscription(db, clinic, key).id,
            "form": form.id,
            "protocol": shipped.id_of(clinic.id, "single"),
            "step": "evening",
            "maya": maya.id,
            "theo": cast.theo.id,
            "link": packet.link_id,
            "visit": cast.integration_visit.id,
            "infusion": cast.infusion.id,
            "okafor": cast.dr_okafor.id,
            "closure": closure.id,
            "reply": reply.id,
            "place": place.id,
            "guest": _guest(db, cast).id,
        }


def test_asvs_8_4_1_what_is_ours_is_unknown_next_door(neighbour, ids, database):
    wrong = []
    for method, path in PATHS:
        answer = neighbour.request(method, path.format(**ids))
        with database.session(write=False) as db:
            done = (
                db.scalar(select(SafetyAlert.acknowledged_at)),
                db.scalar(select(StaffTask.done_at)),
            )
        if (answer.status_code, done) != (404, (None, None)):
            wrong.append((method, path, answer.status_code, done))

    assert wrong == []


@pytest.mark.parametrize("field", ["patient", "practitioner"])
def test_a_posted_id_of_ours_is_unknown_next_door(neighbour, cast, field):
    posted = {
        "patient": str(cast.noor.id),
        "practitioner": "",
        "service": "consultation",
        "starts_at": "2026-11-23T10:00",
        field: str(cast.maya.id if field == "patient" else cast.dr_okafor.id),
    }

    assert neighbour.post("/clinic/book", data=posted).status_code == 404


def test_moving_to_the_neighbours_clinician_is_unknown(desk, cast):
    answer = desk.post(
        f"/clinic/appointments/{cast.integration_visit.id}/rescheduling",
        data={"starts_at": "2026-11-21T13:00", "practitioner": str(cast.dr_lind.id)},
    )

    assert answer.status_code == 404


def test_every_address_with_an_id_was_tried():
    tried = {path.split("?")[0].count("/") and _shape(path) for _, path in PATHS}
    known = {
        _shape("/clinic" + route.path)
        for route in routes
        if "{id}" in route.path and not route.path.endswith("/socket")
    }

    assert known <= tried


def test_nobody_gets_in_without_a_session(client, ids):
    wrong = []
    for method, path in PATHS:
        answer = client.request(method, path.format(**ids))
        if (answer.status_code, answer.headers.get("location")) != (303, "/clinic/sign-in"):
            wrong.append((method, path, answer.status_code))

    assert wrong == []


def test_an_id_that_is_none_is_unknown(desk):
    assert desk.get("/clinic/patients/42").status_code == 404


def _shape(path):
    parts = path.split("?")[0].split("/")
    return "/".join("*" if part.startswith("{") else part for part in parts)
