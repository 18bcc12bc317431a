"""A patient's course: read after showing that it is them; the picture says what the table says."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import web_sessions
from app.access.models import SessionKind, Strength
from app.audit.models import AuditEvent
from app.journal.models import JournalPrompt, Moment
from app.outcomes import goals
from app.outcomes.models import Goal, GoalState
from app.questionnaires import library
from app.safety.models import SafetyAlert
from app.scheduling.models import Appointment, AppointmentStatus
from app.web.guards import COOKIES
from tests import sheets
from tests.outcomes.conftest import at as at
from tests.outcomes.conftest import hand_in as hand_in
from tests.outcomes.conftest import later as later
from tests.outcomes.conftest import maya as maya
from tests.outcomes.conftest import session_on as session_on

DAYS = (("10-13", 19), ("10-20", 17), ("10-27", 18), ("11-03", 13), ("11-10", 12), ("11-17", 9))


@pytest.fixture
def answered(hand_in, session_on, later):
    """Six weeks of Maya's answers, and a sheet that is not complete."""
    for day, total in DAYS:
        hand_in("phq-9", total, f"2026-{day}T10:00")
    hand_in("phq-9", 3, "2026-11-18T10:00", left_out=2)
    hand_in("gad-7", 16, "2026-11-17T10:10")
    later("2026-11-20T12:00")
    session_on("2026-10-14T14:00")


@pytest.fixture
def phone(signed_in, cast):
    """Maya's phone, opened by her face."""
    return signed_in(cast.maya)


@pytest.fixture
def by_code(database, cast, client):
    """Maya's other phone, opened by a code and her birth date."""
    with database.session() as db:
        _, token = web_sessions.start(
            db,
            SessionKind.PATIENT,
            clinic_id=cast.clinic.id,
            patient=cast.maya,
            strength=Strength.CODE,
        )
    client.cookies.set(COOKIES[SessionKind.PATIENT], token, domain="afterglow.test")
    return client


def _numbers(page, part):
    """The dots' numbers by their height, and the table's numbers, of one measure."""
    section = page.split(f'id="{part}-title"')[1].split("</section>")[0]
    heights = [
        float(y) for y in re.findall(r'class="chart__dot" cx="[\d.]+%" cy="([\d.]+)%', section)
    ]
    scale = re.findall(r'<text x="100%" y="([\d.]+)%">(\d+)</text>', section)
    (high, most), (low, _none) = scale[0], scale[-1]
    most, high, low = int(most), float(high), float(low)
    drawn = [str(round((low - y) / (low - high) * most)) for y in heights]
    table = re.findall(r'<td class="scores__figure">(\d+)</td>', section)
    return drawn, table


def test_the_picture_has_the_numbers_of_the_table(phone, answered):
    page = phone.get("/course").text

    drawn, table = _numbers(page, "low-days")

    assert drawn == table == [str(total) for _day, total in DAYS]
    assert "From 19 on October 13 to 9 on November 17. It rose once. It fell 4 times." in page
    assert _numbers(page, "worry") == (["16"], ["16"])


def test_a_sheet_that_is_not_complete_is_in_the_table_without_a_number(phone, answered):
    page = phone.get("/course").text

    assert "7 of 9 answered" in page
    assert "1 sheet without all its answers is not drawn." in page


def test_no_form_and_no_treatment_is_named(phone, answered):
    page = phone.get("/course").text

    for word in ("PHQ", "GAD", "PCL", "ketamine", "infusion", "therapy", "depress"):
        assert word.casefold() not in page.casefold()


def test_colours_come_by_classes_alone(phone, answered):
    page = phone.get("/course").text

    assert "style=" not in page
    assert not re.search(r'(?:fill|stroke)="', page.split('class="chart"')[1].split("</div>")[0])


def test_a_link_alone_opens_nothing(client, cast, answered):
    answer = client.get("/course")

    assert answer.status_code == 403
    assert "chart" not in answer.text


def test_a_code_opens_what_belongs_to_the_last_session(by_code, answered):
    page = by_code.get("/course").text

    # Maya's last session was yesterday: her answers of the week before it.
    assert _numbers(page, "low-days") == (["9"], ["9"])
    assert "you see all of it" in page


def test_reading_is_written_into_the_trail_without_a_word(phone, answered, database, cast):
    phone.get("/course")

    with database.session(write=False) as db:
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "read-course")).one()
        assert (event.agent_id, event.detail) == (cast.maya.id, "")


def test_before_anything_is_answered_it_says_so(signed_in, cast):
    page = signed_in(cast.theo).get("/course").text

    assert "Your answers are drawn here once there are some." in page
    assert "chart" not in page.split("<main")[1]


