"""What was signed: the words by hash, the name as typed, and that it can be taken back."""

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.intake import consents
from app.intake.models import Consent, ConsentCode
from app.messaging.models import Message, MessageStatus
from app.people.models import Patient
from app.questionnaires.engine.signing import text_hash, words_signed
from app.questionnaires.models import QuestionnaireResponse
from app.scheduling import visit_texts
from app.scheduling.models import Appointment
from tests import sheets

ALL = 5


@pytest.fixture
def sheet(sheet_of):
    return sheet_of("consents")


@pytest.fixture
def answers(sheet):
    """`answers(treatment="decline")`: everything agreed to and signed, but for what differs."""

    def answers(**differs):
        return sheets.agreements(sheet[1], **differs)

    return answers


@pytest.fixture
def hand_in(database, sheet, state_of):
    def hand_in(answers, language="en"):
        response_id, form = sheet
        with database.session() as db:
            response = db.get_one(QuestionnaireResponse, response_id)
            state = state_of(form, answers)
            consents.record(db, response, state, language=language, device="iPhone")

    return hand_in


@pytest.fixture
def current(database, cast):
    def current():
        with database.session(write=False) as db:
            return consents.current(db, db.get_one(Patient, cast.maya.id))

    return current


@pytest.fixture
def maya(database, cast):
    def maya():
        with database.session(write=False) as db:
            return db.get_one(Patient, cast.maya.id)

    return maya


def test_each_consent_is_kept_by_itself(sheet, answers, hand_in, current):
    hand_in(answers(sharing="decline"))

    kept = current()
    assert {code.value: consent.agreed for code, consent in kept.items()} == {
        "treatment": True,
        "telehealth": True,
        "texts": True,
        "privacy": True,
        "sharing": False,
    }
    treatment = kept[ConsentCode.TREATMENT]
    assert treatment.name == "Maya Osei"
    assert treatment.version == sheet[1].canonical
    assert (treatment.language, treatment.device) == ("en", "iPhone")
    assert treatment.signed_at == clock.now()


def test_the_hash_is_of_the_words_as_they_were_shown(sheet, answers, hand_in, current):
    hand_in(answers(language="es"), language="es")

    form = sheet[1]
    spanish = words_signed(form, "treatment-name", "es")
    assert current()[ConsentCode.TREATMENT].text_hash == text_hash(spanish)
    assert text_hash(spanish) != text_hash(words_signed(form, "treatment-name", "en"))
    assert any("off-label" in line for line in words_signed(form, "treatment-name", "en"))


def test_whoever_switches_the_language_before_sending_has_signed_the_words_they_read(
    answers, hand_in, current
):
    hand_in(answers(language="es"), language="en")

    assert current()[ConsentCode.TREATMENT].language == "es"


def test_the_name_rests_sealed_and_not_in_the_trail(answers, hand_in, database):
    hand_in(answers())

    with database.session(write=False) as db:
        assert all(b"Osei" not in sealed for sealed in db.scalars(select(Consent.name_sealed)))
        details = db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "sign")).all()
    assert "texts agreed" in details
    assert not any("Osei" in detail for detail in details)


def test_handed_in_twice_it_is_signed_once(answers, hand_in, database):
    given = answers()
    hand_in(given)
    hand_in(given)

    with database.session(write=False) as db:
        assert len(db.scalars(select(Consent)).all()) == ALL


def test_an_empty_box_for_texts_takes_texts_away(answers, hand_in, maya, database, cast):
    with database.session() as db:
        visit_texts.plan(db, db.get_one(Appointment, cast.integration_visit.id))

    hand_in(answers(texts=None))

    assert maya().texts_agreed_at is None
    with database.session(write=False) as db:
        waiting = db.scalars(select(Message).where(Message.status == MessageStatus.QUEUED)).all()
    assert waiting == []


def test_a_tick_for_texts_brings_the_texts_of_visits_ahead(answers, hand_in, maya, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).texts_agreed_at = None

    hand_in(answers())

    assert maya().texts_agreed_at == clock.now()
    with database.session(write=False) as db:
        assert db.scalars(select(Message).where(Message.status == MessageStatus.QUEUED)).all()


def test_agreeing_again_does_not_move_the_first_day(answers, hand_in, maya):
    before = maya().texts_agreed_at

    hand_in(answers())

    assert maya().texts_agreed_at == before


def test_whoever_wrote_stop_is_not_texted_for_a_tick(answers, hand_in, database, cast, maya):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    hand_in(answers())

    assert maya().takes_texts is False


@pytest.mark.parametrize("by", ["maya", "jordan"])
def test_it_can_be_taken_back_by_the_patient_and_by_staff(
    answers, hand_in, current, database, cast, by
):
    hand_in(answers())
    with database.session() as db:
        who = db.merge(getattr(cast, by))
        consent = db.get_one(Consent, current()[ConsentCode.TELEHEALTH].id)
        consents.withdraw(db, consent, by=who)

    kept = current()[ConsentCode.TELEHEALTH]
    assert kept.withdrawn_at == clock.now()
    assert kept.withdrawn_by_id == (cast.jordan.id if by == "jordan" else None)
    assert not consents.stands(kept, cast.maya)


def test_taking_back_texts_ends_them(answers, hand_in, current, database, maya, cast):
    hand_in(answers())
    with database.session() as db:
        consent = db.get_one(Consent, current()[ConsentCode.TEXTS].id)
        consents.withdraw(db, consent, by=db.get_one(Patient, cast.maya.id))

    assert maya().takes_texts is False


def test_texts_that_ended_by_stop_do_not_stand(answers, hand_in, current, database, cast, maya):
    hand_in(answers())
    assert consents.stands(current()[ConsentCode.TEXTS], maya())
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).opted_out_at = clock.now()

    assert not consents.stands(current()[ConsentCode.TEXTS], maya())


def test_what_was_not_agreed_to_cannot_be_taken_back(answers, hand_in, current, database, cast):
    hand_in(answers(treatment="discuss"))

    with database.session() as db:
        maya = db.get_one(Patient, cast.maya.id)
        consent = db.get_one(Consent, current()[ConsentCode.TREATMENT].id)
        with pytest.raises(consents.NothingToWithdraw):
            consents.withdraw(db, consent, by=maya)


def test_the_last_word_counts(sheet_of, answers, hand_in, current):
    hand_in(answers(sharing="decline"))
    hand_in(answers(sharing="agree", name="Maya A. Osei"))

    assert current()[ConsentCode.SHARING].agreed
    assert current()[ConsentCode.SHARING].name == "Maya A. Osei"
