import pytest

from app.telehealth import offers, seats, signals
from app.telehealth.models import Side


@pytest.fixture
def seat(db, visit, open_link, room_open):
    """Maya's claimed seat, with the clinician's offer `peer`."""
    claimed = seats.claim(db, open_link())
    offers.put(db, visit, peer="peer", sdp="v=0")
    offers.take(db, claimed)
    return claimed


def say(db, visit, seat, count, *, towards=Side.CLINICIAN, peer="peer", page="phone"):
    return signals.send(
        db,
        visit,
        seat,
        towards=towards,
        page=page,
        count=count,
        peer=peer,
        content={"candidates": [count]},
    )


def test_signals_are_read_in_order_and_again_from_any_number(db, visit, seat):
    for count in (1, 2, 3):
        say(db, visit, seat, count)

    numbers = [s.number for s in signals.after(db, visit.id, 0, towards=Side.CLINICIAN)]
    later = signals.after(db, visit.id, numbers[0], towards=Side.CLINICIAN)

    assert numbers == sorted(numbers)
    assert [signal.content for signal in later] == [{"candidates": [2]}, {"candidates": [3]}]


def test_what_a_page_sends_twice_is_kept_once(db, visit, seat):
    assert say(db, visit, seat, 1)
    assert not say(db, visit, seat, 1)

    assert len(signals.after(db, visit.id, 0, towards=Side.CLINICIAN)) == 1


def test_an_answer_is_taken_only_from_the_seat_the_offer_was_made_for(db, visit, seat, open_link):
    other = seats.claim(db, open_link("Android"))

    assert not say(db, visit, other, 1)
    assert not say(db, visit, seat, 1, peer="another")


def test_a_patient_reads_only_the_signals_of_their_own_seat(db, visit, seat, open_link):
    other = seats.claim(db, open_link("Android"))
    say(db, visit, seat, 1, towards=Side.PATIENT)

    assert signals.after(db, visit.id, 0, towards=Side.PATIENT, seat_id=other.id) == []
    assert len(signals.after(db, visit.id, 0, towards=Side.PATIENT, seat_id=seat.id)) == 1


def test_the_words_of_a_signal_rest_encrypted(db, visit, seat):
    say(db, visit, seat, 7)
    (signal,) = signals.after(db, visit.id, 0, towards=Side.CLINICIAN)

    assert b"candidates" not in signal.content_sealed
