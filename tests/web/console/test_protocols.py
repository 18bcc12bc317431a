"""Protocols at the desk: seen by everybody, changed one step at a time by administrators."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Clinic, Patient, Practitioner
from app.plans import kept, shipped
from app.plans.models import Protocol, ProtocolVersion
from app.plans.steps import StepKind, fields_of
from app.protocols import infusions
from app.scheduling.models import Service
from app.web.console.protocols import plan_fields

LIST = "/clinic/protocols"


@pytest.fixture
def office(signed_in, cast):
    """The console as an administrator has it open."""
    return signed_in(cast.ada)


@pytest.fixture
def path(cast):
    """`path("single")`: the address of a protocol that comes with Afterglow."""
    return lambda slug="single": f"{LIST}/{shipped.id_of(cast.clinic.id, slug)}"


@pytest.fixture
def its(database, cast):
    """`its("single")`: how that protocol stands now."""

    def its(slug="single"):
        with database.session(write=False) as db:
            clinic = db.get_one(Clinic, cast.clinic.id)
            return kept.find(db, clinic, shipped.id_of(clinic.id, slug))

    return its


@pytest.fixture
def booked(database, cast):
    """Theo's session in three days, with all that hangs on it."""
    starts_at = clock.now() + timedelta(days=3)
    with database.session() as db:
        return infusions.book(
            db,
            patient=db.get_one(Patient, cast.theo.id),
            service=Service.INFUSION,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            by=db.get_one(Practitioner, cast.jordan.id),
        ).appointment


@pytest.fixture
def evenings(database, booked):
    """`evenings()`: when the text of the evening after it is due, on the clinic's clock."""

    def evenings():
        with database.session(write=False) as db:
            return [
                message.due_at
                for message in db.scalars(
                    select(Message).where(
                        Message.appointment_id == booked.id,
                        Message.purpose == Purpose.EVENING,
                        Message.status == MessageStatus.QUEUED,
                    )
                )
            ]

    return evenings


def _form(its, kind, **differs):
    """What the page of a step sends when only these values are changed."""
    step = its.plan.step(kind)
    values = {each.name: plan_fields.written(getattr(step, each.name)) for each in fields_of(kind)}
    typed = {name: value for name, value in (values | differs).items() if value is not None}
    flags = {each.name for each in fields_of(kind) if each.unit == "flag"}
    return {"seen": str(its.number)} | {
        name: value for name, value in typed.items() if value or name not in flags
    }


def test_everybody_sees_which_there_are_and_which_is_the_usual_one(desk, booked):
    page = desk.get(LIST).text

    assert "Single session" in page
    assert page.count("Usual</span>") == 1
    assert "6 sessions, 3 and 4 days apart in turn" in page
    assert "1 session ahead follows it" in page
    assert "An administrator can change protocols." in page
    assert "<form" not in page.split("<main")[1]


def test_one_is_turned_on_and_off(office, path, its):
    assert office.post(f"{path('tablets-at-home')}/offer", data={"on": "1"}).status_code == 303
    assert its("tablets-at-home").is_on

    office.post(f"{path('tablets-at-home')}/offer", data={"on": "0"})
    assert not its("tablets-at-home").is_on


def test_the_usual_one_is_not_turned_off(office, path, its):
    answer = office.post(f"{path()}/offer", data={"on": "0"})

    assert answer.status_code == 422
    assert "Choose another protocol as the usual one first." in answer.text
    assert its().is_on


def test_another_becomes_the_usual_one(office, path, its):
    assert office.post(f"{path('four-weekly')}/usual").status_code == 303

    assert its("four-weekly").is_default
    assert not its().is_default


def test_one_of_the_clinics_own_begins_like_another(office, cast, database):
    like = shipped.id_of(cast.clinic.id, "four-weekly")

    answer = office.post(LIST, data={"name": "Maintenance", "like": str(like)})

    assert answer.status_code == 303
    page = office.get(answer.headers["location"]).text
    assert "<h1>Maintenance</h1>" in page
    assert "4 sessions, weekly. Infusion (IV)." in page
    with database.session(write=False) as db:
        assert db.scalars(select(Protocol)).one().name == "Maintenance"


