import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from tests.web.visit.test_socket import connect, hello, until


@pytest.fixture
def phone(tap, address):
    browser = tap()
    browser.post(f"{address}/claim")
    return browser


def test_what_a_clinician_pressed_is_taken_once_however_often_it_is_said(
    phone, desk, address, clinic_address, database
):
    with connect(phone, address) as patient, connect(desk, clinic_address) as clinician:
        hello(patient, "phone")
        seat = hello(clinician, "desk")["room"]["seats"][0]["id"]
        for _ in range(2):
            clinician.send_json({"type": "admit", "seat": seat, "said": 1})
            assert until(clinician, "taken") == {"type": "taken", "said": 1}
    with database.session() as db:
        assert len(db.scalars(select(AuditEvent).where(AuditEvent.action == "admit")).all()) == 1


def test_what_is_refused_is_taken_too_so_that_no_page_says_it_for_ever(
    phone, desk, address, clinic_address
):
    with connect(phone, address) as patient, connect(desk, clinic_address) as clinician:
        hello(patient, "phone")
        seat = hello(clinician, "desk")["room"]["seats"][0]["id"]
        clinician.send_json({"type": "end", "said": 1})
        clinician.send_json({"type": "admit", "seat": seat, "said": 2})
        assert until(clinician, "refused")["message"] == "Nobody waits there any more."
        assert until(clinician, "taken")["said"] == 2
