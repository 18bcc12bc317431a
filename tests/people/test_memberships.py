"""One person at several clinics."""

import pytest

from app.people import memberships
from app.people.models import Practitioner, Role


@pytest.fixture
def okafor(db, cast):
    return db.get_one(Practitioner, cast.dr_okafor.id)


def test_somebody_works_at_a_further_clinic_in_a_role_of_its_own(db, cast, okafor):
    row = memberships.work_further(db, okafor, cast.neighbour, Role.COORDINATOR)

    assert (row.clinic_id, row.role, row.display_name) == (
        cast.neighbour.id,
        Role.COORDINATOR,
        "Dr. Okafor",
    )
    assert [each.id for each in memberships.others_of(db, okafor)] == [row.id]
    assert [each.id for each in memberships.others_of(db, row)] == [okafor.id]


def test_nobody_works_twice_at_one_clinic(db, cast, okafor):
    memberships.work_further(db, okafor, cast.neighbour, Role.CLINICIAN)

    for clinic in (cast.neighbour, cast.clinic):
        with pytest.raises(memberships.WorksThereAlready):
            memberships.work_further(db, okafor, clinic, Role.CLINICIAN)


def test_two_rows_of_one_clinic_are_never_one_person(db, cast, okafor):
    with pytest.raises(memberships.WorksThereAlready):
        memberships.join(db, okafor, db.get_one(Practitioner, cast.jordan.id), by=None)


def test_joining_twice_changes_nothing(db, cast, okafor):
    lind = db.get_one(Practitioner, cast.dr_lind.id)
    memberships.join(db, okafor, lind, by=None)
    person_id = okafor.person_id

    memberships.join(db, lind, okafor, by=None)

    assert okafor.person_id == lind.person_id == person_id


def test_whoever_left_elsewhere_does_not_work_there(db, cast, okafor):
    row = memberships.work_further(db, okafor, cast.neighbour, Role.CLINICIAN)
    row.disabled_at = row.made_at
    db.flush()

    assert memberships.others_of(db, okafor) == []
