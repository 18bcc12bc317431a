"""The inbox: notes, calls and ready replies beside the texts, and twenty thousand of them."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.intake.models import ReviewFlag
from app.messaging import threads
from app.people.models import Clinic, Patient, Practitioner
from app.scheduling import staffed_hours
from app.tasks import desk as tasks
from app.tasks.models import TaskCode
from tests import crowd, sheets
from tests.web.test_budgets import KB, counting, wire

NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # ten in the evening at the clinic


@pytest.fixture
def later():
    return lambda moment: clock.stand_still(moment, machine=clock.machine_now())


def _address(patient):
    return f"/clinic/inbox/{patient.id}"


def test_a_note_stands_between_the_texts_and_only_staff_see_it(desk, signed_in, cast):
    answer = desk.post(f"{_address(cast.maya)}/notes", data={"note": "Phone her after five."})

    assert answer.status_code == 303
    text = desk.get(_address(cast.maya)).text
    assert "Phone her after five." in text
    assert "note by Dr. Okafor, for us alone" in text
    assert "Phone her after five." not in signed_in(cast.maya).get("/").text


def test_a_note_without_words_is_refused_and_a_long_one_is_kept_in_the_box(desk, cast):
    words = "a" * 2001

    answer = desk.post(f"{_address(cast.maya)}/notes", data={"note": words})

    assert answer.status_code == 422
    assert words in answer.text
    assert desk.post(f"{_address(cast.maya)}/notes", data={"note": " "}).status_code == 422


def test_a_call_that_was_asked_for_stays_in_the_thread_when_it_is_done(desk, cast, database):
    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        task = tasks.open_task(db, TaskCode.CALL_BACK, maya, by=maya, note="+13125550199")
    thread = desk.get(_address(cast.maya)).text
    assert "Maya asked to be phoned" in thread
    assert "not done yet" in thread

    desk.post(f"/clinic/tasks/{task.id}/completion")

    assert "done today, 12:00 pm" in desk.get(_address(cast.maya)).text


def test_an_own_reply_stands_beside_the_box_in_its_language(desk, cast):
    typed = {"title": "Parking", "body_en": "Northside: park behind the house.", "body_es": ""}
    assert desk.post("/clinic/replies", data=typed).status_code == 303

    listed = desk.get("/clinic/replies").text
    assert "33 of 160, one text" in listed
    thread = desk.get(_address(cast.maya)).text
    key = re.search(r'value="(en:own-[^"]+)"', thread)[1]
    pressed = desk.post(_address(cast.maya), data={"quick": key, "body": ""})
    assert (
        "Northside: park behind the house."
        in re.search(r"<textarea.*?</textarea>", pressed.text, re.S)[0]
    )

    desk.post(re.search(r"/clinic/replies/[0-9a-f-]{36}", listed)[0] + "/end")
    assert "Parking" not in desk.get(_address(cast.maya)).text


def test_an_own_reply_with_clinical_words_is_refused_and_stays_in_the_form(desk):
    typed = {"title": "Dose", "body_en": "About your ketamine dose.", "body_es": ""}

    answer = desk.post("/clinic/replies", data=typed)

    assert answer.status_code == 422
    assert "About your ketamine dose." in answer.text


def test_the_one_who_waits_longest_is_marked_and_no_other(desk, cast, database):
    with database.session() as db:
        for patient, hours in ((cast.maya, 3), (cast.theo, 1)):
            thread = threads.of(db, db.get_one(Patient, patient.id))
            thread.opened_at = thread.last_at = clock.now() - timedelta(hours=hours)

    text = desk.get("/clinic/inbox").text

    assert re.findall(r'tag--danger">.*?Waits for ([^<]+)<', text, re.S) == ["3 h"]
    assert "2 to answer. The first has waited 3 h." in text


def test_answers_to_review_stand_above_the_texts(desk, cast, database):
    assert re.search(r'id="to-review"[^>]* hidden', desk.get("/clinic/inbox").text)
    with database.session() as db:
        response, _ = sheets.begin(db, db.get_one(Patient, cast.maya.id), "medical-history")
        db.flush()
        db.add(
            ReviewFlag(
                clinic_id=cast.clinic.id,
                patient_id=cast.maya.id,
                response_id=response.id,
                link_id="pressure-top",
                label="Pressure",
                answer="171",
                made_at=clock.now(),
            )
        )

    text = desk.get("/clinic/inbox").text

    assert "1 answer to review" in text
    assert not re.search(r'id="to-review"[^>]* hidden', text)


def test_it_says_who_reads_when_by_day_and_at_night(desk, later):
    assert "Patients are told: read today by 5:00 pm." in desk.get("/clinic/inbox").text

    later(NIGHT)

    assert "Patients are told: read tomorrow, 9:00 am." in desk.get("/clinic/inbox").text


class TestAfterHours:
    def test_by_day_it_says_so(self, desk):
        assert "The clinic is open until 5:00 pm." in desk.get("/clinic/on-call").text

    def test_at_night_it_says_who_is_texted_and_when_we_open(self, desk, later, database, cast):
        with database.session() as db:
            db.get_one(Practitioner, cast.jordan.id).on_call_rank = 1
            db.get_one(Practitioner, cast.dr_okafor.id).on_call_rank = 2
        later(NIGHT)

        text = desk.get("/clinic/on-call").text

        assert "The clinic opens again tomorrow, 9:00 am." in text
        assert "Alerts are texted to Jordan first, then to you." in text

    def test_only_what_ends_before_we_open_stands_there(self, desk, later, database, cast):
        with database.session() as db:
            crowd.fill_windows(
                db,
                db.get_one(Clinic, cast.clinic.id),
                db.get_one(Practitioner, cast.dr_okafor.id),
                60,
            )
        later(NIGHT)
        opens_at = NIGHT + timedelta(hours=11)

        text = desk.get("/clinic/on-call").text

        shown = [int(each) for each in re.findall(r'data-until="(\d+)"', text)]
        assert shown
        assert max(shown) <= (opens_at + timedelta(hours=1)).timestamp() / 60
        assert re.search(r"\d+ things to do", text)

    def test_it_keeps_itself_true(self, desk):
        marks = " ".join(re.findall(r'data-mark="([^"]+)"', desk.get("/clinic/on-call").text))

        news = desk.get("/clinic/on-call/now", headers={"x-have": marks})

        assert news.status_code == 200
        assert "data-mark" not in news.text

    def test_without_hours_it_says_that(self, desk, database, cast):
        with database.session() as db:
            staffed_hours.set_hours(db, db.get_one(Clinic, cast.clinic.id), None, [], by=None)

        assert "No hours are set." in desk.get("/clinic/on-call").text


class TestTwentyThousandTexts:
    @pytest.fixture
    def crowded(self, database, cast):
        def crowded(patients, texts):
            with database.session() as db:
                clinic = db.get_one(Clinic, cast.clinic.id)
                clinician = db.get_one(Practitioner, cast.dr_okafor.id)
                people = crowd.fill_windows(db, clinic, clinician, patients)
                crowd.fill_inbox(db, clinic, people, texts)
                return people

        return crowded

    def test_the_list_and_the_longest_thread_stay_light(self, desk, crowded, database):
        people = crowded(400, 20_000)
        pages = {"/clinic/inbox": 14, _address(people[0]): 28}

        for path, most in pages.items():
            desk.get(path)
            with counting(database) as said:
                assert desk.get(path).status_code == 200
            assert len(said) <= most, "\n\n".join(said)
            assert wire(desk, path) <= 30 * KB

    def test_earlier_texts_are_pages_of_their_own_and_none_is_lost(self, desk, crowded):
        people = crowded(2, 320)
        address, seen = _address(people[0]), set()
        while address:
            page = desk.get(address).text
            seen |= set(re.findall(r'id="text-([0-9a-f-]+)"', page))
            older = re.search(r'href="([^"]+)">Earlier texts<', page)
            address = older[1] if older else ""

        with desk.app.state.database.session(write=False) as db:
            thread = threads.of_clinic(db, people[0].clinic_id)
            mine = next(each for each in thread if each.patient_id == people[0].id)
            everything = threads.texts(db, mine, limit=10_000)
        assert seen == {str(text.id) for text in everything}

    def test_a_text_that_comes_in_brings_one_row(self, desk, crowded, database):
        people = crowded(60, 600)
        page = desk.get("/clinic/inbox").text
        marks = " ".join(re.findall(r'data-mark="([^"]+)"', page))
        with database.session() as db:
            thread = threads.of(db, db.get_one(Patient, people[3].id))
            threads.own(db, thread, None)
            thread.unread = 7

        news = desk.get("/clinic/inbox/list", headers={"x-have": marks})

        assert news.text.count("<li ") == 1
        assert len(news.content) <= 2 * KB
