from uuid import uuid4

import pytest

from app.db.base import new_id
from app.key_sources import NotRead
from app.security import keyring
from app.security.encryption import Unreadable, key_number
from app.security.keyring import INDEX, KeyRing, KeysAlike, WrappedKey

CLINIC, NEIGHBOUR = uuid4(), uuid4()
OLD, NEW = "old" * 12, "new" * 12
ALIKE = ("key-40", "key-457")  # different keys with the same number


class Store:
    """The clinics' wrapped keys, as the database keeps them."""

    def __init__(self):
        self.rows = []
        self.looked_up = 0

    def load(self, clinic_id):
        self.looked_up += 1
        return [row for row in self.rows if row.clinic_id == clinic_id]

    def ring(self, masters=(OLD,), secrets=(OLD,)):
        return KeyRing(masters, secrets, self.load)

    def open_clinic(self, ring, clinic_id, numbers=(INDEX, 1)):
        self.rows += [ring.new_clinic_key(clinic_id, number) for number in numbers]


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def ring(store):
    ring = store.ring()
    store.open_clinic(ring, CLINIC)
    store.open_clinic(ring, NEIGHBOUR)
    return ring


def test_a_clinics_words_open_after_a_restart(store, ring):
    sealed = ring.seal(CLINIC, b"Maya", b"here")

    assert store.ring().unseal(CLINIC, sealed, b"here") == b"Maya"


def test_a_neighbour_clinics_key_opens_nothing(ring):
    sealed = ring.seal(CLINIC, b"Maya", b"here")

    with pytest.raises(Unreadable):
        ring.unseal(NEIGHBOUR, sealed, b"here")


def test_a_clinics_wrapped_key_does_nothing_for_its_neighbour(store, ring):
    sealed = ring.seal(CLINIC, b"Maya", b"here")
    stolen = next(row for row in store.rows if row.clinic_id == CLINIC and row.number == 1)
    store.rows = [type(stolen)(NEIGHBOUR, 1, stolen.wrapped)]

    with pytest.raises(Unreadable):
        store.ring().unseal(NEIGHBOUR, sealed, b"here")


def test_a_new_encryption_key_in_front_still_reads_what_the_old_one_wrapped(store, ring):
    sealed = ring.seal(CLINIC, b"Maya", b"here")

    assert store.ring(masters=(NEW, OLD)).unseal(CLINIC, sealed, b"here") == b"Maya"


def test_the_first_encryption_key_wraps_new_clinics_keys(store):
    both = store.ring(masters=(NEW, OLD))
    store.open_clinic(both, CLINIC)
    sealed = both.seal(CLINIC, b"Maya", b"here")

    assert store.ring(masters=(NEW,)).unseal(CLINIC, sealed, b"here") == b"Maya"
    with pytest.raises(Unreadable):
        store.ring(masters=(OLD,)).unseal(CLINIC, sealed, b"here")


def test_without_its_encryption_key_nothing_is_readable(store, ring):
    sealed = ring.seal(CLINIC, b"Maya", b"here")

    with pytest.raises(Unreadable):
        store.ring(masters=(NEW,)).unseal(CLINIC, sealed, b"here")


def test_the_newest_data_key_seals_and_older_ones_still_open(store, ring):
    earlier = ring.seal(CLINIC, b"Maya", b"here")
    store.open_clinic(ring, CLINIC, numbers=[2])

    assert key_number(ring.seal(CLINIC, b"Maya", b"here")) == 2
    assert ring.unseal(CLINIC, earlier, b"here") == b"Maya"


def test_a_key_that_another_process_made_is_fetched_when_it_is_first_met(store, ring):
    other = store.ring()
    other.unseal(CLINIC, other.seal(CLINIC, b"Maya", b"here"), b"here")
    store.open_clinic(ring, CLINIC, numbers=[2])

    assert other.unseal(CLINIC, ring.seal(CLINIC, b"Maya", b"here"), b"here") == b"Maya"


def test_the_index_key_is_never_used_to_open_words(store, ring):
    sealed = bytearray(ring.seal(CLINIC, b"Maya", b"here"))
    sealed[1:3] = INDEX.to_bytes(2, "big")

    with pytest.raises(Unreadable):
        ring.unseal(CLINIC, bytes(sealed), b"here")


def test_keys_are_read_once_and_then_kept(store, ring):
    other = store.ring()
    for _ in range(20):
        other.seal(CLINIC, b"Maya", b"here")

    assert store.looked_up == 1


def test_the_same_number_is_looked_up_differently_in_each_clinic(ring):
    assert ring.blind(CLINIC, "+13125550142") == ring.blind(CLINIC, "+13125550142")
    assert ring.blind(CLINIC, "+13125550142") != ring.blind(NEIGHBOUR, "+13125550142")
    assert ring.blind(CLINIC, "+13125550142") != ring.blind(CLINIC, "+13125550143")


def test_the_first_secret_key_signs_and_the_second_still_derives_what_it_signed(store):
    number, signed = store.ring(secrets=(OLD,)).derive(None, b"link")
    both = store.ring(secrets=(NEW, OLD))

    assert both.derive(number, b"link") == (number, signed)
    assert both.derive(None, b"link") == store.ring(secrets=(NEW,)).derive(None, b"link")


def test_a_retired_secret_key_derives_nothing_any_more(store):
    number, _ = store.ring(secrets=(OLD,)).derive(None, b"link")

    with pytest.raises(KeyError):
        store.ring(secrets=(NEW,)).derive(number, b"link")


def test_a_key_named_twice_still_signs_when_it_is_first(store):
    number, _ = store.ring(secrets=(OLD, NEW, OLD)).derive(None, b"link")

    assert number == store.ring(secrets=(OLD,)).derive(None, b"link")[0]


