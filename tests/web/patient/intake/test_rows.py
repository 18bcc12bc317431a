"""Lists with any number of rows, files, and what stands on a sheet from the start."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from app.intake import drafts
from app.intake.models import IntakePacket, IntakeTask
from app.links import magic_links
from app.people.models import Patient
from app.questionnaires.engine.values import Slot
from app.questionnaires.models import Attachment
from tests.web.patient.conftest import Phone

MEDICINES = Slot("medicine")


@pytest.fixture
def draft_of(database):
    """`draft_of(task_id)`: rows and answers of a task's sheet as they count."""

    def draft_of(task_id):
        with database.session(write=False) as db:
            response = db.get_one(IntakeTask, task_id).response
            return drafts.read(response, zone="UTC").state.sheet

    return draft_of


@pytest.fixture
def list_of_medicines(phone, asked):
    """A phone at the first row of the list; and what was asked."""
    packet = asked("medicines")
    theos = phone().tap(packet.token).press()
    while "What is it called?" not in theos.says:
        theos.choose(0) if theos.page.options else theos.press()
    return theos, packet


def named(theos, name):
    """Write a medicine's name on its page and go on."""
    field = next(key for key, _ in theos.page.fields if key.startswith("q"))
    return theos.press(typed={field: name})


def names(sheet):
    return [
        sheet.values[Slot("medicine-name", (row,))][0] for row in sheet.groups.get(MEDICINES, (0,))
    ]


def test_a_row_leads_to_the_list_and_one_may_be_added(list_of_medicines, draft_of):
    theos, packet = list_of_medicines
    named(theos, "Ibuprofen")
    assert "Ibuprofen" in theos.says
    add = next((name, value) for name, value in theos.page.buttons if name == "add")
    assert theos.page.buttons[-1] == (None, "")  # Continue is the last

    named(theos.press(*add), "Vitamin D")

    assert "Vitamin D" in theos.says
    assert names(draft_of(packet.task_ids[0])) == ["Ibuprofen", "Vitamin D"]


def test_a_row_may_be_taken_away_again(list_of_medicines, draft_of):
    theos, packet = list_of_medicines
    named(theos, "Ibuprofen")
    add = next((name, value) for name, value in theos.page.buttons if name == "add")
    named(theos.press(*add), "Vitamin D")

    remove = [(name, value) for name, value in theos.page.buttons if name == "remove"]
    theos.press(*remove[0])

    assert "Ibuprofen" not in theos.says
    assert names(draft_of(packet.task_ids[0])) == ["Vitamin D"]


def test_a_row_may_be_taken_away_on_its_own_page(list_of_medicines, draft_of):
    theos, packet = list_of_medicines
    first = theos.path
    named(theos, "Ibuprofen")
    add = next((name, value) for name, value in theos.page.buttons if name == "add")
    named(theos.press(*add), "Vitamin D")
    theos.go(first)
    field = next(key for key, _ in theos.page.fields if key.startswith("q"))
    remove = next((name, value) for name, value in theos.page.buttons if name == "remove")

    theos.press(*remove, typed={field: "Ibuprofen 400"})

    assert "There are two answers." not in theos.says
    assert names(draft_of(packet.task_ids[0])) == ["Vitamin D"]


def test_a_phone_that_may_not_read_takes_no_row_away(list_of_medicines, draft_of, phone):
    theos, packet = list_of_medicines
    blank = phone().tap(packet.token)  # another browser: it may write, not read
    named(theos, "Ibuprofen")
    add = next((name, value) for name, value in theos.page.buttons if name == "add")
    named(theos.press(*add), "Vitamin D")
    remove = next((name, value) for name, value in theos.page.buttons if name == "remove")

    blank.answer = blank.client.post(theos.path, data={"revision": "999999999", **dict([remove])})

    assert blank.path.endswith("/elsewhere")
    assert names(draft_of(packet.task_ids[0])) == ["Ibuprofen", "Vitamin D"]


def test_two_windows_that_add_a_row_have_two(list_of_medicines, draft_of, phone):
    theos, packet = list_of_medicines
    named(theos, "Ibuprofen")
    other = phone()
    other.client.cookies = theos.client.cookies
    other.go(theos.path)
    add = next((name, value) for name, value in theos.page.buttons if name == "add")

    theos.press(*add)
    other.press(*add)

    named(theos, "Vitamin D")
    named(other, "Zinc")
    assert names(draft_of(packet.task_ids[0])) == ["Ibuprofen", "Vitamin D", "Zinc"]


