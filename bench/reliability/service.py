"""Whether the clinic serves: every app process answers, keeps what is written, and texts leave."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.exc import DBAPIError

from app import clock
from app.messaging import outbox
from app.messaging.models import Purpose
from app.people.models import Patient
from bench.reliability.browser import UNHEARD, Browser
from bench.reliability.installation import Installation


class Service:
    """Asked by a patient of its own, on lines of its own."""

    def __init__(self, clinic: Installation, cookies: Mapping[str, str]) -> None:
        self._clinic, self._cookies = clinic, cookies
        self._said = ""  # by the process that was asked last
        self._owner = str(clinic.browser(0, cookies).get("/journal/now").json()["owner"])

    def wait_until_back(self, seconds: float = 180) -> float:
        """Until every app process keeps an entry and, where there are workers, a new text has
        reached Twilio (which shows that a worker is there); how long that took. Not back after
        `seconds` is an error.
        """
        began = time.monotonic()
        for url in self._clinic.urls:
            while not self.keeps(url):
                self._give_up(began, seconds, f"{url}: {self._said}")
        self._wait_for_text(began, seconds)
        return time.monotonic() - began

    def wait_until_served(self, seconds: float = 180) -> float:
        """The same as whoever comes meets it: any one app process will do, for the shipped proxy
        looks for one that takes an entry.
        """
        began = time.monotonic()
        while not any(self.keeps(url) for url in self._clinic.urls):
            self._give_up(began, seconds, self._said)
        self._wait_for_text(began, seconds)
        return time.monotonic() - began

    def keeps(self, url: str) -> bool:
        """Whether a process is ready and keeps an entry right now."""
        browser = Browser(url, self._cookies, timeout=5)
        told = {"owner": self._owner, "revision": 1, "words": "Still here."}
        told |= {"written_at": datetime.now(UTC).isoformat()}
        try:
            ready = browser.get("/readyz?only=pages")
            if ready.status != 200:
                self._said = ready.text
                return False
            content = json.dumps(told).encode()
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            path = f"/journal/entries/{uuid4()}"
            answer = browser.request("PUT", path, content, headers)
            self._said = f"{answer.status} {answer.text}"
            return answer.status == 201
        except UNHEARD as error:
            self._said = repr(error)
            return False
        finally:
            browser.close()

    def _wait_for_text(self, began: float, seconds: float) -> None:
        if not self._clinic.workers:
            return
        words = f"Are you there? {uuid4()}"
        while not self._queue(words):
            self._give_up(began, seconds, "the database")
        while not any(text.body == words for text in self._clinic.twilio.made()):
            self._give_up(began, seconds, "texts")

    def _queue(self, words: str) -> bool:
        patient_id = self._clinic.people.patients[-1].id
        try:
            with self._clinic.database.session() as db:
                patient = db.get_one(Patient, patient_id)
                outbox.enqueue(
                    db,
                    Purpose.SAFETY,  # leaves before all that waits
                    words,
                    due_at=clock.now(),
                    patient=patient,
                    at_any_hour=True,
                )
        except DBAPIError:
            return False
        return True

    def _give_up(self, began: float, seconds: float, what: str) -> None:
        if time.monotonic() - began > seconds:
            raise RuntimeError(f"not back, {what}: {self._clinic.logs()[-4000:]}")
        self._clinic.start_fallen()
        time.sleep(0.05)
