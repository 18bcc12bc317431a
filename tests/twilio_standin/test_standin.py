"""The stand-in is the judge of what leaves: it has to see what is wrong, and say what it was told.

It is asked over plain HTTP, as anybody would.
"""

import http.client
import json
import subprocess
import sys
import threading
import time
from base64 import b64encode
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

import pytest
from twilio.request_validator import RequestValidator

from tests.twilio_standin import Calls, Fault, StandIn, Turn, ledger, sign

MAYA = "+13125550142"
GOOD = {
    "To": MAYA,
    "Body": "Hello.",
    "MessagingServiceSid": "MG" + "c" * 32,
    "StatusCallback": "https://afterglow.test/hooks/twilio/status/7",
}


class Taken(list):
    """What was called, in order: (address, form, signature)."""

    def __call__(self, address, form, signature):
        self.append((address, dict(form), signature))
        return 204


@pytest.fixture
def calls():
    return Taken()


@pytest.fixture
def twilio(calls):
    with StandIn(deliver=calls) as standin:
        yield standin


def ask(twilio, form=None, *, path="Messages.json", signed=True, **headers):
    """One request; the status and what was said."""
    line = http.client.HTTPConnection(urlsplit(twilio.url).netloc, timeout=5)
    if signed:
        who = b64encode(f"{twilio.account}:{twilio.token}".encode()).decode()
        headers = {"Authorization": f"Basic {who}", **headers}
    try:
        line.request(
            "GET" if form is None else "POST",
            f"/2010-04-01/Accounts/{twilio.account}/{path}",
            None if form is None else urlencode(form, doseq=True),
            {"Content-Type": "application/x-www-form-urlencoded", **headers},
        )
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        line.close()


def words(calls):
    return [form["MessageStatus"] for _, form, _ in calls]


def test_a_text_of_the_documented_shape_is_taken(twilio):
    status, said = ask(twilio, GOOD)

    assert (status, said["status"], said["direction"]) == (201, "accepted", "outbound-api")
    assert (said["to"], said["body"]) == (MAYA, "Hello.")
    assert twilio.faults_seen == []


@pytest.mark.parametrize(
    ("differs", "fault"),
    [
        ({"To": None}, "To is missing"),
        ({"To": "3125550142"}, "To out of shape"),
        ({"MessagingServiceSid": None}, "neither From nor MessagingServiceSid"),
        ({"MessagingServiceSid": "MG1"}, "MessagingServiceSid out of shape"),
        ({"Body": None}, "nothing to say"),
        ({"Body": ""}, "Body out of shape"),
        ({"Body": "x" * 1601}, "Body out of shape"),
        ({"Body": ["a", "b"]}, "Body more than once"),
        ({"ValidityPeriod": "0"}, "ValidityPeriod out of shape"),
        ({"ValidityPeriod": "36001"}, "ValidityPeriod out of shape"),
        ({"ValidityPeriod": "12.5"}, "ValidityPeriod out of shape"),
        ({"StatusCallback": "/hooks"}, "StatusCallback out of shape"),
        ({"StatusCallback": "https://my_host/x"}, "StatusCallback out of shape"),
        ({"status_callback": "https://x.test"}, "status_callback is no parameter"),
        ({"IdempotencyKey": "1"}, "IdempotencyKey is no parameter"),
    ],
)
def test_a_text_of_another_shape_is_refused_and_noted(twilio, differs, fault):
    form = {name: value for name, value in (GOOD | differs).items() if value is not None}

    status, said = ask(twilio, form)

    assert (status, said["message"]) == (400, fault)
    assert twilio.faults_seen == [fault]
    assert twilio.made() == []


def test_a_sender_of_another_account_is_refused_as_twilio_refuses_it(calls):
    senders = {"": ["+13125550901"], "MG" + "a" * 32: ["+13125550933"]}
    bare = {name: value for name, value in GOOD.items() if name != "MessagingServiceSid"}
    with StandIn(deliver=calls, senders=senders) as twilio:
        good = [
            GOOD,
            bare | {"From": "+13125550901"},
            bare | {"MessagingServiceSid": "MG" + "a" * 32},
        ]
        bad = [bare | {"From": "+13125550999"}, bare | {"MessagingServiceSid": "MG" + "f" * 32}]

        assert [ask(twilio, form)[0] for form in good] == [201] * 3
        assert [ask(twilio, form)[1]["code"] for form in bad] == [21660, 21701]
        assert twilio.settle()
        by = {(form["From"], form.get("MessagingServiceSid")) for _, form, _ in calls}
        _, answers = twilio.text_in(MAYA, "Hello", to="+13125550901")

    assert answers == [204]
    assert "MessagingServiceSid" not in calls[-1][1]
    assert by == {
        ("+13125550100", GOOD["MessagingServiceSid"]),
        ("+13125550901", None),
        ("+13125550933", "MG" + "a" * 32),
    }


