import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.people import enrolment
from app.people.enrolment import NameMissing, NumberTaken, UnknownZone
from app.people.models import Patient, Role
from app.people.phones import NotAPhoneNumber


@pytest.fixture
def db(cast, db):
    return db


def enrol(db, clinic, **differs):
    values = {
        "given_name": "June",
        "family_name": "Park",
        "phone": "312 555 0155",
        "by": None,
    }
    return enrolment.enrol(db, clinic, **(values | differs))


def test_a_patient_is_found_by_any_way_their_number_is_written(db, cast):
    june = enrol(db, cast.clinic, phone="(312) 555-0155")
    db.flush()

    assert enrolment.with_number(db, cast.clinic.id, "+13125550155") is june


def test_a_patient_is_unknown_to_the_neighbour_clinic(db, cast):
    assert enrolment.with_number(db, cast.neighbour.id, "+13125550142") is None
    assert enrolment.with_number(db, cast.clinic.id, "+13125550144") is None


def test_one_number_belongs_to_one_patient_of_a_clinic(db, cast):
    with pytest.raises(NumberTaken) as refused:
        enrol(db, cast.clinic, phone="312-555-0142")

    assert refused.value.field == "phone"
    assert "Maya" not in refused.value.message


def test_two_clinics_may_both_treat_the_same_number(db, cast):
    enrol(db, cast.neighbour, phone="312-555-0142")
    db.flush()

    assert enrolment.with_number(db, cast.neighbour.id, "+13125550142").given_name == "June"


@pytest.mark.parametrize(
    ("differs", "refusal", "field"),
    [
        ({"given_name": "  "}, NameMissing, "given_name"),
        ({"phone": "12"}, NotAPhoneNumber, "phone"),
        ({"phone": "555 0155"}, NotAPhoneNumber, "phone"),
        ({"zone": "Mars/Olympus"}, UnknownZone, "zone"),
        ({"zone": "../etc/passwd"}, UnknownZone, "zone"),
        ({"zone": "America"}, UnknownZone, "zone"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_at_its_field_and_nobody_is_added(
    db, cast, differs, refusal, field
):
    before = db.scalar(select(func.count(Patient.id)))

    with pytest.raises(refusal) as refused:
        enrol(db, cast.clinic, **differs)

    assert refused.value.field == field
    assert str(refused.value) == refusal.__name__
    assert db.scalar(select(func.count(Patient.id))) == before


def test_what_is_not_said_is_the_clinics(db, cast):
    june = enrol(db, cast.clinic, language="xx")

    assert (june.language, june.zone) == ("en", "America/New_York")


def test_who_enrolled_whom_is_in_the_trail(db, cast):
    june = enrol(db, cast.clinic, by=cast.jordan)
    db.flush()

    event = db.scalars(select(AuditEvent).where(AuditEvent.entity_id == june.id)).one()
    assert (event.action, event.agent_kind, event.agent_id) == (
        "enrol",
        "practitioner",
        cast.jordan.id,
    )


def test_staff_need_a_name_that_patients_read(db, cast):
    with pytest.raises(NameMissing):
        enrolment.join_staff(
            db, cast.clinic, role=Role.CLINICIAN, name="Ada", display_name=" ", by=None
        )


def test_a_clinic_on_an_unknown_zone_is_refused(db):
    with pytest.raises(UnknownZone):
        enrolment.open_clinic(db, name="North", slug="n", zone="Nowhere", phone="")
