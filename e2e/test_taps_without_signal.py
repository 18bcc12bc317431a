"""What is tapped in the waiting room without a signal: said when there is one, and only then."""

import pytest
from playwright.sync_api import expect

from e2e.visits import a_visit, open_room

GONE = "The line is gone for a moment."


@pytest.fixture
def waiting(clinic, new_phone, new_desk):
    """A phone that lost its signal in the waiting room, and the clinician's room: → phone, desk."""
    visit, desk, phone = a_visit(clinic), new_desk(clinic), new_phone()
    open_room(desk, visit)
    phone.goto(visit.link)
    expect(phone.get_by_role("button", name="I am here")).to_be_visible()
    phone.context.set_offline(True)
    return phone, desk


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