def test_a_body_that_is_no_form_is_refused(twilio):
    status, _ = ask(twilio, GOOD, **{"Content-Type": "application/json"})

    assert status == 400
    assert twilio.faults_seen == ["not form-encoded but application/json"]


def test_the_token_that_twilio_puts_on_its_own_calls_is_none_of_ours(twilio):
    status, _ = ask(twilio, GOOD, **{"I-Twilio-Idempotency-Token": "1"})

    assert status == 400


def test_nobody_is_let_in_unsigned(twilio):
    assert ask(twilio, GOOD, signed=False)[0] == 401
    assert ask(twilio, signed=False)[0] == 401
    assert twilio.faults_seen == ["not signed in", "not signed in"]


def test_the_list_comes_newest_first_in_pages_that_new_texts_do_not_shift(twilio):
    sids = [ask(twilio, GOOD)[1]["sid"] for _ in range(5)]

    _, first = ask(twilio, path="Messages.json?PageSize=2")
    ask(twilio, GOOD)
    following = first["next_page_uri"].split(f"{twilio.account}/")[1]
    _, second = ask(twilio, path=following)
    _, third = ask(twilio, path=second["next_page_uri"].split(f"{twilio.account}/")[1])

    pages = [[one["sid"] for one in page["messages"]] for page in (first, second, third)]
    assert pages == [sids[:-3:-1], sids[2:0:-1], sids[:1]]
    assert third["next_page_uri"] is None


def test_the_list_is_narrowed_by_number_and_by_day_of_sending(twilio):
    twilio.usual = lambda form: Turn(words=() if form["Body"] == "Waits." else ("sent",))
    ask(twilio, GOOD)
    ask(twilio, GOOD | {"To": "+13125550199"})
    ask(twilio, GOOD | {"Body": "Waits."})
    assert twilio.settle()

    def bodies(**query):
        _, page = ask(twilio, path=f"Messages.json?{urlencode(query)}")
        return [one["body"] for one in page["messages"]]

    assert bodies(To=MAYA) == ["Waits.", "Hello."]
    assert bodies(To=MAYA, **{"DateSent>": "2020-01-01"}) == ["Hello."]
    assert bodies(**{"DateSent<": "2020-01-01"}) == []
    assert bodies(From=MAYA) == []


@pytest.mark.parametrize(
    "query", ["PageSize=0", "PageSize=1001", "To=Maya", "DateSent=today", "Status=sent"]
)
def test_a_list_asked_for_in_another_shape_is_refused(twilio, query):
    assert ask(twilio, path=f"Messages.json?{query}")[0] == 400
    assert len(twilio.faults_seen) == 1


def test_one_text_is_told_as_it_stands(twilio):
    sid = ask(twilio, GOOD)[1]["sid"]
    assert twilio.settle()

    assert ask(twilio, path=f"Messages/{sid}.json")[1]["status"] == "delivered"
    assert ask(twilio, path="Messages/SM0.json")[0] == 404


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (Calls.IN_ORDER, ["queued", "sent", "delivered"]),
        (Calls.EARLY, ["queued", "sent", "delivered"]),
        (Calls.TWICE, ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
        (Calls.REVERSED, ["delivered", "sent", "queued"]),
        (Calls.NEVER, []),
    ],
)
def test_the_callbacks_come_as_they_were_ordered(twilio, calls, way, told):
    twilio.caller.stop()  # one thread alone keeps an order that can be compared
    twilio.caller = type(twilio.caller)(twilio.token, calls, threads=1)
    twilio.turns.append(Turn(calls=way))

    ask(twilio, GOOD)
    assert twilio.settle()

    assert words(calls) == told


def test_an_early_callback_is_made_before_the_answer(twilio):
    answered = threading.Event()
    seen = []
    twilio.caller.deliver = lambda *_: seen.append(answered.is_set()) or 204
    twilio.turns.append(Turn(calls=Calls.EARLY))

    ask(twilio, GOOD)
    answered.set()

    assert seen == [False] * 3


def test_a_late_callback_waits(twilio, calls):
    twilio.turns.append(Turn(calls=Calls.LATE, wait=0.2, words=("delivered",)))
    began = time.monotonic()

    ask(twilio, GOOD)
    assert twilio.settle()

    assert words(calls) == ["delivered"]
    assert time.monotonic() - began >= 0.2


def test_an_end_without_delivery_tells_its_code(twilio, calls):
    twilio.turns.append(Turn(words=("sent", "undelivered"), code="30003"))

    ask(twilio, GOOD)
    assert twilio.settle()

    last = next(form for _, form, _ in calls if form["MessageStatus"] == "undelivered")
    assert last["ErrorCode"] == "30003"
    assert all("ErrorCode" not in form for _, form, _ in calls if form is not last)


