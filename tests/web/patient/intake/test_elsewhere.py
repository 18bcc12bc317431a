"""Two browsers on one form: both see the truth, and nothing is overwritten in silence."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access import codes
from app.access.models import SignInCode, Strength, WebSession
from app.intake.models import IntakeDoor, IntakeTask
from app.people.models import Patient
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus
from tests.conftest import FRIDAY_NOON


@pytest.fixture
def phq(asked):
    return asked("phq-2")


@pytest.fixture
def text_code(database):
    """`text_code()`: the digits of the newest code, as its text would say them."""

    def text_code():
        with database.session(write=False) as db:
            newest = select(SignInCode).order_by(SignInCode.expires_at.desc())
            return codes.digits_of(db.scalars(newest).first())

    return text_code


@pytest.fixture
def sheets(database):
    """`sheets()`: every sheet's status and answers' words, the oldest first."""

    def sheets():
        with database.session(write=False) as db:
            rows = db.scalars(select(QuestionnaireResponse).order_by(QuestionnaireResponse.id))
            return [(row.status, row.revision) for row in rows]

    return sheets


def later(**by):
    clock.stand_still(FRIDAY_NOON + timedelta(**by), machine=FRIDAY_NOON + timedelta(**by))


def prove(browser, text_code, born="1984-09-03"):
    browser.press("go", "code")
    browser.press(typed={"code": text_code()})
    return browser.press(typed={"birth_on": born})


# Another phone


def test_another_phone_is_not_shown_what_was_typed(phone, phq):
    phone().tap(phq.token).press().choose(1)
    other = phone().tap(phq.token)

    assert other.path == f"/intake/{phq.task_ids[0]}/elsewhere"
    assert "begun on another phone" in other.says
    assert "12:00 pm" in other.says
    assert other.page.buttons == [("go", "code"), ("go", "blank")]
    for path in ("check", "s2", "s3", "s2/change", "on"):
        other.go(f"/intake/{phq.task_ids[0]}/{path}")
        assert other.path.endswith("/elsewhere")
        assert "Several days" not in other.says


def test_without_a_birth_date_on_file_no_code_shows_what_was_typed(
    phone, phq, database, cast, signed_in
):
    with database.session() as db:
        db.get_one(Patient, cast.theo.id).birth_on = None
    phone().tap(phq.token).press().choose(1)
    whoever_has_the_number = signed_in(cast.theo)
    with database.session() as db:
        for web_session in db.scalars(select(WebSession)):
            web_session.strength = Strength.CODE

    for path in ("s2", "s2/change", "on", "check"):
        answer = whoever_has_the_number.get(
            f"/intake/{phq.task_ids[0]}/{path}", follow_redirects=True
        )
        assert answer.url.path.endswith("/elsewhere")
        assert "Several days" not in answer.text
    other = phone().tap(phq.token)
    assert other.page.buttons == [("go", "blank")]
    assert "shown there alone" in other.says


def test_while_nothing_is_answered_another_phone_just_goes_on(phone, phq):
    phone().tap(phq.token).press()

    assert phone().tap(phq.token).press().page.forms == 1


def test_a_code_and_the_birth_date_open_the_same_sheet(phone, phq, text_code, sheets, database):
    first = phone().tap(phq.token).press().choose(1)
    other = phone().tap(phq.token)

    prove(other, text_code)

    assert other.path == first.path
    assert "checked" in other.go(f"/intake/{phq.task_ids[0]}/s2").answer.text
    other.go(first.path).choose(3)
    assert "Several days" in other.says  # on the check page, with the first phone's answer
    assert len(sheets()) == 1
    with database.session(write=False) as db:
        proved = [door.proved_at for door in db.scalars(select(IntakeDoor))]
    assert sorted(moment is None for moment in proved) == [False, True]


def test_what_a_code_opened_is_shut_half_an_hour_after_the_last_page(phone, phq, text_code):
    phone().tap(phq.token).press().choose(1)
    other = phone().tap(phq.token)
    prove(other, text_code)
    place = f"/intake/{phq.task_ids[0]}/s2"

    _later(minutes=29)
    other.tap(phq.token).choose(3)
    _later(minutes=50)
    assert "checked" in other.tap(phq.token).go(place).answer.text
    _later(minutes=81)
    assert other.tap(phq.token).go(place).path.endswith("/elsewhere")


def _later(*, minutes):
    moment = FRIDAY_NOON + timedelta(minutes=minutes)
    clock.stand_still(moment, machine=moment)


def test_a_wrong_code_or_birth_date_opens_nothing(phone, phq, text_code):
    phone().tap(phq.token).press().choose(1)
    other = phone().tap(phq.token).press("go", "code")

    assert other.press(typed={"code": "000000"}).answer.status_code == 422
    other.press(typed={"code": text_code()})
    assert other.press(typed={"birth_on": "1984-09-04"}).answer.status_code == 422
    assert other.go(f"/intake/{phq.task_ids[0]}/s2").path.endswith("/elsewhere")


def test_a_code_for_somebody_else_opens_nothing(phone, phq, text_code, cast):
    phone().tap(phq.token).press().choose(1)
    other = phone().tap(phq.token).press("go", "code")
    other.client.post("/sign-in/number", data={"phone": "+13125550142"})  # Maya's

    other.go(f"/intake/{phq.task_ids[0]}/elsewhere/code").press(typed={"code": text_code()})
    other.press(typed={"birth_on": "1990-04-12"})

    assert other.go(f"/intake/{phq.task_ids[0]}/s2").path.endswith("/elsewhere")


def test_the_proof_of_a_code_lasts_a_day(phone, phq, text_code):
    phone().tap(phq.token).press().choose(1)
    other = prove(phone().tap(phq.token), text_code)
    later(hours=25)

    assert other.tap(phq.token).path.endswith("/elsewhere")


def test_a_blank_sheet_leaves_the_former_one_to_be_taken_up_again(phone, phq, sheets):
    first = phone().tap(phq.token).press().choose(1)
    other = phone().tap(phq.token)

    other.press("go", "blank")
    assert " checked" not in other.answer.text
    other.choose(3)
    assert [status for status, _ in sheets()] == [
        ResponseStatus.STOPPED,
        ResponseStatus.IN_PROGRESS,
    ]

    first.go(first.path)
    assert "new sheet was begun on another phone" in first.says
    first.press()  # goes on with its own

    assert first.path.endswith("/s3")
    assert [status for status, _ in sheets()] == [
        ResponseStatus.IN_PROGRESS,
        ResponseStatus.STOPPED,
    ]
    assert "new sheet" in other.go(other.path).says


def test_what_the_left_phone_still_saves_is_kept_on_its_own_sheet(phone, phq, sheets, row):
    first = phone().tap(phq.token).press().choose(1)
    other = phone().tap(phq.token).press("go", "blank").choose(3)

    first.choose(2)

    assert first.path.endswith("/elsewhere")
    assert "you last wrote here, and that is kept" in first.says
    assert [revision for _, revision in sheets()] == [2, 1]
    first.press()
    assert first.path.endswith("/check")
    assert "More than half the days" in first.says
    other.choose(3)
    assert other.path.endswith("/elsewhere")


def test_only_the_current_sheet_is_sent(phone, phq, sheets):
    first = phone().tap(phq.token).press().choose(1).choose(2)
    phone().tap(phq.token).press("go", "blank").choose(3)

    first.press()

    assert first.path.endswith("/elsewhere")
    assert ResponseStatus.COMPLETED not in [status for status, _ in sheets()]


# One sheet, two pages


def two_pages(phone, token):
    """One browser with the first question open in two windows, nothing answered yet."""
    one = phone().tap(token).press()
    two = phone()
    two.client.cookies = one.client.cookies
    two.go(one.path)
    return one, two


def test_the_same_answer_twice_is_no_conflict(phone, phq):
    one, two = two_pages(phone, phq.token)

    one.choose(1)

    assert two.choose(1).path == one.path


def test_another_answer_to_the_same_question_asks_which_is_right(phone, phq, row):
    one, two = two_pages(phone, phq.token)
    one.choose(1)

    two.choose(3)

    assert two.answer.status_code == 422
    assert "There are two answers." in two.says
    assert "Several days" in two.says
    assert "Nearly every day" in two.says
    assert "another window" in two.says
    assert two.page.forms == 1
    assert row(phq.task_ids[0]).response.revision == 1


def test_one_may_keep_the_other_answer(phone, phq):
    one, two = two_pages(phone, phq.token)
    one.choose(1)
    two.choose(3).press("keep", "theirs")

    assert two.path.endswith("/s3")
    assert "Several days" in two.choose(0).says


def test_or_use_ones_own(phone, phq):
    one, two = two_pages(phone, phq.token)
    one.choose(1)
    two.choose(3).press()

    assert two.path.endswith("/s3")
    assert "Nearly every day" in two.choose(0).says


def test_answers_to_other_questions_are_put_together(phone, phq, row):
    one, two = two_pages(phone, phq.token)
    two.go(two.path.replace("/s2", "/s3"))
    one.choose(1)

    two.choose(3)

    assert "Several days" in two.says
    assert "Nearly every day" in two.says
    assert two.path.endswith("/check")


def test_a_phone_that_may_not_read_overwrites_nothing_either(phone, phq, row):
    first = phone().tap(phq.token).press()
    other = phone().tap(phq.token).press()
    first.choose(1)

    other.choose(3)

    assert other.path.endswith("/elsewhere")
    assert "Several days" not in other.says
    first.go(f"/intake/{phq.task_ids[0]}/s2")
    assert re.search(r'value="\w*1"[^>]* checked', first.answer.text)
    other.go(f"/intake/{phq.task_ids[0]}/elsewhere").press("go", "blank")
    assert other.path.endswith("/s2")


def test_somebody_who_made_up_a_revision_overwrites_nothing(phone, phq, row):
    first = phone().tap(phq.token).press()
    other = phone().tap(phq.token).press()
    first.choose(1)

    name, options = next(iter(other.page.options.items()))
    other.press(typed={name: options[3], "revision": "99"})

    assert other.path.endswith("/elsewhere")
    assert row(phq.task_ids[0]).response.revision == 1


def test_two_who_begin_at_once_share_one_sheet(database, phone, phq, sheets):
    one, two = phone().tap(phq.token), phone().tap(phq.token)

    one.press()
    two.press()

    assert len(sheets()) == 1
    with database.session(write=False) as db:
        assert db.get_one(IntakeTask, phq.task_ids[0]).response_id is not None
