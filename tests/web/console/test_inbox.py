"""The inbox: who waits for an answer, what was said, and writing back."""

import json
import re
from datetime import UTC, datetime, time, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.messaging import alarms, segments, threads
from app.messaging.models import Direction, Message, MessageStatus, Purpose, Thread
from app.people.models import Clinic, Patient, Practitioner
from app.safety import escalation
from app.safety.models import Signal
from app.scheduling import asking, booking, staffed_hours
from app.scheduling.models import Appointment, Service
from app.scheduling.staffed_hours import Opening
from app.tasks import desk as tasks
from app.tasks.models import StaffTask, TaskCode
from tests.web.test_budgets import counting

NIGHT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # three in the morning at the clinic
FORM = "0190a2b4-0000-7000-8000-000000000001"


@pytest.fixture
def wrote(database, cast):
    """`wrote(cast.maya, "…")`: a text came in a while ago, and somebody has to answer it."""

    def wrote(patient, words, *, ago=timedelta(minutes=6), needs_person=True):
        with database.session() as db:
            person = db.get_one(Patient, patient.id)
            message = _inbound(person.clinic_id, words, clock.now() - ago, patient=person)
            db.add(message)
            db.flush()
            threads.touch_inbound(db, message, needs_person=needs_person)
            if needs_person:
                tasks.open_task(db, TaskCode.ANSWER, person, by=person)
            return message.id

    return wrote


@pytest.fixture
def stranger(database, cast):
    """The thread with a number that nobody at the clinic has."""
    with database.session() as db:
        thread = threads.of_stranger(db, db.get_one(Clinic, cast.clinic.id), "+13125550177")
        message = _inbound(cast.clinic.id, "who is this", clock.now(), thread=thread)
        db.add(message)
        db.flush()
        threads.touch_inbound(db, message, needs_person=True)
        return thread.id


def _inbound(clinic_id, words, at, *, patient=None, thread=None):
    message = Message(
        clinic_id=clinic_id,
        patient_id=patient.id if patient else None,
        thread_id=thread.id if thread else None,
        direction=Direction.INBOUND,
        purpose=Purpose.REPLY,
        status=MessageStatus.RECEIVED,
        body=words,
        number=patient.phone if patient else thread.number,
        due_at=at,
        sent_at=at,
        made_at=at,
    )
    message.patient, message.thread = patient, thread
    return message


def _address(patient):
    return f"/clinic/inbox/{patient.id}"


def _count(text):
    """The number that the rail shows beside the inbox."""
    place = re.search(r'id="inbox-count"[^>]*>(.*?)</span>', text, re.S)[1]
    return "".join(re.findall(r"<b>(\d+)</b>", place))


def _written(database):
    with database.session(write=False) as db:
        return list(db.scalars(select(Message).where(Message.purpose == Purpose.WRITTEN)))


