"""The board: how each stands, the one thing to do about it, and how little it costs."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling import asking, offered, offering, visit_texts
from app.scheduling.models import Appointment, AppointmentStatus
from app.tasks.models import StaffTask
from tests import crowd
from tests.web.test_budgets import KB, counting, wire

PATIENTS = 400


@pytest.fixture
def visit(database, cast):
    """Maya's visit tomorrow at ten, its texts queued. Gives its id."""
    with database.session() as db:
        visit_texts.plan(db, db.get_one(Appointment, cast.integration_visit.id))
    return cast.integration_visit.id


@pytest.fixture
def later():
    """`later(moment)`: the clinic's clock stands there; nobody was away from the desk meanwhile."""
    return lambda moment: clock.stand_still(moment, machine=clock.machine_now())


@pytest.fixture
def change(database, visit):
    """`change(asked_at=…)`: Maya's visit stands so."""

    def change(**values):
        with database.session() as db:
            for name, value in values.items():
                setattr(db.get_one(Appointment, visit), name, value)

    return change


@pytest.fixture
def asked(database, visit):
    """`asked(ago)`: whether the time suits was texted to Maya, and arrived, so long ago."""

    def asked(ago, status=MessageStatus.DELIVERED):
        with database.session() as db:
            question = db.scalars(select(Message).where(Message.purpose == Purpose.CONFIRM)).one()
            question.status = status
            question.due_at = question.sent_at = question.status_at = clock.now() - ago

    return asked


@pytest.fixture
def row(desk, cast):
    """`row()`: Maya's line of the board, as it would be read."""

    def row():
        page = desk.get("/clinic").text
        found = page[page.index(f'id="window-{cast.infusion.id}"') :].split("</li>")[0]
        assert found.count('class="button') <= 1  # one thing to do, or none
        return " ".join(re.sub(r"<svg.*?</svg>|<(?!a |form |button )[^>]*>", " ", found).split())

    return row


def _full(database, cast, count=PATIENTS):
    with database.session() as db:
        clinic = db.get_one(Clinic, cast.clinic.id)
        return crowd.fill_windows(db, clinic, db.get_one(Practitioner, cast.dr_okafor.id), count)


def test_whoever_is_silent_is_asked_again_by_text_with_the_words_ready(desk, cast, row, asked):
    asked(timedelta(hours=5))
    line = row()
    assert "No answer yet" in line
    assert "Text Maya: Maya Osei" in line

    address = re.search(r'href="(/clinic/inbox/[^"]*ready=suits)#reply"', line)[1]
    text = desk.get(address).text

    assert "Reply OK, or LATER" in re.search(r"<textarea.*?</textarea>", text, re.S)[0]
    assert f'name="about" value="{cast.integration_visit.id}"' in text


def test_whoever_was_asked_again_is_left_alone_and_then_phoned(desk, cast, row, asked, later):
    asked(timedelta(hours=5))
    words = {"body": "Northside: does Sat 10am still suit you?", "about": cast.integration_visit.id}
    desk.post(f"/clinic/inbox/{cast.maya.id}", data=words)
    assert "Booked" in row()

    later(clock.now() + timedelta(hours=5))
    with desk.app.state.database.session() as db:
        for text in db.scalars(select(Message).where(Message.purpose == Purpose.WRITTEN)):
            text.status, text.sent_at = MessageStatus.DELIVERED, text.due_at

    assert "tel:+13125550142" in row()


def test_near_the_visit_nobody_waits_for_a_text(row, asked, later, cast):
    asked(timedelta(hours=5))
    later(cast.integration_visit.starts_at - timedelta(hours=2))

    assert "tel:+13125550142" in row()


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("opted_out_at", "Wants no more texts"),
        ("number_failed_at", "The number takes no texts"),
        ("texts_agreed_at", "Has not agreed to texts"),
    ],
)
def test_whom_no_text_reaches_is_phoned(database, cast, visit, row, mark, words):
    with database.session() as db:
        value = None if mark == "texts_agreed_at" else clock.now()
        setattr(db.get_one(Patient, cast.maya.id), mark, value)

    line = row()

    assert words in line
    assert "tel:+13125550142" in line


def test_who_picks_no_time_for_hours_is_offered_times_and_gets_the_link(
    desk, cast, database, change, row
):
    change(asked_at=clock.now() - timedelta(hours=5))
    assert "Offer times" in row()
    address = f"/clinic/board/{cast.integration_visit.id}/times"

    for _ in range(2):
        assert desk.post(address).headers["location"].startswith("/clinic#window-")

    with database.session(write=False) as db:
        (text,) = db.scalars(select(Message).where(Message.purpose == Purpose.WRITTEN))
        assert text.link.for_choosing
        assert text.written_by_id == cast.dr_okafor.id
        assert "{link}" in text.body
    line = row()
    assert "Times offered, just now" in line
    assert "Nothing to do" in line


def test_offered_times_that_nobody_picks_become_a_call(desk, change, row, later, visit):
    change(asked_at=clock.now() - timedelta(hours=5))
    desk.post(f"/clinic/board/{visit}/times")

    later(clock.now() + timedelta(hours=5))

    line = row()
    assert "No time picked yet" in line
    assert "tel:+13125550142" in line


def test_a_pick_ends_what_was_offered(database, desk, change, visit, cast):
    change(asked_at=clock.now() - timedelta(hours=5))
    desk.post(f"/clinic/board/{visit}/times")
    with database.session() as db:
        there = db.get_one(Appointment, visit)
        asking.ask(db, there, by=there.patient)
        assert there.offered_at is not None
        slot = offered.offer(db, there, clock.now()).slots[0]
        offered.pick(db, there, slot.starts_at, by=there.patient)
        assert there.offered_at is None


