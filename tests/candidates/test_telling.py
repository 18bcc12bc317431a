from datetime import date

import pytest

from app import clock
from app.candidates import telling
from app.people import enrolment
from app.questionnaires.engine.values import Coding, Sheet, Slot

SAID = Sheet({Slot("birth-date"): (date(1991, 5, 2),), Slot("wants"): (Coding("consultation"),)})


@pytest.fixture
def ines(db, cast):
    clinic = db.merge(cast.clinic)
    patient = enrolment.enrol(
        db, clinic, given_name="Ines", family_name="", phone="+13125550177", by=None
    )
    patient.applied_at = clock.now()
    return patient


def test_a_candidates_answers_fill_what_the_clinic_does_not_know(ines):
    telling.learn(ines, SAID)

    assert (ines.birth_on, ines.wants) == (date(1991, 5, 2), "consultation")


def test_what_the_clinic_knows_already_stays(ines):
    ines.birth_on = date(1970, 1, 1)

    telling.learn(ines, SAID)

    assert ines.birth_on == date(1970, 1, 1)


def test_of_a_patient_nothing_is_changed_by_whoever_has_their_phone(db, cast):
    maya = db.merge(cast.maya)

    telling.learn(maya, SAID)

    assert (maya.birth_on, maya.wants) == (cast.maya.birth_on, "")


def test_an_empty_sheet_tells_nothing(ines):
    telling.learn(ines, Sheet())

    assert ines.birth_on is None
    assert not ines.wants