def _plain(answer):
    """The words of a page without their markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))


def _in_box(answer):
    return unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.text, re.S)[1])


def _send(desk, patient, words, **more):
    return desk.post(_address(patient), data={"body": words, "form": FORM} | more)


class TestList:
    def test_an_empty_inbox_says_so(self, desk):
        text = desk.get("/clinic/inbox").text

        assert "Nobody waits for an answer." in text
        assert "No texts yet." in text

    def test_whoever_has_waited_longest_comes_first(self, desk, cast, wrote):
        wrote(cast.theo, "is it ok to bring my sister", ago=timedelta(minutes=2))
        wrote(cast.maya, "can I eat before", ago=timedelta(hours=3))

        text = desk.get("/clinic/inbox").text

        assert text.index("Maya Osei") < text.index("Theo Brandt")
        assert "2 to answer. The first has waited 3 h." in text
        assert text.count("A question") == 2

    def test_answered_threads_follow_the_newest_first(self, desk, cast, wrote):
        wrote(cast.maya, "OK", needs_person=False)
        later = clock.now() + timedelta(minutes=5)
        clock.stand_still(later, machine=later)
        wrote(cast.theo, "OK", needs_person=False)

        text = desk.get("/clinic/inbox").text

        assert text.index("Theo Brandt") < text.index("Maya Osei")

    def test_the_last_words_stand_beside_the_name_whoever_said_them(
        self, desk, cast, wrote, database
    ):
        wrote(cast.maya, "can I eat before")
        assert "can I eat before" in desk.get("/clinic/inbox").text

        _send(desk, cast.maya, "Yes, until eight.")
        with database.session() as db:
            answer = db.scalars(select(Message).where(Message.purpose == Purpose.WRITTEN)).one()
            answer.status, answer.sent_at = MessageStatus.SENT, clock.now()

        text = desk.get("/clinic/inbox").text
        assert re.search(r"We:</span> Yes, until eight\.", text)
        assert "can I eat before" not in text

    def test_while_somebody_waits_it_is_their_words_that_stand_there(
        self, desk, cast, wrote, database
    ):
        _send(desk, cast.maya, "Bring a blanket.")
        wrote(cast.maya, "can I eat before", ago=timedelta(hours=3))
        with database.session() as db:
            held = db.scalars(select(Message).where(Message.purpose == Purpose.WRITTEN)).one()
            held.status, held.sent_at = MessageStatus.SENT, clock.now()

        assert "can I eat before" in desk.get("/clinic/inbox").text

    def test_what_nobody_has_read_is_marked_until_somebody_opens_it(self, desk, cast, wrote):
        wrote(cast.maya, "hello")
        assert "threads__unread" in desk.get("/clinic/inbox").text

        assert "threads__unread" not in desk.get(_address(cast.maya)).text

        assert "threads__unread" not in desk.get("/clinic/inbox").text

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            (TaskCode.CALL_BACK, "Asked to be phoned"),
            (TaskCode.OPTED_OUT, "Stopped texts"),
            (TaskCode.BAD_NUMBER, "Bad number"),
            (TaskCode.TEXT_UNDELIVERED, "A text did not arrive"),
        ],
    )
    def test_what_somebody_wants_is_a_tag(self, desk, cast, wrote, database, code, words):
        wrote(cast.maya, "…", needs_person=False)
        with database.session() as db:
            tasks.open_task(db, code, db.get_one(Patient, cast.maya.id), by=None)

        assert words in desk.get("/clinic/inbox/list").text

    def test_not_today_and_danger_are_tags_too(self, desk, cast, wrote, database):
        wrote(cast.maya, "not today", needs_person=False)
        with database.session() as db:
            visit = db.get_one(Appointment, cast.integration_visit.id)
            asking.ask(db, visit, by=visit.patient)
            escalation.raise_alert(db, visit.patient, Signal.WORDS)

        text = desk.get("/clinic/inbox/list").text

        assert text.index("Safety alert") < text.index("Wants another time")

    def test_danger_is_not_called_a_question(self, desk, cast, wrote, database):
        wrote(cast.maya, "…")
        assert "A question" in desk.get("/clinic/inbox/list").text
        with database.session() as db:
            escalation.raise_alert(db, db.get_one(Patient, cast.maya.id), Signal.WORDS)

        assert "A question" not in desk.get("/clinic/inbox/list").text

    def test_whoever_may_be_in_danger_stands_above_whoever_has_waited_longer(
        self, desk, cast, wrote, database
    ):
        wrote(cast.theo, "where do I park", ago=timedelta(hours=3))
        wrote(cast.maya, "…", ago=timedelta(minutes=2))
        with database.session() as db:
            escalation.raise_alert(db, db.get_one(Patient, cast.maya.id), Signal.WORDS)

        text = desk.get("/clinic/inbox/list").text

        assert text.index("Maya Osei") < text.index("Theo Brandt")
        assert "2 to answer. The first has waited 3 h." in text

    def test_the_rail_counts_who_waits_on_every_page(self, desk, cast, wrote):
        assert _count(desk.get("/clinic").text) == ""
        wrote(cast.maya, "hello")
        wrote(cast.theo, "hello")

        assert _count(desk.get("/clinic").text) == "2"
        assert _count(desk.get("/clinic/team").text) == "2"
        assert 'id="inbox-count" hx-swap-oob="true"' in desk.get("/clinic/alerts").text

    def test_a_neighbours_texts_are_nowhere_in_it(self, signed_in, cast, wrote):
        wrote(cast.maya, "hello")

        text = signed_in(cast.dr_lind).get("/clinic/inbox").text

        assert "Maya" not in text
        assert _count(text) == ""


class TestThread:
    def test_looking_is_written_into_the_audit_trail(self, desk, cast, database):
        assert desk.get(_address(cast.maya)).status_code == 200

        with database.session(write=False) as db:
            event = db.scalars(select(AuditEvent).where(AuditEvent.action == "view")).one()
            assert (event.agent_id, event.entity_id) == (cast.dr_okafor.id, cast.maya.id)

    def test_a_page_that_keeps_itself_true_writes_no_such_row(self, desk, cast, database):
        assert desk.get(_address(cast.maya) + "/now").status_code == 200

        with database.session(write=False) as db:
            assert db.scalar(select(AuditEvent).where(AuditEvent.action == "view")) is None

    def test_nobodys_name_stands_in_the_title(self, desk, cast):
        title = re.search("<title>(.*?)</title>", desk.get(_address(cast.maya)).text)[1]

        assert title == "Inbox · Northside Clinic"

    def test_days_part_what_was_said(self, desk, cast, wrote):
        wrote(cast.maya, "the day before yesterday", ago=timedelta(days=2), needs_person=False)
        wrote(cast.maya, "this morning", ago=timedelta(hours=2))

        text = desk.get(_address(cast.maya)).text

        assert re.findall(r"<h3 class=\"fine soft\">(.*?)</h3>", text) == ["Wed, Nov 18", "Today"]

    def test_each_text_says_who_wrote_it_and_what_became_of_it(self, desk, cast, wrote, database):
        wrote(cast.maya, "can I eat before")
        with database.session() as db:
            maya = db.get_one(Patient, cast.maya.id)
            okafor = db.get_one(Practitioner, cast.dr_okafor.id)
            for words, status, code, by in [
                ("Yes.", MessageStatus.DELIVERED, "", okafor),
                ("Reminder.", MessageStatus.UNDELIVERED, "30003", None),
            ]:
                db.add(
                    Message(
                        clinic_id=maya.clinic_id,
                        patient_id=maya.id,
                        direction=Direction.OUTBOUND,
                        purpose=Purpose.WRITTEN,
                        status=status,
                        error_code=code,
                        body=words,
                        number=maya.phone,
                        written_by_id=by.id if by else None,
                        due_at=clock.now(),
                        sent_at=clock.now(),
                        made_at=clock.now(),
                    )
                )

        text = re.sub(r"<[^>]+>", "", desk.get(_address(cast.maya)).text)

        assert "11:54 am, from Maya" in text
        assert "12:00 pm, by Dr. Okafor, delivered" in text
        assert "sent by itself, not delivered: the phone is off or out of reach" in text

    def test_sign_in_codes_and_links_are_not_shown(self, desk, cast, database):
        with database.session() as db:
            maya = db.get_one(Patient, cast.maya.id)
            for purpose, words in [
                (Purpose.CODE, "Your code is 123456."),
                (Purpose.JOIN, "Tap {link} to join."),
            ]:
                db.add(
                    Message(
                        clinic_id=maya.clinic_id,
                        patient_id=maya.id,
                        direction=Direction.OUTBOUND,
                        purpose=purpose,
                        status=MessageStatus.DELIVERED,
                        body=words,
                        number=maya.phone,
                        due_at=clock.now(),
                        sent_at=clock.now(),
                        made_at=clock.now(),
                    )
                )

        text = desk.get(_address(cast.maya)).text

        assert "Your code is" not in text
        assert "[a sign-in code]" in text
        assert "Tap [link] to join." in text

    def test_old_texts_are_folded_away_and_unanswered_ones_are_not(self, desk, cast, wrote):
        for n in range(12):
            wrote(cast.maya, f"earlier {n}", ago=timedelta(days=2), needs_person=False)
        for n in range(10):
            wrote(cast.maya, f"lately {n}", ago=timedelta(minutes=20 - n))

        text = desk.get(_address(cast.maya)).text
        earlier = re.search(
            r'<details class="more talk__fold" id="earlier".*?</details>', text, re.S
        )[0]

        assert "11 earlier texts" in earlier
        assert "lately" not in earlier
        assert len(re.findall(r"<p class=\"thread__words said\">lately", text)) == 10

    def test_tasks_of_this_patient_stand_above_with_one_action(self, desk, cast, database):
        with database.session() as db:
            for patient in (cast.maya, cast.theo):
                tasks.open_task(db, TaskCode.BAD_NUMBER, db.get_one(Patient, patient.id), by=None)

        text = desk.get(_address(cast.maya)).text

        assert f'href="/clinic/patients/{cast.maya.id}/number"' in text
        assert f"/clinic/patients/{cast.theo.id}/number" not in text

    def test_the_time_where_somebody_is_stands_above(self, desk, cast, database):
        assert "there now" not in desk.get(_address(cast.maya)).text
        with database.session() as db:
            db.get_one(Patient, cast.maya.id).zone = "America/Los_Angeles"

        assert "9:00 am there now" in desk.get(_address(cast.maya)).text

    def test_a_task_done_here_leads_back_here(self, desk, cast, database):
        with database.session() as db:
            task = tasks.open_task(
                db, TaskCode.TEXT_UNDELIVERED, db.get_one(Patient, cast.maya.id), by=None
            )

        answer = desk.post(f"/clinic/tasks/{task.id}/completion", data={"to": _address(cast.maya)})

        assert answer.headers["location"] == _address(cast.maya)

    def test_todays_task_leads_here(self, desk, cast, wrote):
        wrote(cast.maya, "can I eat before")

        assert f'href="{_address(cast.maya)}"' in desk.get("/clinic").text

    def test_the_patients_page_leads_here(self, desk, cast):
        assert f'href="{_address(cast.maya)}"' in desk.get(f"/clinic/patients/{cast.maya.id}").text

    def test_somebody_takes_it_on_and_gives_it_back(self, desk, cast, wrote):
        wrote(cast.maya, "hello")

        for pressed, said in [("1", "You have this."), ("0", "I take this")]:
            answer = desk.post(_address(cast.maya) + "/owner", data={"take": pressed})
            assert answer.headers["location"] == _address(cast.maya)
            assert said in desk.get(_address(cast.maya)).text

    def test_others_see_who_has_taken_it_on(self, desk, signed_in, cast, wrote):
        wrote(cast.maya, "hello")
        desk.post(_address(cast.maya) + "/owner", data={"take": "1"})

        text = signed_in(cast.jordan).get(_address(cast.maya)).text

        assert "Dr. Okafor has this." in text
        assert "Dr. Okafor has it" in text

    def test_nothing_to_answer_is_done_once(self, desk, cast, wrote, database):
        wrote(cast.maya, "thanks")

        for _ in range(2):
            answer = desk.post(_address(cast.maya) + "/answer")
            assert answer.headers["location"] == "/clinic/inbox"

        assert "Nobody waits for an answer." in desk.get("/clinic/inbox").text
        with database.session(write=False) as db:
            assert db.scalars(select(StaffTask.done_by_id)).all() == [cast.dr_okafor.id]


class TestReply:
    def test_an_answer_leaves_at_once_whatever_the_hour(self, desk, cast, wrote, database):
        wrote(cast.maya, "can I eat before")

        answer = _send(desk, cast.maya, "Yes, until eight.")

        assert answer.headers["location"] == _address(cast.maya)
        (text,) = _written(database)
        assert (text.body, text.written_by_id) == ("Yes, until eight.", cast.dr_okafor.id)
        assert (text.due_at, text.at_any_hour) == (clock.now(), True)

    def test_an_answer_is_all_that_was_waited_for(self, desk, cast, wrote, database):
        wrote(cast.maya, "can I eat before")

        _send(desk, cast.maya, "Yes, until eight.")

        assert _count(desk.get("/clinic").text) == ""
        with database.session(write=False) as db:
            assert db.scalars(select(StaffTask.done_by_id)).all() == [cast.dr_okafor.id]

    def test_what_comes_in_while_somebody_types_still_waits(self, desk, cast, wrote, database):
        def open_since():
            with database.session(write=False) as db:
                thread = db.scalars(select(Thread)).one()
                undone = db.scalars(select(StaffTask.id).where(StaffTask.done_at.is_(None)))
                return thread.opened_at, len(undone.all())

        def shown():
            page = desk.get(_address(cast.maya)).text
            return re.search(r'name="seen" value="([^"]+)" form="reply-form"', page)[1]

        wrote(cast.maya, "Can I come at two?")
        seen = shown()
        wrote(cast.maya, "No, better at three", ago=timedelta(minutes=1))

        _send(desk, cast.maya, "Two is fine.", seen=seen)
        assert open_since() == (clock.now() - timedelta(minutes=1), 1)
        desk.post(_address(cast.maya) + "/answer", data={"seen": seen})
        assert open_since() == (clock.now() - timedelta(minutes=1), 1)

        desk.post(_address(cast.maya) + "/answer", data={"seen": shown()})
        assert open_since() == (None, 0)

    def test_it_is_written_into_the_audit_trail_without_its_words(self, desk, cast, database):
        _send(desk, cast.maya, "Yes, until eight.")

        (text,) = _written(database)
        with database.session(write=False) as db:
            event = db.scalars(select(AuditEvent).where(AuditEvent.action == "write-text")).one()
            assert (event.entity_id, event.detail) == (text.id, "")

    def test_what_nobody_asked_for_waits_until_the_patient_is_awake(self, desk, cast, database, at):
        at(NIGHT)
        assert "What you write leaves today, 8:00 am." in _plain(desk.get(_address(cast.maya)))

        _send(desk, cast.maya, "See you soon.")

        (text,) = _written(database)
        assert (text.due_at, text.at_any_hour) == (NIGHT + timedelta(hours=5), False)
        assert "by Dr. Okafor, leaves today, 8:00 am" in _plain(desk.get(_address(cast.maya)))

    def test_what_waits_for_the_morning_is_taken_back_and_its_words_are_kept(
        self, desk, cast, database, at
    ):
        at(NIGHT)
        _send(desk, cast.maya, "See you soon.")
        (held,) = _written(database)
        assert "Take it back" in desk.get(_address(cast.maya)).text

        answer = desk.post(_address(cast.maya), data={"take-back": str(held.id)})

        assert "Taken back: it does not leave." in _plain(answer)
        assert _in_box(answer) == "See you soon."
        assert _written(database)[0].status is MessageStatus.CANCELLED
        assert "See you soon." not in _plain(desk.get(_address(cast.maya)))

    def test_what_is_on_its_way_is_not_taken_back(self, desk, cast, database):
        _send(desk, cast.maya, "See you soon.")
        (text,) = _written(database)
        with database.session() as db:
            db.get_one(Message, text.id).status = MessageStatus.SENDING

        answer = desk.post(_address(cast.maya), data={"take-back": str(text.id)})

        assert answer.status_code == 422
        assert "That text is on its way already." in _plain(answer)

    def test_only_what_staff_wrote_in_this_thread_is_taken_back(self, desk, cast, database, wrote):
        theirs = wrote(cast.maya, "can I eat before")
        _send(desk, cast.theo, "See you soon.")
        (other,) = _written(database)

        for named in (theirs, other.id, "nonsense"):
            answer = desk.post(_address(cast.maya), data={"take-back": str(named)})
            assert answer.status_code == 404

    def test_at_night_an_answer_does_not_wait(self, desk, cast, wrote, database, at):
        at(NIGHT)
        wrote(cast.maya, "I cannot sleep")
        text = _plain(desk.get(_address(cast.maya)))
        assert "Maya waits for an answer. What you write leaves at once." in text

        _send(desk, cast.maya, "We'll phone you.")

        assert _written(database)[0].due_at == NIGHT

    def test_a_form_posted_twice_is_one_text(self, desk, cast, wrote, database):
        wrote(cast.maya, "can I eat before")

        for _ in range(2):
            assert _send(desk, cast.maya, "Yes, until eight.").status_code == 303

        assert len(_written(database)) == 1

    def test_other_words_from_a_form_of_the_browsers_memory_are_another_text(
        self, desk, cast, database
    ):
        _send(desk, cast.maya, "Yes, until eight.")
        _send(desk, cast.maya, "No, until nine.")

        assert sorted(text.body for text in _written(database)) == [
            "No, until nine.",
            "Yes, until eight.",
        ]

    def test_a_form_without_a_name_sends_all_the_same(self, desk, cast, database):
        desk.post(_address(cast.maya), data={"body": "Hello.", "form": "…"})

        assert len(_written(database)) == 1

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (" \n ", "Write something first."),
            ("x" * 481, "That is 481 signs. Shorten it to 480, or phone."),
        ],
    )
    def test_what_cannot_be_sent_stays_in_the_box(self, desk, cast, database, words, said):
        answer = _send(desk, cast.maya, words)

        assert answer.status_code == 422
        assert answer.text.count(said) == 2  # in the summary and at the box
        assert _in_box(answer) == words
        assert FORM in answer.text
        assert _written(database) == []

    def test_several_texts_are_allowed_and_said(self, desk, cast, database):
        answer = _send(desk, cast.maya, "Ketamine. " + "x" * 190)

        assert "200 signs, sent as 2 texts" in answer.text

    def test_typographic_signs_are_made_plain(self, desk, cast, database):
        _send(desk, cast.maya, "We’ll “see” – soon…\r\nAda")

        assert _written(database)[0].body == 'We\'ll "see" - soon...\nAda'

    def test_a_clinical_word_is_pointed_out_once_and_may_be_sent(self, desk, cast, database):
        words = "Your ketamine dose is at ten."

        answer = _send(desk, cast.maya, words)

        assert answer.status_code == 422
        assert "would read “ketamine”, “dose”." in answer.text
        assert "<title>Inbox" in answer.text  # no error: it may be right
        assert _in_box(answer) == words
        assert _written(database) == []

        assert _send(desk, cast.maya, words, anyway="1").status_code == 303
        assert _written(database)[0].body == words

    @pytest.mark.parametrize(
        ("mark", "said"),
        [
            ({"opted_out_at": True}, "Maya wants no more texts."),
            ({"number_failed_at": True}, "This number takes no texts."),
            ({"texts_agreed_at": False}, "Maya has not agreed to texts."),
        ],
    )
    def test_whoever_takes_no_texts_is_phoned(self, desk, cast, database, mark, said):
        with database.session() as db:
            maya = db.get_one(Patient, cast.maya.id)
            for name, is_set in mark.items():
                setattr(maya, name, clock.now() if is_set else None)

        text = desk.get(_address(cast.maya)).text

        assert 'name="body"' not in text
        assert f"{said} Please phone." in text
        assert 'href="tel:+13125550142"' in text
        answer = _send(desk, cast.maya, "Hello.")
        assert answer.status_code == 422
        assert "Maya takes no texts. Please phone." in answer.text
        assert _written(database) == []

    def test_quick_replies_stand_in_both_languages_their_own_first(self, desk, cast, database):
        with database.session() as db:
            db.get_one(Patient, cast.maya.id).language = "es"

        text = desk.get(_address(cast.maya)).text

        languages = re.findall(r'name="quick" value="(..):', text)
        assert languages == ["es"] * 6 + ["en"] * 6

    def test_without_scripts_a_quick_reply_fills_the_box_and_sends_nothing(
        self, desk, cast, database
    ):
        answer = _send(desk, cast.maya, "Dear Maya.", quick="en:phone")

        assert answer.status_code == 200
        assert _in_box(answer) == (
            "Dear Maya. Northside: thank you for writing. One of us will phone you today."
        )
        assert _written(database) == []

    def test_a_quick_reply_that_is_none_leaves_the_box_alone(self, desk, cast):
        answer = _send(desk, cast.maya, "Dear Maya.", quick="xx:nothing")

        assert _in_box(answer) == "Dear Maya."

    def test_the_page_counts_with_the_servers_own_signs(self, desk, cast):
        text = desk.get(_address(cast.maya)).text
        signs = json.loads(unescape(re.search(r'data-signs="(.*?)"', text)[1]))

        assert signs["basic"] == segments.BASIC
        assert signs["extended"] == segments.EXTENDED
        assert signs["plain"] == segments.PLAIN
        assert (signs["sevenBit"], signs["sixteenBit"]) == ([160, 153], [70, 67])


class TestStranger:
    def test_an_unknown_number_can_be_phoned_and_done_with(self, desk, stranger):
        text = desk.get(f"/clinic/inbox/numbers/{stranger}").text
        assert 'href="tel:+13125550177"' in text
        assert "who is this" in text
        assert 'name="body"' not in text
        assert "Unknown number" in desk.get("/clinic/inbox").text

        answer = desk.post(f"/clinic/inbox/numbers/{stranger}/answer")

        assert answer.headers["location"] == "/clinic/inbox"
        assert "Nobody waits for an answer." in desk.get("/clinic/inbox").text

    def test_it_can_be_taken_on(self, desk, stranger):
        desk.post(f"/clinic/inbox/numbers/{stranger}/owner", data={"take": "1"})

        assert "You have this." in desk.get(f"/clinic/inbox/numbers/{stranger}").text

    def test_looking_at_it_is_written_down_and_counts_as_read(self, desk, stranger, database):
        desk.get(f"/clinic/inbox/numbers/{stranger}")

        with database.session(write=False) as db:
            assert (
                db.scalar(select(AuditEvent.entity_id).where(AuditEvent.action == "view"))
                == stranger
            )
            assert db.get_one(Thread, stranger).unread == 0

    def test_danger_from_an_unknown_number_is_a_tag_too(self, desk, stranger, database):
        with database.session() as db:
            escalation.raise_alert_about_number(db, db.get_one(Thread, stranger), Signal.WORDS)

        text = desk.get("/clinic/inbox").text

        assert "Unknown number" in text
        assert text.count("Safety alert") == 2  # on top of the page, and in the list

    def test_a_patients_thread_is_no_strangers(self, desk, cast, wrote, database):
        wrote(cast.maya, "hello")
        with database.session(write=False) as db:
            thread_id = db.scalar(select(Thread.id))

        assert desk.get(f"/clinic/inbox/numbers/{thread_id}").status_code == 404


class TestCost:
    """A page of staff may ask more than a phone's, and never once per row."""

    def test_list_and_thread_cost_few_statements(self, desk, cast, wrote, database):
        wrote(cast.maya, "hello")
        desk.get(_address(cast.maya))

        for path, most in [("/clinic/inbox", 12), (_address(cast.maya), 27)]:
            with counting(database) as said:
                assert desk.get(path).status_code == 200
            assert len(said) <= most, "\n".join(said)


