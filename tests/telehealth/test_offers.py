from app.telehealth import offers, presence, seats


def test_one_offer_goes_to_one_seat(db, visit, open_link, room_open):
    first, second = seats.claim(db, open_link()), seats.claim(db, open_link("Android"))
    offers.put(db, visit, peer="spare", sdp="v=0")

    taken = offers.take(db, first)

    assert taken == offers.Taken("spare", "v=0")
    assert offers.take(db, second) is None
    assert offers.belongs_to(db, visit, first, "spare")
    assert not offers.belongs_to(db, visit, second, "spare")


def test_a_ghost_gets_no_offer(db, visit, open_link, room_open):
    offers.put(db, visit, peer="spare", sdp="v=0")

    assert offers.take(db, open_link()) is None


def test_a_newer_spare_replaces_the_one_nobody_took(db, visit, open_link, room_open):
    seat = seats.claim(db, open_link())
    offers.put(db, visit, peer="old", sdp="v=0")
    offers.put(db, visit, peer="new", sdp="v=0")

    taken = offers.take(db, seat)

    assert taken is not None
    assert taken.peer == "new"
    assert offers.take(db, seat) is None


def test_what_a_seat_took_before_is_void_once_it_takes_anew(db, visit, open_link, room_open):
    seat = seats.claim(db, open_link())
    for peer in ("first", "second"):
        offers.put(db, visit, peer=peer, sdp="v=0")
        offers.take(db, seat)

    assert seat.peer == "second"
    assert not offers.belongs_to(db, visit, seat, "first")


def test_a_page_that_comes_before_the_next_offer_is_made_gets_it_then(
    db, visit, open_link, room_open
):
    seat = seats.claim(db, open_link())
    offers.put(db, visit, peer="first", sdp="v=0")
    offers.take(db, seat)

    assert offers.take(db, seat) is None
    assert seat.peer == ""
    offers.put(db, visit, peer="second", sdp="v=0")

    assert offers.take(db, seat) is not None


def test_a_new_page_of_the_clinician_voids_the_offers_of_the_old_one(
    db, visit, open_link, room_open, clinician
):
    seat = seats.claim(db, open_link())
    offers.put(db, visit, peer="taken", sdp="v=0")
    offers.take(db, seat)
    offers.put(db, visit, peer="spare", sdp="v=0")

    presence.hold(db, visit, "page-2", by=clinician)
    db.refresh(seat)

    assert seat.peer == ""
    assert offers.take(db, seat) is None


def test_the_same_page_that_comes_back_keeps_its_offers(db, visit, open_link, room_open, clinician):
    seat = seats.claim(db, open_link())
    offers.put(db, visit, peer="spare", sdp="v=0")
    presence.let_go(db, visit, room_open)

    presence.hold(db, visit, room_open, by=clinician)

    assert offers.take(db, seat) is not None
