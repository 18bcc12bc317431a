"""What a patient signed: their copy, and the way to take it back."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.access.models import Strength, WebSession
from app.intake.models import Consent, ReviewFlag
from app.people.models import Patient
from tests import sheets


def _words(content):
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


@pytest.fixture
def signed(database, cast):
    """Theo has signed everything; each consent's id by its code."""
    form = sheets.form_named(database, "consents")
    agreed = sheets.agreements(form, name="Theo Brandt", sharing="decline")
    sheets.hand_in(database, cast.theo, "consents", agreed)
    with database.session(write=False) as db:
        return {consent.code.value: consent.id for consent in db.scalars(select(Consent))}


def _fill_in(there, name="Theo Brandt"):
    """Go through the consents and agree to each."""
    there.press()
    while "/check" not in there.path:
        page = there.page
        choices = {name: places[0] for name, places in page.options.items()}
        names = {field: name for field, _ in page.fields if field not in choices}
        names.pop("revision", None)
        there.press(typed=choices | names)
    there.press()


def test_the_browser_that_signed_has_its_copy_and_no_other_has(asked, phone):
    packet = asked("consents")
    there = phone().tap(packet.token)
    _fill_in(there)
    assert "Thank you. That is all." in there.says
    copy = f"/intake/{packet.task_ids[0]}/copy"
    assert f'href="{copy}"' in there.answer.text

    there.go(copy)

    assert there.answer.headers["content-type"] == "application/pdf"
    assert there.answer.headers["content-disposition"] == (
        'attachment; filename="northside-copy.pdf"'
    )
    words = _words(there.answer.content)
    assert "Theo Brandt" in words
    assert "This use is off-label." in words
    elsewhere = phone().tap(packet.token)
    assert copy not in elsewhere.answer.text
    assert elsewhere.go(copy).answer.status_code == 404


def test_a_link_alone_gives_no_name_away(asked, phone, signed_in, cast):
    packet = asked("consents")
    there = phone().tap(packet.token)
    _fill_in(there, name="Somebody Else")
    copy = f"/intake/{packet.task_ids[0]}/copy"

    words = _words(there.go(copy).answer.content)

    assert "Somebody Else" in words
    assert "Brandt" not in words
    assert "Theo Brandt" in _words(signed_in(cast.theo).get(copy).content)


def test_a_form_without_a_signature_has_no_copy(asked, phone, database, cast):
    packet = asked("phq-2")
    there = phone().tap(packet.token)
    there.press()
    for _ in range(2):
        there.choose(0)
    there.press()

    assert "copy" not in there.answer.text
    assert there.go(f"/intake/{packet.task_ids[0]}/copy").answer.status_code == 404


def test_whoever_is_signed_in_reads_what_they_agreed_to(signed_in, cast, signed):
    browser = signed_in(cast.theo)
    assert 'href="/agreements"' in browser.get("/").text

    text = browser.get("/agreements").text

    assert "<title>What you agreed to · Northside Clinic</title>" in text
    assert text.count("You agreed<") == 4
    assert "You did not agree" in text
    assert "ketamine" not in text.lower()
    copy = browser.get(f"/agreements/{signed['privacy']}/copy")
    assert "Theo Brandt" in _words(copy.content)


def test_what_they_take_back_ends_and_the_clinic_sees_it(signed_in, cast, signed, database):
    browser = signed_in(cast.theo)

    answer = browser.post(f"/agreements/{signed['treatment']}/withdrawal")

    assert (answer.status_code, answer.headers["location"]) == (303, "/agreements")
    assert "Taken back" in browser.get("/agreements").text
    with database.session(write=False) as db:
        flags = db.scalars(select(ReviewFlag)).all()
        assert [(flag.label, flag.answer, flag.urgent) for flag in flags] == [
            ("Took back a consent", "Treatment", True)
        ]
    assert "Took back a consent" in signed_in(cast.dr_okafor).get("/clinic/review").text


def test_taking_back_texts_ends_them(signed_in, cast, signed, database):
    signed_in(cast.theo).post(f"/agreements/{signed['texts']}/withdrawal")

    with database.session(write=False) as db:
        assert db.get_one(Patient, cast.theo.id).texts_agreed_at is None


def test_what_was_not_agreed_to_is_not_taken_back(signed_in, cast, signed):
    answer = signed_in(cast.theo).post(f"/agreements/{signed['sharing']}/withdrawal")

    assert answer.status_code == 422
    assert "That was not agreed to." in answer.text


def test_what_another_patient_signed_is_unknown(signed_in, cast, signed, client):
    browser = signed_in(cast.maya)

    assert browser.get(f"/agreements/{signed['texts']}/copy").status_code == 404
    assert browser.post(f"/agreements/{signed['texts']}/withdrawal").status_code == 404
    assert "Nothing yet." in browser.get("/agreements").text
    assert client.get("/agreements").status_code == 403


def test_a_code_without_a_birth_date_on_file_shows_and_ends_no_agreement(
    signed_in, cast, signed, database
):
    whoever_has_the_number = signed_in(cast.theo)
    with database.session() as db:
        db.get_one(Patient, cast.theo.id).birth_on = None
        for web_session in db.scalars(select(WebSession)):
            web_session.strength = Strength.CODE
    one = f"/agreements/{signed['texts']}"

    assert whoever_has_the_number.get("/agreements").status_code == 403
    assert whoever_has_the_number.get(f"{one}/copy").status_code == 403
    assert whoever_has_the_number.post(f"{one}/withdrawal").status_code == 403
    with database.session() as db:
        assert db.get_one(Consent, signed["texts"]).withdrawn_at is None
