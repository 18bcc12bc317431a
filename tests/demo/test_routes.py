import re
import time
from datetime import datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app import clock
from app.access.models import SessionKind, Strength, WebSession
from app.demo import people
from app.messaging.models import Direction, Message
from app.people.models import Practitioner, Role
from app.replies.meaning import Kind, understand
from app.tasks.models import StaffTask
from app.web.guards import COOKIES

SAM = people.SAM.phone
CLINIC = "+17185550100"
JORDAN = "+17185550192"  # on call, the first to be reached

_of_staff = select(WebSession).where(WebSession.kind == SessionKind.STAFF)


def push(demo, written):
    return demo.post("/demo/clock", json={"advance": written})


def arrived(demo, to=""):
    return demo.get("/demo/messages.json", params={"to": to} if to else {}).json()


def run_job(demo, name):
    """What the worker's thread does within half a second."""
    next(job for job in demo.app.state.worker.jobs if job.name == name).run()


def test_the_demo_is_not_there_without_being_asked_for(client):
    for path in ("/demo", "/demo/clock", "/demo/messages.json", "/demo/apikey", "/demo/components"):
        assert client.get(path).status_code == 404
    assert client.post("/demo/staff-session").status_code == 404
    assert client.post("/demo/reply", json={"from": SAM, "body": "OK"}).status_code == 404


def test_texts_are_listed_as_scripts_expect_them(demo):
    texts = arrived(demo)

    assert all(set(text) == {"id", "direction", "to", "from", "body", "at"} for text in texts)
    assert {text["direction"] for text in texts} == {"outbound", "inbound"}
    moments = [datetime.fromisoformat(text["at"]) for text in texts]
    assert moments == sorted(moments)
    assert all(moment.tzinfo is not None for moment in moments)
    first = next(text for text in texts if SAM in (text["to"], text["from"]))
    assert (first["direction"], first["from"], first["to"]) == ("outbound", CLINIC, SAM)


@pytest.mark.parametrize("written", [SAM, SAM.replace("+", "%2B"), SAM.replace("+", "%20")])
def test_one_phones_texts_are_found_however_the_plus_is_written(demo, written):
    texts = demo.get(f"/demo/messages.json?to={written}").json()

    assert texts
    assert {text["to"] for text in texts} == {SAM}


def test_what_is_ready_to_send_is_in_the_patients_language_and_is_understood(demo):
    kinds = {}
    for person in (people.SAM, people.LUCIA):
        stage = demo.get("/demo", params={"to": person.phone}).text
        ready = re.findall(r'class="sms__try".*?value="(.*?)" lang="(..)"', stage)
        assert {language for _, language in ready} == {person.language}
        kinds[person.language] = [understand(unescape(words)).kind for words, _ in ready]

    assert kinds["en"] == kinds["es"] == [Kind.LATER, Kind.CALL, Kind.UNCLEAR]


def test_whoever_stopped_texts_can_only_start_them_again(demo):
    demo.post("/demo/reply", json={"from": SAM, "body": "STOP"})

    stage = demo.get("/demo", params={"to": SAM}).text

    assert re.findall(r'class="sms__try".*?value="(.*?)"', stage) == ["START"]


def test_the_clock_is_read_and_pushed(demo):
    before = datetime.fromisoformat(demo.get("/demo/clock").json()["now"])

    after = datetime.fromisoformat(push(demo, "PT4H").json()["now"])

    assert timedelta(0) <= after - before - timedelta(hours=4) < timedelta(seconds=5)


@pytest.mark.parametrize("written", ["4 hours", "-PT4H", "P1M", "", None, 4])
def test_a_push_that_cannot_be_read_is_refused_in_words(demo, written):
    before = clock.now()

    response = push(demo, written)

    assert response.status_code == 400
    assert "PT4H" in response.json()["message"]
    assert clock.now() - before < timedelta(minutes=1)


def test_a_push_that_is_no_json_is_refused(demo):
    json = {"content-type": "application/json"}

    assert demo.post("/demo/clock", content=b"{", headers=json).status_code == 400
    assert demo.post("/demo/clock", content=b"[1]", headers=json).status_code == 400