class TestAnotherTime:
    @pytest.fixture
    def asked(self, database, cast):
        with database.session() as db:
            visit = db.get_one(Appointment, cast.integration_visit.id)
            asking.ask(db, visit, by=visit.patient)

    def _offered(self, desk, cast):
        text = desk.get(_address(cast.maya)).text
        return re.findall(r'name="starts_at" value="(.*?)"', text)

    def test_nothing_is_offered_to_whoever_did_not_ask(self, desk, cast):
        assert self._offered(desk, cast) == []

    def test_free_times_inside_the_window_move_the_visit(self, desk, cast, database, asked):
        times = self._offered(desk, cast)
        assert len(times) == 3

        answer = desk.post(
            _address(cast.maya) + "/rescheduling",
            data={"visit": str(cast.integration_visit.id), "starts_at": times[1]},
        )

        assert answer.headers["location"] == _address(cast.maya)
        with database.session(write=False) as db:
            moved = db.get_one(Appointment, cast.integration_visit.id)
            assert moved.starts_at.isoformat() == times[1]
            assert moved.asked_at is None
        assert self._offered(desk, cast) == []

    def test_with_nothing_left_in_the_window_the_next_times_say_so(
        self, desk, cast, database, asked
    ):
        with database.session() as db:
            db.get_one(Clinic, cast.clinic.id).window_closes_hours = 23  # in an hour

        assert "Next free times, after the window" in desk.get(_address(cast.maya)).text
        desk.post(
            _address(cast.maya) + "/rescheduling",
            data={
                "visit": str(cast.integration_visit.id),
                "starts_at": self._offered(desk, cast)[0],
            },
        )

        text = desk.get(_address(cast.maya)).text
        assert "Picked a time outside the window" in text
        assert "Look at the visit" in text

    def test_whoever_asked_to_be_phoned_about_it_is_shown_as_such(
        self, desk, cast, database, wrote, asked
    ):
        wrote(cast.maya, "call me", needs_person=False)
        with database.session() as db:
            maya = db.get_one(Patient, cast.maya.id)
            tasks.open_task(
                db,
                TaskCode.FIND_A_TIME,
                maya,
                by=maya,
                appointment_id=cast.integration_visit.id,
                note=maya.phone,
            )

        assert "Asked to be phoned" in desk.get("/clinic/inbox/list").text
        assert "Wants a call to find a time" in desk.get(_address(cast.maya)).text

    def test_with_nothing_left_in_the_window_the_next_times_are_shown_as_such(
        self, desk, cast, database, asked
    ):
        with database.session() as db:
            clinic = db.get_one(Clinic, cast.clinic.id)
            tuesdays = [Opening(1, time(9), time(12))]  # the window closes on Sunday
            staffed_hours.set_hours(db, clinic, None, tuesdays, by=None)
        text = desk.get(_address(cast.maya)).text
        assert "Next free times, after the window" in text

        desk.post(
            _address(cast.maya) + "/rescheduling",
            data={
                "visit": str(cast.integration_visit.id),
                "starts_at": self._offered(desk, cast)[0],
            },
        )

        with database.session(write=False) as db:
            codes = [task.code for task in tasks.open_tasks(db, cast.clinic.id)]
            assert codes == [TaskCode.OUTSIDE_WINDOW]

    def test_a_time_that_has_gone_is_said_kindly(self, desk, cast, database, asked):
        taken = self._offered(desk, cast)[0]
        with database.session() as db:
            okafor = db.get_one(Practitioner, cast.dr_okafor.id)
            starts_at = datetime.fromisoformat(taken)
            booking.book(
                db,
                patient=db.get_one(Patient, cast.theo.id),
                service=Service.CONSULTATION,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=50),
                practitioner=okafor,
                by=okafor,
            )

        answer = desk.post(
            _address(cast.maya) + "/rescheduling",
            data={"visit": str(cast.integration_visit.id), "starts_at": taken},
        )

        assert answer.status_code == 422
        assert "That time has just gone." in answer.text
        with database.session(write=False) as db:
            visit = db.get_one(Appointment, cast.integration_visit.id)
            assert visit.starts_at == cast.integration_visit.starts_at

    def test_a_time_that_is_none_is_refused(self, desk, cast, asked):
        for starts_at in ("soon", "2026-11-21T10:00"):
            answer = desk.post(
                _address(cast.maya) + "/rescheduling",
                data={"visit": str(cast.integration_visit.id), "starts_at": starts_at},
            )
            assert answer.status_code == 400

    def test_another_patients_visit_is_not_moved_from_here(self, desk, cast, asked):
        times = self._offered(desk, cast)

        answer = desk.post(
            _address(cast.theo) + "/rescheduling",
            data={"visit": str(cast.integration_visit.id), "starts_at": times[0]},
        )

        assert answer.status_code == 404


