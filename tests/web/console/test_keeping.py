"""A patient's record handed out and let go of at the desk, and how long the clinic keeps what."""

import io
import zipfile

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.keeping import rules
from app.keeping.models import Kept
from app.people.models import Clinic, Patient
from app.scheduling.models import Appointment, AppointmentStatus


@pytest.fixture
def office(signed_in, cast):
    """Ada's browser: she may change the clinic."""
    return signed_in(cast.ada)


@pytest.fixture
def record(cast):
    return f"/clinic/patients/{cast.maya.id}/record"


def _did(database, action):
    with database.session(write=False) as db:
        return db.scalars(select(AuditEvent.agent_id).where(AuditEvent.action == action)).all()


def test_the_whole_record_is_taken_out_under_a_name_that_tells_nothing(
    office, record, database, cast
):
    answer = office.get(f"{record}/copy")

    assert 'filename="northside-record.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert "record.json" in file.namelist()
    assert _did(database, "export-record") == [cast.ada.id]


def test_what_is_booked_stands_against_letting_go_and_what_was_chosen_stays(
    office, record, database, cast
):
    answer = office.post(f"{record}/erasure", data={"what": "law", "sure": "on"})

    assert answer.status_code == 422
    assert "Something is booked for them" in answer.text
    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.maya.id).erased_at is None


@pytest.mark.parametrize(
    "posted", [{}, {"what": "law"}, {"sure": "on"}, {"what": "x", "sure": "on"}]
)
def test_nothing_goes_without_a_choice_and_a_tick(office, record, database, posted):
    assert office.post(f"{record}/erasure", data=posted).status_code == 422
    assert _did(database, "erase") == _did(database, "erase-own") == []


def test_of_an_erased_patient_the_desk_sees_that_and_nothing_else(office, record, database, cast):
    with database.session() as db:
        db.get_one(Appointment, cast.integration_visit.id).status = AppointmentStatus.CANCELLED
    assert "Everything" in office.get(record).text

    answer = office.post(f"{record}/erasure", data={"what": "law", "sure": "on"})

    assert answer.status_code == 303
    page = office.get(answer.headers["location"]).text
    assert "Nothing is known any more" in page
    assert "Osei" not in page
    assert office.get(record).status_code == 303
    assert _did(database, "erase") == [cast.ada.id]


def test_what_need_not_be_kept_goes_beside_a_visit_that_is_booked(office, record, database, cast):
    assert office.post(f"{record}/erasure", data={"what": "own", "sure": "on"}).status_code == 303
    assert _did(database, "erase-own") == [cast.ada.id]


def test_clinicians_take_records_out_and_only_administrators_let_go(signed_in, record, cast):
    clinician, coordinator = signed_in(cast.dr_okafor), signed_in(cast.jordan)

    assert "Let it go" not in clinician.get(record).text
    assert clinician.post(f"{record}/erasure", data={"what": "own"}).status_code == 403
    assert coordinator.get(f"{record}/copy").status_code == 403
    assert clinician.get("/clinic/keeping").status_code == 403


def test_an_administrator_sets_times_and_sees_what_would_go(office, database, cast):
    answer = office.post("/clinic/keeping", data={"texts": "365", "drafts": "", "strangers": "90"})

    assert answer.status_code == 303
    with database.session(write=False) as db:
        kept = rules.of(db, db.get_one(Clinic, cast.clinic.id))
    assert (kept[Kept.TEXTS], kept[Kept.DRAFTS], kept[Kept.STRANGERS]) == (365, None, 90)
    page = office.get("/clinic/keeping").text
    assert 'value="365"' in page
    assert "What would go today" in page
    assert len(_did(database, "change-keeping")) == 4  # sessions were emptied as well


@pytest.mark.parametrize("days", ["2191", "six", "-1", "99999999"])
def test_a_time_the_law_does_not_allow_is_refused_beside_its_field(office, days):
    answer = office.post("/clinic/keeping", data={"patients": days})

    assert answer.status_code == 422
    assert 'id="patients-error"' in answer.text
    assert f'value="{days}"' in answer.text
