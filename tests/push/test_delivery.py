"""A notice leaves once for each browser, says nothing personal, and ends where it is not wanted."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from sqlalchemy import update

from app import clock
from app.push import notices, vapid
from app.push.encryption import decoded
from app.push.models import NoticeStatus, VapidKey
from tests.conftest import BASE_URL, FRIDAY_NOON
from tests.push.receiving import opened


def words_in(taken, private, auth):
    return json.loads(opened(taken[2], private, auth))


def test_the_browser_reads_generic_words_in_its_language(subscribe, queue, send, service):
    _, private, auth = subscribe(language="es")
    queue()

    assert send()
    assert not send()

    (taken,) = service.taken
    words = words_in(taken, private, auth)
    assert set(words) == {"title", "body", "lang", "opens"}
    assert words["lang"] == "es"
    assert words["opens"] == "/journal/write"


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_personal_travels_not_even_sealed(subscribe, queue, send, service, cast, language):
    _, private, auth = subscribe(language=language)
    queue()

    send()

    endpoint, headers, body = service.taken[0]
    said = opened(body, private, auth).decode() + json.dumps(headers) + endpoint
    personal = ("Maya", "Osei", "555", "Northside", "Okafor", str(cast.maya.id), "dose", "session")
    assert [word for word in personal if word.lower() in said.lower()] == []


def test_everybody_s_notice_is_the_same(subscribe, queue, send, service, cast):
    _, mayas, mayas_auth = subscribe()
    _, theos, theos_auth = subscribe(cast.theo)
    queue(once_key="evening:1")
    queue(cast.theo, once_key="morning:2")

    send()
    send()

    by_endpoint = {taken[0][-1]: taken for taken in service.taken}
    assert words_in(by_endpoint["0"], mayas, mayas_auth) == words_in(
        by_endpoint["1"], theos, theos_auth
    )
    assert len({len(taken[2]) for taken in service.taken}) == 1


def test_the_service_can_tell_that_it_is_us_and_nobody_else_s_word(
    subscribe, queue, send, service, database
):
    subscribe(endpoint="https://web.push.apple.com/abc", hosts=("*.push.apple.com",))
    queue()

    send()

    scheme, _, rest = service.taken[0][1]["Authorization"].partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    header, claims, signature = fields["t"].split(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(fields["k"]))
    raw = decoded(signature)
    key.verify(
        encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")),
        f"{header}.{claims}".encode(),
        ec.ECDSA(hashes.SHA256()),
    )
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert scheme == "vapid"
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"typ": "JWT", "alg": "ES256"}
    assert said["aud"] == "https://web.push.apple.com"
    assert said["sub"] == BASE_URL
    assert 0 < said["exp"] - FRIDAY_NOON.timestamp() <= 24 * 3600
    with database.session() as db:
        assert vapid.public_key(db) == fields["k"]


def test_a_notice_lives_as_long_as_it_is_worth_reading(subscribe, queue, send, service):
    subscribe()
    queue(lasts=timedelta(hours=2))

    send()

    assert service.taken[0][1]["TTL"] == "7200"


def test_one_that_is_too_late_is_not_sent(subscribe, queue, send, service, kept):
    subscribe()
    queue(lasts=timedelta(hours=2))
    clock.stand_still(FRIDAY_NOON + timedelta(hours=3), machine=FRIDAY_NOON)

    send()

    assert service.taken == []
    assert kept()[0].status is NoticeStatus.CANCELLED


def test_nothing_leaves_before_its_time(subscribe, queue, send, service):
    subscribe()
    queue(due_at=FRIDAY_NOON + timedelta(minutes=1))

    assert not send()
    assert service.taken == []


def test_whoever_takes_no_notices_is_sent_none(queue, send, service, kept):
    queue()

    send()

    assert service.taken == []
    assert kept()[0].status is NoticeStatus.CANCELLED


def test_the_same_notice_is_queued_once_and_may_move_while_it_waits(queue, kept):
    queue()
    queue(due_at=FRIDAY_NOON + timedelta(hours=1))

    (notice,) = kept()
    assert notice.due_at == FRIDAY_NOON + timedelta(hours=1)


def test_a_notice_that_left_is_not_sent_again(subscribe, queue, send, service):
    subscribe()
    queue()
    send()

    queue()

    assert not send()
    assert len(service.taken) == 1


def test_a_cancelled_notice_does_not_leave_and_may_be_wanted_again(
    subscribe, queue, send, service, database
):
    subscribe()
    queue()
    with database.session() as db:
        notices.cancel(db, "evening:1")
    assert not send()

    queue()

    assert send()
    assert len(service.taken) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(subscribe, queue, send, service, browsers, status):
    subscribe()
    queue()
    service.answers = [status]

    send()

    (browser,) = browsers()
    assert browser.ended_at == FRIDAY_NOON
    assert browser.endpoint_sealed is None
    assert browser.auth_sealed is None


def test_one_gone_browser_keeps_the_notice_from_no_other(
    subscribe, queue, send, service, kept, browsers
):
    subscribe()
    subscribe()
    queue()
    service.answers = [410, 201]

    send()

    assert kept()[0].status is NoticeStatus.SENT
    assert [browser.ended_at is None for browser in browsers()] == [False, True]


@pytest.mark.parametrize("answer", [None, 429, 503])
def test_a_service_that_is_down_is_asked_again_later(subscribe, queue, send, service, kept, answer):
    subscribe()
    queue()
    service.answers = [answer]

    send()

    (notice,) = kept()
    assert notice.status is NoticeStatus.QUEUED
    assert notice.due_at == FRIDAY_NOON + timedelta(minutes=2)
    clock.stand_still(notice.due_at, machine=notice.due_at)
    send()
    assert kept()[0].status is NoticeStatus.SENT


def test_trying_again_has_an_end(subscribe, queue, send, service, kept):
    subscribe()
    queue(lasts=timedelta(days=1))
    service.answers = [None] * 9

    while kept()[0].status is NoticeStatus.QUEUED:
        due_at = kept()[0].due_at
        clock.stand_still(due_at, machine=due_at)
        send()

    assert kept()[0].status is NoticeStatus.FAILED
    assert len(service.taken) == 5


def test_a_browser_whose_service_takes_nothing_for_long_is_taken_for_gone(
    subscribe, queue, send, service, browsers
):
    subscribe()
    service.answers = [403] * 10

    for number in range(10):
        queue(once_key=f"evening:{number}")
        send()

    assert browsers()[0].ended_at is not None


def test_a_worker_that_died_with_a_notice_in_hand_is_followed_by_another(
    subscribe, queue, send, service, database
):
    subscribe()
    queue()
    with database.session() as db:
        assert notices.claim_next(db) is not None
    assert not send()

    clock.stand_still(FRIDAY_NOON, machine=FRIDAY_NOON + timedelta(minutes=3))

    assert send()
    assert len(service.taken) == 1


def test_a_service_that_the_settings_no_longer_name_gets_nothing(
    subscribe, queue, service, database, settings, browsers
):
    from app.push import delivery

    subscribe()
    queue()

    delivery.send_one(database, service, settings.model_copy(update={"push_hosts": ()}))

    assert service.taken == []
    assert browsers()[0].ended_at is not None


def test_what_is_long_over_is_forgotten(subscribe, queue, send, kept, database):
    subscribe()
    queue()
    send()
    clock.stand_still(FRIDAY_NOON + timedelta(days=91), machine=FRIDAY_NOON)

    with database.session() as db:
        notices.forget_old(db)

    assert kept() == []


def test_without_its_key_a_notice_ends_and_holds_up_no_other(
    subscribe, queue, send, service, kept, database
):
    subscribe()
    queue()
    queue(once_key="morning:1")
    with database.session() as db:
        db.execute(update(VapidKey).values(private_sealed=b"sealed under a key that is gone"))

    assert send()
    assert send()

    assert service.taken == []
    assert {notice.status for notice in kept()} == {NoticeStatus.CANCELLED}