@pytest.mark.parametrize("name", ["", "single session", "x" * 61])
def test_a_name_that_is_missing_long_or_taken_is_refused_and_kept(office, cast, name):
    like = shipped.id_of(cast.clinic.id, "single")

    answer = office.post(LIST, data={"name": name, "like": str(like)})

    assert answer.status_code == 422
    assert 'href="#name"' in answer.text
    assert not name or f'value="{name}"' in answer.text


def test_a_protocol_is_called_otherwise(office, path):
    assert office.post(f"{path()}/name", data={"name": "Our single"}).status_code == 303
    assert "<h1>Our single</h1>" in office.get(path()).text

    answer = office.post(f"{path()}/name", data={"name": ""})
    assert answer.status_code == 422
    assert 'href="#name"' in answer.text


def test_the_page_says_every_step_in_words_and_draws_its_days(desk, path):
    page = html.unescape(desk.get(path()).text)

    for kind in StepKind:
        assert f'<div id="{kind}">' in page
    assert "At 6:00 pm, never sooner than 2 hours after the end." in page
    assert "inside the window from 0 to 72 hours." in page
    assert 'role="img"' in page
    assert "As it came with Afterglow. Nobody has changed it." in page
    assert "/steps/" not in page  # a clinician may look


def test_the_picture_and_the_table_beside_it_say_the_same(desk, path):
    page = desk.get(path()).text
    picture = page[page.index('<svg class="timeline"') :]
    picture = picture[: picture.index("</svg>")]
    table = page[page.index('<table class="timeline-table">') :]
    table = table[: table.index("</table>")]

    signs = re.findall(r'<circle class="timeline__(\w+)"', picture)
    rows = re.findall(r"<tr(?: class=\"timeline-table__(\w+)\")?>", table.split("<tbody>", 1)[1])
    assert rows.count("session") == 1
    assert len(rows) - 1 == len(signs)
    assert rows.count("out") == signs.count("out")
    assert table.count("On a page, no text") == signs.count("page")
    assert signs.count("visit") == 1


@pytest.mark.parametrize("kind", StepKind)
def test_every_step_has_a_form_with_what_it_says_now(office, path, kind):
    page = office.get(f"{path()}/steps/{kind}").text

    for each in fields_of(kind):
        assert f'name="{each.name}"' in page
        assert f'for="{each.name}"' in page or f'id="{each.name}"' in page


@pytest.mark.parametrize("kind", StepKind)
def test_saving_a_step_as_it_is_changes_nothing(office, path, its, kind, database):
    answer = office.post(f"{path()}/steps/{kind}", data=_form(its(), kind))

    assert answer.status_code == 303
    with database.session(write=False) as db:
        assert db.scalar(select(ProtocolVersion)) is None


def test_a_step_that_does_not_exist_is_unknown(office, path):
    assert office.get(f"{path()}/steps/party").status_code == 404


def test_before_a_change_the_page_shows_what_would_move_and_moves_nothing(
    office, path, its, evenings, everything
):
    before = everything()

    answer = office.post(f"{path()}/steps/evening", data=_form(its(), StepKind.EVENING, at="19:30"))

    assert answer.status_code == 200
    assert everything() == before
    page = html.unescape(answer.text)
    assert "At 6:00 pm, never sooner than 2 hours after the end." in page
    assert "At 7:30 pm, never sooner than 2 hours after the end." in page
    assert "Theo Brandt" in page
    assert "Mon, Nov 23, 7:30 pm" in page


def test_what_was_shown_is_what_happens(office, path, its, evenings, database, cast):
    [before] = evenings()
    form = _form(its(), StepKind.EVENING, at="19:30")
    shown = office.post(f"{path()}/steps/evening", data=form).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown))

    answer = office.post(f"{path()}/steps/evening", data=hidden | {"confirmed": "1"})

    assert answer.status_code == 303
    [after] = evenings()
    assert after - before == timedelta(minutes=90)
    assert its().number == 1
    page = office.get(path()).text
    assert "At 7:30 pm, never sooner" in page
    assert "Version 1" in page
    assert "Ada" in page
    with database.session(write=False) as db:
        told = db.scalars(select(AuditEvent).where(AuditEvent.action == "change-protocol")).one()
        assert told.detail == "1"


def test_a_step_is_left_out(office, path, its, evenings):
    assert len(evenings()) == 1
    form = _form(its(), StepKind.EVENING, is_on=None)

    shown = office.post(f"{path()}/steps/evening", data=form).text
    assert "Left out" in shown
    office.post(f"{path()}/steps/evening", data=form | {"confirmed": "1"})

    assert not its().plan.evening.is_on
    assert evenings() == []
    assert "timeline__out" in office.get(path()).text