def test_two_keys_that_could_hide_each_other_are_refused(store):
    with pytest.raises(KeysAlike):
        store.ring(secrets=ALIKE)


def test_a_clinic_without_keys_seals_nothing(store):
    with pytest.raises((Unreadable, ValueError)):
        store.ring().seal(new_id(), b"Maya", b"here")


def test_a_process_learns_of_a_newer_key_by_itself(store, ring, monkeypatch):
    other = store.ring()
    other.seal(CLINIC, b"Maya", b"here")
    store.rows.append(ring.new_key(CLINIC, 2))
    assert key_number(other.seal(CLINIC, b"Maya", b"here")) == 1

    monkeypatch.setattr(keyring, "FRESH_SECONDS", -1.0)

    assert key_number(other.seal(CLINIC, b"Maya", b"here")) == 2


def test_a_key_that_does_not_stand_in_the_database_yet_seals_nothing(ring):
    ring.new_key(CLINIC, 2)
    ring.refresh(CLINIC)

    assert key_number(ring.seal(CLINIC, b"Maya", b"here")) == 1


def test_a_process_goes_on_with_what_it_knows_when_its_master_key_was_taken_out_early(store, ring):
    other = store.ring()
    sealed = other.seal(CLINIC, b"Maya", b"here")
    both = store.ring(masters=(NEW, OLD))
    store.rows = [both.rewrapped(row) for row in store.rows]

    other.refresh(CLINIC)

    assert other.unseal(CLINIC, sealed, b"here") == b"Maya"
    assert store.ring(masters=(NEW,)).unseal(CLINIC, sealed, b"here") == b"Maya"
    assert both.rewrapped(store.rows[0]) is None


def test_a_running_process_reads_its_keys_again_when_it_meets_one_it_does_not_know(store, ring):
    asked = []

    def sources(command):
        asked.append(command)
        return [NEW, OLD], [NEW, OLD]

    running = KeyRing([OLD], [OLD], store.load, sources)
    sealed = running.seal(CLINIC, b"Maya", b"here")
    both = store.ring(masters=(NEW, OLD), secrets=(NEW, OLD))
    store.rows = [both.rewrapped(row) for row in store.rows]
    number, signed = both.derive(None, b"link")

    running.refresh(CLINIC)

    assert running.unseal(CLINIC, sealed, b"here") == b"Maya"
    assert running.derive(number, b"link") == (number, signed)
    assert asked == [True]


def test_an_unknown_key_makes_nobody_ask_over_and_over(store, ring):
    asked = []
    running = KeyRing([OLD], [OLD], store.load, lambda _: asked.append(1) or ([OLD], [OLD]))

    for _ in range(50):
        with pytest.raises(KeyError):
            running.derive(40_000, b"link")

    assert len(asked) == 1


def test_keys_that_cannot_be_read_again_leave_those_that_are_known(store, ring):
    def sources(_):
        raise NotRead("the file cannot be read")

    running = KeyRing([OLD], [OLD], store.load, sources)
    with pytest.raises(KeyError):
        running.derive(40_000, b"link")

    assert running.derive(None, b"link") == store.ring().derive(None, b"link")


def test_an_index_value_tells_the_number_of_its_key_and_the_first_tells_none(store, ring):
    store.rows += [ring.new_key(CLINIC, number) for number in (-1, -2)]
    values = [ring.index(CLINIC, number, "+13125550142") for number in (INDEX, -1, -2)]

    assert [keyring.under_index(value) for value in values] == [0, -1, -2]
    assert len({value[-32:] for value in values}) == 3
    assert values[0] == ring.blind(CLINIC, "+13125550142")


def test_the_newest_data_key_seals_whatever_index_keys_there_are(store, ring):
    store.rows += [ring.new_key(CLINIC, -1)]
    ring.refresh(CLINIC)

    assert key_number(ring.seal(CLINIC, b"Maya", b"here")) == 1
    with pytest.raises(Unreadable):
        ring.index(CLINIC, -2, "+13125550142")


def test_what_the_house_sealed_under_a_master_key_opens_once_it_has_keys_of_its_own(store, ring):
    early = ring.seal_for_house(b"a text", b"here")
    store.rows += [ring.new_key(None, number) for number in (INDEX, 1)]
    ring.refresh(None)
    late = ring.seal_for_house(b"a text", b"here")

    assert key_number(late) == 1
    assert ring.unseal_for_house(early, b"here") == ring.unseal_for_house(late, b"here")
    with pytest.raises(Unreadable):
        ring.unseal(CLINIC, late, b"here")


def test_a_wrapped_key_does_nothing_under_another_number(store, ring):
    stolen = next(row for row in store.rows if row.clinic_id == CLINIC and row.number == 1)
    store.rows = [WrappedKey(CLINIC, -1, stolen.wrapped)]

    with pytest.raises(Unreadable):
        store.ring().index(CLINIC, -1, "+13125550142")


def test_what_a_program_printed_once_stays_until_it_is_asked_again(store, ring, monkeypatch):
    monkeypatch.setattr(keyring, "FRESH_SECONDS", -1.0)
    monkeypatch.setattr(keyring, "_ASKED_AGAIN_SECONDS", 0.0)
    running = KeyRing(
        [OLD], [OLD], store.load, lambda command: ([NEW, OLD] if command else None,) * 2
    )
    number, signed = store.ring(secrets=(NEW,)).derive(None, b"link")

    assert running.derive(number, b"link") == (number, signed)
    running.seal(CLINIC, b"Maya", b"here")  # looks for newer keys, and asks no program

    assert running.derive(None, b"link") == (number, signed)
