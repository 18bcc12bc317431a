"""What a clinic's people and machines ask most, asked through the app: pages, webhooks, jobs.

`HotPages(database)` stands on a database that has the cast and perhaps years of others' rows. Each
act can be done over and over; nothing but the app decides what the database is asked.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from starlette.testclient import TestClient

from app import clock
from app.access import api_keys, web_sessions
from app.access.models import SessionKind, Strength
from app.db.engine import Database
from app.intake import packets
from app.journal import owners, planning
from app.links import magic_links
from app.links.models import LinkKind
from app.main import create_app
from app.messaging import outbox
from app.messaging.models import Message, Purpose
from app.people.models import Clinic, Patient, Practitioner
from app.questionnaires import library
from app.scheduling import visit_texts
from app.scheduling.models import Appointment
from app.security import keyring
from app.settings import Settings
from app.web.guards import COOKIES
from app.worker import Worker
from tests import crowd, journals
from tests.cast import Cast
from tests.fakes import RecordingGateway
from tests.twilio_standin import sign

BASE_URL = "https://afterglow.test"
# Through Twilio, so that its webhooks stand; nothing is ever sent there.
SETTINGS = Settings(
    _env_file=None,
    base_url=BASE_URL,
    secret_keys="s" * 40,
    encryption_keys="e" * 40,
    sms="twilio",
    twilio_account_sid="AC1",
    twilio_auth_token="token",
    twilio_messaging_service_sid="MG1",
)
_HIDDEN = re.compile(r'name="(revision|sheet|drawn)" value="([^"]*)"')
_RADIO = re.compile(r'type="radio"[^>]*name="([^"]*)"')
_CONSOLE = {
    "board": "/clinic",
    "board anew": "/clinic/now",
    "alerts": "/clinic/alerts",
    "inbox": "/clinic/inbox",
    "patients": "/clinic/patients",
    "schedule": "/clinic/schedule",
    "review": "/clinic/review",
    "forms in progress": "/clinic/forms/progress",
    "trail": "/clinic/trail",
    "numbers": "/clinic/metrics",
    "candidates": "/clinic/candidates",
}
_SINCE = "_lastUpdated=ge2026-11-20T00:00:00Z"
_DOOR = {
    "a number": "Patient?phone=%2B13125550142",
    "a name": "Patient?name=Osei",
    "changed patients": f"Patient?{_SINCE}",
    "a day": "Appointment?date=2026-11-21",
    "a patient's visits": "Appointment?patient={maya}",
    "changed visits": f"Appointment?{_SINCE}",
    "a patient's texts": "Communication?patient={maya}",
    "changed texts": f"Communication?{_SINCE}",
    "a patient's answers": "QuestionnaireResponse?patient={maya}",
    "a patient's tasks": "Task?patient={maya}",
    "changed tasks": f"Task?{_SINCE}",
    "changed answers": f"QuestionnaireResponse?{_SINCE}",
    "changed sessions": f"Encounter?{_SINCE}",
    "a patient's sessions": "Encounter?patient={maya}",
    "a patient's consents": "Consent?patient={maya}",
}


class HotPages:
    """The acts, by name. What they need of their own is stored at once."""

    def __init__(self, database: Database, cast: Cast) -> None:
        self.database, self._cast = database, cast
        self.ring = keyring.ring()
        self.app = create_app(SETTINGS, database, gateway=RecordingGateway(), works=False)
        self._numbers = count(1)
        self._prepare()
        worker = Worker(database, SETTINGS, RecordingGateway())
        self.acts: dict[str, Callable[[], object]] = self._of_patients() | self._of_staff()
        self.acts |= self._of_machines()
        self.acts |= {f"job {job.name}": job.run for job in worker.jobs}
        self.acts["send a text"] = self._send(worker)

    def _prepare(self) -> None:
        with self.database.session() as db:
            clinic = db.get_one(Clinic, self._cast.clinic.id)
            clinician = db.get_one(Practitioner, self._cast.dr_okafor.id)
            maya = db.get_one(Patient, self._cast.maya.id)
            around = crowd.fill_windows(db, clinic, clinician, 40)
            crowd.fill_inbox(db, clinic, around, 400)
            planning.plan(db, db.get_one(Appointment, self._cast.infusion.id))
            visit = db.get_one(Appointment, self._cast.integration_visit.id)
            visit_texts.plan(db, visit)
            link = magic_links.mint(
                db,
                LinkKind.JOIN,
                clinic_id=clinic.id,
                patient_id=maya.id,
                appointment_id=visit.id,
                expires_at=visit.ends_at + magic_links.JOIN_OUTLIVES_VISIT,
            )
            self._token = magic_links.token_of(link)
            self._packet = packets.ask(db, maya, [library.shipped(db, "gad-7")], by=None).id
            self._owner = owners.owner_of(maya)
            _, self._key = api_keys.create(db, clinic, "EHR", by=None)
        journals.keep(self.database, self._cast.maya, "The river, and how quiet my hands were.")

    def _of_patients(self) -> dict[str, Callable[[], object]]:
        maya, stranger = self._browser(self._cast.maya), self._browser()
        where = maya.post(f"/intake/{self._packet}/next").headers["location"]
        step = f"{where.rsplit('/', 1)[0]}/s2"
        return {
            "open a link": lambda: self._open(self._browser()),
            "waiting room": self._room(),
            "question": lambda: _well(maya.get(step)),
            "save an answer": lambda: _save(maya, step),
            "home": lambda: _well(maya.get("/")),
            "journal": lambda: _well(maya.get("/journal")),
            "keep an entry": lambda: self._keep(maya),
            # Refused when done too often, which is asked of the database as well.
            "ask for a code": lambda: stranger.post(
                "/sign-in/number", data={"phone": "(312) 555-0142"}
            ),
        }

    def _of_staff(self) -> dict[str, Callable[[], object]]:
        desk, cast = self._browser(self._cast.ada), self._cast
        pages = _CONSOLE | {
            "thread": f"/clinic/inbox/{cast.maya.id}",
            "patient": f"/clinic/patients/{cast.maya.id}",
            "visit": f"/clinic/appointments/{cast.integration_visit.id}",
        }
        acts: dict[str, Callable[[], object]] = {
            name: lambda path=path: _well(desk.get(path)) for name, path in pages.items()
        }
        find = {"q": "osei"}
        acts["search"] = lambda: _well(desk.post("/clinic/patients/search", data=find))
        acts["write to a patient"] = lambda: _well(
            desk.post(
                f"/clinic/inbox/{cast.maya.id}",
                data={"form": str(uuid4()), "body": f"The door is open, {next(self._numbers)}."},
            )
        )
        return acts

    def _of_machines(self) -> dict[str, Callable[[], object]]:
        door = TestClient(
            self.app,
            base_url=f"{BASE_URL}/fhir/R4",
            headers={"authorization": f"Bearer {self._key}"},
        )
        maya = str(self._cast.maya.id)
        acts: dict[str, Callable[[], object]] = {
            f"door: {name}": lambda path=path: _well(door.get(path.format(maya=maya)))
            for name, path in _DOOR.items()
        }
        acts["a text comes in"] = self._take_in
        acts["a text has arrived"] = self._arrive
        acts["standing of the server"] = lambda: _well(self._browser().get("/metrics"))
        return acts

    def _browser(self, person: Patient | Practitioner | None = None) -> TestClient:
        browser = TestClient(
            self.app,
            base_url=BASE_URL,
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
            client=("127.0.0.1", 50000),
        )
        if person is None:
            return browser
        is_staff = isinstance(person, Practitioner)
        kind = SessionKind.STAFF if is_staff else SessionKind.PATIENT
        with self.database.session() as db:
            _, token = web_sessions.start(
                db,
                kind,
                clinic_id=person.clinic_id,
                patient=None if is_staff else person,
                practitioner=person if is_staff else None,
                strength=Strength.PASSKEY,
            )
        browser.cookies.set(COOKIES[kind], token, domain="afterglow.test")
        return browser

    def _open(self, browser: TestClient) -> dict[str, Any]:
        opened = browser.post("/x", json={"t": self._token, "kind": "join"}).json()
        assert opened["state"] == "open", opened
        return dict(opened)

    def _room(self) -> Callable[[], object]:
        browser = self._browser()
        address = self._open(browser)["address"]
        return lambda: _well(browser.get(address))

    def _keep(self, browser: TestClient) -> None:
        said = {"owner": self._owner, "revision": 1, "words": f"Waves, {next(self._numbers)}."}
        said["written_at"] = clock.now().isoformat()
        kept = browser.put(f"/journal/entries/{uuid4()}", json=said, headers={"If-Match": '"0"'})
        assert kept.json()["state"] == "delivered", kept.text

    def _take_in(self) -> None:
        """The webhook takes it, the worker understands it."""
        sid = f"SM{uuid4().hex}"
        form = {
            "MessageSid": sid,
            "From": "+13125550142",
            "To": "+13125550110",
            "Body": "Is it far?",
        }
        self._hook("/hooks/twilio/message", form)
        self.acts["job understand"]()

    def _arrive(self) -> None:
        with self.database.session() as db:
            maya = db.get_one(Patient, self._cast.maya.id)
            text = outbox.enqueue(db, Purpose.NOTICE, "Hello.", patient=maya, due_at=clock.now())
        self.acts["send a text"]()
        with self.database.session(write=False) as db:
            sid = db.get_one(Message, text.id).provider_sid or ""
        form = {"MessageStatus": "delivered", "MessageSid": sid}
        self._hook(f"/hooks/twilio/status/{text.id}", form)

    def _hook(self, path: str, form: dict[str, str]) -> None:
        headers = {"x-twilio-signature": sign("token", BASE_URL + path, form)}
        _well(self._browser().post(path, data=form, headers=headers))

    def _send(self, worker: Worker) -> Callable[[], object]:
        send = next(job.run for job in worker.jobs if job.name == "send")

        def queue_and_send() -> None:
            with self.database.session() as db:
                maya = db.get_one(Patient, self._cast.maya.id)
                outbox.enqueue(
                    db,
                    Purpose.NOTICE,
                    "Hello.",
                    patient=maya,
                    due_at=clock.now(),
                    expires_at=clock.now() + timedelta(hours=3),
                )
            send()

        return queue_and_send


def _save(browser: TestClient, step: str) -> None:
    shown = browser.get(step).text
    fields = dict(_HIDDEN.findall(shown)) | {_RADIO.findall(shown)[0]: "o1"}
    _well(browser.post(step, data=fields))


def _well(answer: Any) -> object:
    assert answer.status_code < 400, (answer.request.url.path, answer.status_code)
    return answer