def test_what_it_signs_is_genuine_to_twilios_own_validator(twilio, calls):
    ask(twilio, GOOD)
    twilio.text_in(MAYA, "  Not today… ¿mañana? 🙂 \n", NewParameter="x")
    assert twilio.settle()

    assert len(calls) == 4
    for address, form, signature in calls:
        assert RequestValidator(twilio.token).validate(address, form, signature)
        assert not RequestValidator(twilio.token).validate(address, form | {"To": "1"}, signature)


def test_a_text_that_comes_in_is_called_about_and_listed(twilio, calls):
    text, answers = twilio.text_in(MAYA, "Not today", calls=2)

    assert answers == [204, 204]
    assert [form["MessageSid"] for _, form, _ in calls] == [text.sid, text.sid]
    [listed] = ask(twilio)[1]["messages"]
    assert (listed["direction"], listed["from"], listed["body"]) == ("inbound", MAYA, "Not today")


def test_a_call_that_nobody_takes_is_made_once(twilio):
    with StandIn(instead="http://127.0.0.1:9") as alone:
        _, answers = alone.text_in(MAYA, "Not today")

    assert answers == [0]


@pytest.mark.parametrize("fault", list(Fault))
def test_a_text_stands_in_the_ledger_before_it_is_answered_or_not_at_all(tmp_path, fault):
    path = tmp_path / "ledger.jsonl"
    with StandIn(ledger=path, deliver=lambda *_: 204) as twilio:
        # Whatever it is going to say, it waits: what stands in the ledger now was there before.
        twilio.turns.append(
            Turn(fault, pause=60, wait=0, code="21610", words=(), calls=Calls.NEVER)
        )
        asking = threading.Thread(target=_ask_in_vain, args=(twilio,))
        asking.start()
        until = time.monotonic() + 5
        while not twilio.posts and time.monotonic() < until:
            time.sleep(0.001)
        while fault.takes and not ledger.read(path) and time.monotonic() < until:
            time.sleep(0.001)
        written = ledger.read(path)
        twilio.stopping.set()
        asking.join(5)

    assert [entry["made"]["body"] for entry in written] == (["Hello."] if fault.takes else [])
    assert ledger.read(path) == written


def _ask_in_vain(twilio):
    with suppress(OSError, http.client.HTTPException, ValueError):
        ask(twilio, GOOD)


def test_a_status_stands_in_the_ledger_before_it_is_called_about(tmp_path):
    path, seen = tmp_path / "ledger.jsonl", []
    twilio = StandIn(ledger=path, deliver=lambda *_: seen.append(ledger.read(path)) or 204)
    with twilio:
        twilio.turns.append(Turn(words=("delivered",), calls=Calls.EARLY))
        ask(twilio, GOOD)

    [[made, became]] = seen
    assert became["became"][:2] == [made["made"]["sid"], "delivered"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda lines: lines[1:],
        lambda lines: [*lines[:1], *lines[2:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[0].replace("Hello", "Adieu"), *lines[1:]],
        lambda lines: [*lines, "{}"],
    ],
)
def test_a_ledger_that_somebody_wrote_into_is_found_out(tmp_path, harm):
    path = tmp_path / "ledger.jsonl"
    with StandIn(ledger=path, deliver=lambda *_: 204) as twilio:
        ask(twilio, GOOD)
        ask(twilio, GOOD)
        assert twilio.settle()
    assert len(ledger.read(path)) == 8

    path.write_text("\n".join(harm(path.read_text().splitlines())) + "\n")

    with pytest.raises(ledger.Broken):
        ledger.read(path)


def test_what_the_ledger_holds_is_remembered_by_the_next_one(tmp_path):
    with StandIn(ledger=tmp_path / "ledger", deliver=lambda *_: 204) as twilio:
        ask(twilio, GOOD)
        assert twilio.settle()
        texts = twilio.made()
    with StandIn(ledger=tmp_path / "ledger", deliver=lambda *_: 204) as again:
        assert again.made() == texts
        assert texts[0].status == "delivered"


def test_copies_are_counted_by_the_row_they_name(twilio):
    for _ in range(2):
        ask(twilio, GOOD)

    assert [len(copies) for copies in twilio.copies().values()] == [2]
    assert list(twilio.copies()) == ["7"]


def test_it_runs_as_a_process_of_its_own(tmp_path):
    script = tmp_path / "script.json"
    script.write_text('[{"fault": "refused", "code": "21610"}]')
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.twilio_standin", "--script", str(script)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = process.stdout.readline().strip()

        class There:
            url, account, token = address, "AC" + "b" * 32, "current-token"

        assert ask(There, GOOD)[1]["code"] == 21610
        assert ask(There, GOOD | {"StatusCallback": "http://127.0.0.1:9/7"})[0] == 201
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def test_the_signature_is_the_one_of_twilios_own_example():
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    address = "https://mycompany.com/myapp.php?foo=1&bar=2"

    assert sign("12345", address, form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
