"""The thread with a patient, as another system reads it."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import event, select

from app import clock
from app.audit.models import AuditEvent
from app.links import magic_links
from app.links.models import LinkKind
from app.messaging.models import Direction, Message, MessageStatus, Purpose
from tests.web.fhir.test_door import told


@pytest.fixture
def texted(database, cast):
    """`texted("words", minutes=3)`: a text to Theo three minutes from now; the rest as said."""

    def texted(body, *, minutes=0, status=MessageStatus.DELIVERED, patient=cast.theo, **others):
        at = clock.now() + timedelta(minutes=minutes)
        left = status not in (MessageStatus.QUEUED, MessageStatus.CANCELLED, MessageStatus.FAILED)
        with database.session() as db:
            values = {
                "clinic_id": patient.clinic_id,
                "patient_id": patient.id,
                "direction": Direction.OUTBOUND,
                "purpose": Purpose.NOTICE,
                "status": status,
                "body": body,
                "due_at": at,
                "sent_at": at if left else None,
                "status_at": at + timedelta(seconds=4),
                "made_at": clock.now(),
            }
            message = Message(**(values | others))
            db.add(message)
            return message

    return texted


@pytest.fixture
def thread(ehr, cast):
    """The texts of Theo's thread, as a page of it says them."""

    def thread(**asked):
        answer = ehr.get("/Communication", params={"subject": f"Patient/{cast.theo.id}", **asked})
        assert answer.status_code == 200, answer.text
        return [entry["resource"] for entry in answer.json().get("entry", [])]

    return thread


@pytest.fixture
def statements(database):
    """What is asked of the database, statement by statement."""
    seen = []

    def note(connection, cursor, statement, *_):
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def words(resources):
    return [each["payload"][0]["contentString"] for each in resources]


def delivery(resource):
    (extension,) = resource["extension"]
    assert extension["url"] == "urn:afterglow:delivery-status"
    return extension["valueCode"]


def test_the_thread_comes_oldest_first_whatever_was_made_first(thread, texted):
    texted("see you at ten", minutes=30, status=MessageStatus.QUEUED)
    texted("your visit is tomorrow", minutes=1)
    received = {"direction": Direction.INBOUND, "purpose": Purpose.REPLY}
    texted("not ready", minutes=2, status=MessageStatus.RECEIVED, **received)
    texted("here are other times", minutes=3, status=MessageStatus.SENT)

    told_of = thread()

    assert words(told_of) == [
        "your visit is tomorrow",
        "not ready",
        "here are other times",
        "see you at ten",
    ]
    assert [delivery(each) for each in told_of] == ["delivered", "received", "sent", "queued"]
    assert [each["status"] for each in told_of] == [
        "completed",
        "completed",
        "in-progress",
        "preparation",
    ]


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (MessageStatus.SENDING, "in-progress", None),
        (MessageStatus.IN_DOUBT, "unknown", "Whether it left is not known."),
        (MessageStatus.ACCEPTED, "in-progress", None),
        (MessageStatus.UNDELIVERED, "stopped", "It did not reach the phone."),
        (MessageStatus.FAILED, "not-done", "It was not sent."),
    ],
)
def test_what_became_of_a_text_is_told_truthfully(ehr, texted, status, said, reason):
    text = texted("see you at ten", status=status)

    told_of = ehr.get(f"/Communication/{text.id}").json()

    assert (told_of["status"], delivery(told_of)) == (said, status.value.replace("_", "-"))
    assert told_of.get("statusReason", {}).get("text") == reason
    assert "received" not in told_of


@pytest.mark.parametrize(
    ("code", "system"),
    [("30003", "https://www.twilio.com/docs/api/errors"), ("expired", "urn:afterglow:text-error")],
)
def test_a_failure_names_its_code_and_whose_it_is(ehr, texted, code, system):
    text = texted("see you", status=MessageStatus.FAILED, error_code=code)

    reason = ehr.get(f"/Communication/{text.id}").json()["statusReason"]

    assert reason["coding"] == [{"system": system, "code": code}]


