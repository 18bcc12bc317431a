"""A packet that was asked of Theo, the phones it is filled in on, and a reader of its pages."""

import json
import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from app.intake import packets
from app.intake.models import IntakeTask
from app.links import magic_links
from app.people.models import Patient
from app.questionnaires import importing, library
from tests.conftest import BASE_URL
from tests.push.conftest import browser_keys as browser_keys


class _Main(HTMLParser):
    """The form in a page's main: where it posts to, its fields as they stand, its buttons."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.action, self.fields, self.buttons, self.texts = 0, "", [], [], []
        self.options, self._chosen, self._area, self._in_main = {}, None, None, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._in_main = self._in_main or tag == "main"
        if self._in_main:
            getattr(self, f"_{tag}", lambda _given: None)(dict(attrs))

    def _form(self, given):
        self.forms += 1
        self.action = given["action"]

    def _input(self, given):
        name, kind = given.get("name"), given.get("type")
        if kind in ("radio", "checkbox"):
            self.options.setdefault(name, []).append(given["value"])
            if "checked" in given:
                self.fields.append((name, given["value"]))
        elif name and kind != "file":
            self.fields.append((name, given.get("value", "")))

    def _option(self, given):
        self.options.setdefault(self._chosen, []).append(given.get("value", ""))
        if "selected" in given:
            self.fields.append((self._chosen, given.get("value", "")))

    def _select(self, given):
        self._chosen = given["name"]

    def _textarea(self, given):
        self._area = (given["name"], "")

    def _button(self, given):
        self.buttons.append((given.get("name"), given.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "main":
            self._in_main = False
        elif tag == "textarea" and self._area:
            self.fields.append((self._area[0], self._area[1].removeprefix("\n")))
            self._area = None

    def handle_data(self, data):
        if self._area:
            self._area = (self._area[0], self._area[1] + data)
        elif self._in_main and data.strip():
            self.texts.append(data.strip())


class Phone:
    """A browser without scripts: it opens links, presses buttons, follows redirects."""

    def __init__(self, app, **headers):
        self.client = TestClient(
            app,
            base_url=BASE_URL,
            headers={"sec-fetch-site": "same-origin"} | headers,
            follow_redirects=True,
            raise_server_exceptions=True,
        )
        self.answer = None

    @property
    def page(self):
        return _Main(self.answer.text)

    @property
    def path(self):
        return self.answer.url.path

    @property
    def says(self):
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.answer.text)))

    def tap(self, token):
        opened = self.client.post("/x", json={"t": token, "kind": "intake"})
        self.opened = opened.json()
        if "address" in self.opened:
            self.go(self.opened["address"])
        return self

    def go(self, path):
        self.answer = self.client.get(path)
        return self

    def press(self, name=None, value="", typed=None, **headers):
        """Press a button; without one named, the last of the form."""
        page = self.page
        fields = dict.fromkeys(key for key, _ in page.fields)
        for key in fields:
            fields[key] = [given for name_, given in page.fields if name_ == key]
        for key, given in (typed or {}).items():
            fields[key] = given if isinstance(given, list) else [given]
        last = page.buttons[-1]
        key, given = (name, value) if name else last
        if key:
            fields[key] = [given]
        self.answer = self.client.post(page.action, data=fields, headers=headers)
        return self

    def choose(self, place, **headers):
        """Answer the page's one question by its option's place, and go on."""
        name, options = next(iter(self.page.options.items()))
        return self.press(typed={name: options[place]}, **headers)


def _form(db, patient, form):
    if isinstance(form, str):
        return library.shipped(db, form)
    raw = json.dumps({"resourceType": "Questionnaire", "status": "active"} | form)
    found = importing.import_questionnaire(db, patient.clinic, raw.encode(), by=None)
    assert found.questionnaire is not None, found.findings
    return found.questionnaire


@dataclass
class Asked:
    """A packet, its link's token, and the ids of its tasks in order."""

    packet_id: object
    token: str
    task_ids: list


@pytest.fixture
def asked(database, cast):
    """`asked("phq-2", …)`: Theo, or whom it says, is asked to fill in these forms.

    A form is shipped, by its name, or a clinic's own, as a Questionnaire.
    """

    def asked(*slugs, patient=None, camera=False):
        with database.session() as db:
            who = db.get_one(Patient, (patient or cast.theo).id)
            forms = [_form(db, who, slug) for slug in slugs]
            packet = packets.ask(db, who, forms, with_camera_check=camera, by=None)
            db.flush()
            tasks = [task.id for task in packets.tasks_of(db, packet)]
            return Asked(packet.id, magic_links.token_of(packet.link), tasks)

    return asked


@pytest.fixture
def phone(app):
    """`phone()`: another browser."""
    return lambda **headers: Phone(app, **headers)


@pytest.fixture
def row(database):
    """`row(task_id)`: a task as it stands, with its packet and sheet read."""

    def row(task_id):
        with database.session(write=False) as db:
            task = db.get_one(IntakeTask, task_id)
            _ = task.packet, task.response, task.response and task.response.answers
            db.expunge_all()
            return task

    return row
