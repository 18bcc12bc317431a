"""The button beside Join: noted at once, other times, one tap and, where nothing but a touch says
who it is, one more; a look alone changes nothing.
"""

import re
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app import clock, i18n
from app.links import magic_links
from app.links.models import MagicLink
from app.messaging.models import Message, MessageStatus
from app.scheduling import asking, booking, rescheduling, staffed_hours, visit_texts
from app.scheduling.models import Appointment, AppointmentStatus
from app.scheduling.staffed_hours import Opening
from app.tasks import desk
from app.tasks.models import TaskCode
from app.telehealth import seats, timings
from app.telehealth.models import Seat, SeatState
from app.web.visit import choice
from tests.conftest import BASE_URL


@pytest.fixture
def planned(database, cast):
    """The visit's texts wait in the outbox, with an hour to go."""
    clock.stand_still(cast.integration_visit.starts_at - timedelta(hours=1))
    with database.session() as db:
        visit_texts.plan(db, db.get_one(Appointment, cast.integration_visit.id))


@pytest.fixture
def visit(database, cast):
    def visit():
        with database.session(write=False) as db:
            return db.get_one(Appointment, cast.integration_visit.id)

    return visit


@pytest.fixture
def tasks(database, cast):
    def tasks():
        with database.session(write=False) as db:
            return [task.code for task in desk.open_tasks(db, cast.clinic.id)]

    return tasks


@pytest.fixture
def waiting(database):
    """The purposes of the texts that still wait."""

    def waiting():
        with database.session(write=False) as db:
            queued = select(Message.purpose).where(Message.status == MessageStatus.QUEUED)
            return sorted(purpose.value for purpose in db.scalars(queued))

    return waiting


def times_on(page):
    return re.findall(r'name="starts_at" value="([^"]+)"', page)


def asked_about(page):
    """What the page that asks once more posts with its Yes."""
    return dict(re.findall(r'<input type="hidden" name="(starts_at|choice)" value="([^"]+)"', page))


@pytest.fixture
def choose(address):
    """`choose(phone)`: a time is chosen, the last one that is offered."""

    def choose(phone):
        phone.post(f"{address}/asking")
        chosen = times_on(phone.get(f"{address}/not-today").text)[-1]
        answer = phone.post(f"{address}/not-today", data={"starts_at": chosen})
        if "?" in answer.headers["location"]:
            answer = phone.get(answer.headers["location"])
        return chosen, answer

    return choose


@pytest.fixture
def allow_camera(database):
    """Somebody answers the camera question in the browser that came last."""

    def allow_camera():
        with database.session() as db:
            seat = db.scalars(select(Seat).order_by(Seat.opened_at.desc(), Seat.id.desc())).first()
            timings.note(db, seat, {"ms": {"allow": 2100}})

    return allow_camera


def test_the_press_is_noted_and_leads_to_the_times(planned, tap, address, visit, tasks, waiting):
    phone = tap()

    answer = phone.post(f"{address}/asking")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}/not-today")
    assert visit().asked_at == clock.now()
    assert tasks() == [TaskCode.FIND_A_TIME]
    assert waiting() == []
    assert len(times_on(phone.get(f"{address}/not-today").text)) in (2, 3)


def test_the_rooms_script_is_answered_without_being_led_away(tap, address, visit):
    answer = tap().post(f"{address}/asking", headers={"accept": "application/json"})

    assert answer.json() == {"ok": True}
    assert visit().asked_at is not None


def test_a_look_at_the_times_changes_nothing(tap, address, everything):
    phone = tap()
    before = everything()

    assert phone.get(f"{address}/not-today").status_code == 200

    assert everything() == before


def test_whoever_waited_in_the_room_waits_no_longer(database, tap, address):
    phone = tap()
    phone.post(f"{address}/claim", json={})

    phone.post(f"{address}/asking")

    with database.session(write=False) as db:
        assert db.scalars(select(Seat.state)).one() is SeatState.GHOST


@pytest.mark.parametrize("where", ["room", "home"])
def test_the_button_is_a_form_that_works_without_a_script(tap, signed_in, cast, address, where):
    page = tap().get(address).text if where == "room" else signed_in(cast.maya).get("/").text

    assert re.search(rf'<form method="post" action="{address}/asking"[^>]*><button', page)
    assert not re.search(r'<a [^>]*data-action="not-today"', page)


def test_home_tells_who_asked_that_their_place_is_kept_and_leads_back_to_the_times(
    signed_in, cast, address
):
    phone = signed_in(cast.maya)
    phone.post(f"{address}/asking")

    page = phone.get("/").text

    assert "Your place is safe." in page
    assert f'href="{address}/not-today"' in page
    assert 'data-action="not-today"' not in page


def test_one_tap_takes_a_time_where_a_camera_was_allowed_and_its_texts_are_queued(
    planned, tap, visit, tasks, waiting, choose, allow_camera, address
):
    phone = tap()
    allow_camera()

    chosen, answer = choose(phone)

    assert answer.headers["location"] == f"{address}/chosen"
    assert visit().starts_at.isoformat() == chosen
    assert (visit().asked_at, visit().confirmed_at) == (None, clock.now())
    assert tasks() == []
    assert waiting() == ["join", "nudge"]


