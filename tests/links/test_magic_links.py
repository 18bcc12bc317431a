from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from sqlalchemy import inspect, select

from app import clock
from app.links import magic_links
from app.links.models import LinkKind, LinkState, MagicLink
from app.security import keyring
from app.security.keyring import KeyRing
from app.security.tokens import hash_token, looks_like_token

LIVE = [LinkState.MINTED, LinkState.SENT, LinkState.OPEN, LinkState.CLAIMED]
DEAD = [LinkState.SUPERSEDED, LinkState.REVOKED]
LONGEST_LINK = 53


def mint(db, cast, kind=LinkKind.JOIN, **differs):
    values = {
        "clinic_id": cast.clinic.id,
        "patient_id": cast.maya.id,
        "appointment_id": cast.integration_visit.id,
        "expires_at": clock.now() + timedelta(days=1),
    }
    return magic_links.mint(db, kind, **(values | differs))


def in_state(db, cast, state):
    link = mint(db, cast)
    link.state = state
    db.flush()
    return link


@pytest.fixture
def db(cast, db):
    return db


def test_a_token_is_derived_alike_however_often_a_text_is_sent(db, cast):
    link = mint(db, cast)
    db.flush()
    first = magic_links.token_of(link)
    db.expire_all()

    assert looks_like_token(first)
    assert magic_links.token_of(db.get_one(MagicLink, link.id)) == first


def test_a_link_is_found_by_its_token_and_by_nothing_near_it(db, cast):
    link = mint(db, cast)
    db.flush()
    token = magic_links.token_of(link)
    swapped = "1" if token[0] != "1" else "2"

    assert magic_links.find(db, token) is link
    for near in (swapped + token[1:], token[:-1], token + "1", token.swapcase(), f" {token}", ""):
        assert magic_links.find(db, near) is None


@pytest.mark.parametrize("value", [None, 7, [], {}, True, "\ud800" * 22, "-", "x" * 100_000])
def test_what_is_no_token_finds_nothing(db, value):
    assert magic_links.find(db, value) is None


def test_only_the_hash_of_a_token_rests(db, cast):
    link = mint(db, cast)
    db.flush()
    token = magic_links.token_of(link)
    columns = {c.key: getattr(link, c.key) for c in inspect(MagicLink).column_attrs}

    assert columns["token_hash"] == hash_token(token)
    for name, value in columns.items():
        kept = value if isinstance(value, bytes) else str(value).encode()
        assert token.encode() not in kept, name


def test_no_two_links_share_a_token_even_for_the_same_visit(db, cast):
    tokens = {magic_links.token_of(mint(db, cast)) for _ in range(100)}

    assert len(tokens) == 100


@pytest.mark.parametrize("changed", ["kind", "seed", "id"])
def test_the_token_hangs_on_kind_id_and_seed(db, cast, changed):
    link = mint(db, cast)
    other = MagicLink(
        id=uuid4() if changed == "id" else link.id,
        kind=LinkKind.WRITE if changed == "kind" else link.kind,
        seed=b"s" * 16 if changed == "seed" else link.seed,
        key_number=link.key_number,
    )

    assert magic_links.token_of(other) != magic_links.token_of(link)


def test_a_dump_of_the_database_yields_no_token_without_the_secret_key(db, cast):
    link = mint(db, cast)
    token = magic_links.token_of(link)
    ours = keyring.ring()
    keyring.use(KeyRing(["e" * 40], ["guessed" * 6], lambda _: []))
    try:
        with pytest.raises(KeyError):
            magic_links.token_of(link)
        link.key_number = keyring.ring().derive(None)[0]
        assert magic_links.token_of(link) != token
    finally:
        keyring.use(ours)


def test_a_link_sent_before_the_secret_key_changed_still_opens(db, cast):
    link = mint(db, cast)
    db.flush()
    token = magic_links.token_of(link)
    ours = keyring.ring()
    keyring.use(KeyRing(["e" * 40], ["n" * 40, "s" * 40], lambda _: []))
    try:
        assert magic_links.token_of(link) == token
        assert magic_links.find(db, token) is link
    finally:
        keyring.use(ours)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (LinkKind.JOIN, "/j"),
        (LinkKind.INTAKE, "/i"),
        (LinkKind.WRITE, "/w"),
        (LinkKind.SIGN_IN, "/s"),
        (LinkKind.ESCORT, "/e"),
        (LinkKind.GUEST, "/g"),
    ],
)
def test_asvs_14_2_1_an_address_carries_the_token_behind_the_hash_sign(db, cast, kind, path):
    link = mint(db, cast, kind)

    address = magic_links.address_of(link, "https://go.northside.example")

    assert address == f"https://go.northside.example{path}#{magic_links.token_of(link)}"
    assert len(address) <= LONGEST_LINK


@pytest.mark.parametrize(("seconds", "live"), [(-1, True), (0, False), (1, False), (86_400, False)])
def test_a_link_lives_to_the_second_of_its_end(db, cast, seconds, live):
    link = mint(db, cast)

    clock.stand_still(link.expires_at + timedelta(seconds=seconds))

    assert magic_links.is_live(link) is live


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(("was", "to"), list(product([*LIVE, *DEAD], LIVE[1:])))
def test_a_link_moves_forward_and_never_back(db, cast, was, to):
    link = in_state(db, cast, was)

    magic_links.advance(link, to)

    forward = was in LIVE and LIVE.index(to) > LIVE.index(was)
    assert link.state is (to if forward else was)
    db.flush()
    db.expire_all()
    assert db.get_one(MagicLink, link.id).state is (to if forward else was)