class TestAlarm:
    @pytest.fixture
    def alarmed(self, database, cast):
        with database.session() as db:
            alarms.raise_(db, alarms.AlarmCode.WEBHOOK_MISSED)

    def test_everybody_reads_in_plain_words_what_is_wrong(self, desk, alarmed):
        text = desk.get("/clinic/patients").text

        assert "Replies did not reach us by themselves" in text
        assert "/clinic/alarms/clearance" not in text

    def test_an_administrator_says_that_it_is_put_right(self, signed_in, cast, alarmed):
        office = signed_in(cast.ada)

        answer = office.post(
            "/clinic/alarms/clearance",
            data={"code": "webhook-missed", "to": "/clinic/patients"},
        )

        assert answer.headers["location"] == "/clinic/patients"
        assert "Replies did not reach us" not in office.get("/clinic/patients").text

    def test_nobody_else_may(self, desk, alarmed):
        answer = desk.post("/clinic/alarms/clearance", data={"code": "webhook-missed"})

        assert answer.status_code == 403
        assert "Replies did not reach us" in desk.get("/clinic").text

    @pytest.mark.parametrize("code", list(alarms.AlarmCode))
    def test_every_alarm_has_words_of_its_own(self, desk, database, cast, code):
        with database.session() as db:
            alarms.raise_(db, code)

        text = desk.get("/clinic").text

        assert text.count('aria-label="About our texts"') == 1
        assert "Texts may not leave as they should" not in text
