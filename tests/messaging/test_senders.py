"""Each clinic may have a sender of its own: what leaves by it, how fast, and what stops it."""

from datetime import timedelta

import pytest

from app import clock
from app.messaging import alarms, delivery, outbox, pace, senders
from app.messaging.gateway import Accepted, Declined, InDoubt, TooFast
from app.messaging.inbound import Raw
from app.messaging.models import Alarm, MessageStatus, Purpose, Sender
from app.messaging.senders import NoSender, UnknownSender
from app.people.models import Clinic, Patient
from tests.fakes import RecordingGateway

NORTH, LAKE, SHARED = "+13125550901", "MG" + "a" * 32, "recording"


@pytest.fixture
def gateway():
    gateway = RecordingGateway()
    gateway.segments_per_second = 1.0
    return gateway


@pytest.fixture
def give(database, cast):
    """`give(clinic, name)`: the operator gives a clinic its own sender."""

    def give(clinic, name=NORTH, **more):
        with database.session() as db:
            return senders.give(db, db.get_one(Clinic, clinic.id), name, shared=SHARED, **more)

    return give


@pytest.fixture
def take_back(database):
    def take_back(clinic):
        with database.session() as db:
            senders.take_back(db, db.get_one(Clinic, clinic.id))

    return take_back


@pytest.fixture
def text_to(database):
    """`text_to(patient)`: a text is due to them now."""

    def text_to(patient, body="See you soon.", purpose=Purpose.JOIN, **more):
        with database.session() as db:
            kept = db.get_one(Patient, patient.id)
            due = {"due_at": clock.now(), "at_any_hour": True} | more
            return outbox.enqueue(db, purpose, body, patient=kept, **due)

    return text_to


@pytest.fixture
def written_to(database):
    def written_to(to, service=""):
        with database.session() as db:
            found = senders.written_to(db, Raw("+13125550142", to, "Hello", service=service))
            return found.own, found.shared

    return written_to


@pytest.fixture
def send_all(send):
    """Everything that leaves while a worker looks once."""

    def send_all():
        count = 0
        while send() and count < 50:
            count += 1
        return count

    return send_all


def tick(seconds):
    clock.stand_still(clock.now(), machine=clock.machine_now() + timedelta(seconds=seconds))


def left(gateway):
    return [(text.to, text.sender) for text in gateway.sent]


def test_a_text_leaves_by_its_clinics_own_sender_and_all_others_by_the_installations(
    gateway, give, text_to, send_all, cast, kept
):
    own = give(cast.clinic)
    messages = [text_to(cast.maya), text_to(cast.noor)]

    send_all()

    assert sorted(left(gateway)) == [(cast.maya.phone, NORTH), (cast.noor.phone, "")]
    assert [kept(message).sender_id for message in messages] == [own.id, None]


def test_what_waits_leaves_by_the_sender_that_its_clinic_has_when_it_leaves(
    gateway, give, take_back, text_to, send_all, cast
):
    text_to(cast.noor)
    give(cast.neighbour, LAKE)
    send_all()
    take_back(cast.neighbour)
    text_to(cast.noor)
    tick(5)
    send_all()

    assert left(gateway) == [(cast.noor.phone, LAKE), (cast.noor.phone, "")]


def test_each_sender_has_a_pace_of_its_own(gateway, give, text_to, send_all, cast):
    give(cast.clinic)
    give(cast.neighbour, LAKE, per_second=4)
    for _ in range(9):
        text_to(cast.maya)
        text_to(cast.noor)

    for _ in range(4):
        send_all()
        tick(0.5)

    by = [sender for _, sender in left(gateway)]
    assert 2 <= by.count(NORTH) <= 3  # one long code
    assert by.count(LAKE) >= 8


def test_a_sender_that_is_told_to_wait_holds_up_itself_alone(
    gateway, give, text_to, send_all, cast
):
    give(cast.clinic)
    text_to(cast.maya, purpose=Purpose.JOIN)
    text_to(cast.noor, purpose=Purpose.NOTICE)
    gateway.answers = [TooFast(timedelta(minutes=5))]

    send_all()

    assert left(gateway) == [(cast.maya.phone, NORTH), (cast.noor.phone, "")]


