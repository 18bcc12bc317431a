import pytest

from app.companion import sounds
from app.companion.sounds import NotASound

WAVE = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 40


@pytest.mark.parametrize(
    ("first_bytes", "media_type"),
    [
        (b"ID3\x04" + b"\x00" * 20, "audio/mpeg"),
        (b"\xff\xfb\x90\x00" + b"\x00" * 20, "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A " + b"\x00" * 20, "audio/mp4"),
        (b"OggS" + b"\x00" * 20, "audio/ogg"),
        (WAVE, "audio/wav"),
    ],
)
def test_phones_play_what_a_clinic_may_upload(db, cast, first_bytes, media_type):
    audio = sounds.add(db, db.merge(cast.clinic), "Rain", first_bytes, by=db.merge(cast.ada))

    assert audio.media_type == media_type


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"<html>", b"RIFFxxxxAVI "])
def test_what_is_no_sound_is_refused(db, cast, content):
    with pytest.raises(NotASound):
        sounds.add(db, db.merge(cast.clinic), "Rain", content, by=db.merge(cast.ada))


def test_a_sound_needs_a_name(db, cast):
    with pytest.raises(NotASound):
        sounds.add(db, db.merge(cast.clinic), "  ", WAVE, by=db.merge(cast.ada))


def test_the_same_file_is_kept_once_and_is_its_clinics_alone(db, cast):
    clinic, ada = db.merge(cast.clinic), db.merge(cast.ada)

    first = sounds.add(db, clinic, "Rain", WAVE, by=ada)
    db.flush()
    again = sounds.add(db, clinic, "Rain again", WAVE, by=ada)

    assert again is first
    assert sounds.of_clinic(db, clinic) == [first]
    assert sounds.of_clinic(db, db.merge(cast.neighbour)) == []


def test_a_sound_that_was_taken_away_is_offered_no_more(db, cast):
    clinic, ada = db.merge(cast.clinic), db.merge(cast.ada)
    audio = sounds.add(db, clinic, "Rain", WAVE, by=ada)
    sounds.retire(db, audio, by=ada)
    db.flush()

    assert sounds.of_clinic(db, clinic) == []
    assert sounds.whole(db, audio.id).body == WAVE