def test_a_touch_behind_a_link_alone_moves_nothing_before_a_yes(tap, cast, visit, choose, address):
    phone = tap()
    phone.post(f"{address}/claim")

    chosen, answer = choose(phone)

    assert answer.status_code == 200
    assert visit().starts_at == cast.integration_visit.starts_at
    shown = i18n.local_clock(datetime.fromisoformat(chosen), cast.maya.zone)
    assert "Yes, move it to" in answer.text
    assert shown in answer.text
    assert "Until you say yes, it stays on Saturday, November 21, 10:00 am." in answer.text
    assert f'href="{address}/not-today"' in answer.text  # and a way back

    moved = phone.post(f"{address}/not-today", data=asked_about(answer.text))

    assert moved.headers["location"] == f"{address}/chosen"
    assert visit().starts_at.isoformat() == chosen


def test_a_yes_that_is_pressed_twice_moves_the_visit_once(tap, visit, choose, address):
    phone = tap()
    chosen, answer = choose(phone)
    phone.post(f"{address}/not-today", data=asked_about(answer.text))
    version = visit().version

    again = phone.post(f"{address}/not-today", data=asked_about(answer.text))

    assert again.headers["location"] == f"{address}/chosen"
    back = phone.get(f"{address}/not-today", params={"starts_at": chosen})
    assert back.headers["location"] == f"{address}/chosen"
    assert (visit().starts_at.isoformat(), visit().version) == (chosen, version)


@pytest.mark.parametrize(
    "what", ["another browser's", "too old", "made up", "another time's", "used"]
)
def test_a_yes_counts_for_what_was_asked_in_this_browser_a_moment_ago(
    tap, visit, cast, choose, address, database, what
):
    phone = tap()
    _chosen, answer = choose(phone)
    said, before = asked_about(answer.text), cast.integration_visit.starts_at
    if what == "another browser's":
        phone = tap()
    elif what == "too old":
        clock.stand_still(clock.now(), machine=clock.machine_now() + choice.LIVES)
    elif what == "made up":
        number, until, _ = said["choice"].split(".")
        said["choice"] = f"{number}.{int(until) + 600}.{'1' * 22}"
    elif what == "another time's":
        said["starts_at"] = times_on(phone.get(f"{address}/not-today").text)[0]
    else:
        phone.post(f"{address}/not-today", data=said)
        with database.session() as db:
            row = db.get_one(Appointment, cast.integration_visit.id)
            rescheduling.reschedule(db, row, before, by=db.merge(cast.jordan))

    phone.post(f"{address}/not-today", data=said)

    assert visit().starts_at == before


def test_a_patient_who_signed_in_takes_a_time_with_one_tap(signed_in, cast, visit, choose):
    chosen, _answer = choose(signed_in(cast.maya))

    assert visit().starts_at.isoformat() == chosen


def test_whoever_was_let_in_by_face_takes_a_time_with_one_tap(
    tap, database, cast, visit, choose, address
):
    phone = tap()
    phone.post(f"{address}/claim")
    with database.session() as db:
        seats.admit(db, db.scalars(select(Seat)).one(), by=db.merge(cast.dr_okafor))

    chosen, _answer = choose(phone)

    assert visit().starts_at.isoformat() == chosen


def test_the_page_that_asks_once_more_speaks_spanish(tap, choose, address):
    phone = tap()
    phone.cookies.set("__Host-ag_lang", "es", domain="afterglow.test")

    _chosen, answer = choose(phone)

    assert "Sí, pasarla al" in answer.text


def test_keeping_the_time_brings_its_texts_back(planned, tap, address, visit, tasks, waiting):
    phone = tap()
    phone.post(f"{address}/asking")

    phone.post(f"{address}/keeping")

    assert (visit().asked_at, visit().confirmed_at) == (None, clock.now())
    assert tasks() == []
    assert waiting() == ["join", "nudge"]


def test_with_nothing_left_in_the_window_the_next_times_are_offered_without_a_reproach(
    database, tap, address, cast, visit, tasks
):
    with database.session() as db:
        clinic = db.merge(cast.clinic)
        # Open on Tuesdays alone; the window closes on Sunday.
        staffed_hours.set_hours(db, clinic, None, [Opening(1, time(9), time(12))], by=None)
    phone = tap()
    phone.post(f"{address}/asking")

    page = phone.get(f"{address}/not-today").text
    assert "These are the next times we have." in page
    assert "Call me to find a time" in page
    assert not re.search(r"(?i)missed|too late|window|hours left", page)
    chosen = times_on(page)[0]
    asked = phone.get(f"{address}/not-today", params={"starts_at": chosen})
    phone.post(f"{address}/not-today", data=asked_about(asked.text))

    assert visit().starts_at.isoformat() == chosen
    assert tasks() == [TaskCode.OUTSIDE_WINDOW]


