"""Answers saved by many patients at once, each on its way through the GAD-7: how late is a save?

First as fast as it goes, then at half that rate. Every save commits to the disk; each is a POST
whose answer leads to the next page, which is then asked for, as a browser does.
"""

import re
import statistics
import threading
import time
from dataclasses import dataclass, field

from app.intake import packets
from app.people.models import Patient
from app.questionnaires import library
from bench.reliability.browser import UNHEARD, Browser
from bench.reliability.installation import Installation
from bench.reliability.people import cookies_of
from bench.rows import Row, at_most, seen

_PATIENTS = 16
_HIDDEN = re.compile(r'name="(revision|sheet|drawn)" value="([^"]*)"')
_RADIO = re.compile(r'type="radio"[^>]*name="([^"]*)"')


@dataclass
class Walk:
    """One patient in one browser, from question to question and round again."""

    browser: Browser
    first: str
    taken: list[float] = field(default_factory=list)  # seconds of each save
    path: str = ""  # of the question that comes next, once one was answered
    _count: int = 0

    def step(self) -> None:
        """Look at a question, answer it."""
        shown = self.browser.get(self.path or self.first)
        names = _RADIO.findall(shown.text)
        if shown.status != 200 or not names:  # the end of the form
            self.path = ""
            shown = self.browser.get(self.first)
            names = _RADIO.findall(shown.text)
        self._count += 1
        form = dict(_HIDDEN.findall(shown.text)) | {names[0]: f"o{self._count % 4}"}
        began = time.perf_counter()
        answer = self.browser.post(self.path or self.first, form)
        self.taken.append(time.perf_counter() - began)
        if answer.status != 303:
            raise RuntimeError(f"a save was answered {answer.status}")
        self.path = answer.headers["Location"]


def walks_of(clinic: Installation) -> list[Walk]:
    """Patients who were asked for the GAD-7: none of its answers calls for help."""
    return [_walk(clinic, place) for place in range(_PATIENTS)]


def saving(walks: list[Walk], kind: str, *, seconds: float) -> list[Row]:
    """The highest rate, and the latest saves at half of it."""
    for walk in walks:
        walk.browser.close()  # what has rested since it was made, the server has let go
    highest = _walk_all(walks, seconds, pause=0)
    for walk in walks:
        walk.taken.clear()
    rate = _walk_all(walks, seconds, pause=2 * _PATIENTS / highest)
    taken = sorted(1000 * each for walk in walks for each in walk.taken)
    p99 = taken[int(0.99 * (len(taken) - 1))]
    told = f"{rate:.0f}/s of at most {highest:.0f}/s, median {statistics.median(taken):.1f} ms"
    return [
        seen(f"saves: highest rate with {_PATIENTS} patients, {kind}", highest, "1/s"),
        at_most(f"save with commit: p99 at half the highest rate, {kind}", p99, "ms", 50, told),
    ]


def _walk(clinic: Installation, place: int) -> Walk:
    patient = clinic.people.patients[1 + place]
    with clinic.database.session() as db:
        asked = [library.shipped(db, "gad-7")]
        packet = packets.ask(db, db.get_one(Patient, patient.id), asked, by=None)
        db.flush()
        packet_id = packet.id
    browser = clinic.browser(0, cookies_of(clinic.database, patient))
    return Walk(browser, browser.post(f"/intake/{packet_id}/next").headers["Location"])


def _walk_all(walks: list[Walk], seconds: float, *, pause: float) -> float:
    """Saves a second. pause: seconds from one step of a patient to the next, whatever it took."""
    began = time.perf_counter()
    until = began + seconds
    failed: list[Exception] = []

    def go(walk: Walk, number: int) -> None:
        due = began + pause * number / len(walks)
        try:
            while (now := time.perf_counter()) < until:
                if now < due:
                    time.sleep(min(due, until) - now)
                    continue
                walk.step()
                due += pause
        except (RuntimeError, *UNHEARD) as error:
            failed.append(error)

    threads = [threading.Thread(target=go, args=(walk, at)) for at, walk in enumerate(walks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(len(walk.taken) for walk in walks) / (time.perf_counter() - began)
