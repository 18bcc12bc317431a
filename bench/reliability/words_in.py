"""Plants hostile words through every way by which words come in, as a browser or system sends them.

Forms are found on the pages themselves; what has no form (a phone's entries, texts, other systems)
has a way of its own here. What was refused was not planted.
"""

import re
from collections import Counter
from itertools import count
from urllib.parse import quote
from uuid import UUID, uuid4

from sqlalchemy import select

from app.db.engine import Database
from app.questionnaires.models import QuestionnaireResponse
from app.replies import taking_in
from bench.reliability import posted
from bench.reliability.asking import Answer, Asked, Asking
from bench.reliability.form_fields import Form, fields_of, typed_in
from bench.reliability.fuzz_requests import Visitors, signature
from bench.reliability.hostile import as_json, form_encoded
from bench.reliability.payloads import SIGN, Words
from tests.house import addresses
from tests.house import test_access_matrix as matrix

_WHO = ("administrator", "patient by passkey", "forms link", "journal link", "stranger")
# What would end or hide the very things that are to be looked at.
_LEFT_ALONE = re.compile(
    r"/(removal|end|leave|revocation|withdrawal|putting-away|sign-out|refusal|cancellation|absence"
    r"|take-back|delete|skip|language|gentle|number|rescheduling|recovery|safety|keeping|search)\b"
)
_TRIES = (1500, 280, 118, 58)
_SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script href='/xss0z'/></svg>"