def test_a_row_somebody_wrote_in_meanwhile_is_not_taken_away_in_silence(
    list_of_medicines, draft_of, phone
):
    theos, packet = list_of_medicines
    row_page = theos.path
    named(theos, "Ibuprofen")
    overview = theos.answer
    other = phone()
    other.client.cookies = theos.client.cookies
    named(other.go(row_page), "Aspirin")
    theos.answer = overview
    remove = next((name, value) for name, value in theos.page.buttons if name == "remove")

    theos.press(*remove)

    assert "There are two answers." in theos.says
    assert "Aspirin" in theos.says
    assert names(draft_of(packet.task_ids[0])) == ["Aspirin"]
    theos.press()  # "use the one from here": take it away
    assert "Aspirin" not in theos.says


def test_buttons_that_name_nothing_change_nothing(list_of_medicines, draft_of):
    theos, _packet = list_of_medicines
    for name in ("add", "remove", "more", "keep", "go"):
        for value in ("", "q", "q99999", "q1-2-3", "-1", "q2-999", "\x00"):
            assert theos.press(name, value).answer.status_code in (200, 422)
            theos.go(theos.path)
    assert theos.page.forms == 1


CARD = {
    "url": "https://clinic.example/card",
    "version": "1",
    "item": [
        {"linkId": "front", "type": "attachment", "text": "A photo of your card"},
        {"linkId": "name", "type": "string", "text": "Whose card is it?", "required": True},
    ],
}


def picture(colour="white"):
    written = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, "JPEG")
    return written.getvalue()


def send_file(theos, content, name="card.jpg"):
    page = theos.page
    theos.answer = theos.client.post(
        page.action, data=dict(page.fields), files={"q0": (name, content, "image/jpeg")}
    )
    return theos


def test_a_picture_is_kept_and_can_be_taken_back(phone, asked, database, draft_of):
    packet = asked(CARD)
    theos = phone().tap(packet.token).press()
    first = theos.path

    send_file(theos, picture())
    assert "Whose card is it?" in theos.says
    assert "card.jpg" in theos.go(first).says
    theos.press()  # without a new one the former stays
    assert Slot("front") in draft_of(packet.task_ids[0]).values

    theos.go(first).press("remove", "q0")

    assert theos.path == first
    assert Slot("front") not in draft_of(packet.task_ids[0]).values


def test_a_file_that_is_none_of_ours_is_refused_at_its_field(phone, asked, database):
    theos = phone().tap(asked(CARD).token).press()

    send_file(theos, b"MZ not a picture", "card.exe")

    assert theos.answer.status_code == 422
    assert theos.page.forms == 1
    with database.session(write=False) as db:
        assert db.scalars(select(Attachment)).all() == []


def test_a_replaced_picture_is_gone_once_all_is_sent(phone, asked, database):
    theos = phone().tap(asked(CARD).token).press()
    first = theos.path
    send_file(theos, picture())
    send_file(theos.go(first), picture("black"))

    theos.press(typed={"q1": "Theo"}).press()

    assert "has your answers" in theos.says
    with database.session(write=False) as db:
        assert len(db.scalars(select(Attachment)).all()) == 1


def test_of_two_pictures_one_chooses_too(phone, asked, draft_of, database):
    packet = asked(CARD)
    theos = phone().tap(packet.token).press()
    page = theos.answer
    send_file(theos, picture())
    theos.answer = page

    send_file(theos, picture("black"))
    assert "There are two answers." in theos.says
    theos.press()

    (stored,) = draft_of(packet.task_ids[0]).values[Slot("front")]
    with database.session(write=False) as db:
        newest = db.scalars(select(Attachment).order_by(Attachment.id.desc())).first()
        assert stored.id == str(newest.id)


