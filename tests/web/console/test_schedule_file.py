"""The day as a table on its page: chosen, looked at, put right, brought in, and taken out."""

import html
import re

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.scheduling.models import Appointment

HEAD = "date,time,type,first name,last name,phone,birth date"
GOOD = "2026-11-24,13:00,infusion,Ana,Ruiz,(202) 555-0171,1991-05-02"
FAULTY = "2026-11-24,25:00,infusion,Ben,Roy,(202) 555-0172,1991-05-02"


@pytest.fixture
def booked(database):
    def booked():
        with database.session(write=False) as db:
            return db.scalar(select(func.count(Appointment.id)))

    return booked


def _file(*lines):
    return {"file": ("day.csv", "\n".join([HEAD, *lines]).encode(), "text/csv")}


def test_a_file_is_looked_at_and_then_brought_in_as_it_was_seen(desk, booked):
    before = booked()

    page = desk.post("/clinic/schedule/file", files=_file(GOOD))

    assert page.status_code == 200
    assert booked() == before
    assert "Ana Ruiz" in page.text
    assert "New patient" in page.text
    assert "Bring in 1 booking" in page.text
    kept = re.search(r"<textarea name=\"pasted\" hidden>\n(.*?)</textarea>", page.text, re.DOTALL)
    answer = desk.post(
        "/clinic/schedule/file/taking", data={"pasted": html.unescape(kept.group(1))}
    )
    assert answer.status_code == 303
    assert booked() == before + 2


def test_a_fault_stands_at_its_line_and_what_was_pasted_stays(desk, booked):
    before = booked()
    pasted = "\n".join([HEAD, GOOD, FAULTY])

    for path in ("/clinic/schedule/file", "/clinic/schedule/file/taking"):
        page = desk.post(path, data={"pasted": pasted})

        assert page.status_code == 422
        assert "Line 3" in page.text
        assert "time: Enter a time" in page.text
        assert "Bring in 1" not in page.text
        assert FAULTY in html.unescape(page.text)
        assert booked() == before


@pytest.mark.parametrize(
    ("data", "words"), [({"pasted": ""}, "empty"), ({"pasted": "a,b\n1,2"}, "Missing")]
)
def test_what_is_no_schedule_says_why(desk, data, words):
    answer = desk.post("/clinic/schedule/file", data=data)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_day_is_taken_out_as_a_file_and_the_trail_knows_who(desk, cast, database):
    answer = desk.post("/clinic/schedule/table", data={"day": "2026-11-21"})

    assert answer.headers["content-type"].startswith("text/csv")
    named = 'attachment; filename="northside-schedule-2026-11-21.csv"'
    assert answer.headers["content-disposition"] == named
    assert '"Maya","Osei"' in answer.text
    assert "Noor" not in answer.text
    with database.session(write=False) as db:
        columns = AuditEvent.agent_id, AuditEvent.patient_id
        told = db.execute(select(*columns).where(AuditEvent.action == "export-schedule")).all()
        assert told == [(cast.dr_okafor.id, cast.maya.id)]


def test_a_patients_account_tells_that_a_schedule_with_them_was_taken_out(desk, cast, signed_in):
    desk.post("/clinic/schedule/table", data={"day": "2026-11-21"})
    desk.post("/clinic/schedule/table", data={"day": "2026-12-24"})
    ada, account = signed_in(cast.ada), "/clinic/trail/patients/{}/account.csv"

    assert ada.get(account.format(cast.maya.id)).text.count("Took out the schedule") == 1
    assert "Took out the schedule" not in ada.get(account.format(cast.theo.id)).text


def test_the_schedule_leads_there(desk):
    assert 'href="/clinic/schedule/file"' in desk.get("/clinic/schedule").text
    assert desk.get("/clinic/schedule/file").status_code == 200
