"""What is tapped while the line is bad: said when it is good again, and believed only then."""

import pytest
from playwright.sync_api import expect

from e2e.visits import a_visit, open_room

GONE = "The line is gone for a moment."


@pytest.fixture
def rooms(clinic, new_phone, new_desk):
    """A phone in the waiting room, and the clinician's room: → phone, desk."""
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    open_room(desk, visit)
    phone.goto(visit.link)
    expect(phone.get_by_role("button", name="I am here")).to_be_visible()
    return phone, desk


@pytest.fixture
def waiting(rooms):
    """The same, and the phone lost its signal."""
    rooms[0].context.set_offline(True)
    return rooms


def test_somebody_who_says_to_be_here_and_at_home_is_heard_once_the_signal_is_back(waiting):
    phone, desk = waiting

    phone.get_by_role("button", name="I am here").tap()
    phone.get_by_role("button", name="I am at home").tap()

    expect(phone.get_by_text(GONE).first).to_be_visible()
    expect(phone.get_by_text("knows where you are")).to_be_hidden()
    expect(desk.get_by_role("button", name="Admit")).to_have_count(0)

    phone.context.set_offline(False)

    expect(desk.get_by_role("button", name="Admit")).to_be_visible()
    expect(phone.get_by_text("Dr. Patel knows where you are.")).to_be_visible()
    expect(phone.get_by_text(GONE).first).to_be_hidden()


def test_of_two_answers_without_signal_the_later_one_counts(waiting):
    phone, desk = waiting
    phone.get_by_role("button", name="I am here").tap()
    phone.get_by_role("button", name="I am at home").tap()
    phone.get_by_text("Somewhere else, or another number").tap()
    phone.get_by_role("button", name="I would rather tell Dr. Patel").tap()

    phone.context.set_offline(False)

    expect(phone.get_by_text("Dr. Patel will ask you.")).to_be_visible()
    expect(phone.get_by_text("Dr. Patel knows where you are.")).to_be_hidden()
    expect(desk.get_by_role("button", name="Admit")).to_be_visible()


def test_whoever_would_rather_be_phoned_is_told_so_only_when_the_clinic_knows(waiting):
    phone, desk = waiting

    phone.get_by_role("button", name="Phone me instead").tap()

    expect(phone.get_by_text(GONE).first).to_be_visible()
    expect(phone.get_by_role("heading", name="Dr. Patel will phone you.")).to_be_hidden()

    phone.context.set_offline(False)

    expect(phone.get_by_role("heading", name="Dr. Patel will phone you.")).to_be_visible()
    expect(desk.get_by_text("asked to be phoned").first).to_be_visible()


def test_a_tap_that_a_line_swallows_is_said_again(rooms):
    phone, desk = rooms
    swallowed = []
    phone.route("**/phone-me", lambda route: swallowed.append(route), times=1)
    phone.clock.install()

    with phone.expect_request("**/phone-me"):
        phone.get_by_role("button", name="Phone me instead").tap()
    phone.clock.fast_forward(10_000)

    expect(phone.get_by_role("heading", name="Dr. Patel will phone you.")).to_be_visible()
    expect(desk.get_by_text("asked to be phoned").first).to_be_visible()
    assert len(swallowed) == 1


def test_a_link_whose_answer_never_comes_or_breaks_off_is_opened_all_the_same(clinic, new_phone):
    visit, phone = a_visit(clinic), new_phone()
    swallowed = []
    phone.route("**/x", lambda route: route.fulfill(body='{"state": "op'), times=1)
    phone.route("**/x", lambda route: swallowed.append(route), times=1)  # this one first
    phone.clock.install()

    with phone.expect_request("**/x"):
        phone.goto(visit.link)
    for patience in (20_000, 5_000):
        phone.clock.fast_forward(patience)
        expect(phone.get_by_text("There is no signal right now.")).to_be_visible()
    phone.clock.fast_forward(5_000)

    expect(phone.get_by_role("button", name="I am here")).to_be_visible()
    assert len(swallowed) == 1