def test_another_input_is_given_and_what_was_typed_stays(phone, asked, draft_of):
    several = {
        "url": "https://clinic.example/several",
        "item": [{"linkId": "names", "type": "string", "text": "Names", "repeats": True}],
    }
    packet = asked(several)
    theos = phone().tap(packet.token).press()

    theos.press("more", "q0", typed={"q0": "Ada"})
    assert [value for name, value in theos.page.fields if name == "q0"] == ["Ada", ""]
    theos.press(typed={"q0": ["Ada", "Bo"]})

    assert draft_of(packet.task_ids[0]).values[Slot("names")] == ("Ada", "Bo")


BOTH = {
    "url": "https://clinic.example/both",
    "item": [
        {
            "linkId": "page",
            "type": "group",
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl",
                    "valueCodeableConcept": {"coding": [{"code": "page"}]},
                }
            ],
            "item": [
                {"linkId": "one", "type": "string", "text": "One"},
                {"linkId": "two", "type": "string", "text": "Two"},
            ],
        }
    ],
}


def test_of_a_page_with_several_questions_only_those_in_doubt_are_asked(phone, asked, draft_of):
    packet = asked(BOTH)
    theos = phone().tap(packet.token).press()
    other = phone()
    other.client.cookies = theos.client.cookies
    other.go(theos.path)
    theos.press(typed={"q1": "a"})

    other.press(typed={"q1": "b", "q2": "c"})
    assert "There are two answers." in other.says
    assert "One" in other.page.texts
    assert "Two" not in other.page.texts  # the other window left it empty, as it was drawn
    other.press("keep", "theirs")

    assert draft_of(packet.task_ids[0]).values == {Slot("one"): ("a",), Slot("two"): ("c",)}


def test_what_was_left_as_it_was_drawn_takes_nothing_back(phone, asked, draft_of):
    packet = asked(BOTH)
    theos = phone().tap(packet.token).press()
    other = phone()
    other.client.cookies = theos.client.cookies
    other.go(theos.path)
    theos.press(typed={"q1": "a"})

    other.press(typed={"q2": "c"})

    assert draft_of(packet.task_ids[0]).values == {Slot("one"): ("a",), Slot("two"): ("c",)}


def test_what_the_clinic_knows_is_filled_in_for_a_signed_in_patient_alone(
    app, phone, asked, database, cast, signed_in
):
    with database.session() as db:
        theo = db.get_one(Patient, cast.theo.id)
        theo.emergency_name, theo.emergency_phone = "Alexandra", "+13125550177"
    by_link = asked("people-and-ride")
    other = phone().tap(by_link.token).press()
    for _ in range(12):
        assert "Alexandra" not in other.answer.text
        other.press()

    at_home = asked("people-and-ride")
    theos = Phone(app)
    theos.client.cookies = signed_in(cast.theo).cookies
    theos.go(f"/intake/{at_home.packet_id}").press()
    with database.session(write=False) as db:
        response = db.get_one(IntakeTask, at_home.task_ids[0]).response
        sheet = drafts.read(response, zone="UTC").state.sheet
    assert ("Alexandra",) in sheet.values.values()
    # It stands there for this browser alone, though nothing was saved yet.
    assert "Alexandra" in theos.go(_page_with_the_name(theos)).answer.text
    with database.session(write=False) as db:
        token = magic_links.token_of(db.get_one(IntakePacket, at_home.packet_id).link)
    stranger = phone().tap(token)
    assert stranger.path.endswith("/elsewhere")
    assert "Alexandra" not in stranger.go(theos.path).answer.text


def _page_with_the_name(theos):
    """The address of the first page on which the name stands."""
    for _ in range(12):
        if "Alexandra" in theos.answer.text:
            break
        theos.press()
    return theos.path


def test_a_question_that_opens_later_begins_as_its_form_says(phone, asked):
    opens = {"question": "abroad", "operator": "=", "answerBoolean": True}
    country = {"linkId": "country", "type": "string", "text": "Which country?"}
    packet = asked(
        {
            "url": "https://northside.example/forms/abroad",
            "version": "1",
            "title": "Where you live",
            "item": [
                {"linkId": "abroad", "type": "boolean", "text": "Do you live abroad?"},
                {**country, "enableWhen": [opens], "initial": [{"valueString": "Canada"}]},
            ],
        }
    )

    theos = phone().tap(packet.token).press().choose(0)

    assert "Which country?" in theos.says
    assert "Canada" in [value for _, value in theos.page.fields]