def test_two_weeks_pass_and_every_text_has_its_own_moment(demo, seeded):
    with seeded.session(write=False) as db:
        planned = {
            str(row.id): row.due_at
            for row in db.scalars(select(Message).where(Message.sent_at.is_(None)))
        }
    began = time.process_time()  # of this process alone, whatever else the machine does

    push(demo, "P14D")

    assert time.process_time() - began < 20
    sent = {text["id"]: datetime.fromisoformat(text["at"]) for text in arrived(demo)}
    on_time = [sent[each] - due for each, due in planned.items() if each in sent]
    assert on_time
    assert all(timedelta(0) <= late < timedelta(seconds=2) for late in on_time)


def test_the_next_thing_is_the_text_that_is_due_next(demo):
    known = len(arrived(demo))

    demo.post("/demo/clock", json={"advance": "next"})

    assert len(arrived(demo)) > known


def test_the_text_carries_a_link_that_the_stage_opens_on_its_own_origin(demo):
    for _ in range(12):
        demo.post("/demo/clock", json={"advance": "next"})
        if any("/j#" in text["body"] for text in arrived(demo, SAM)):
            break
    body = arrived(demo, SAM)[-1]["body"]
    address = re.search(r"http://localhost:8000(/j#\w+)", body)

    stage = demo.get("/demo", params={"to": SAM}).text

    assert f'href="{address[1]}"' in stage
    assert 'href="http' not in stage


def test_a_reply_is_stored_and_understood(demo, seeded):
    response = demo.post("/demo/reply", json={"from": SAM, "body": "May I bring my dog?"})

    assert response.status_code == 200
    last = arrived(demo, CLINIC)[-1]
    assert (last["direction"], last["from"], last["body"]) == (
        "inbound",
        SAM,
        "May I bring my dog?",
    )
    with seeded.session(write=False) as db:
        assert "May I bring my dog?" in [task.note for task in db.scalars(select(StaffTask))]


def test_a_number_written_the_national_way_replies_too(demo):
    assert demo.post("/demo/reply", json={"from": "718 555 0101", "body": "ok"}).status_code == 200


@pytest.mark.parametrize("number", ["nobody", "", "12"])
def test_a_reply_from_what_is_no_number_is_refused_in_words(demo, number):
    response = demo.post("/demo/reply", json={"from": number, "body": "OK"})

    assert response.status_code == 404
    assert response.json()["message"] == "Nobody can write from this number."


def test_a_text_from_a_number_that_nobody_has_is_kept_for_staff(demo, seeded):
    response = demo.post("/demo/reply", json={"from": "+15555550199", "body": "Is this Sam?"})

    assert response.status_code == 200
    with seeded.session(write=False) as db:
        message = db.get(Message, UUID(response.json()["id"]))
        assert (message.thread.number, message.body) == ("+15555550199", "Is this Sam?")
        assert message.thread.opened_at is not None


@pytest.mark.parametrize("body", ["", "  ", None, "x" * 1601])
def test_an_empty_or_endless_reply_is_refused(demo, body):
    assert demo.post("/demo/reply", json={"from": SAM, "body": body}).status_code == 400


def test_twilio_answers_its_own_words_and_the_clinic_only_records_them(demo, seeded):
    demo.post("/demo/reply", json={"from": SAM, "body": "Stop"})

    *_, asked, answered = [text for text in arrived(demo) if SAM in (text["to"], text["from"])]
    assert (asked["direction"], answered["direction"]) == ("inbound", "outbound")
    assert "unsubscribed" in answered["body"]
    with seeded.session(write=False) as db:
        assert people.find(db, people.SAM).opted_out_at is not None
        ours = select(Message).where(Message.direction == Direction.OUTBOUND)
        assert not [row for row in db.scalars(ours) if "unsubscribed" in row.body]

    demo.post("/demo/reply", json={"from": SAM, "body": "START"})

    with seeded.session(write=False) as db:
        assert people.find(db, people.SAM).opted_out_at is None


def test_later_is_answered_with_a_link_before_the_clock_moves(demo):
    demo.post("/demo/reply", json={"from": SAM, "body": "Not ready today, can we try tomorrow?"})

    run_job(demo, "send")

    answer = arrived(demo, SAM)[-1]
    assert re.search(r"http://localhost:8000/j#\w{20,}", answer["body"])


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("CALL", "we'll phone"),
        ("I want to die", "988"),
        ("What did the blue one say?", "a person"),
        ("stop texting me", "no more texts"),
        ("AYUDA", "STOP"),
    ],
)
def test_a_text_is_answered_on_the_phone_that_wrote_it(demo, body, answer):
    demo.post("/demo/reply", json={"from": SAM, "body": body})

    run_job(demo, "send")

    last = arrived(demo, SAM)[-1]
    assert (last["direction"], last["to"]) == ("outbound", SAM)
    assert answer in last["body"]


