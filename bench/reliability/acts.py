"""What people and machines outside ask of a clinic: words kept, links tapped, forms, texts, FHIR.

Each act is done over and over by one thread of a crowd, noted in the ledger. When nobody answers,
the same is asked again, as a phone does. What must be found afterwards is in `found.py`.
"""

import json
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4

from app.access.models import SessionKind
from app.people.models import Patient
from app.security.tokens import hash_token
from app.web.visitors import COOKIES
from bench.reliability.browser import Answer, Browser
from bench.reliability.installation import Installation
from bench.reliability.ledger import Ledger
from bench.reliability.people import Errand, cookies_of

_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_HIDDEN = re.compile(r'name="(revision|sheet|drawn)" value="([^"]*)"')


class Act(Protocol):
    """One thing that is done over and over. `once` raises one of UNHEARD when nobody answered."""

    browser: Browser

    def once(self) -> None:
        """Do it, or what of it is still to do."""
        ...


@dataclass
class Entries:
    """A patient keeps words; each entry is sent until it is known to have arrived."""

    clinic: Installation
    ledger: Ledger
    patient: Patient
    more: str = ""  # words behind each entry's own
    _waiting: str = ""
    _count: int = 0

    def __post_init__(self) -> None:
        self.browser = self.clinic.browser(0, cookies_of(self.clinic.database, self.patient))
        self._owner = str(self.browser.get("/journal/now").json()["owner"])

    def once(self) -> None:
        """Keep an entry."""
        if not self._waiting:
            self._waiting, self._count = str(uuid4()), self._count + 1
        name, words = self._waiting, f"First the light, then {self._count} waves.{self.more}"
        self.ledger.asks("entries", name, words)
        told = {"owner": self._owner, "revision": 1, "words": words}
        told["written_at"] = datetime.now(UTC).isoformat()
        content = json.dumps(told).encode()
        answer = self.browser.request("PUT", f"/journal/entries/{name}", content, _JSON)
        self.ledger.answered("entries", answer.status)
        if answer.status in (200, 201) and answer.json()["state"] == "delivered":
            self.ledger.hears("entries", name)
            self._waiting = ""


@dataclass
class Taps:
    """A patient's link is tapped in one browser after the other, and somebody is there."""

    clinic: Installation
    ledger: Ledger
    errand: Errand

    def __post_init__(self) -> None:
        self.browser = self.clinic.browser()

    def once(self) -> None:
        """Tap, and let the page be looked at."""
        self.browser.cookies = {}
        answer = self.browser.post("/x", data={"t": self.errand.token, "kind": "join"})
        self.ledger.answered("taps", answer.status)
        if answer.status != 200 or answer.json()["state"] != "open":
            return
        session = hash_token(self.browser.cookies[COOKIES[SessionKind.JOIN]]).hex()
        self.ledger.asks("sessions", session)
        self.ledger.hears("sessions", session)
        self.ledger.asks("claims", session)
        answer = self.browser.post("/x/claim", data={"visit": str(self.errand.appointment_id)})
        self.ledger.answered("claims", answer.status)
        if answer.status == 200 and answer.json()["state"] == "claimed":
            self.ledger.hears("claims", session)


@dataclass
class Forms:
    """A patient fills in a form, and changes their mind, page after page."""

    clinic: Installation
    ledger: Ledger
    errand: Errand
    chance: random.Random
    _task: str = ""

    def __post_init__(self) -> None:
        cookies = cookies_of(self.clinic.database, self.errand.patient)
        self.browser = self.clinic.browser(0, cookies)
        answer = self.browser.post(f"/intake/{self.errand.packet_id}/next")
        self._task = answer.headers["Location"].rsplit("/", 1)[0]

    def once(self) -> None:
        """Answer one of the seven questions, whatever stands there."""
        path = f"{self._task}/s{self.chance.randrange(2, 9)}"
        shown = self.browser.get(path)
        names = re.findall(r'type="radio"[^>]*name="([^"]*)"', shown.text)
        if shown.status != 200 or not names:
            self.ledger.answered("forms shown", shown.status)
            return
        value = f"o{self.chance.randrange(4)}"
        name = f"{self.errand.patient.id} {path}"
        self.ledger.asks("forms", name, value)
        answer = self.browser.post(path, dict(_HIDDEN.findall(shown.text)) | {names[0]: value})
        self.ledger.answered("forms", answer.status)
        if _leads_to(answer, self._task):
            self.ledger.hears("forms", name)


