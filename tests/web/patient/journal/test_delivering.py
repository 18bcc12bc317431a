"""What a device sends: stored once, never lost, never overwritten unseen."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import select

from app import clock
from app.journal import entries, files, reading
from app.journal.models import JournalEntry, JournalFile, JournalPrompt, JournalSlice, SharedLine
from app.people.models import Patient
from app.safety.models import SafetyAlert, Signal
from tests.conftest import FRIDAY_NOON

WORDS = "The river, and how quiet my hands were.\nA blue door."
DANGER = "I want to kill myself"


@pytest.fixture
def stored(database):
    """`stored()`: each entry's words by its uuid."""

    def stored():
        with database.session(write=False) as db:
            return {entry.uuid: reading.opened(entry) for entry in db.scalars(select(JournalEntry))}

    return stored


@pytest.fixture
def count(database):
    """`count(model)`: how many rows there are."""

    def count(model):
        with database.session(write=False) as db:
            return len(db.scalars(select(model.id)).all())

    return count


def test_what_is_sent_again_gets_the_same_answer_and_stands_there_once(tapped, sent, stored):
    phone, uuid = tapped(), uuid4()

    first = sent(phone, WORDS, uuid=uuid)
    again = [sent(phone, WORDS, uuid=uuid) for _ in range(3)]

    assert (first.status_code, first.json()) == (
        201,
        {"state": "delivered", "revision": 1, "danger": False},
    )
    assert {(answer.status_code, answer.text) for answer in again} == {(200, first.text)}
    assert stored() == {uuid: WORDS}


def test_a_change_that_saw_what_stood_here_replaces_it(tapped, sent, stored):
    phone, uuid = tapped(), uuid4()
    sent(phone, "The river", uuid=uuid)

    changed = sent(phone, "The sea", uuid=uuid, base=1)

    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    assert stored() == {uuid: "The sea"}


def test_a_change_that_did_not_see_it_is_kept_apart(tapped, sent, stored):
    phone, uuid = tapped(), uuid4()
    sent(phone, "The river", uuid=uuid)
    sent(phone, "The sea", uuid=uuid, base=1)

    answer = sent(phone, "A blue door", uuid=uuid, base=1)
    apart = sent(phone, "A blue door", apart_from=str(uuid))

    assert (answer.status_code, answer.json()["state"], answer.json()["revision"]) == (
        409,
        "conflict",
        2,
    )
    assert apart.status_code == 201
    assert sorted(stored().values()) == ["A blue door", "The sea"]


def test_two_people_may_have_entries_of_one_name(tapped, sent, signed_in, cast, stored, database):
    uuid = uuid4()
    sent(tapped(), "Maya's", uuid=uuid)
    theo = signed_in(cast.theo)
    owner = theo.get("/journal/now").json()["owner"]

    answer = sent(theo, "Theo's", uuid=uuid, owner=owner, prompt=None)

    assert answer.status_code == 201
    with database.session(write=False) as db:
        kept = {entry.patient_id: entry.words for entry in db.scalars(select(JournalEntry))}
    assert kept == {cast.maya.id: "Maya's", cast.theo.id: "Theo's"}


def test_somebody_elses_prompt_is_not_answered(signed_in, sent, cast, database, planned):
    theo = signed_in(cast.theo)
    owner = theo.get("/journal/now").json()["owner"]

    assert sent(theo, "Theo's", owner=owner).status_code == 201

    with database.session(write=False) as db:
        assert db.get_one(JournalPrompt, planned.prompt_id).answered_at is None
        assert db.scalars(select(JournalEntry)).one().prompt_id is None


def test_lines_that_were_ticked_without_a_signal_are_brought(tapped, sent, database):
    sent(tapped(), WORDS, lines=["A blue door.", "never written"])

    with database.session(write=False) as db:
        assert [line.words for line in db.scalars(select(SharedLine))] == ["A blue door."]


def test_the_clock_of_a_phone_does_not_reach_into_the_future(tapped, sent, database):
    phone = tapped()
    sent(phone, written_at=(clock.now() + timedelta(days=400)).isoformat())
    sent(phone, written_at="2026-11-20T08:00:00-05:00")

    with database.session(write=False) as db:
        written = sorted(db.scalars(select(JournalEntry.written_at)))
    assert written == [datetime.fromisoformat("2026-11-20T08:00:00-05:00"), FRIDAY_NOON]


def test_a_link_that_is_over_leaves_the_words_on_the_phone(tapped, sent, at, stored, app, database):
    phone = tapped()
    over = clock.now() + timedelta(days=15)
    clock.stand_still(over, machine=FRIDAY_NOON)  # a demo's clock: the session itself still lives

    answer = sent(phone)

    assert (answer.status_code, answer.json()["state"]) == (410, "closed")
    assert stored() == {}