class Planting:
    """Words on their way in. `ways`: how many payloads by which way; `refused`: by which none."""

    def __init__(self, line: Asking, visitors: Visitors, database: Database, words: Words) -> None:
        self.ways: Counter[str] = Counter()
        self.refused: dict[str, int] = {}
        self.kept_pictures = 0  # that are still what was sent
        self._line = line
        self._visitors = visitors
        self._database = database
        self._words = words
        self._numbers = count(1)
        self._task = ""  # the form that was asked

    def everywhere(self, *, texts: int, entries: int, patients: int) -> None:
        """By every way; `texts`, `entries` and `patients` say how many of those."""
        self._by_own_form()
        for _ in range(entries):
            self._by_phone()
        for _ in range(texts):
            self._by_text()
        for number in range(patients):
            self._by_other_system(number)
        while taking_in.understand_next(self._database):
            pass
        self._by_pages()
        self._by_whoever_comes_along()
        self._by_pictures()

    def _by_phone(self) -> None:
        """An entry as a patient's phone delivers it."""
        world = self._visitors.world
        given = posted.JSON["journal:deliver"](world) | {
            "revision": 1,
            "words": self._words.fill(12_000, by="\n"),
            "question": self._words.fill(400),
            "lines": [self._words.fill(280) for _ in range(6)],
        }
        headers = {"content-type": "application/json", "x-owner": world.own.ids["owner"]}
        path = f"/journal/entries/{uuid4()}"
        answer = self._send("PUT", path, "patient by passkey", as_json(given), headers)
        said = [given["words"], given["question"], *given["lines"]]
        self._note("journal", answer, " ".join(said))

    def _by_text(self) -> None:
        """A text from a patient's phone, and now and then from nobody's."""
        number, body = next(self._numbers), self._words.fill(1500)
        pairs = [
            ("MessageSid", f"SM{number:032d}"),
            ("From", "+13125550142" if number % 4 else f"+1312555{6000 + number}"),
            ("To", "+13125550110"),
            ("Body", body),
            ("NumMedia", "0"),
        ]
        path, sent = "/hooks/twilio/message", form_encoded(pairs)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": signature(self._visitors.twilio_token, path, sent),
        }
        self._note("text", self._send("POST", path, "stranger", sent, headers), body)

    def _by_other_system(self, number: int) -> None:
        """A patient whom another system enrols."""
        patient = posted.resources(self._visitors.world)[0]
        name = {"family": self._words.fill(98), "given": [self._words.fill(98)]}
        patient |= {"name": [name], "address": [{"line": [self._words.fill(190)]}]}
        patient["telecom"] = [{"system": "phone", "value": f"+1312556{number:04d}"}]
        self._to_door("Patient", patient, "name by FHIR")

    def _by_own_form(self) -> None:
        """A form of the clinic's own, with words in each place of it, asked of a patient."""
        form = posted.hostile_form(self._words)
        answer = self._to_door("Questionnaire", form, "form by FHIR")
        if answer.status == 201:
            made = answer.header("location").rpartition("/")[2]
            task = posted.resources(self._visitors.world)[2]
            self._visitors.world.own.ids["form"] = made
            task["focus"] = {"reference": f"Questionnaire/{made}"}
            asked = self._to_door("Task", task, "task by FHIR")
            self._task = asked.header("location").rpartition("/")[2]

    def _to_door(self, kind: str, resource: dict, way: str) -> Answer:
        body, headers = as_json(resource), {"content-type": "application/fhir+json"}
        answer = self._send("POST", f"/fhir/R4/{kind}", "key with the scope", body, headers)
        self._note(way, answer, body.decode())
        return answer

    def _by_pages(self) -> None:
        """Each form that takes free words, as whoever may fill it in."""
        done: set[str] = set()
        for name, (path, route) in matrix.ROUTES.items():
            if (
                "GET" not in (getattr(route, "methods", None) or ())
                or matrix.declared(name) is None
            ):
                continue
            address = quote(addresses.filled(path, self._visitors.world.own.ids), safe="/$")
            for who in _WHO:
                if matrix.expected(name, matrix.PRINCIPALS[who], "own") is matrix.Comes.IN:
                    self._fill_in_page(address, who, done)
                    break
        self._fill_in_sheet()

    def _by_whoever_comes_along(self) -> None:
        """A guest of a visit, and who takes somebody home."""
        own = self._visitors.world.own.ids
        guest = {"guest_name": "", "guest_phone": "+13125550189", "guest_language": "en"}
        escort = {
            "escort_name": "",
            "escort_phone": "+13125550190",
            "escort_language": "en",
            "pick_up_at": "2026-11-20T14:00",
        }
        for name, fields, at in (
            ("guest_name", guest, f"/clinic/appointments/{own['talk']}/guests"),
            ("escort_name", escort, f"/clinic/appointments/{own['soon']}/escort"),
        ):
            self._fill_in((at, list(fields.items())), {name: 58}, "administrator")

    def _fill_in_page(self, address: str, who: str, done: set[str]) -> None:
        answer = self._send("GET", address, who)
        if answer.status == 303:
            answer = self._send("GET", address := answer.header("location"), who)
        if answer.status != 200 or "html" not in answer.header("content-type"):
            return
        for form, rooms in typed_in(answer.body.decode(), address):
            if form[0] not in done and not _LEFT_ALONE.search(form[0]):
                done.add(form[0])
                self._fill_in(form, rooms, who)

    def _fill_in(self, form: Form, rooms: dict[str, int], who: str) -> str:
        """Post it, with shorter words when the longer were refused; where it led."""
        action, fields = form
        way = re.sub(r"[0-9a-f-]{36}|s\d+", "…", action)
        for most in _TRIES:
            said = {name: self._words.fill(min(room, most)) for name, room in rooms.items()}
            pairs = [(name, said.get(name, value)) for name, value in fields]
            headers = {
                "content-type": "application/x-www-form-urlencoded",
                "x-owner": self._visitors.world.own.ids["owner"],
            }
            answer = self._send("POST", action, who, form_encoded(pairs), headers)
            if answer.status in (200, 303):
                self._note(f"form {way}", answer, " ".join(said.values()))
                return answer.header("location")
        self.refused[way] = answer.status
        return ""

    def _fill_in_sheet(self) -> None:
        """The form that was asked above, page after page, until it is sent in."""
        who, at = "patient by passkey", f"/intake/{self._task}/on"
        for _ in range(30):
            answer = self._send("GET", at, who)
            if answer.status == 303:
                at = answer.header("location")
                continue
            page = answer.body.decode()
            typed = typed_in(page, at)
            forms = [form for form in fields_of(page, at) if form[0].startswith("/intake/")]
            if typed:
                at = self._fill_in(*typed[0], who)
            elif forms and at != "/":
                at = self._fill_in(forms[0], {}, who)
            if not at or not forms:
                break
        self._look_at_what_was_sent()

    def _look_at_what_was_sent(self) -> None:
        """From here on "the response" of this clinic is the one with these words."""
        with self._database.session(write=False) as db:
            newest = select(QuestionnaireResponse).order_by(QuestionnaireResponse.made_at.desc())
            mine = QuestionnaireResponse.patient_id == UUID(self._visitors.world.own.ids["patient"])
            response = db.scalars(newest.where(mine)).first()
        if response is not None and response.completed_at is not None:
            self._visitors.world.own.ids["response"] = str(response.id)

    def _by_pictures(self) -> None:
        """A drawing that is a script. Whatever is kept of it must not be what was sent."""
        world, headers = self._visitors.world, {}
        for kind in ("voice", "drawing", "photo", "picture"):
            file = uuid4()
            at = f"/journal/entries/{world.own.ids['entry']}/files/{file}"
            headers = {"x-owner": world.own.ids["owner"], "x-kind": kind}
            self._send("PUT", f"{at}/0", "patient by passkey", _SVG, headers)
            given = {"slices": 1, "media_type": "image/svg+xml", "seconds": 1}
            headers["content-type"] = "application/json"
            self._send("PUT", at, "patient by passkey", as_json(given), headers)
            answer = self._send("GET", f"/journal/files/{file}", "patient by passkey")
            self.kept_pictures += "svg" in answer.header("content-type")

    def _send(
        self,
        method: str,
        path: str,
        who: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        known = {"sec-fetch-site": "same-origin"} | self._visitors.headers(who)
        return self._line.ask(Asked(method, path, list((known | (headers or {})).items()), body))

    def _note(self, way: str, answer: Answer, words: str) -> None:
        if 200 <= answer.status < 400:
            self._words.note(words)
            self.ways[way] += len(set(SIGN.findall(words)))
        else:
            self.refused[way] = answer.status