def test_call_me_is_there_whatever_is_free_and_is_an_urgent_task(database, tap, address, cast):
    with database.session() as db:
        staffed_hours.set_hours(db, db.merge(cast.clinic), None, [], by=None)
    phone = tap()
    page = phone.get(f"{address}/not-today").text
    assert times_on(page) == []
    assert "Call me to find a time" in page

    phone.post(f"{address}/find-a-time")

    with database.session(write=False) as db:
        (task,) = desk.open_tasks(db, cast.clinic.id)
        assert (task.code, task.urgent) == (TaskCode.FIND_A_TIME, True)
        assert task.note == cast.maya.phone
        visit = db.get_one(Appointment, cast.integration_visit.id)
        assert visit.asked_at == clock.now()


@pytest.mark.parametrize("what", ["asking", "keeping", "find-a-time"])
def test_a_visit_that_was_called_off_meanwhile_says_so(database, tap, address, cast, what):
    phone = tap()
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        booking.cancel(db, visit, by=db.merge(cast.jordan))

    answer = phone.post(f"{address}/{what}")

    assert answer.headers["location"] == f"{address}/chosen"
    assert "not taking place" in phone.get(f"{address}/chosen").text


def test_a_strangers_browser_asks_for_nothing(client, address, visit):
    assert client.post(f"{address}/asking").status_code == 403
    assert visit().asked_at is None


def test_the_time_that_somebody_else_took_leads_back_to_what_is_left(tap, address, cast, database):
    phone = tap()
    phone.post(f"{address}/asking")
    first, *others = times_on(phone.get(f"{address}/not-today").text)
    with database.session() as db:
        visit = db.get_one(Appointment, cast.integration_visit.id)
        starts_at = datetime.fromisoformat(first)
        booking.book(
            db,
            patient=db.merge(cast.theo),
            service=visit.service,
            practitioner=db.merge(cast.dr_okafor),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=50),
            by=None,
        )

    answer = phone.post(f"{address}/not-today", data={"starts_at": first})

    assert answer.status_code == 422
    assert "That time has just gone." in answer.text
    assert first not in times_on(answer.text)
    assert set(others) & set(times_on(answer.text))


@pytest.fixture
def choosing(database, cast, app):
    """A browser on which the link of LATER's answer is tapped, ten hours after the visit's own."""
    clock.stand_still(cast.integration_visit.starts_at - timedelta(minutes=4))
    with database.session() as db:
        planned = db.get_one(Appointment, cast.integration_visit.id)
        asking.ask(db, planned, by=planned.patient)
        answer = asking.answer_with_times(db, planned)
        token = magic_links.token_of(db.get_one(MagicLink, answer.link_id))
    clock.stand_still(cast.integration_visit.ends_at + timedelta(hours=10))
    phone = TestClient(
        app,
        base_url=BASE_URL,
        headers={"sec-fetch-site": "same-origin", "origin": BASE_URL},
        follow_redirects=False,
    )
    phone.opened = phone.post("/x", json={"t": token, "kind": "join"}).json()
    return phone


def test_whoever_slept_over_it_still_chooses_another_time(choosing, address, visit):
    assert (choosing.opened["state"], choosing.opened["address"]) == (
        "times",
        f"{address}/not-today",
    )
    page = choosing.get(f"{address}/not-today").text
    assert "Keep 10:00" not in page
    chosen = times_on(page)[0]

    answer = choosing.post(f"{address}/not-today", data={"starts_at": chosen})

    assert answer.headers["location"] == f"{address}/chosen"
    assert visit().starts_at.isoformat() == chosen


def test_the_button_too_may_be_slept_over(tap, address, cast, visit, link):
    phone = tap()
    phone.post(f"{address}/asking")
    clock.stand_still(cast.integration_visit.ends_at + timedelta(hours=10))

    assert times_on(phone.get(f"{address}/not-today").text)
    again = phone.post("/x", json={"t": link, "kind": "join"}).json()

    assert (again["state"], again["address"]) == ("times", f"{address}/not-today")


def test_the_old_link_tells_a_stranger_nothing_about_who_still_chooses(
    tap, address, cast, client, link
):
    tap().post(f"{address}/asking")
    clock.stand_still(cast.integration_visit.ends_at + timedelta(hours=10))

    stranger = client.post("/x", json={"t": link, "kind": "join"}).json()

    assert stranger["state"] == "unknown"


def test_a_time_that_is_past_cannot_be_kept(choosing, address, visit):
    answer = choosing.post(f"{address}/keeping")

    assert answer.status_code == 200
    assert times_on(answer.text)
    assert visit().asked_at is not None


@pytest.mark.parametrize(
    ("status", "words"),
    [("fulfilled", "This talk has taken place."), ("noshow", "We find another time together.")],
)
def test_what_is_over_offers_no_times(choosing, address, database, cast, status, words):
    with database.session() as db:
        db.get_one(Appointment, cast.integration_visit.id).status = AppointmentStatus(status)

    answer = choosing.get(f"{address}/not-today")

    assert answer.headers["location"] == f"{address}/chosen"
    assert words in choosing.get(f"{address}/chosen").text