def test_the_words_of_somebody_in_danger_ring_staff(demo):
    demo.post("/demo/reply", json={"from": SAM, "body": "quiero morirme"})

    run_job(demo, "send")

    assert any("alert" in text["body"] for text in arrived(demo, JORDAN))


def test_yes_after_stop_is_confirmed_by_twilio(demo, seeded):
    demo.post("/demo/reply", json={"from": SAM, "body": "STOP"})
    demo.post("/demo/reply", json={"from": SAM, "body": "YES"})

    with seeded.session(write=False) as db:
        assert people.find(db, people.SAM).opted_out_at is None
    assert "re-subscribed" in arrived(demo, SAM)[-1]["body"]


def test_what_twilio_never_held_back_it_does_not_give_back(demo):
    demo.post("/demo/reply", json={"from": SAM, "body": "ALTO"})
    demo.post("/demo/reply", json={"from": SAM, "body": "START"})

    run_job(demo, "send")

    confirmed = [text["body"] for text in arrived(demo, SAM)[-2:]]
    assert "no more texts" in confirmed[0]
    assert "texts again. Reply STOP" in confirmed[1]


def test_the_key_of_the_fhir_door_stays_the_same_and_opens_it(demo):
    key = demo.get("/demo/apikey").json()["key"]

    assert demo.get("/demo/apikey").json()["key"] == key
    response = demo.get("/fhir/R4/Practitioner", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 200
    first = response.json()["entry"][0]["resource"]
    assert "Patel" in str(first["name"])


@pytest.mark.parametrize("change", [{"role": Role.ADMINISTRATOR}, {"disabled_at": clock.now}])
def test_the_demo_goes_on_when_its_clinician_has_another_role_or_left(demo, change):
    key = demo.get("/demo/apikey").json()["key"]
    changed = {name: value() if callable(value) else value for name, value in change.items()}
    with demo.app.state.database.session() as db:
        dr_patel = update(Practitioner).where(Practitioner.display_name == "Dr. Patel")
        db.execute(dr_patel.values(**changed))

    assert demo.get("/demo/apikey").json()["key"] == key
    assert demo.post("/demo/staff-session").json()["new"] is True
    for path in ("/demo", "/demo/components"):
        assert demo.get(path).status_code == 200


def test_the_calling_browser_is_signed_in_as_the_demo_clinician(demo, seeded):
    response = demo.post("/demo/staff-session")

    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIES[SessionKind.STAFF]}=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    with seeded.session(write=False) as db:
        web_session = db.scalars(_of_staff).one()
        practitioner = db.get(Practitioner, web_session.practitioner_id)
    assert web_session.strength is Strength.DEMO
    assert practitioner.display_name == "Dr. Patel"


def test_a_browser_that_is_signed_in_stays_so_without_a_second_session(demo, seeded):
    token = demo.post("/demo/staff-session").cookies[COOKIES[SessionKind.STAFF]]
    demo.cookies.set(COOKIES[SessionKind.STAFF], token, domain="localhost.local")
    headers = {"cookie": f"{COOKIES[SessionKind.STAFF]}={token}"}

    again = demo.post("/demo/staff-session", headers=headers)

    assert again.json()["new"] is False
    with seeded.session(write=False) as db:
        assert len(db.scalars(_of_staff).all()) == 1


def test_the_stage_lets_its_frames_use_camera_and_microphone(demo):
    response = demo.get("/demo")

    assert response.status_code == 200
    assert "camera=(self), microphone=(self)" in response.headers["permissions-policy"]
    assert "frame-ancestors 'self'" in response.headers["content-security-policy"]
    assert response.text.count('allow="camera; microphone') == 2
    assert COOKIES[SessionKind.STAFF] in response.headers["set-cookie"]


def test_another_site_pushes_no_clock(demo):
    response = demo.post(
        "/demo/clock", json={"advance": "PT4H"}, headers={"sec-fetch-site": "cross-site"}
    )

    assert response.status_code == 403


def test_a_script_that_names_no_page_pushes_the_clock_and_changes_nothing_else(demo):
    demo.headers.pop("sec-fetch-site")

    assert demo.post("/demo/clock", json={"advance": "PT4H"}).status_code == 200
    assert demo.post("/gentle", data={"on": "1"}).status_code == 403


def test_the_components_are_on_one_page(demo):
    assert demo.get("/demo/components").status_code == 200
