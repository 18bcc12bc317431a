"""What somebody may do with what they kept: bring, share, take back, delete, keep a copy."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.journal.models import EntryKey, JournalEntry, SharedLine
from app.people.models import Patient
from tests import journals
from tests.web.test_budgets import counting

RIVER = "The river, and how quiet my hands were."
DOOR = "The blue door."
LONG = "First the light.\nThen my aunt's kitchen.\nThen nothing at all.\nA bell, far away."


@pytest.fixture
def maya(signed_in, cast):
    return signed_in(cast.maya)


@pytest.fixture
def keep(database, cast):
    return lambda words, **more: journals.keep(database, cast.maya, words, **more)


@pytest.fixture
def brought(database, cast):
    """The lines that Maya brings, as staff see them."""

    def brought():
        with database.session(write=False) as db:
            standing = select(SharedLine).where(SharedLine.taken_back_at.is_(None))
            return [line.words for line in db.scalars(standing.order_by(SharedLine.made_at))]

    return brought


@pytest.fixture
def row(database):
    def row(uuid):
        with database.session(write=False) as db:
            found = db.scalars(select(JournalEntry).where(JournalEntry.uuid == uuid)).one()
            db.expunge_all()
            return found

    return row


def test_a_short_entry_is_ticked_in_the_list_and_unticked_again(maya, keep, brought):
    river, door = keep(RIVER), keep(DOOR)
    listed = [str(river), str(door)]
    assert "Bring to Dr. Okafor" in maya.get("/journal").text

    answer = maya.post("/journal", data={"listed": listed, "bring": str(river)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/journal")
    assert brought() == [RIVER]
    assert "You bring this" in maya.get("/journal").text

    maya.post("/journal", data={"listed": listed, "bring": str(door)})
    assert brought() == [DOOR]


def test_what_is_not_on_this_page_of_the_list_stays_as_it_was(maya, keep, brought):
    river, door = keep(RIVER), keep(DOOR)
    maya.post("/journal", data={"listed": str(river), "bring": str(river)})

    maya.post("/journal", data={"listed": str(door), "bring": str(door)})

    assert sorted(brought()) == sorted([RIVER, DOOR])


def test_a_fourth_line_is_refused_and_nothing_is_changed(maya, keep, brought):
    names = [str(keep(f"Line {number}.")) for number in range(4)]
    maya.post("/journal", data={"listed": names, "bring": names[:2]})

    answer = maya.post("/journal", data={"listed": names, "bring": names})

    assert answer.status_code == 422
    assert "You can bring three lines." in answer.text
    assert answer.text.count(" checked") == 4  # what was ticked stays ticked on the page
    assert sorted(brought()) == ["Line 0.", "Line 1."]


def test_the_lines_of_a_long_entry_are_ticked_on_its_own_page(maya, keep, brought):
    uuid = keep(LONG)
    assert "Pick lines to bring" in maya.get("/journal").text
    page = maya.get(f"/journal/entries/{uuid}").text
    assert page.count('name="line"') == 4

    answer = maya.post(f"/journal/entries/{uuid}/lines", data={"line": ["0", "3"]})

    assert answer.headers["location"] == f"/journal/entries/{uuid}"
    assert brought() == ["First the light.", "A bell, far away."]
    assert maya.get(f"/journal/entries/{uuid}").text.count(" checked") == 2
    assert "You bring 2 lines" in maya.get("/journal").text


def test_three_lines_in_all_whichever_entry_they_are_from(maya, keep, brought):
    river, uuid = keep(RIVER), keep(LONG)
    maya.post("/journal", data={"listed": str(river), "bring": str(river)})
    assert "one line of another day already" in maya.get(f"/journal/entries/{uuid}").text

    answer = maya.post(f"/journal/entries/{uuid}/lines", data={"line": ["0", "1", "2"]})

    assert answer.status_code == 422
    assert "Take one back" in answer.text
    assert brought() == [RIVER]


def test_a_line_that_was_not_written_cannot_be_brought(maya, keep, brought):
    uuid = keep(LONG)

    maya.post(f"/journal/entries/{uuid}/lines", data={"line": ["9", "-1", "First the light."]})

    assert brought() == []


def test_an_entry_is_shared_and_taken_back(maya, keep, row, desk, cast):
    uuid = keep(RIVER)
    page = f"/clinic/patients/{cast.maya.id}"
    assert RIVER not in desk.get(page).text

    maya.post(f"/journal/entries/{uuid}/share")
    assert row(uuid).shared_at is not None
    assert "Your team can read this" in maya.get("/journal").text
    assert RIVER in desk.get(page).text

    maya.post(f"/journal/entries/{uuid}/take-back")
    assert RIVER not in desk.get(page).text
    assert "Your team has read this" in maya.get("/journal").text


def test_what_was_never_read_is_deleted_with_its_key(maya, keep, row, database):
    uuid = keep(RIVER)
    key_id = row(uuid).key_id

    answer = maya.post(f"/journal/entries/{uuid}/delete")

    assert answer.headers["location"] == "/journal"
    assert RIVER not in maya.get("/journal").text
    assert maya.get(f"/journal/entries/{uuid}").status_code == 404
    with database.session(write=False) as db:
        assert db.get(EntryKey, key_id) is None
    gone = row(uuid)
    assert (gone.words_sealed, gone.question_sealed) == (None, None)


def test_what_the_team_has_read_stays_and_says_why(maya, keep, row, desk, cast):
    uuid = keep(RIVER, shared=True)
    desk.get(f"/clinic/patients/{cast.maya.id}")
    maya.post(f"/journal/entries/{uuid}/take-back")
    assert "cannot be deleted" in maya.get(f"/journal/entries/{uuid}").text

    answer = maya.post(f"/journal/entries/{uuid}/delete")

    assert answer.status_code == 422
    assert "part of your record" in answer.text
    assert row(uuid).words_sealed is not None


def test_a_deleted_note_is_not_heard_any_more(maya, keep, database):
    uuid = keep(RIVER)
    note = journals.speak(database, uuid, b"\x1aE\xdf\xa3webm")
    assert maya.get(f"/journal/files/{note}").status_code == 200

    maya.post(f"/journal/entries/{uuid}/delete")

    assert maya.get(f"/journal/files/{note}").status_code == 404


def test_a_note_is_played_from_any_place(maya, keep, database):
    note = journals.speak(database, keep(RIVER), b"\x1aE\xdf\xa3abcd", b"efghij")
    whole = b"\x1aE\xdf\xa3abcdefghij"
    at = f"/journal/files/{note}"

    answer = maya.get(at)
    assert (answer.content, answer.headers["accept-ranges"]) == (whole, "bytes")
    assert answer.headers["content-type"] == "audio/webm"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "no-store"

    for asked, start, end in [
        ("bytes=0-", 0, 14),
        ("bytes=6-9", 6, 10),
        ("bytes=-3", 11, 14),
        ("bytes=10-400", 10, 14),
    ]:
        piece = maya.get(at, headers={"range": asked})
        assert piece.status_code == 206, asked
        assert piece.content == whole[start:end], asked
        assert piece.headers["content-range"] == f"bytes {start}-{end - 1}/14"

    beyond = maya.get(at, headers={"range": "bytes=14-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */14")
    endless = "bytes=" + "9" * 5000 + "-"
    for odd in ("bytes=-", "bytes=1-2,4-5", "lines=1-2", "bytes=9-3", endless):
        assert maya.get(at, headers={"range": odd}).status_code in (200, 416), odd


def test_a_page_of_the_list_holds_twenty(maya, keep):
    for number in range(21):
        written = clock.now() - timedelta(minutes=number)
        keep(f"Entry {number}.", written_at=written)

    first, second = maya.get("/journal").text, maya.get("/journal?page=2").text

    assert "Entry 0." in first
    assert "Entry 20." not in first
    assert "Earlier ones" in first
    assert "Entry 20." in second
    assert "Later ones" in second
    for odd in ("0", "-1", "x", "²", "99999"):
        assert maya.get("/journal", params={"page": odd}).status_code == 200


def test_a_copy_on_paper_holds_every_word_in_its_order(maya, keep, database):
    keep("Ñandú, 海, 🙂, **not bold**, #not-code\nA second line", written_at=clock.now())
    journals.speak(
        database, keep(RIVER, question="What has stayed with you?"), b"\x1aE\xdf\xa3webm"
    )

    answer = maya.get("/journal/download.pdf")

    assert answer.headers["content-disposition"] == 'attachment; filename="northside-words.pdf"'
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    for said in (
        RIVER,
        "What has stayed with you?",
        "#not-code",
        "A second line",
        "3 seconds",
        "smiling face",
    ):
        assert said in words
    with database.session(write=False) as db:
        noted = db.scalars(select(AuditEvent).where(AuditEvent.action == "print-journal")).one()
        assert noted.detail == ""


def test_a_copy_as_a_file_says_what_there_is(maya, keep, database):
    journals.speak(database, keep(RIVER), b"\x1aE\xdf\xa3webm")
    keep(DOOR, shared=True, lines=[DOOR])

    answer = maya.get("/journal/download.json")

    assert answer.headers["content-disposition"] == 'attachment; filename="northside-words.json"'
    first, second = json.loads(answer.text)["entries"]
    assert (first["words"], second["words"]) == (RIVER, DOOR)
    assert first["shared_at"] is None
    assert second["shared_at"] is not None
    assert first["brought"] == []
    assert [line["words"] for line in second["brought"]] == [DOOR]
    assert second["read_by_team_at"] is None
    assert first["session_at"].startswith("2026-11-19")
    assert [file["kind"] for file in first["files"]] == ["voice"]


def test_paper_from_the_browser_has_everything_on_one_page(maya, keep):
    for number in range(25):
        keep(f"Entry {number}.")

    page = maya.get("/journal/print").text

    assert all(f"Entry {number}." in page for number in range(25))


def test_reading_writes_nothing_about_what_was_read(maya, keep, everything):
    uuid = keep(RIVER)
    stood = everything()

    maya.get("/journal")
    maya.get(f"/journal/entries/{uuid}")

    assert everything() == stood


def test_many_entries_are_read_with_as_many_questions_as_few(maya, keep, database):
    counted = []
    for many in (2, 10):
        for number in range(many):
            keep(f"Entry {number}.", lines=[f"Entry {number}."])
        with counting(database) as statements:
            for path in ("/journal", "/journal/print", "/journal/download.json"):
                assert maya.get(path).status_code == 200
        counted.append(len(statements))

    assert counted[1] <= counted[0] + 1


def test_words_are_shown_as_words(maya, keep):
    keep('<script>alert(1)</script> & "quotes"')

    assert "<script>alert" not in maya.get("/journal").text


def test_in_spanish_all_of_it_is_spanish(maya, keep, database, cast):
    with database.session() as db:
        db.get_one(Patient, cast.maya.id).language = "es"
    uuid = keep(LONG)

    for path in ("/journal", f"/journal/entries/{uuid}", "/journal/print", "/journal/hours"):
        page = maya.get(path).text
        assert 'lang="es"' in page
        for english in ("Your words", "Bring", "Only you", "Delete", "Share", "Save"):
            assert english not in page, (path, english)