def test_who_wrote_to_whom_can_be_looked_up(ehr, texted, cast):
    patient = f"Patient/{cast.theo.id}"
    ours = texted("tomorrow at ten", appointment_id=cast.integration_visit.id)
    theirs = texted(
        "OK",
        minutes=1,
        status=MessageStatus.RECEIVED,
        direction=Direction.INBOUND,
        purpose=Purpose.REPLY,
    )
    written = texted("hello", minutes=2, purpose=Purpose.WRITTEN, written_by_id=cast.dr_okafor.id)

    ours, theirs, written = (
        ehr.get(f"/Communication/{each.id}").json() for each in (ours, theirs, written)
    )

    clinic = ours["sender"]
    assert ehr.get(f"/{clinic['reference']}").json()["name"] == clinic["display"]
    assert ours["recipient"] == [{"reference": patient}] == [ours["subject"]]
    assert ours["about"] == [{"reference": f"Appointment/{cast.integration_visit.id}"}]
    assert (theirs["sender"], theirs["recipient"]) == ({"reference": patient}, [clinic])
    assert written["sender"]["reference"] == f"Practitioner/{cast.dr_okafor.id}"
    assert written["category"][-1]["coding"][0]["code"] == "written"


def test_a_sign_in_code_is_its_patients_alone(thread, texted):
    texted("Northside: your code is 204518.", purpose=Purpose.CODE)

    assert words(thread()) == ["[a sign-in code]"]


def test_no_token_of_a_link_is_told(thread, texted, database, cast):
    with database.session() as db:
        link = magic_links.mint(
            db,
            LinkKind.JOIN,
            clinic_id=cast.clinic.id,
            patient_id=cast.theo.id,
            expires_at=clock.now() + timedelta(days=1),
        )
        address = magic_links.address_of(link, "https://afterglow.test")
    texted("Tap {link} to join.", link_id=link.id)
    texted(f"is {address} right?", minutes=1, status=MessageStatus.RECEIVED)

    assert words(thread()) == [
        "Tap [link] to join.",
        "is https://afterglow.test/j#… right?",
    ]


def test_what_was_withdrawn_before_it_left_is_not_told(ehr, thread, texted):
    withdrawn = texted("see you at nine", status=MessageStatus.CANCELLED)
    texted("see you at ten", minutes=1)

    assert words(thread()) == ["see you at ten"]
    assert told(ehr.get(f"/Communication/{withdrawn.id}"), 404)


def test_a_text_to_staff_is_no_part_of_a_thread(ehr, texted, cast):
    ring = texted("somebody waits", patient_id=None, practitioner_id=cast.dr_okafor.id)

    assert told(ehr.get(f"/Communication/{ring.id}"), 404)


def test_who_read_a_thread_stands_in_the_trail(ehr, stranger, texted, database, cast):
    text = texted("see you at ten")

    ehr.get(f"/Communication?subject={cast.theo.id}")
    ehr.get(f"/Communication/{text.id}")
    stranger.get(f"/Communication/{text.id}")

    with database.session(write=False) as db:
        views = db.scalars(select(AuditEvent).where(AuditEvent.action == "view")).all()
        assert [view.entity_id for view in views] == [cast.theo.id] * 2
        assert {view.agent_kind for view in views} == {"api_key"}


def test_whoever_begins_in_the_middle_of_the_pages_stands_in_the_trail(ehr, texted, database, cast):
    texted("see you at ten")
    mark = "0001-01-02T00:00:00+00:00_00000000-0000-0000-0000-000000000000"

    for path in (
        f"/Communication?subject={cast.theo.id}&_page={quote(mark)}",
        f"/Patient/{cast.maya.id}/$everything?_page=Appointment~",
    ) * 2:
        assert ehr.get(path).json()["entry"]

    with database.session(write=False) as db:
        views = db.scalars(select(AuditEvent).where(AuditEvent.action == "view")).all()
        assert {view.entity_id for view in views} == {cast.theo.id, cast.maya.id}
        assert len(views) == 2  # once for all pages


