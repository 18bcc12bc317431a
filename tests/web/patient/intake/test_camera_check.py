"""Camera and microphone are tried on a calm day; what came of it, staff know."""

import pytest

from app.intake import camera
from app.intake.models import IntakePacket, IntakeTask, TaskState


@pytest.fixture
def checking(asked, phone):
    """Theo's phone on the page that tries its camera, and the task behind it."""
    packet = asked(camera=True)
    browser = phone().tap(packet.token)
    task_id = packet.task_ids[-1]
    return browser.go(f"/intake/{task_id}/camera"), packet, task_id


def task_of(database, task_id):
    with database.session(write=False) as db:
        return db.get_one(IntakeTask, task_id)


def untried(database, cast):
    with database.session(write=False) as db:
        return camera.untried(db, [cast.theo.id])


def test_the_packet_leads_to_the_check(asked, phone):
    packet = asked(camera=True)

    browser = phone().tap(packet.token).press()

    assert browser.path == f"/intake/{packet.task_ids[-1]}/camera"
    assert "Let us try your camera and sound." in browser.says


def test_only_this_page_of_intake_may_ask_for_the_camera(checking):
    browser, packet, _task_id = checking
    allowed = browser.answer.headers["permissions-policy"]
    elsewhere = browser.go(f"/intake/{packet.packet_id}").answer.headers["permissions-policy"]

    assert "camera=(self), microphone=(self)" in allowed
    assert "camera=(), microphone=()" in elsewhere


def test_without_scripts_the_page_goes_on_by_phone(checking, database, cast):
    browser, packet, task_id = checking

    assert browser.page.forms == 1
    assert browser.page.buttons[-1] == ("outcome", "phone")
    browser.press()

    task = task_of(database, task_id)
    assert (task.state, task.outcome) == (TaskState.COMPLETED, "phone")
    assert untried(database, cast) == {cast.theo.id}
    assert browser.path == f"/intake/{packet.packet_id}"


@pytest.mark.parametrize("outcome", ["works", "voice"])
def test_what_works_is_no_risk_any_more(checking, database, cast, outcome):
    browser, packet, task_id = checking

    browser.press("outcome", outcome)

    task = task_of(database, task_id)
    assert (task.state, task.outcome) == (TaskState.COMPLETED, outcome)
    assert untried(database, cast) == set()
    with database.session(write=False) as db:
        assert db.get_one(IntakePacket, packet.packet_id).done_at is not None


def test_anything_else_that_is_posted_counts_as_by_phone(checking, database):
    browser, _packet, task_id = checking

    browser.press("outcome", "x" * 10)

    assert task_of(database, task_id).outcome == "phone"


def test_once_done_the_page_leads_back(checking):
    browser, packet, task_id = checking
    browser.press("outcome", "works")

    assert browser.go(f"/intake/{task_id}/camera").path == f"/intake/{packet.packet_id}"


def test_a_form_is_no_camera_check(asked, phone):
    packet = asked("phq-2")
    browser = phone().tap(packet.token)

    assert browser.go(f"/intake/{packet.task_ids[0]}/camera").answer.status_code == 404


def test_whoever_is_signed_in_finds_what_waits_for_them(asked, signed_in, cast):
    theo, task_id = signed_in(cast.theo), asked(camera=True).task_ids[-1]

    assert theo.get("/camera-check").headers["location"] == f"/intake/{task_id}/camera"
    assert signed_in(cast.maya).get("/camera-check").headers["location"] == "/"
