import pytest
from twilio.request_validator import RequestValidator

from app import clock
from app.messaging import inbound, outbox
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Patient
from tests.conftest import BASE_URL


@pytest.fixture
def message(database, cast):
    with database.session() as db:
        return outbox.enqueue(
            db,
            Purpose.NOTICE,
            "Hello.",
            patient=db.get_one(Patient, cast.maya.id),
            due_at=clock.now(),
        )


@pytest.fixture
def call(browser, message):
    """`call(form)`: Twilio calls back about the message, rightly signed unless said otherwise."""

    def call(form, *, about=None, signature=None, token="token", signed_for=None, signed=None):
        path = f"/hooks/twilio/status/{about or message.id}"
        signature = signature or RequestValidator(token).compute_signature(
            (signed_for or BASE_URL) + path, form if signed is None else signed
        )
        page = browser()
        page.headers.pop("sec-fetch-site")
        return page.post(path, data=form, headers={"x-twilio-signature": signature})

    return call


@pytest.fixture
def status(database, message):
    def status():
        with database.session(write=False) as db:
            return db.get_one(Message, message.id).status

    return status


def test_a_signed_callback_tells_what_became_of_a_text(call, status):
    assert call({"MessageStatus": "delivered", "MessageSid": "SM1"}).status_code == 204
    assert status() is MessageStatus.DELIVERED


def test_parameters_that_nobody_announced_are_no_reason_to_refuse(call, status):
    form = {"MessageStatus": "sent", "MessageSid": "SM1", "New": "", "Ümlaut": " ä ", "To": "+1 2"}

    assert call(form).status_code == 204
    assert status() is MessageStatus.SENT


@pytest.mark.parametrize(
    "forged",
    [
        {"signature": "x"},
        {"signature": "A" * 28},
        {"token": "another"},
        {"signed_for": "https://evil.test"},
        {"signed_for": "http://afterglow.test"},
        {"signed": {"MessageStatus": "sent"}},
        {"signed": {}},
    ],
)
def test_a_forged_callback_changes_nothing(call, status, forged):
    response = call({"MessageStatus": "delivered", "MessageSid": "SM1"}, **forged)

    assert (response.status_code, response.content) == (403, b"")
    assert status() is MessageStatus.QUEUED


def test_a_callback_without_a_signature_changes_nothing(browser, message, status):
    response = browser().post(
        f"/hooks/twilio/status/{message.id}", data={"MessageStatus": "delivered"}
    )

    assert response.status_code == 403
    assert status() is MessageStatus.QUEUED


def test_a_signature_for_one_text_is_none_for_another(call, message, database, status):
    form = {"MessageStatus": "delivered"}
    other = RequestValidator("token").compute_signature(
        f"{BASE_URL}/hooks/twilio/status/{message.id.hex}0", form
    )

    assert call(form, signature=other).status_code == 403
    assert status() is MessageStatus.QUEUED


@pytest.mark.parametrize("about", ["x", "0193b3c0-0000-7000-8000-000000000000"])
def test_a_text_that_is_none_of_ours_is_not_found(call, about):
    assert call({"MessageStatus": "delivered"}, about=about).status_code == 404


@pytest.mark.parametrize(
    ("asked", "signed_for", "answer"), [("?a=1", "?a=1", 204), ("?a=1", "", 403), ("", "?a=1", 403)]
)
def test_a_callback_is_signed_with_the_query_of_its_address(
    browser, message, asked, signed_for, answer
):
    path, form = f"/hooks/twilio/status/{message.id}", {"MessageStatus": "sent"}
    signature = RequestValidator("token").compute_signature(BASE_URL + path + signed_for, form)

    said = browser().post(path + asked, data=form, headers={"x-twilio-signature": signature})

    assert said.status_code == answer


def test_a_callback_that_comes_thrice_has_one_effect(call, status, database, message):
    for _ in range(3):
        call({"MessageStatus": "delivered", "MessageSid": "SM1"})
    with database.session(write=False) as db:
        first = db.get_one(Message, message.id).status_at

    assert (status(), first) == (MessageStatus.DELIVERED, clock.now())


def test_a_callback_about_a_text_that_came_in_is_no_crash(call, database, cast):
    with database.session() as db:
        came_in = inbound.record(
            db,
            cast.clinic.id,
            "+13125550142",
            "ok",
            sid="SM9",
            at=clock.now(),
            patient_id=cast.maya.id,
        )

    assert call({"MessageStatus": "delivered"}, about=came_in.id).status_code < 500


def test_the_hook_is_called_by_post_alone(browser, message, status):
    assert browser().get(f"/hooks/twilio/status/{message.id}").status_code == 405
    assert status() is MessageStatus.QUEUED
