"""The webhook for texts that come in: who may call it, and that it only keeps what it is told."""

import pytest
import structlog
from sqlalchemy import select
from starlette.testclient import TestClient
from twilio.request_validator import RequestValidator

from app.main import create_app
from app.messaging import inbound
from app.messaging.models import InboundText, Message
from app.replies import taking_in
from app.settings import Settings
from tests.conftest import BASE_URL
from tests.twilio_standin import sign

PATH = "/hooks/twilio/message"
FORM = {
    "MessageSid": "SM" + "1" * 32,
    "SmsSid": "SM" + "1" * 32,
    "From": "+13125550142",
    "To": "+13125550110",
    "Body": "Not ready today, periwinkle",
    "NumMedia": "0",
    "NumSegments": "1",
}


@pytest.fixture
def call(browser):
    """`call(form)`: Twilio calls, rightly signed unless said otherwise."""

    def call(form=FORM, *, signature=None, token="token", signed_for=BASE_URL + PATH, signed=None):
        if signature is None:
            signature = sign(token, signed_for, form if signed is None else signed)
        page = browser()
        page.headers.pop("sec-fetch-site")
        headers = {"x-twilio-signature": signature} if signature else {}
        return page.post(PATH, data=form, headers=headers)

    return call


@pytest.fixture
def kept(database):
    def kept():
        with database.session(write=False) as db:
            return [inbound.raw_of(text) for text in db.scalars(select(InboundText))]

    return kept


def test_a_text_is_kept_as_it_is_and_answered_at_once_with_nothing(call, kept, cast):
    response = call()

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    assert response.text == '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    (raw,) = kept()
    assert (raw.sender, raw.to, raw.body) == (FORM["From"], FORM["To"], FORM["Body"])


def test_nothing_is_understood_while_twilio_waits(call, database, cast, everything):
    before = everything()

    call()

    after = everything()
    assert [name for name in after if after[name] != before[name]] == ["inbound_text"]


def test_what_was_kept_is_understood_later(call, database, cast):
    call(FORM | {"Body": "CALL"})

    assert taking_in.understand_next(database)

    with database.session(write=False) as db:
        (message,) = db.scalars(select(Message).where(Message.direction == "inbound"))
    assert (message.patient_id, message.provider_sid) == (cast.maya.id, FORM["MessageSid"])


def test_the_package_we_did_not_write_signs_alike(call, kept):
    call(signature=RequestValidator("token").compute_signature(BASE_URL + PATH, FORM))

    assert len(kept()) == 1


def test_both_tokens_are_good_while_they_are_changed(call, kept):
    call(token="former")
    call(FORM | {"MessageSid": "SM" + "2" * 32}, token="token")

    assert len(kept()) == 2


@pytest.mark.parametrize(
    "forged",
    [
        {"signature": ""},
        {"signature": "x"},
        {"signature": "A" * 28},
        {"token": "another"},
        {"token": ""},
        {"signed_for": f"https://evil.test{PATH}"},
        {"signed_for": f"http://afterglow.test{PATH}"},
        {"signed_for": f"{BASE_URL}{PATH}/"},
        {"signed_for": f"{BASE_URL}/hooks/twilio/status/x"},
        {"signed": FORM | {"Body": "STOP"}},
        {"signed": FORM | {"From": "+13125550143"}},
        {"signed": {name: FORM[name] for name in FORM if name != "NumMedia"}},
        {"signed": {}},
    ],
)
def test_a_forged_text_is_refused_and_nothing_is_touched(call, cast, everything, forged):
    before = everything()

    response = call(**forged)

    assert (response.status_code, response.content) == (403, b"")
    assert everything() == before


def test_an_address_that_the_caller_made_up_signs_nothing(browser, kept):
    evil = "https://evil.test"
    page = browser(
        **{
            "x-twilio-signature": sign("token", evil + PATH, FORM),
            "x-forwarded-host": "evil.test",
            "x-forwarded-proto": "https",
            "x-original-url": evil + PATH,
        }
    )

    assert page.post(PATH, data=FORM).status_code == 403
    assert kept() == []


def test_parameters_that_nobody_announced_are_no_reason_to_refuse(call, kept):
    form = FORM | {"NewThing": "", "Ümlaut": " ä ", "AddOns": '{"status":"successful"}', "a b": "+"}

    assert call(form).status_code == 200
    assert len(kept()) == 1


def test_a_text_that_comes_thrice_is_kept_once(call, kept):
    assert [call().status_code for _ in range(3)] == [200] * 3

    assert len(kept()) == 1


def test_a_replay_after_it_was_understood_changes_nothing(call, database, cast, everything):
    call(FORM | {"Body": "CALL"})
    taking_in.understand_next(database)
    before = everything()

    assert call(FORM | {"Body": "CALL"}).status_code == 200
    assert everything() == before
    assert taking_in.understand_next(database) is False


def test_what_twilio_took_for_a_word_of_its_own_and_pictures_are_kept_too(call, kept):
    call(FORM | {"OptOutType": "STOP", "NumMedia": "2", "Body": "basta"})

    assert (kept()[0].answered, kept()[0].pictures) == ("STOP", 2)


def test_the_service_that_it_was_written_to_is_kept_beside_it(call, kept):
    call(FORM | {"MessagingServiceSid": "MG" + "a" * 32})

    assert kept()[0].service == "MG" + "a" * 32


@pytest.mark.parametrize("media", ["", "many", "-1", "²"])
def test_a_count_that_is_none_is_no_reason_to_lose_a_text(call, kept, media):
    assert call(FORM | {"NumMedia": media}).status_code == 200
    assert kept()[0].pictures == 0


def test_a_text_without_a_name_of_its_own_is_refused(call, kept):
    assert call({"From": "+13125550142", "Body": "ok"}).status_code == 400
    assert kept() == []


def test_the_hook_is_called_by_post_alone(browser, kept):
    assert browser().get(PATH).status_code == 405
    assert kept() == []


def test_where_texts_go_nowhere_nobody_can_have_signed(database):
    settings = Settings(
        _env_file=None,
        base_url=BASE_URL,
        secret_keys="s" * 40,
        encryption_keys="e" * 40,
        sms="demo",
    )
    app = create_app(settings, database, works=False)
    signature = sign("", BASE_URL + PATH, FORM)

    response = TestClient(app, base_url=BASE_URL).post(
        PATH, data=FORM, headers={"x-twilio-signature": signature}
    )

    assert response.status_code == 403


def test_the_lines_of_the_log_name_nobody(call, cast):
    with structlog.testing.capture_logs() as lines:
        call()
        call(token="another")

    for canary in ("periwinkle", "5550142", "5550110"):
        assert canary not in str(lines)