def test_whoever_is_signed_in_sends_after_the_link_is_over(signed_in, sent, cast, planned, stored):
    clock.stand_still(clock.now() + timedelta(days=15), machine=FRIDAY_NOON)

    assert sent(signed_in(cast.maya)).status_code == 201
    assert len(stored()) == 1


def test_too_much_for_one_entry_stays_on_the_phone(tapped, sent, stored):
    answer = sent(tapped(), "x" * (entries.LONGEST + 1))

    assert (answer.status_code, answer.json()["state"]) == (413, "too-much")
    assert stored() == {}


def test_half_a_sign_does_not_keep_the_rest_from_being_stored(tapped, planned, stored):
    uuid = uuid4()
    body = json.dumps(
        {
            "owner": planned.owner,
            "words": "\ud83d and the river",
            "revision": 1,
            "written_at": clock.now().isoformat(),
        }
    )

    answer = tapped().put(
        f"/journal/entries/{uuid}",
        content=body,
        headers={"content-type": "application/json", "x-owner": planned.owner},
    )

    assert answer.status_code == 201
    assert stored()[uuid].endswith("and the river")


@pytest.mark.parametrize(
    "differs",
    [
        {"revision": None},
        {"revision": -1},
        {"revision": True},
        {"words": 7},
        {"kind": "song"},
        {"written_at": "yesterday"},
        {"written_at": "2026-11-20T08:00:00"},
        {"written_at": "0001-01-01T00:00:00+14:00"},
        {"prompt": "not one"},
        {"lines": "one"},
        {"lines": [1]},
        {"apart_from": 3},
    ],
)
def test_what_no_phone_of_ours_would_send_is_refused(tapped, sent, stored, differs):
    assert sent(tapped(), **differs).status_code == 422
    assert stored() == {}


@pytest.mark.parametrize("match", ["x", "-1", "1.5", '"', "99999999999999999999"])
def test_so_is_a_revision_that_is_none(tapped, planned, match):
    answer = tapped().put(
        f"/journal/entries/{uuid4()}",
        json={"owner": planned.owner, "revision": 1, "written_at": clock.now().isoformat()},
        headers={"if-match": match},
    )

    assert answer.status_code == 422


def test_danger_brings_the_resources_in_the_same_answer_and_one_alert(tapped, sent, database):
    phone, uuid = tapped(), uuid4()

    first, again = (sent(phone, DANGER, uuid=uuid) for _ in range(2))

    for answer in (first, again):
        assert answer.json()["state"] == "delivered"
        assert answer.json()["danger"] is True
        assert "tel:988" in answer.json()["html"]
        assert "We have told Northside Clinic." in answer.json()["html"]
    with database.session(write=False) as db:
        alerts = db.scalars(select(SafetyAlert)).all()
        assert [alert.signal for alert in alerts] == [Signal.ENTRY]


def test_danger_is_answered_also_when_the_words_are_not_taken(tapped, sent):
    answer = sent(tapped(), DANGER + " x" * entries.LONGEST)

    assert answer.status_code == 413
    assert "tel:988" in answer.json()["html"]


def test_what_came_in_shows_in_no_line_of_the_log(tapped, planned, sent):
    uuid, bearer = uuid4(), []
    with structlog.testing.capture_logs() as lines:
        phone = tapped()
        sent(phone, WORDS, uuid=uuid)
        sent(phone, "x" * 70_000, uuid=uuid, base=1)
        bearer = list(phone.cookies.values())

    said = str(lines)
    assert "/journal/entries/{uuid}" in said  # it was logged, as a pattern
    for secret in ("river", "xxx", str(uuid), planned.token, planned.owner, "Maya", *bearer):
        assert secret not in said


def test_now_tells_what_the_phone_needs_without_a_signal(tapped, planned):
    now = tapped().get("/journal/now").json()

    assert now["owner"] == planned.owner
    assert datetime.fromisoformat(now["clock"]) == FRIDAY_NOON
    assert now["prompt"]["id"] == str(planned.prompt_id)
    assert now["prompt"]["moment"] == "morning"
    assert len(now["prompt"]["questions"]) >= 4
    assert now["clinic"]["phone"] == "+13125550110"
    assert now["check"].startswith("/intake/")


def test_a_link_alone_does_not_say_with_whom_the_next_talk_is_and_when(
    tapped, sent, signed_in, cast
):
    phone = tapped()

    shown = phone.get("/journal/now").text + phone.get("/journal/write").text

    assert phone.get("/journal/now").json()["bring"] is None
    assert "Okafor" not in shown
    assert "Saturday" not in shown
    theirs = signed_in(cast.maya).get("/journal/now").json()
    assert theirs["bring"] == {"to": "Dr. Okafor", "day": "Saturday, November 21"}


def test_now_is_never_stored_by_a_browser(tapped):
    assert tapped().get("/journal/now").headers["cache-control"] == "no-store"