@pytest.mark.parametrize(
    ("kind", "name", "typed"),
    [
        (StepKind.EVENING, "at", "03:00"),  # quiet hours
        (StepKind.EVENING, "at", "six"),
        (StepKind.EVENING, "hours", ""),
        (StepKind.JOIN, "minutes", "90"),
        (StepKind.VISIT, "closes_hours", "5"),
        (StepKind.VISIT, "rest_hours", "80"),  # the window is closed by then
        (StepKind.COURSE, "gaps", "3, x"),
        (StepKind.COURSE, "route", "smoke"),
        (StepKind.SCALES_AFTER, "every_days", "3"),
    ],
)
def test_what_a_step_may_not_say_is_refused_at_its_field_and_kept(
    office, path, its, kind, name, typed
):
    form = _form(its(), kind, **{name: typed})

    for confirmed in ({}, {"confirmed": "1"}):
        answer = office.post(f"{path()}/steps/{kind}", data=form | confirmed)

        assert answer.status_code == 422
        assert f'href="#{name}"' in answer.text
        assert f'id="{name}-error"' in answer.text
        assert name == "route" or f'value="{typed}"' in answer.text or not typed
    assert its().number == 0


def test_going_back_from_the_preview_keeps_what_was_typed(office, path, its):
    form = _form(its(), StepKind.EVENING, at="19:30")

    page = office.post(f"{path()}/steps/evening", data=form | {"change": "1"}).text

    assert 'value="19:30"' in page
    assert its().number == 0


def test_whoever_was_slower_is_told_that_it_changed_meanwhile(office, path, its):
    first = _form(its(), StepKind.EVENING, at="19:30") | {"confirmed": "1"}
    second = _form(its(), StepKind.MORNING, at="10:30") | {"confirmed": "1"}
    office.post(f"{path()}/steps/evening", data=first)

    answer = office.post(f"{path()}/steps/morning", data=second)

    assert answer.status_code == 422
    assert "Somebody else has changed this meanwhile." in answer.text
    assert its().number == 1


def test_a_dry_run_says_all_that_comes_and_writes_nothing(desk, path, everything):
    desk.get(path())
    before = everything()

    page = html.unescape(desk.get(f"{path()}/dry-run").text)

    assert everything() == before
    assert "Friday, December 4" in page
    assert "3:00 pm" in page
    assert "Northside: a few questions before" in page
    assert "Reply OK, or LATER" in page
    assert "Left out in this protocol." in page  # the text to whoever drives home


def test_it_speaks_the_patients_language_on_the_patients_clock(desk, path):
    asked = {
        "starts_at": "2026-12-04T15:00",
        "minutes": "120",
        "zone": "America/Los_Angeles",
        "language": "es",
    }

    page = html.unescape(desk.get(f"{path()}/dry-run", params=asked).text)

    assert "12:00 pm" in page  # the session, three hours earlier by their clock
    assert 'lang="es"' in page
    assert "Responda" in page
    assert "on the clock of America/Los Angeles" in page


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("starts_at", "soon"),
        ("starts_at", "2020-01-01T10:00"),
        ("minutes", "0"),
        ("zone", "Mars/Olympus"),
        ("language", "xx"),
    ],
)
def test_a_dry_run_of_nothing_is_refused_at_its_field(desk, path, name, typed):
    answer = desk.get(f"{path()}/dry-run", params={name: typed})

    assert answer.status_code == 422
    assert f'href="#{name}"' in answer.text


@pytest.mark.parametrize("who", ["dr_okafor", "jordan"])
def test_nobody_but_administrators_changes_anything(signed_in, cast, path, everything, who):
    browser = signed_in(getattr(cast, who))
    browser.get(LIST)
    before = everything()

    for method, address in (
        ("POST", LIST),
        ("POST", f"{path('four-weekly')}/usual"),
        ("POST", f"{path('four-weekly')}/offer"),
        ("POST", f"{path()}/name"),
        ("GET", f"{path()}/steps/evening"),
        ("POST", f"{path()}/steps/evening"),
    ):
        assert browser.request(method, address).status_code == 403

    assert everything() == before