def test_at_night_times_leave_once_they_are_awake(database, cast, change, visit, later):
    later(cast.infusion.ends_at + timedelta(hours=13))  # three in the morning
    change(asked_at=clock.now() - timedelta(hours=6))
    with database.session() as db:
        by = db.get_one(Practitioner, cast.jordan.id)
        text = offering.offer(db, db.get_one(Appointment, visit), by=by)

        assert text.due_at > clock.now()
        assert db.get_one(Appointment, visit).offered_at == text.due_at


def test_nobody_is_offered_times_who_takes_no_texts_or_whose_visit_is_over(
    desk, database, cast, change, visit
):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()
    refused = desk.post(f"/clinic/board/{visit}/times")
    assert refused.status_code == 422
    assert "Maya takes no texts. Please phone." in refused.text

    change(status=AppointmentStatus.FULFILLED)
    assert desk.post(f"/clinic/board/{visit}/times").status_code == 422
    assert desk.post(f"/clinic/board/{cast.infusion.id}/times").status_code == 404


def test_a_visit_that_did_not_start_is_offered_anew(row, visit, later, cast):
    later(cast.integration_visit.ends_at + timedelta(minutes=1))

    line = row()

    assert "The visit did not start" in line
    assert "Offer times" in line


def test_a_full_board_is_light_and_asks_little(database, desk, cast):
    _full(database, cast)
    desk.get("/clinic")

    with counting(database) as said:
        page = desk.get("/clinic").text

    assert page.count('id="window-') == PATIENTS + 1
    assert wire(desk, "/clinic") <= 60 * KB
    assert len(said) <= 8, "\n\n".join(said)


def _marks(page):
    return " ".join(re.findall(r'data-mark="([^"]+)"', page))


def _news(desk, marks):
    answer = desk.get("/clinic/now", headers={"x-have": marks})
    assert answer.status_code == 200
    return answer.text


def _weight(desk, path, marks):
    headers = {"accept-encoding": "br", "x-have": marks}
    with desk.stream("GET", path, headers=headers) as answer:
        return sum(len(part) for part in answer.iter_raw())


def test_a_change_brings_its_own_row_and_nothing_else(database, desk, cast, visit):
    patients = _full(database, cast)
    marks = _marks(desk.get("/clinic").text)
    with database.session() as db:
        there = db.get_one(Appointment, visit)
        asking.ask(db, there, by=there.patient)

    news = _news(desk, marks)

    hers = [f"window-{cast.infusion.id}", f"entry-{visit}"]
    assert re.findall(r'<li id="([^"]+)"', news) == hers
    assert patients[0].full_name not in news
    both = _weight(desk, "/clinic/now", marks) + _weight(desk, "/clinic/alerts", "")
    assert both <= 2 * KB


def test_an_hour_that_passes_brings_no_row(database, desk, cast, later):
    _full(database, cast, 20)
    marks = _marks(desk.get("/clinic").text)

    later(clock.now() + timedelta(minutes=3))

    assert "<li" not in _news(desk, marks)


def test_whoever_left_the_board_is_named_by_the_mark(database, desk, cast, change, later):
    marks = _marks(desk.get("/clinic").text)
    later(cast.infusion.ends_at + timedelta(hours=73))

    news = _news(desk, marks)
    gone = re.search(r'data-gone="([^"]*)"', news)[1].split()

    assert any(each[:4] in gone for each in marks.split())
    assert "<li" not in news


def test_very_many_changes_come_in_small_helpings(database, desk, cast):
    _full(database, cast)
    marks = ""
    page = desk.get("/clinic/now", headers={"x-have": marks})

    assert page.text.count("<li ") == 12
    assert "data-more" in page.text
    assert _weight(desk, "/clinic/now", "") <= 4 * KB


def test_the_rest_of_very_many_changes_is_not_looked_for_again(database, desk, cast):
    _full(database, cast)
    first = desk.get("/clinic/now", headers={"x-have": ""}).text
    marks, rest = _marks(first), re.search(r'data-more="([^"]+)"', first)[1]

    with counting(database) as said:
        second = desk.get("/clinic/now", headers={"x-have": marks, "x-rest": rest}).text

    assert len(said) <= 2, "\n\n".join(said)
    assert second.count("<li ") == 12
    assert not set(_marks(second).split()) & set(marks.split())


def test_nobody_at_another_clinic_is_told_the_rest(database, desk, signed_in, cast):
    _full(database, cast)
    first = desk.get("/clinic/now", headers={"x-have": ""}).text
    rest = re.search(r'data-more="([^"]+)"', first)[1]

    other = signed_in(cast.dr_lind).get("/clinic/now", headers={"x-have": "", "x-rest": rest})

    assert other.text.count("<li ") == 0


def test_undelivered_and_later_are_each_said_with_why(database, visit, row, asked, change):
    asked(timedelta(hours=1), MessageStatus.UNDELIVERED)
    assert "Text not delivered" in row()

    change(asked_at=clock.now() - timedelta(minutes=12))

    line = row()
    assert "Asked for another time, 12 min ago" in line
    assert "#starts_at" in line


def test_offering_leaves_no_second_task(database, desk, change, visit):
    change(asked_at=clock.now() - timedelta(hours=5))
    with database.session(write=False) as db:
        before = len(db.scalars(select(StaffTask)).all())

    desk.post(f"/clinic/board/{visit}/times")

    with database.session(write=False) as db:
        assert len(db.scalars(select(StaffTask)).all()) == before