def test_the_neighbours_texts_are_unknown_here(stranger, texted, cast):
    text = texted("see you at ten")

    assert told(stranger.get(f"/Communication/{text.id}"), 404)
    assert told(stranger.get(f"/Communication?subject=Patient/{cast.theo.id}"), 404)
    assert told(stranger.get(f"/Organization/{cast.clinic.id}"), 404)


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("name", ["subject", "patient", "subject:Patient"])
@pytest.mark.parametrize("value", ["Patient/{}", "{}", "https://ehr.example/fhir/Patient/{}"])
def test_a_thread_is_found_by_its_patient(ehr, texted, cast, name, value):
    texted("see you at ten")

    bundle = ehr.get("/Communication", params={name: value.format(cast.theo.id)}).json()

    assert bundle["total"] == 1


def test_a_long_thread_comes_in_pages_and_none_is_lost_or_told_twice(ehr, texted, cast):
    for minute in range(5):
        texted(f"text {minute}", minutes=minute)
    following = f"/Communication?subject=Patient/{cast.theo.id}&_count=2"
    seen, pages = [], 0
    while following:
        bundle = ehr.get(following.removeprefix("https://afterglow.test/fhir/R4")).json()
        seen += words(entry["resource"] for entry in bundle["entry"])
        pages += 1
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        following = links.get("next", "")
        if pages == 1:  # something is said before what was shown already
            texted("earlier", minutes=-5)

    assert seen == [f"text {minute}" for minute in range(5)]
    assert pages == 3


def test_texts_of_one_moment_are_paged_too(ehr, texted, cast):
    for number in range(3):
        texted(f"text {number}")
    first = ehr.get(f"/Communication?patient={cast.theo.id}&_count=2").json()
    address = next(link["url"] for link in first["link"] if link["relation"] == "next")
    second = ehr.get(address.removeprefix("https://afterglow.test/fhir/R4")).json()

    seen = words(entry["resource"] for entry in first["entry"] + second["entry"])
    assert sorted(seen) == ["text 0", "text 1", "text 2"]


def test_none_of_a_thread_is_its_number_alone(ehr, texted, cast):
    texted("see you at ten")

    bundle = ehr.get(f"/Communication?subject={cast.theo.id}&_count=0").json()

    assert bundle["total"] == 1
    assert "entry" not in bundle


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("", 400),
        ("subject=", 400),
        ("subject=nobody", 404),
        ("subject=Group/{theo}", 404),
        ("subject={theo}&patient={maya}", 400),
        ("subject={theo}&subject={theo}", 400),
        ("subject:identifier={theo}", 400),
        ("subject={theo}&_count=many", 400),
        ("subject={theo}&_count=-1", 400),
        ("subject={theo}&_page=2", 400),
        ("subject={theo}&_page=2026-11-20_x", 400),
    ],
)
def test_a_search_that_cannot_be_understood_says_why(ehr, cast, asked, status):
    asked = asked.format(theo=cast.theo.id, maya=cast.maya.id)

    assert told(ehr.get(f"/Communication?{asked}"), status)


def test_a_longer_thread_asks_the_database_no_more_often(thread, texted, statements, cast):
    def reads():
        # That the key's pace is counted now and then has nothing to do with the thread.
        statements.clear()
        thread()
        return [each for each in statements if each.startswith("SELECT")]

    texted("hello", written_by_id=cast.dr_okafor.id)
    thread()
    few = reads()
    for minute in range(1, 9):
        texted("hello again", minutes=minute, written_by_id=cast.jordan.id)

    assert len(reads()) == len(few) > 0
