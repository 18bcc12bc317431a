"""The review list: who sees it, who clears, and what stays."""

import pytest
from sqlalchemy import select, update

from app.audit.models import AuditEvent
from app.intake.models import ReviewFlag
from tests import sheets

HIGH = {"high-pressure": "Yes", "pressure-top": 171}


@pytest.fixture
def flag(database, cast):
    sheets.hand_in(database, cast.maya, "medical-history", HIGH)
    with database.session() as db:
        return db.scalars(select(ReviewFlag)).one()


def _clear(browser, flag, note="Phoned: 128 this morning."):
    return browser.post(f"/clinic/review/{flag.id}/clearance", data={"note": note})


def test_an_empty_list_says_so(desk):
    assert "Nothing to review." in desk.get("/clinic/review").text


def test_the_list_has_who_what_and_the_answer(desk, flag, cast):
    text = desk.get("/clinic/review").text

    assert "<title>Review · Northside Clinic</title>" in text
    assert "Maya Osei" in text
    assert "Last blood pressure above 140/90 (top number)" in text
    assert ">171</p>" in text
    assert f"/clinic/patients/{cast.maya.id}/responses/{flag.response_id}" in text


def test_looking_is_written_down(desk, flag, database, cast):
    desk.get("/clinic/review")

    with database.session(write=False) as db:
        looked = select(AuditEvent).where(AuditEvent.action == "read-review")
        assert db.scalars(looked).one().agent_id == cast.dr_okafor.id


def test_how_many_wait_stands_in_the_rail_and_on_today(desk, flag):
    text = desk.get("/clinic").text

    assert '<b>1</b><span class="visually-hidden"> answer to look at</span>' in text
    assert "1 answer to review" in text
    assert 'id="review-count" hx-swap-oob="true"' in desk.get("/clinic/alerts").text


def test_a_clinician_clears_with_a_note_and_it_stays_with_the_patient(desk, flag, cast):
    answer = _clear(desk, flag)

    assert (answer.status_code, answer.headers["location"]) == (303, "/clinic/review")
    assert "Nothing to review." in desk.get("/clinic/review").text
    text = desk.get(f"/clinic/patients/{cast.maya.id}").text
    assert "Last blood pressure above 140/90 (top number)" in text
    assert "Phoned: 128 this morning." in text
    assert "Dr. Okafor" in text


@pytest.mark.parametrize(
    ("who", "status", "words"),
    [("jordan", 403, "This is for clinicians"), ("ada", 422, "A clinician clears this.")],
)
def test_others_read_and_cannot_clear(signed_in, flag, cast, who, status, words):
    browser = signed_in(getattr(cast, who))
    assert "171" in browser.get("/clinic/review").text
    assert "Clear with this note" not in browser.get("/clinic/review").text

    answer = _clear(browser, flag)

    assert answer.status_code == status
    assert words in answer.text


@pytest.mark.parametrize(
    ("note", "words"), [(" ", "Write what you made of it."), ("x" * 2001, "That is too long.")]
)
def test_a_clearance_without_a_fit_note_keeps_what_was_typed(desk, flag, database, note, words):
    answer = _clear(desk, flag, note)

    assert answer.status_code == 422
    assert words in answer.text
    assert note.strip() in answer.text
    with database.session(write=False) as db:
        assert db.get_one(ReviewFlag, flag.id).cleared_at is None


def test_only_the_urgent_ones_can_be_shown(desk, flag, database, cast):
    sheets.hand_in(database, cast.theo, "medical-history", HIGH)
    with database.session() as db:
        mayas = ReviewFlag.patient_id == cast.maya.id
        db.execute(update(ReviewFlag).where(mayas).values(urgent=False))
        db.execute(update(ReviewFlag).where(~mayas).values(urgent=True))

    everybody = desk.get("/clinic/review").text
    urgent = desk.get("/clinic/review?only=urgent").text

    assert everybody.index("Theo Brandt") < everybody.index("Maya Osei")
    assert "Theo Brandt" in urgent
    assert "Maya Osei" not in urgent


def test_the_neighbour_sees_none_of_it(signed_in, flag, cast):
    browser = signed_in(cast.dr_lind)

    assert "Nothing to review." in browser.get("/clinic/review").text
    assert _clear(browser, flag).status_code == 404