def test_the_installations_sender_holds_up_no_clinic_that_has_its_own(
    gateway, give, text_to, send_all, cast
):
    give(cast.neighbour, LAKE)
    text_to(cast.maya, purpose=Purpose.JOIN)
    text_to(cast.maya, purpose=Purpose.JOIN)
    text_to(cast.noor, purpose=Purpose.NOTICE)
    gateway.answers = [TooFast(timedelta(minutes=5))]

    send_all()

    assert left(gateway) == [(cast.maya.phone, ""), (cast.noor.phone, LAKE)]


def test_without_a_line_to_the_gateway_nobody_tries_in_vain(gateway, give, text_to, send_all, cast):
    give(cast.clinic)
    text_to(cast.maya)
    text_to(cast.noor)
    gateway.answers = [TooFast(timedelta(seconds=10), every_sender=True)]

    send_all()

    assert len(gateway.sent) == 1


def test_a_sender_that_stalls_lets_those_of_others_go_first(gateway, give, text_to, database, cast):
    gateway.segments_per_second = 100.0
    give(cast.clinic, per_second=100)
    for _ in range(3):
        text_to(cast.maya, purpose=Purpose.JOIN)
    for _ in range(3):
        text_to(cast.noor, purpose=Purpose.NOTICE)
    real = gateway.send
    gateway.send = lambda text: real(text) and InDoubt() if text.sender else real(text)
    stalled = delivery.Memory()

    while delivery.send_one(database, gateway, "worker-1", "https://afterglow.test", stalled):
        pass

    by = [sender for _, sender in left(gateway)]
    assert by[:4] == [NORTH, "", "", ""]
    assert by.count(NORTH) == 3  # in the end they are tried all the same


@pytest.mark.parametrize(
    ("code", "alarm"), [("30034", "unregistered"), ("21660", "refused"), ("21606", "refused")]
)
def test_what_is_wrong_with_one_sender_stops_no_other_and_alarms_nobody_else(
    gateway, give, text_to, send_all, cast, database, code, alarm
):
    give(cast.clinic)
    text_to(cast.maya, purpose=Purpose.JOIN)
    text_to(cast.maya, purpose=Purpose.JOIN)
    text_to(cast.noor, purpose=Purpose.NOTICE)
    gateway.answers = [Declined(code)]

    send_all()

    assert left(gateway) == [(cast.maya.phone, NORTH), (cast.noor.phone, "")]
    with database.session(write=False) as db:
        here = alarms.open_alarms(db, db.get_one(Clinic, cast.clinic.id))
        there = alarms.open_alarms(db, db.get_one(Clinic, cast.neighbour.id))
        assert [(each.code, each.sender) for each in here] == [(alarm, NORTH)]
        assert there == []
        assert [alarms.named(each) for each in alarms.open_alarms(db)] == [f"{alarm} of {NORTH}"]


def test_a_shared_sender_that_is_stopped_is_no_concern_of_a_clinic_with_its_own(
    gateway, give, text_to, send_all, cast, database
):
    give(cast.clinic)
    text_to(cast.noor)
    gateway.answers = [Declined("30034")]
    send_all()

    with database.session(write=False) as db:
        assert alarms.open_alarms(db, db.get_one(Clinic, cast.clinic.id)) == []
        assert len(alarms.open_alarms(db, db.get_one(Clinic, cast.neighbour.id))) == 1


@pytest.mark.parametrize("code", ["30002", "20003"])
def test_what_is_wrong_with_the_account_concerns_everybody(
    gateway, give, text_to, send_all, cast, database, code
):
    give(cast.clinic)
    text_to(cast.maya, purpose=Purpose.JOIN)
    text_to(cast.noor, purpose=Purpose.NOTICE)
    gateway.answers = [Declined(code)]

    send_all()

    assert len(gateway.sent) == 1
    with database.session(write=False) as db:
        for clinic in (cast.clinic, cast.neighbour):
            assert len(alarms.open_alarms(db, db.get_one(Clinic, clinic.id))) == 1