def test_it_is_read_in_spanish(phone, answered):
    phone.cookies.set("__Host-ag_lang", "es", domain="afterglow.test")

    page = phone.get("/course").text

    assert "From 19" not in page
    assert "18 de noviembre" in page or "17 de noviembre" in page


HOPE = "Cook on Sundays again."


@pytest.fixture
def hope(database, maya):
    with database.session() as db:
        goals.look_again(db, maya(db), [], HOPE)
        return db.scalars(select(Goal.id)).one()


def test_hopes_are_kept_changed_and_shown_beside_each_other(phone, hope):
    assert HOPE in phone.get("/goals").text
    posted = {f"wish-{hope}": "change", f"words-{hope}": "Cook for four.", "new": "Sleep."}

    answer = phone.post("/goals", data=posted)

    assert answer.headers["location"] == "/course"
    page = phone.get("/goals").text
    assert page.index(HOPE) < page.index("Cook for four.") < page.index("Sleep.")
    assert "Before, November 20" in page


@pytest.fixture
def after_a_talk(database, cast):
    """Maya's talk took place just now."""
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        visit.status = AppointmentStatus.FULFILLED
        visit.starts_at, visit.ends_at = (
            clock.now() - timedelta(hours=2),
            clock.now() - timedelta(hours=1),
        )
        db.add(
            JournalPrompt(
                clinic_id=visit.clinic_id,
                patient_id=visit.patient_id,
                appointment_id=cast.infusion.id,
                questionnaire_id=library.shipped(db, "journal-goals").id,
                moment=Moment.GOALS,
                opens_at=visit.ends_at,
                closes_at=visit.ends_at + timedelta(days=7),
                made_at=clock.now(),
            )
        )


def test_after_a_talk_home_leads_to_what_they_hope_for_until_they_looked(phone, hope, after_a_talk):
    assert 'href="/goals"' in phone.get("/").text

    phone.post("/goals", data={f"wish-{hope}": "keep"})

    assert 'href="/goals"' not in phone.get("/").text


def test_a_hope_is_let_go(phone, hope, database):
    phone.post("/goals", data={f"wish-{hope}": "let-go"})

    page = phone.get("/goals").text
    assert "What you let go" in page
    with database.session(write=False) as db:
        assert db.get_one(Goal, hope).state is GoalState.LET_GO


def test_what_is_too_long_stays_as_it_was_typed(phone, hope):
    long = "x" * (goals.LONGEST + 1)

    answer = phone.post("/goals", data={f"wish-{hope}": "keep", "new": long})

    assert answer.status_code == 422
    assert long in answer.text
    assert 'href="#new"' in answer.text


@pytest.mark.parametrize("words", ["I want to end my life", "I want to end my life" + " x" * 2000])
def test_words_that_may_mean_danger_are_answered_with_help_at_once(phone, database, words, hope):
    answer = phone.post("/goals", data={"new": words})

    assert "988" in answer.text
    assert "We have told" in answer.text or "stands on the screen" in answer.text
    with database.session(write=False) as db:
        assert db.scalars(select(SafetyAlert)).one()


def test_another_patients_hopes_are_not_shown(signed_in, cast, hope):
    assert HOPE not in signed_in(cast.theo).get("/goals").text


def test_hopes_that_took_long_to_write_are_kept_and_nothing_is_shown(phone, hope, database, maya):
    later_on = clock.machine_now() + timedelta(minutes=40)
    clock.stand_still(later_on, machine=later_on)

    answer = phone.post("/goals", data={f"wish-{hope}": "change", f"words-{hope}": "For four."})

    assert answer.headers["location"] == "/course"
    assert phone.get("/course").status_code == 403
    assert phone.get("/goals").status_code == 403
    assert phone.post("/journal/skip", data={}).status_code == 403
    refused = phone.post("/goals", data={"new": "x" * (goals.LONGEST + 1)})
    assert refused.status_code == 422
    assert HOPE not in refused.text
    assert "For four." not in refused.text
    with database.session(write=False) as db:
        assert [row.words for row in goals.standing(db, maya(db))] == ["For four."]


def test_a_link_alone_shows_no_hopes(client, hope):
    assert client.get("/goals").status_code == 403
    assert client.post("/goals", data={"new": "Words"}).status_code == 403


def test_on_the_day_after_numbers_for_the_day_are_drawn(database, cast, signed_in, later):
    later("2026-11-20T11:00")
    sheets.hand_in(database, cast.maya, "day-after", {"mood": 7, "anxiety": 3, "sleep": 6})

    page = signed_in(cast.maya).get("/course").text

    assert [_numbers(page, code)[0] for code in ("mood", "anxiety", "sleep")] == [
        ["7"],
        ["3"],
        ["6"],
    ]
