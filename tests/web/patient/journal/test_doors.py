"""Who is let in to write, and what a browser is told in which nobody is known."""

from datetime import timedelta

import pytest

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.people import enrolment
from app.web.visitors import COOKIES

WORDS = "The river, and how quiet my hands were."
NOBODY_HERE = 'id="no-session"'


def test_a_script_that_nobody_is_known_to_hears_that_it_rested(client, cast):
    answer = client.get("/journal/now")

    assert (answer.status_code, answer.json()) == (403, {"state": "rested"})


def test_asked_in_another_name_the_first_one_here_answers(tapped, signed_in, cast, planned):
    theo = signed_in(cast.theo)
    theirs = theo.get("/journal/now").json()["owner"]
    phone = tapped()
    named = {"X-Owner": "somebody who was here last week"}
    assert phone.get("/journal/now", headers=named).json()["owner"] == planned.owner

    phone.cookies.update(theo.cookies)

    assert phone.get("/journal/now", headers=named).json()["owner"] == theirs


@pytest.mark.parametrize("path", ["/journal/write/on", "/journal/entries"])
def test_words_that_nobody_is_known_for_stay_on_the_page(client, cast, path):
    answer = client.post(path, data={"words": WORDS})

    assert answer.status_code == 403
    assert f"\n{WORDS}</textarea>" in answer.text  # and nothing beside them
    assert NOBODY_HERE in answer.text


def test_danger_in_the_one_word_of_somebody_unknown_leads_to_help(client, cast):
    answer = client.post("/journal/entries", data={"words": "The river", "word": "kill myself"})

    assert "tel:988" in answer.text
    assert "Nobody has been told yet." in answer.text


def test_a_page_for_nobody_names_the_clinic_only_where_there_is_but_one(client, database):
    named = []
    place = {"zone": "America/New_York", "phone": "+13125550110"}
    for name, slug in (("Northside Clinic", "northside"), ("Hillside Clinic", "hillside")):
        with database.session() as db:
            enrolment.open_clinic(db, name=name, slug=slug, **place)
        named.append("Northside Clinic" in client.get("/journal/write").text)

    assert named == [True, False]


@pytest.mark.parametrize("kind", [SessionKind.PATIENT, SessionKind.WRITE])
@pytest.mark.parametrize("path", ["/journal/entries", "/goals"])
def test_a_session_that_is_nobodys_lets_nobody_write(browser, cast, database, kind, path, at):
    with database.session() as db:
        _, token = web_sessions.start(
            db,
            kind,
            clinic_id=cast.clinic.id,
            strength=Strength.LINK,
            expires_at=clock.now() + web_sessions.LIMITS[kind].absolute,
        )
    phone = browser(cookie=f"{COOKIES[kind]}={token}")
    began = clock.now()
    for hours in (0, 2):
        at(began + timedelta(hours=hours))
        assert phone.post(path, data={"words": WORDS, "new": WORDS}).status_code == 403
        assert phone.get("/journal/now").status_code == 403