@pytest.fixture
def entry(tapped, sent):
    """A phone with an entry that was delivered: (phone, uuid)."""
    phone, uuid = tapped(), uuid4()
    assert sent(phone, WORDS, uuid=uuid).status_code == 201
    return phone, uuid


@pytest.fixture
def note(planned):
    """`note(phone, uuid, file)` → (piece(number, body), done(slices)), as a phone sends a note."""

    def note(phone, uuid, file, *, kind="voice", owner=None, media_type="audio/webm"):
        path = f"/journal/entries/{uuid}/files/{file}"
        whose = {"X-Owner": owner or planned.owner}

        def piece(number, body):
            typed = {"content-type": "application/octet-stream", "X-Kind": kind}
            return phone.put(f"{path}/{number}", content=body, headers=whose | typed)

        def done(slices, seconds=7.4):
            said = {"kind": kind, "media_type": media_type, "slices": slices, "seconds": seconds}
            return phone.put(path, json={"owner": planned.owner} | said, headers=whose)

        return piece, done

    return note


WEBM = b"\x1a\x45\xdf\xa3" + b"\x00" * 60


def test_a_note_that_was_cut_goes_on_where_it_was(entry, note, database):
    phone, uuid = entry
    piece, done = note(phone, uuid, uuid4())

    assert done(3).json() == {"state": "missing", "missing": [0, 1, 2]}
    piece(0, WEBM)
    piece(2, b"last")
    assert (done(3).status_code, done(3).json()["missing"]) == (409, [1])
    piece(1, b"middle")
    piece(1, b"middle")

    assert [done(3).status_code for _ in range(2)] == [200, 200]
    with database.session(write=False) as db:
        file = db.scalars(select(JournalFile)).one()
        assert b"".join(files.span(db, file, 0, file.size)) == WEBM + b"middle" + b"last"
        assert file.seconds == 7


def test_a_note_of_an_entry_that_is_not_here_waits_for_it(tapped, note, count):
    piece, done = note(tapped(), uuid4(), uuid4())

    assert (piece(0, WEBM).status_code, done(1).status_code) == (404, 404)
    assert count(JournalSlice) == 0


def test_a_note_never_goes_under_somebody_elses_name(entry, note, signed_in, cast, count):
    _phone, uuid = entry
    piece, done = note(signed_in(cast.theo), uuid, uuid4())

    assert [answer.json() for answer in (piece(0, WEBM), done(1))] == [{"state": "rested"}] * 2
    assert count(JournalSlice) == 0


def test_a_piece_that_is_too_large_is_refused(entry, note, count):
    phone, uuid = entry
    piece, _done = note(phone, uuid, uuid4())

    assert piece(0, b"x" * (files.LARGEST_SLICE + 1)).status_code == 413
    assert count(JournalSlice) == 0


@pytest.mark.parametrize("number", ["-1", "x", "1e3", "999999", "٣"])
def test_a_piece_has_a_number(entry, note, number):
    phone, uuid = entry
    piece, _done = note(phone, uuid, uuid4())

    assert piece(number, b"x").status_code in (404, 413)


def test_what_is_no_sound_is_not_kept_as_one(entry, note):
    phone, uuid = entry
    piece, done = note(phone, uuid, uuid4(), media_type="text/html")
    piece(0, b"<html><script>alert(1)</script>")

    assert done(1).status_code == 422


def test_a_picture_is_made_anew(entry, note, database, picture):
    phone, uuid = entry
    piece, done = note(phone, uuid, uuid4(), kind="drawing", media_type="image/jpeg")
    piece(0, picture)

    assert done(1).status_code == 200
    with database.session(write=False) as db:
        file = db.scalars(select(JournalFile)).one()
        kept = b"".join(files.span(db, file, 0, file.size))
    assert file.media_type == "image/jpeg"
    assert b"GPS-PLACE" not in kept
    assert kept[:2] == b"\xff\xd8"


def test_what_is_no_picture_is_not_kept_as_one(entry, note):
    phone, uuid = entry
    piece, done = note(phone, uuid, uuid4(), kind="drawing")
    piece(0, b"no picture")

    assert done(1).status_code == 422


@pytest.fixture
def picture():
    """A photo that says where it was taken."""
    from io import BytesIO

    from PIL import Image

    made = BytesIO()
    photo = Image.new("RGB", (64, 48), "teal")
    exif = photo.getexif()
    exif[0x010E] = "GPS-PLACE"
    photo.save(made, "JPEG", exif=exif)
    return made.getvalue()


def test_the_owner_in_the_answer_to_the_tap_is_the_one_that_now_tells(tapped, planned, database):
    phone = tapped()

    assert phone.opened["owner"] == phone.get("/journal/now").json()["owner"] == planned.owner
    with database.session(write=False) as db:
        whose = db.scalars(select(Patient)).all()
    assert not any(str(patient.id) in planned.owner for patient in whose)
