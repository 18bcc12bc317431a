"""A packet of forms, from the tap on its link to the receipt."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.access.models import SessionKind
from app.audit.models import AuditEvent
from app.intake.models import IntakeDoor, IntakePacket, TaskState
from app.links import magic_links
from app.links.models import LinkState, MagicLink
from app.questionnaires.models import QuestionnaireResponse, ResponseStatus
from app.web.visitors import COOKIES
from tests.conftest import FRIDAY_NOON
from tests.web.test_budgets import counting

WRITE = COOKIES[SessionKind.WRITE]


@pytest.fixture
def phq(asked):
    return asked("phq-2")


def later(**by):
    clock.stand_still(FRIDAY_NOON + timedelta(**by), machine=FRIDAY_NOON + timedelta(**by))


def test_one_tap_leads_to_the_list_of_what_is_due_and_one_button(phone, phq):
    theos = phone().tap(phq.token)

    assert theos.opened["state"] == "intake"
    assert theos.path == f"/intake/{phq.packet_id}"
    assert theos.page.forms == 1
    assert theos.page.buttons == [(None, "")]


def test_every_page_is_saved_and_the_last_one_leads_to_all_answers(phone, phq, row):
    theos = phone().tap(phq.token).press().choose(1)

    task = row(phq.task_ids[0])
    assert task.state is TaskState.IN_PROGRESS
    assert task.response.revision == 1
    assert "Saved 12:00 pm" in theos.says

    theos.choose(2)

    assert theos.path == f"/intake/{phq.task_ids[0]}/check"
    assert "Several days" in theos.says
    assert "More than half the days" in theos.says
    assert theos.page.forms == 1


def test_what_was_sent_is_with_the_clinic_and_the_receipt_shows_no_answer(
    phone, phq, row, database
):
    theos = phone().tap(phq.token).press().choose(1).choose(2).press()

    task = row(phq.task_ids[0])
    assert task.state is TaskState.COMPLETED
    assert task.response.status is ResponseStatus.COMPLETED
    assert task.response.completed_at == FRIDAY_NOON
    assert theos.path == f"/intake/{phq.packet_id}"
    assert theos.page.forms == 0
    assert "Several days" not in theos.says
    assert "has your answers" in theos.says
    with database.session(write=False) as db:
        actions = db.scalars(select(AuditEvent.action)).all()
    assert actions.count("submit-form") == 1
    assert actions.count("begin-form") == 1


def test_the_same_link_comes_back_to_the_next_question_without_an_answer(phone, phq):
    theos = phone().tap(phq.token).press().choose(1)
    second = theos.path

    theos.tap(phq.token)

    assert theos.path == second


def test_after_sending_the_link_opens_the_receipt(phone, phq):
    theos = phone().tap(phq.token).press().choose(1).choose(2).press()

    assert "has your answers" in theos.tap(phq.token).says
    assert "has your answers" in phone().tap(phq.token).says


def test_one_form_after_the_other_until_all_is_sent(phone, asked):
    both = asked("phq-2", "gad-7")
    theos = phone().tap(both.token).press().choose(0).choose(0).press()

    assert theos.path == f"/intake/{both.packet_id}"
    assert theos.page.forms == 1

    theos.press()

    assert theos.path.startswith(f"/intake/{both.task_ids[1]}/")


def test_a_question_that_must_be_answered_comes_back_with_what_is_wrong(phone, asked, row):
    theos = phone().tap(asked("people-and-ride").token).press()
    while theos.answer.status_code == 200 and not theos.path.endswith("/check"):
        here = theos.path
        theos.press()

    assert theos.answer.status_code == 422
    assert theos.path == here
    assert "Error:" in theos.says
    assert theos.answer.text.count('class="error-summary"') == 1
    assert theos.page.forms == 1


def test_back_and_change_lead_where_they_say(phone, phq):
    theos = phone().tap(phq.token).press()
    first = theos.path
    theos.choose(1)
    assert f'class="back" href="{first}"' in theos.answer.text

    theos.choose(2).go(f"{first}/change")
    assert "checked" in theos.answer.text
    theos.choose(3)

    assert theos.path.endswith("/check")
    assert "Nearly every day" in theos.says


def test_two_sends_are_one(phone, phq, row, database):
    theos = phone().tap(phq.token).press().choose(1).choose(2)
    check = theos.answer
    theos.press()
    theos.answer = check

    theos.press()

    assert "has been sent already" in theos.says
    with database.session(write=False) as db:
        assert db.scalars(select(AuditEvent.action)).all().count("submit-form") == 1


def test_what_is_saved_after_sending_says_so(phone, phq, row):
    theos = phone().tap(phq.token).press()
    first = theos.answer
    theos.choose(1).choose(2).press()
    theos.answer = first

    theos.choose(3)

    assert "has been sent already" in theos.says
    assert row(phq.task_ids[0]).response.revision == 3  # two pages, and the sending


def test_a_part_for_htmx_is_a_main_with_its_address(phone, phq):
    theos = phone().tap(phq.token).press()

    theos.choose(1, **{"hx-request": "true"})

    assert theos.answer.status_code == 200
    assert "<html" not in theos.answer.text
    assert theos.answer.text.lstrip().startswith("<title>")
    assert theos.answer.headers["hx-push-url"].startswith(f"/intake/{phq.task_ids[0]}/")
    assert theos.answer.headers["cache-control"] == "no-store"


def test_the_last_page_leads_htmx_to_all_answers_too(phone, phq):
    theos = phone().tap(phq.token).press().choose(1)

    theos.choose(1, **{"hx-request": "true"})

    assert theos.answer.headers["hx-push-url"] == f"/intake/{phq.task_ids[0]}/check"


def test_the_language_may_change_in_the_middle(phone, phq):
    theos = phone().tap(phq.token).press()
    here = theos.path

    theos.client.post("/language", data={"language": "es", "to": here})

    assert theos.go(here).path == here
    assert "Continuar" in theos.says or "Varios días" in theos.says


def test_titles_say_nothing_of_what_is_asked(phone, phq):
    theos = phone().tap(phq.token).press()

    assert "<title>A few questions" in theos.answer.text


def test_no_token_is_on_any_page(phone, phq):
    theos = phone().tap(phq.token)
    assert phq.token not in theos.answer.text
    assert phq.token not in theos.press().answer.text


# Who is let in


def test_theos_packet_is_nobody_elses(phone, phq, asked, cast, signed_in):
    theos = phone().tap(phq.token).press()
    question = theos.path
    mayas = phone().tap(asked("phq-2", patient=cast.maya).token)

    for path in (question, f"/intake/{phq.packet_id}", f"/intake/{phq.task_ids[0]}/check"):
        assert mayas.go(path).answer.status_code == 403
        assert "tap the link" in mayas.says
        assert signed_in(cast.maya).get(path).status_code == 403
        assert signed_in(cast.noor).get(path).status_code == 403
        assert signed_in(cast.dr_okafor).get(path).status_code == 403
        assert phone().go(path).answer.status_code == 403


def test_an_address_that_is_none_is_covered_too(phone, phq):
    theos = phone().tap(phq.token)

    assert theos.go("/intake/nothing/s1").answer.status_code == 403
    assert theos.go(f"/intake/{phq.task_ids[0]}/s999").path == f"/intake/{phq.packet_id}"


def test_a_patient_who_signed_in_goes_on_without_the_link(phone, phq, signed_in, cast):
    phone().tap(phq.token).press().choose(1)

    theos = signed_in(cast.theo)

    assert theos.get(f"/intake/{phq.task_ids[0]}/check").status_code == 303  # one is still open
    assert theos.get(f"/intake/{phq.packet_id}").status_code == 200


def test_a_page_that_rested_is_covered_and_the_same_tap_goes_on(phone, phq):
    theos = phone().tap(phq.token).press().choose(1)
    here = theos.path
    later(minutes=31)

    assert theos.go(here).answer.status_code == 403
    assert "Several days" not in theos.says
    assert theos.tap(phq.token).path == here


def test_what_is_typed_before_a_rest_is_kept_and_nothing_is_shown(phone, phq, row):
    theos = phone().tap(phq.token).press()
    later(minutes=45)

    theos.choose(3)

    assert theos.answer.status_code == 403
    assert "Saved 12:45 pm" in theos.says
    assert row(phq.task_ids[0]).response.revision == 1
    assert theos.go(f"/intake/{phq.packet_id}").answer.status_code == 403


def test_a_link_pulled_back_opens_nothing_and_closes_what_it_opened(phone, phq, database):
    theos = phone().tap(phq.token).press()
    with database.session() as db:
        packet = db.get_one(IntakePacket, phq.packet_id)
        magic_links.revoke(db.get_one(MagicLink, packet.link_id))

    assert theos.go(theos.path).answer.status_code == 403
    assert theos.tap(phq.token).opened["state"] == "ended"
    assert phone().tap(phq.token).opened["state"] == "unknown"


def test_a_packet_that_closed_ends_kindly(phone, phq, row):
    theos = phone().tap(phq.token).press()
    closes_at = row(phq.task_ids[0]).packet.closes_at
    here = theos.answer
    clock.stand_still(closes_at, machine=FRIDAY_NOON)

    assert "nothing more to fill in" in theos.go(theos.path).says
    assert theos.page.forms == 0
    theos.answer = here
    assert "nothing more to fill in" in theos.choose(1).says
    assert row(phq.task_ids[0]).response.revision == 0


def test_a_program_that_follows_the_link_has_not_opened_it_and_a_touch_has_once(
    phone, phq, database, desk, cast
):
    theos, asked = phone(), f"/clinic/patients/{cast.theo.id}"
    for each in (theos, phone()):
        each.tap(phq.token)
    [here] = re.findall(r'<meta name="here" content="([^"]+)">', theos.answer.text)
    with database.session(write=False) as db:
        assert db.get_one(IntakePacket, phq.packet_id).opened_at is None
    not_yet = '<span>Opened</span> <span class="fine soft">not yet</span>'
    assert not_yet in desk.get(asked).text

    assert theos.client.post(here).status_code == 204
    clock.stand_still(FRIDAY_NOON + timedelta(hours=1), machine=FRIDAY_NOON)
    theos.client.post(here)

    assert not_yet not in desk.get(asked).text
    assert 'name="here"' not in theos.go(theos.path).answer.text
    with database.session(write=False) as db:
        packet = db.get_one(IntakePacket, phq.packet_id)
        assert packet.opened_at == FRIDAY_NOON
        assert packet.link.state is LinkState.OPEN
        assert len(db.scalars(select(IntakeDoor)).all()) == 2
        assert db.scalars(select(QuestionnaireResponse)).all() == []


# What it costs


@contextmanager
def asking(database):
    """The same, but for the wake-up that PostgreSQL is told as a statement."""
    with counting(database) as said:
        yield said
    said[:] = [statement for statement in said if "pg_notify" not in statement]


def test_opening_a_packet_costs_four_statements_and_again_three(database, phone, phq):
    theos = phone()
    with asking(database) as said:
        theos.client.post("/x", json={"t": phq.token, "kind": "intake"})
    assert len(said) == 4, "\n\n".join(said)
    theos.client.post(f"/intake/{phq.packet_id}/here")

    with asking(database) as said:
        theos.client.post("/x", json={"t": phq.token, "kind": "intake"})
    assert len(said) == 3, "\n\n".join(said)


def test_in_a_browser_that_opened_another_packet_it_costs_no_more(database, phone, phq, asked):
    theos = phone().tap(asked("goals").token)

    with asking(database) as said:
        theos.client.post("/x", json={"t": phq.token, "kind": "intake"})

    assert len(said) == 4, "\n\n".join(said)


@pytest.mark.parametrize("form", ["phq-2", "goals", "medical-history", "consents"])
def test_a_question_costs_four_statements_and_a_save_six(database, phone, asked, form):
    theos = phone().tap(asked(form).token).press()
    theos.client.follow_redirects = False

    with counting(database) as said:
        theos.go(theos.path)
    assert len(said) <= 4, "\n\n".join(said)

    with counting(database) as said:
        theos.choose(1) if theos.page.options else theos.press()
    assert theos.answer.status_code in (303, 422)
    assert len(said) <= 6, "\n\n".join(said)


def test_home_names_what_is_due_and_later_that_it_was_sent(phone, phq, signed_in, cast):
    theos = signed_in(cast.theo)
    assert f'href="/intake/{phq.packet_id}"' in theos.get("/").text
    assert f"/intake/{phq.packet_id}" not in signed_in(cast.maya).get("/").text

    phone().tap(phq.token).press().choose(1).choose(2).press()

    page = theos.get("/").text
    assert f"/intake/{phq.packet_id}" not in page
    assert "Your answers were sent at 12:00 pm" in page
