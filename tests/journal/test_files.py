from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select

from app.journal import deleting, files, reading
from app.journal.files import Gone, Missing, TooLarge, Unusable
from app.journal.models import EntryKind, FileKind, JournalFile, JournalSlice
from app.journal.sounds import NotASound

WEBM = b"\x1a\x45\xdf\xa3"


@pytest.fixture
def note(keep):
    """An entry that is a spoken note."""
    return keep("", kind=EntryKind.VOICE)


@pytest.fixture
def send(db, note):
    """`send(uuid, 0, b"…")`: one piece of a spoken note."""

    def send(uuid, number, body, kind=FileKind.VOICE):
        return files.take_slice(db, note, uuid, kind, number, body)

    return send


@pytest.fixture
def finish(db, note):
    """`finish(uuid, 3)`: the phone says that there are three pieces."""

    def finish(uuid, slices, media_type="audio/webm;codecs=opus", seconds=9):
        return files.complete(db, note, uuid, media_type=media_type, slices=slices, seconds=seconds)

    return finish


def whole(db, file):
    return b"".join(files.span(db, file, 0, file.size))


def test_a_spoken_note_is_put_together_from_its_pieces(db, here, note, send, finish):
    uuid = uuid4()
    for number, piece in ((2, b"cc"), (0, WEBM), (1, b"bbbb")):  # in any order
        send(uuid, number, piece)

    file = finish(uuid, 3)

    assert (file.media_type, file.seconds, file.slices, file.size) == ("audio/webm", 9, 3, 10)
    assert whole(db, file) == WEBM + b"bbbbcc"
    assert reading.files_of(db, note) == [file]
    assert reading.find_file(db, here.maya, uuid, "all") is file
    assert reading.find_file(db, here.theo, uuid, "all") is None


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [(0, 4, WEBM), (3, 6, b"\xa3bb"), (7, 9, b"bc"), (9, 10, b"c"), (4, 8, b"bbbb"), (2, 2, b"")],
)
def test_a_part_of_it_can_be_played(db, send, finish, start, end, wanted):
    uuid = uuid4()
    for number, piece in enumerate((WEBM, b"bbbb", b"cc")):
        send(uuid, number, piece)

    assert b"".join(files.span(db, finish(uuid, 3), start, end)) == wanted


def test_a_piece_that_comes_again_changes_nothing(db, send, finish):
    uuid = uuid4()
    send(uuid, 0, WEBM)
    send(uuid, 0, WEBM)
    send(uuid, 1, b"b")
    file = finish(uuid, 2)

    send(uuid, 1, b"other")
    assert finish(uuid, 2) is file

    assert whole(db, file) == WEBM + b"b"
    assert db.scalar(select(func.count(JournalFile.id))) == 1


def test_the_pieces_that_are_missing_are_named(send, finish):
    uuid = uuid4()
    with pytest.raises(Missing) as missing:
        finish(uuid, 3)  # nobody has heard of it yet
    assert missing.value.numbers == [0, 1, 2]

    send(uuid, 1, b"b")
    with pytest.raises(Missing) as missing:
        finish(uuid, 3)
    assert missing.value.numbers == [0, 2]


def test_pieces_beyond_the_last_are_dropped(db, send, finish):
    uuid = uuid4()
    for number, piece in enumerate((WEBM, b"b", b"too far")):
        send(uuid, number, piece)

    assert whole(db, finish(uuid, 2)) == WEBM + b"b"


def test_nobody_reads_a_note_that_is_not_whole(db, here, note, send):
    uuid = uuid4()
    send(uuid, 0, WEBM)

    assert reading.files_of(db, note) == []
    assert reading.find_file(db, here.maya, uuid, "all") is None


def test_pieces_rest_sealed(db, send):
    send(uuid4(), 0, WEBM + b"spoken words")

    (sealed,) = db.scalars(select(JournalSlice.body_sealed))
    assert b"spoken" not in sealed


@pytest.mark.parametrize(
    ("first", "said", "wanted"),
    [
        (b"\x00\x00\x00\x1cftypiso5", "audio/webm", "audio/mp4"),
        (b"OggS", "", "audio/ogg"),
        (b"raw", 'audio/mp4; codecs="mp4a.40.2"', "audio/mp4"),
    ],
)
def test_what_it_is_its_bytes_say(send, finish, first, said, wanted):
    uuid = uuid4()
    send(uuid, 0, first)

    assert finish(uuid, 1, media_type=said).media_type == wanted


@pytest.mark.parametrize("said", ["text/html", "audio/webm\r\nx: y", "audio/x-script", ""])
def test_what_no_phone_records_is_not_taken(send, finish, said):
    uuid = uuid4()
    send(uuid, 0, b"<script>")

    with pytest.raises(NotASound):
        finish(uuid, 1, media_type=said)


def test_a_piece_or_a_note_that_is_too_large_is_not_taken(send, monkeypatch):
    uuid = uuid4()
    with pytest.raises(TooLarge):
        send(uuid, 0, b"x" * (files.LARGEST_SLICE + 1))
    with pytest.raises(TooLarge):
        send(uuid, files.MOST_SLICES, b"x")
    with pytest.raises(Unusable):
        send(uuid, 0, b"")

    monkeypatch.setattr(files, "LARGEST", 10)
    send(uuid, 0, b"x" * 10)
    with pytest.raises(TooLarge):
        send(uuid, 1, b"x")


def test_of_a_deleted_entry_nothing_arrives_any_more(db, note, send, finish):
    uuid = uuid4()
    send(uuid, 0, WEBM)
    deleting.delete(db, note)

    with pytest.raises(Gone):
        send(uuid, 1, b"b")
    with pytest.raises(Gone):
        finish(uuid, 2)


def test_a_picture_is_made_anew_without_its_place_and_history(db, send, finish):
    written = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "at home"
    noise = Image.effect_noise((900, 900), 90).convert("RGB")
    noise.save(written, "JPEG", exif=exif, quality=100)
    content, uuid = written.getvalue(), uuid4()
    pieces = [content[at : at + 100_000] for at in range(0, len(content), 100_000)]
    for number, piece in enumerate(pieces):
        send(uuid, number, piece, FileKind.DRAWING)

    file = finish(uuid, len(pieces), media_type="image/jpeg", seconds=None)

    kept = whole(db, file)
    assert file.media_type == "image/jpeg"
    assert b"at home" in content
    assert b"at home" not in kept
    assert Image.open(BytesIO(kept)).size == (900, 900)


def test_what_is_no_picture_is_not_kept_as_one(send, finish):
    uuid = uuid4()
    send(uuid, 0, b"<svg onload=alert(1)>", FileKind.DRAWING)

    with pytest.raises(Unusable):
        finish(uuid, 1, media_type="image/svg+xml")


def test_the_notes_of_one_session_have_a_bound_all_together(db, keep, send, monkeypatch):
    monkeypatch.setattr(files, "MOST_OF_SESSION", 10)
    send(uuid4(), 0, b"123456")
    other = keep("", kind=EntryKind.VOICE)

    with pytest.raises(TooLarge):
        files.take_slice(db, other, uuid4(), FileKind.VOICE, 0, b"12345")
    files.take_slice(db, other, uuid4(), FileKind.VOICE, 0, b"1234")