@pytest.mark.parametrize("dead", DEAD)
def test_a_link_pulled_back_meanwhile_is_not_woken_by_a_late_tap(database, cast, dead):
    with database.session() as db:
        link = mint(db, cast)
    with database.session() as db:
        db.get_one(MagicLink, link.id).state = dead

    with database.session() as db:
        held = db.merge(link, load=False)
        magic_links.advance(held, LinkState.OPEN)
        assert held.state is dead  # and whoever goes on with it sees so

    with database.session(write=False) as db:
        assert db.get_one(MagicLink, link.id).state is dead


@pytest.mark.parametrize("state", LIVE)
def test_a_moved_visit_leaves_only_its_newest_link_alive(db, cast, state):
    earlier, newest = in_state(db, cast, state), mint(db, cast)

    magic_links.supersede(db, cast.integration_visit.id, newest)
    db.expire_all()

    assert not magic_links.is_live(earlier)
    assert (earlier.state, earlier.superseded_by_id) == (LinkState.SUPERSEDED, newest.id)
    assert magic_links.is_live(newest)


def test_a_visit_called_off_leaves_no_link_alive(db, cast):
    links = [mint(db, cast) for _ in range(3)]

    magic_links.supersede(db, cast.integration_visit.id, None)
    db.expire_all()

    assert {link.state for link in links} == {LinkState.SUPERSEDED}


def test_a_link_that_was_pulled_back_stays_so_when_its_visit_moves(db, cast):
    revoked = mint(db, cast)
    magic_links.revoke(revoked)

    magic_links.supersede(db, cast.integration_visit.id, mint(db, cast))
    db.expire_all()

    assert revoked.state is LinkState.REVOKED


def test_links_of_other_visits_stay_as_they_are(db, cast):
    other = mint(db, cast, appointment_id=cast.infusion.id)
    none = mint(db, cast, appointment_id=None)

    magic_links.supersede(db, cast.integration_visit.id, mint(db, cast))
    db.expire_all()

    assert magic_links.is_live(other)
    assert magic_links.is_live(none)
    assert len(db.scalars(select(MagicLink)).all()) == 3


def test_whoever_was_invited_to_a_visit_goes_along_wherever_it_goes(db, cast):
    guests = mint(db, cast, LinkKind.GUEST)

    magic_links.supersede(db, cast.integration_visit.id, mint(db, cast))
    magic_links.pull_back(db, cast.integration_visit.id)
    db.expire_all()

    assert guests.state is LinkState.MINTED


@pytest.mark.parametrize("state", [*LIVE, *DEAD])
def test_a_visits_links_are_pulled_back_and_nobody_elses(db, cast, state):
    link, others = in_state(db, cast, state), mint(db, cast, appointment_id=cast.infusion.id)

    magic_links.pull_back(db, cast.integration_visit.id)
    db.expire_all()

    assert link.state is (LinkState.REVOKED if state in LIVE else state)
    assert magic_links.is_live(others)


@pytest.mark.parametrize("state", [*LIVE, *DEAD])
def test_an_old_phone_opens_nothing_and_is_told_nothing_more(db, cast, state):
    link = in_state(db, cast, state)
    theos = mint(db, cast, patient_id=cast.theo.id)

    magic_links.revoke_all(db, cast.maya.id)
    db.expire_all()

    assert link.state is LinkState.REVOKED
    assert magic_links.is_live(theos)


@pytest.mark.parametrize("kind", [LinkKind.ESCORT, LinkKind.GUEST])
def test_a_new_number_of_the_patient_is_none_of_the_drivers_or_guests(db, cast, kind):
    link = mint(db, cast, kind)

    magic_links.revoke_all(db, cast.maya.id)
    db.expire_all()

    assert magic_links.is_live(link)


def test_what_opens_something_now_is_live_in_time_and_the_patients_own(db, cast):
    for dead in DEAD:
        in_state(db, cast, dead)
    mint(db, cast, expires_at=clock.now())
    mint(db, cast, patient_id=cast.theo.id)
    live = {in_state(db, cast, state).id for state in LIVE}
    last_second = mint(db, cast, expires_at=clock.now() + timedelta(seconds=1))
    db.flush()

    opening = db.scalars(select(MagicLink.id).where(magic_links.opens(cast.maya.id))).all()

    assert set(opening) == {*live, last_second.id}


def test_a_link_remembers_when_it_was_made_and_for_what(db, cast):
    plain, choosing = mint(db, cast), mint(db, cast, for_choosing=True)

    assert (plain.made_at, plain.for_choosing) == (clock.now(), False)
    assert choosing.for_choosing
    assert len(plain.seed) >= 16  # 128 bits, that nobody guesses


def test_a_visit_that_moves_just_when_its_link_is_made_points_at_that_link(db, cast):
    earlier = in_state(db, cast, LinkState.SENT)
    newest = mint(db, cast)

    magic_links.supersede(db, cast.integration_visit.id, newest)
    db.expire_all()

    assert earlier.superseded_by_id == newest.id
    assert newest.superseded_by_id is None


def test_a_link_in_somebodys_phone_opens_the_same_after_an_update(db):
    ours = keyring.ring()
    keyring.use(KeyRing(["e" * 40], ["s" * 40], lambda _: []))
    try:
        link = MagicLink(id=UUID(int=7), seed=b"s" * 16, kind=LinkKind.JOIN)
        link.key_number, _ = keyring.ring().derive(None)
        assert magic_links.token_of(link) == "1DZdfyEx5cygp5XLP6dPHS"
    finally:
        keyring.use(ours)


def test_whom_a_link_is_for_is_read_along_with_it(db, cast):
    token = magic_links.token_of(mint(db, cast))
    db.flush()
    db.expunge_all()

    link = magic_links.find(db, token)

    assert "patient" not in inspect(link).unloaded
    assert "clinic" not in inspect(link.patient).unloaded