def test_the_same_alarm_of_two_senders_is_two_and_clearing_one_starts_that_one(
    gateway, give, text_to, send_all, cast, database
):
    give(cast.clinic)
    give(cast.neighbour, LAKE)
    gateway.answers = [Declined("30034"), Declined("30034")]
    text_to(cast.maya)
    text_to(cast.noor)
    send_all()
    with database.session() as db:
        mine = alarms.open_alarms(db, db.get_one(Clinic, cast.clinic.id))
        assert len(alarms.open_alarms(db)) == 2
        alarms.clear(db, mine[0])
    tick(5)
    text_to(cast.maya)
    text_to(cast.noor)
    before = len(gateway.sent)
    send_all()

    assert {sender for _, sender in left(gateway)[before:]} == {NORTH}


def test_a_callback_stops_the_sender_that_the_text_went_by_also_when_the_clinic_has_another_now(
    gateway, give, take_back, text_to, send_all, cast, callback, database
):
    own = give(cast.clinic)
    message = text_to(cast.maya)
    send_all()
    take_back(cast.clinic)

    callback(message, "undelivered", "30034", sid=gateway_sid(gateway))

    with database.session(write=False) as db:
        assert db.get_one(Sender, own.id).stopped_at is not None
        shared = {row.name: row.stopped_at for row in db.query(Sender)}
        assert shared[SHARED] is None


def gateway_sid(gateway):
    return f"SM{len(gateway.sent):032d}"


def test_two_clinics_never_have_the_same_sender_not_even_one_after_the_other(
    give, take_back, cast, database
):
    give(cast.clinic)
    with pytest.raises(NoSender):
        give(cast.neighbour)
    take_back(cast.clinic)
    with pytest.raises(NoSender):
        give(cast.neighbour)

    give(cast.clinic)
    give(cast.clinic, LAKE)
    give(cast.clinic)
    with database.session(write=False) as db:
        current = [row.name for row in db.query(Sender) if row.clinic_id and not row.left_at]
    assert current == [NORTH]


def test_what_the_installation_texts_by_is_given_to_nobody(give, cast, written_to):
    give(cast.clinic)
    written_to("+13125550955", SHARED)  # so it is known to be in the pool

    for name in (SHARED, "+1 312 555 0955"):
        with pytest.raises(NoSender):
            give(cast.neighbour, name)


@pytest.mark.parametrize("name", ["", "MG1", "Northside", "AC" + "a" * 32, "12", "+1312"])
def test_what_is_no_sender_is_refused_and_nothing_changes(give, cast, everything_but, name):
    before = everything_but()

    with pytest.raises(NoSender):
        give(cast.clinic, name)

    assert everything_but() == before


@pytest.mark.parametrize(
    ("name", "kept_as", "pace"),
    [
        ("(312) 555-0901", NORTH, 1.0),
        (LAKE, LAKE, None),
        ("24273", "24273", 1.0),
    ],
)
def test_a_number_is_one_long_code_until_more_is_said(give, cast, name, kept_as, pace):
    assert (give(cast.clinic, name).name, give(cast.clinic, name).segments_per_second) == (
        kept_as,
        pace,
    )


def test_while_no_clinic_has_its_own_whatever_is_written_to_is_the_installations(written_to):
    assert written_to("+15005550006", "MG" + "f" * 32) == (frozenset(), True)


def test_a_number_or_a_service_says_whose_a_text_is(give, cast, written_to):
    give(cast.clinic)
    give(cast.neighbour, LAKE)

    assert written_to(NORTH) == ({cast.clinic.id}, False)
    assert written_to(NORTH, "MG" + "f" * 32) == ({cast.clinic.id}, False)  # its campaign's
    assert written_to("+13125550933", LAKE) == ({cast.neighbour.id}, False)
    assert written_to("+13125550944", SHARED) == (frozenset(), True)


def test_the_number_of_a_service_is_known_once_both_were_named(give, cast, written_to):
    give(cast.neighbour, LAKE)
    with pytest.raises(UnknownSender):
        written_to("+13125550933")
    written_to("+13125550933", LAKE)

    assert written_to("+13125550933") == ({cast.neighbour.id}, False)


