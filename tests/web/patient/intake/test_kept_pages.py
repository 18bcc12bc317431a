"""A question's page is filled into a copy kept for everybody: each reads it as if drawn for them,
and nobody reads a word of another.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.access.models import WebSession
from app.intake.models import IntakePacket, IntakeTask
from app.people.models import Clinic, Patient
from app.questionnaires import forms, library
from app.questionnaires.engine import journey
from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.sheets import put_all
from app.questionnaires.engine.steady import steady_pages
from app.questionnaires.engine.values import EMPTY
from app.web.pages import LANGUAGE_COOKIE, MOOD_COOKIE
from app.web.patient.intake import kept
from tests.conftest import FRIDAY_NOON
from tests.web.test_budgets import counting

PART = {"hx-request": "true"}


@pytest.fixture
def drawn(monkeypatch):
    """`drawn(client, path)`: the page as it is when no copies are kept."""

    def drawn(client, path, headers=None):
        with monkeypatch.context() as without:
            without.setattr(kept, "page_of", lambda *_: None)
            return client.get(path, headers=headers)

    return drawn


@pytest.fixture
def alike(drawn, database):
    """`alike(client, path)`: from the copy, by one statement, it is what is drawn; its text."""

    def alike(client, path, headers=None, statements=1):
        wanted = drawn(client, path, headers)
        client.get(path, headers=headers)  # from now on it is known what the task asks
        with counting(database) as said:
            answer = client.get(path, headers=headers)
        assert answer.status_code == wanted.status_code
        assert answer.text == wanted.text
        assert answer.headers == wanted.headers
        assert len(said) == statements, "\n\n".join(said)
        return answer.text

    return alike


@pytest.fixture
def change(database):
    """`change(row, name=value)`: write straight into a row."""

    def change(kind, row_id, **values):
        with database.session() as db:
            db.execute(update(kind).where(kind.id == row_id).values(**values))

    return change


def _second_question(phone, asked):
    """Of the PHQ-9, with the first one answered: a phone that stands there."""
    theos = phone().tap(asked.token).press().choose(1)
    assert theos.answer.status_code == 200
    return theos


def test_it_reads_as_if_it_were_drawn_by_whatever_it_depends_on(
    alike, phone, asked, signed_in, cast, change, drawn
):
    phq = asked("phq-9")
    theos = _second_question(phone, phq)
    client, path = theos.client, theos.path
    seen = [alike(client, path), alike(client, path, PART), alike(client, f"{path[:-1]}5")]
    change(IntakePacket, phq.packet_id, opened_at=None)
    seen.append(alike(client, path))
    change(Clinic, cast.clinic.id, phone="", name="Quiet & Sons")
    seen.append(alike(client, path))
    change(Patient, cast.theo.id, language="es", zone="America/Denver")
    seen.append(alike(client, path))
    client.cookies.set(LANGUAGE_COOKIE, "en", domain="afterglow.test")
    seen.append(alike(client, path))
    client.cookies.set(MOOD_COOKIE, "gentle", domain="afterglow.test")
    seen.append(alike(client, path))
    theos.go(path).choose(2)
    seen.append(alike(client, path))
    seen.append(alike(signed_in(cast.theo), path))

    assert len(set(seen)) == len(seen)


def test_it_is_gentle_by_itself_after_a_dose(alike, signed_in, asked, cast, at, phone):
    path = _second_question(phone, asked("phq-9", patient=cast.maya)).path

    assert '<html lang="en" data-surface="patient" data-mood="gentle"' in alike(
        signed_in(cast.maya), path
    )

    at(FRIDAY_NOON + timedelta(hours=3))
    assert '<html lang="en" data-surface="patient" data-owner' in alike(signed_in(cast.maya), path)


def test_nobody_reads_a_word_of_another(alike, phone, asked, cast):
    ours = [
        _second_question(phone, asked("phq-9", patient=each)).choose(place)
        for place, each in enumerate((cast.theo, cast.maya, cast.noor))
    ]
    pages = [alike(each.client, each.path.replace("s5", "s4")) for each in ours]
    for place, page in enumerate(pages):
        checked = [line for line in page.splitlines() if " checked" in line]
        assert [f'value="o{place}"' in line for line in checked] == [True]
        others = [each for each in ours if each is not ours[place]]
        assert not any(each.path.split("/")[2] in page for each in others)
        assert ("Lakeview" in page) is (place == 2)
        assert ("Northside" in page) is (place != 2)


def test_who_may_not_read_it_is_told_what_the_guard_tells(
    drawn, phone, asked, change, at, database, browser
):
    phq = asked("phq-9")
    theos = _second_question(phone, phq)
    client, path = theos.client, theos.path

    def both(who=client):
        wanted, answer = drawn(who, path), who.get(path)
        assert (answer.status_code, answer.text) == (wanted.status_code, wanted.text)
        return answer

    assert both().status_code == 200
    assert both(browser()).status_code == 403
    assert both(phone().tap(phq.token).client).history[0].status_code == 303  # another phone
    change(IntakePacket, phq.packet_id, cancelled_at=FRIDAY_NOON)
    assert " checked" not in both().text
    change(IntakePacket, phq.packet_id, cancelled_at=None, closes_at=clock.now())
    assert " checked" not in both().text
    change(IntakePacket, phq.packet_id, closes_at=FRIDAY_NOON + timedelta(days=7))
    assert both().status_code == 200
    with database.session() as db:
        db.execute(update(WebSession).values(ended_at=FRIDAY_NOON))
    assert both().status_code == 403


def test_a_session_that_rested_too_long_reads_nothing_and_reading_keeps_it_awake(
    phone, asked, at, database
):
    theos = _second_question(phone, asked("phq-9"))
    for minutes in (20, 40, 60):
        at(FRIDAY_NOON + timedelta(minutes=minutes))
        assert theos.go(theos.path).answer.status_code == 200
    with database.session(write=False) as db:
        assert clock.machine_now() in db.scalars(select(WebSession.seen_at)).all()

    at(FRIDAY_NOON + timedelta(minutes=91))

    assert theos.go(theos.path).answer.status_code == 403


def test_a_link_that_was_pulled_back_opens_no_page_any_more(phone, asked, database):
    phq = asked("phq-9")
    theos = _second_question(phone, phq)
    theos.go(theos.path)
    with database.session() as db:
        packet = db.get_one(IntakePacket, phq.packet_id)
        packet.link.state = "revoked"

    assert theos.go(theos.path).answer.status_code == 403


def test_what_asks_for_words_or_is_another_form_costs_no_look_in_vain(phone, asked, database):
    goals = asked("goals")
    theos = phone().tap(goals.token).press()
    theos.go(theos.path)

    with counting(database) as said:
        theos.go(theos.path)

    assert not any(statement.startswith("SELECT web_session.strength") for statement in said)
    with database.session(write=False) as db:
        assert db.get_one(IntakeTask, goals.task_ids[0]).response is not None


@pytest.mark.parametrize("slug", sorted(library._shelf()))
def test_the_pages_that_are_always_the_same_are_so_whatever_is_answered(slug):
    form = forms._read(library.unkept(slug))
    chosen = [item for item in form.in_order if item.options and item.is_question]
    for place in range(3):
        answers = {item.slot: (item.options[place % len(item.options)].value,) for item in chosen}
        state = evaluate(form, put_all(EMPTY, answers))
        pages = journey.steps(form, state)
        for number, steady in enumerate(steady_pages(form).values()):
            assert pages[number] == steady.step
            assert steady.before == (pages[number - 1] if number else None)