@dataclass
class Writing:
    """Somebody of the staff texts patients, one after the other; each form is posted until it is
    known to have been taken.
    """

    clinic: Installation
    ledger: Ledger
    patients: list[Patient]
    chance: random.Random
    _form: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        staff = self.clinic.people.coordinator
        self.browser = self.clinic.browser(0, cookies_of(self.clinic.database, staff))

    def once(self) -> None:
        """Send a text."""
        if not self._form:
            self._count += 1
            self._to = self.chance.choice(self.patients).id
            words = f"The door on the left is open from {self._count} on."
            self._form = {"form": str(uuid4()), "body": words}
            self.ledger.asks("written", f"{self._to} {words}")
        answer = self.browser.post(f"/clinic/inbox/{self._to}", self._form)
        self.ledger.answered("written", answer.status)
        if _leads_to(answer, "/clinic/inbox/"):
            self.ledger.hears("written", f"{self._to} {self._form['body']}")
            self._form = {}


@dataclass
class Replying:
    """Patients text the clinic. Twilio calls once; a call that nobody took is for the sweep."""

    clinic: Installation
    ledger: Ledger
    patients: list[Patient]
    chance: random.Random
    _count: int = 0

    def __post_init__(self) -> None:
        self.browser = self.clinic.browser()
        # Read now: to unseal them asks the database, which is killed at times.
        self._numbers = [patient.phone for patient in self.patients]

    def once(self) -> None:
        """Send one."""
        self._count += 1
        words = f"Is it far? ({self._count})"
        self.ledger.asks("replies", words)
        sender = self.chance.choice(self._numbers)
        _, answers = self.clinic.twilio.text_in(sender, words)
        self.ledger.answered("replies", answers[0])
        # Twilio has it, and the sweep asks Twilio: whatever our answer was, it must be here.
        self.ledger.hears("replies", words)


@dataclass
class Records:
    """Another system enrols patients over FHIR and asks each to fill in a form."""

    clinic: Installation
    ledger: Ledger
    form_id: str
    _count: int = 0
    _waiting: str = ""

    def __post_init__(self) -> None:
        self.browser = self.clinic.browser()

    def once(self) -> None:
        """Enrol one, and ask them. Whoever is enrolled twice is the same person."""
        if not self._waiting:
            self._count += 1
            self._waiting = f"+1312556{self._count:04d}"
        self.ledger.asks("patients", self._waiting)
        phone = {"system": "phone", "value": self._waiting}
        name = {"given": [f"Number {self._count}"], "family": "Of Records"}
        answer = self._post("Patient", {"name": [name], "telecom": [phone]})
        if answer.status not in (200, 201):
            return
        self.ledger.hears("patients", self._waiting)
        whom = str(answer.json()["id"])
        self.ledger.asks("asked", whom)
        focus = {"reference": f"Questionnaire/{self.form_id}"}
        code = {"coding": [{"code": "complete-questionnaire"}]}
        told = {"status": "requested", "intent": "order", "code": code, "focus": focus}
        answer = self._post("Task", told | {"for": {"reference": f"Patient/{whom}"}})
        if answer.status in (200, 201):
            self.ledger.hears("asked", whom)
            self._waiting = ""

    def _post(self, kind: str, told: dict[str, object]) -> Answer:
        headers = {"Authorization": f"Bearer {self.clinic.people.fhir_key}"}
        headers["Content-Type"] = "application/fhir+json"
        told = {"resourceType": kind} | told
        answer = self.browser.request(
            "POST", f"/fhir/R4/{kind}", json.dumps(told).encode(), headers
        )
        self.ledger.answered(f"FHIR {kind}", answer.status)
        return answer


def _leads_to(answer: Answer, path: str) -> bool:
    """Whether it went well: on to there, and not to a door where one must sign in again."""
    return answer.status == 303 and answer.headers["Location"].startswith(path)