def test_a_number_that_moved_to_another_service_is_that_ones(give, cast, written_to):
    give(cast.neighbour, LAKE)
    written_to("+13125550933", LAKE)

    assert written_to("+13125550933", SHARED) == (frozenset(), True)
    assert written_to("+13125550933") == (frozenset(), True)


def test_what_nobody_has_is_never_guessed(give, cast, written_to):
    give(cast.clinic)

    for to, service in (("+15005550006", ""), ("", ""), ("+15005550006", "MG" + "f" * 32)):
        with pytest.raises(UnknownSender):
            written_to(to, service)


def test_a_sender_that_a_clinic_left_still_leads_to_it(give, take_back, cast, written_to):
    give(cast.clinic)
    give(cast.clinic, LAKE)
    take_back(cast.clinic)

    assert written_to(NORTH) == ({cast.clinic.id}, False)


def test_an_own_number_in_anothers_pool_is_looked_at_for_both_and_named_to_the_operator(
    give, cast, written_to, database
):
    give(cast.clinic)

    assert written_to(NORTH, SHARED) == ({cast.clinic.id}, True)
    with database.session(write=False) as db:
        assert senders.in_two_hands(db) == [NORTH]


def test_an_alarm_from_before_is_everybodys(database, cast):
    with database.session() as db:
        db.add(Alarm(code="filtered", made_at=clock.now(), seen_at=clock.now()))
        db.flush()
        assert len(alarms.open_alarms(db, db.get_one(Clinic, cast.clinic.id))) == 1


def test_a_text_that_was_put_back_is_not_counted_as_sent_by_anybody(
    gateway, give, text_to, send, cast, kept, database
):
    give(cast.clinic)
    message = text_to(cast.maya)
    gateway.answers = [TooFast(timedelta(minutes=1)), Accepted("SM9")]
    send()

    assert (kept(message).status, kept(message).sent_at) == (MessageStatus.QUEUED, None)
    with database.session() as db:
        assert not pace.open_now(db, gateway, aside=[None])
        assert pace.open_now(db, gateway)


def test_workers_of_several_senders_lose_and_double_nothing(gateway, give, text_to, database, cast):
    give(cast.clinic, per_second=50)
    gateway.segments_per_second = 50.0
    ids = [text_to(patient).id for patient in (cast.maya, cast.noor, cast.theo) * 5]
    for _ in range(80):
        for worker in ("one", "two"):
            delivery.send_one(database, gateway, worker, "https://afterglow.test")
        tick(0.1)

    assert sorted(text.message_id for text in gateway.sent) == sorted(ids)


@pytest.fixture
def lateness(database):
    """How late the oldest text is that no sender holds back."""

    def lateness():
        with database.session(write=False) as db:
            return outbox.lateness(db, pace.waits_for_none(db))

    return lateness


def stop(database, *which):
    with database.session() as db:
        pace.stop(db, "unregistered", *which)


LATE = timedelta(minutes=10)


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("stopped", ["its own", "the installation's"])
def test_texts_that_a_stopped_sender_holds_hide_no_late_ones_of_others(
    database, gateway, give, text_to, lateness, cast, stopped
):
    own = give(cast.clinic)
    of_own = stopped == "its own"
    held, free = (cast.maya, cast.noor) if of_own else (cast.noor, cast.maya)
    tick(61)  # neither was busy within the minute
    stop(database, Sender.id == own.id if of_own else Sender.clinic_id.is_(None))
    text_to(held, due_at=clock.now() - 2 * LATE)
    assert lateness() == timedelta(0)

    text_to(free, due_at=clock.now() - LATE)

    assert lateness() == LATE


def test_a_sender_that_nobody_texts_by_any_more_holds_nothing_back(
    database, give, take_back, text_to, lateness, cast
):
    own = give(cast.clinic)
    with database.session() as db:  # what the installation texted by before
        db.add(Sender(name="before", next_free_at=clock.machine_now() - LATE, stopped_code=""))
    stop(database, Sender.id == own.id)
    stop(database, Sender.name == "before")
    take_back(cast.clinic)
    tick(61)

    text_to(cast.maya, due_at=clock.now() - LATE)

    assert lateness() == LATE
