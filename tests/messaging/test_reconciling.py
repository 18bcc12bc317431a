from datetime import timedelta
from itertools import pairwise

import pytest
import structlog
from sqlalchemy import select, update

from app import clock
from app.links import magic_links
from app.links.models import MagicLink
from app.messaging import claims, outbox, reconciling, reports
from app.messaging.gateway import Accepted, Declined, InDoubt, Report, TooFast
from app.messaging.models import Message, MessageStatus, Purpose
from app.security import keyring
from app.security.keyring import KeyRing
from app.tasks.models import StaffTask, TaskCode
from tests.fakes import RecordingGateway

MAYA = "+13125550142"
BASE_URL = "https://afterglow.test"
IN_DOUBT, QUEUED = MessageStatus.IN_DOUBT, MessageStatus.QUEUED


def later(**by):
    clock.stand_still(clock.now() + timedelta(**by), machine=clock.machine_now() + timedelta(**by))


@pytest.fixture
def look(database, gateway):
    """Ask the gateway about everything that it is time to ask about; how many texts that were."""

    def look():
        count = 0
        with structlog.testing.capture_logs():
            while reconciling.look_into_one(database, gateway, BASE_URL):
                count += 1
                assert count < 50
        return count

    return look


@pytest.fixture
def doubted(queue, send, gateway):
    """A text whose sending nobody knows about, a moment ago."""

    def doubted(purpose=Purpose.JOIN, body="Tap {link}.", *, with_link=True, **differs):
        message = queue(purpose, body, with_link=with_link, **differs)
        gateway.answers = [InDoubt()]
        send()
        return message

    return doubted


@pytest.fixture
def body_of(database):
    def body_of(message):
        with database.session(write=False) as db:
            link = db.get_one(MagicLink, message.link_id)
        return message.body.replace("{link}", magic_links.address_of(link, BASE_URL))

    return body_of


def test_a_callback_with_our_id_settles_a_doubt(doubted, look, kept, callback, gateway):
    message = doubted()

    callback(message, "sent", sid="SM77")

    assert (kept(message).status, kept(message).provider_sid) == (MessageStatus.SENT, "SM77")
    later(seconds=30)
    assert look() == 0
    assert gateway.asked == []


def test_the_gateways_list_settles_a_doubt(doubted, look, kept, tasks, gateway, body_of):
    message = doubted()
    gateway.made = [(MAYA, body_of(message), "SM77")]
    later(seconds=10)

    look()

    assert (kept(message).status, kept(message).provider_sid) == (MessageStatus.ACCEPTED, "SM77")
    assert tasks() == []
    later(minutes=30)
    assert len(gateway.sent) == 1


def test_a_link_leaves_soon_after_a_gateway_that_was_long_out_of_reach(
    doubted, look, kept, gateway
):
    message = doubted(expires_at=clock.now() + timedelta(hours=1))
    gateway.unreachable = True
    for _ in range(60):  # five minutes
        later(seconds=5)
        look()
    gateway.unreachable = False

    for _ in range(60):
        later(seconds=5)
        look()

    assert kept(message).status is QUEUED


def test_a_doubt_is_looked_into_before_what_only_lacks_its_last_word(
    database, queue, send, doubted, kept, gateway
):
    for _ in range(3):
        queue(Purpose.NOTICE, appointment_id=None)
        send()
    later(minutes=1)
    doubted()
    later(seconds=10)

    reconciling.look_into_one(database, gateway, BASE_URL)

    assert gateway.asked == ["find"]


def test_the_same_words_made_for_another_text_settle_nothing(
    queue, send, doubted, look, kept, gateway
):
    other = queue(Purpose.NOTICE, "See you soon.", appointment_id=None)
    send()
    message = doubted(Purpose.NOTICE, "See you soon.", with_link=False)
    gateway.made = [(MAYA, "See you soon.", kept(other).provider_sid)]
    later(seconds=10)

    look()

    assert kept(message).status is IN_DOUBT


def test_a_link_that_never_left_is_sent_once_more_after_ninety_seconds(
    doubted, look, kept, tasks, gateway, send
):
    message = doubted()
    for _ in range(8):
        later(seconds=11)
        look()
        assert kept(message).status is IN_DOUBT
        assert not send()
    later(seconds=2)

    look()
    send()

    assert kept(message).status is MessageStatus.ACCEPTED
    assert len(gateway.sent) == 2
    assert gateway.sent[0].body == gateway.sent[1].body
    assert gateway.sent[0].message_id == gateway.sent[1].message_id
    assert tasks() == []


def test_the_desk_hears_of_a_doubt_that_nobody_could_settle(doubted, look, heard, cast):
    doubted()  # it is sent once more
    later(seconds=90)

    assert heard(look, f"desk:{cast.clinic.id}")


def test_staff_read_of_which_visit_nobody_knows_whether_its_text_left(
    doubted, look, database, cast
):
    doubted(Purpose.WRITTEN, "How are you?", with_link=False)
    later(seconds=90)
    look()

    with database.session(write=False) as db:
        task = db.scalars(select(StaffTask)).one()
    assert (task.code, task.urgent) == (TaskCode.TEXT_IN_DOUBT, True)
    assert (task.patient_id, task.appointment_id) == (cast.maya.id, cast.integration_visit.id)
    assert task.done_by_id is None


def test_a_text_that_came_back_from_a_doubt_before_a_visit_is_still_wanted_a_second_before_its_end(
    doubted, look, kept
):
    message = doubted(expires_at=clock.now() + timedelta(seconds=91))
    later(seconds=90)

    look()

    assert kept(message).status is QUEUED


def test_a_second_doubt_about_the_same_text_goes_to_a_person(
    doubted, look, kept, tasks, gateway, send
):
    message = doubted()
    later(seconds=90)
    look()
    gateway.answers = [InDoubt()]
    send()
    later(seconds=90)

    look()

    assert kept(message).status is IN_DOUBT
    assert tasks() == ["text-in-doubt"]
    assert not send()


def test_a_staff_text_that_never_left_is_sent_once_more(doubted, look, kept, cast, send, gateway):
    message = doubted(
        Purpose.SAFETY,
        "Please open the console.",
        with_link=False,
        practitioner=cast.jordan,
        appointment_id=None,
    )
    later(seconds=90)

    look()
    send()

    assert kept(message).status is MessageStatus.ACCEPTED
    assert len(gateway.sent) == 2


def test_what_a_person_wrote_is_never_sent_twice(doubted, look, kept, tasks, send):
    message = doubted(Purpose.WRITTEN, "How are you?", with_link=False)
    later(seconds=90)

    look()

    assert kept(message).status is IN_DOUBT
    assert tasks() == ["text-in-doubt"]
    assert not send()


@pytest.mark.parametrize("wanted_for", [89, 90])
def test_a_link_that_nobody_wants_any_more_is_not_sent_again(
    doubted, look, tasks, send, wanted_for
):
    doubted(expires_at=clock.now() + timedelta(seconds=wanted_for))
    later(seconds=90)

    look()

    assert tasks() == ["text-in-doubt"]
    assert not send()


def test_a_text_withdrawn_while_in_doubt_is_not_sent_again_and_is_nobodys_task(
    doubted, look, kept, tasks, send, database, cast
):
    message = doubted()
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)
    later(seconds=90)

    look()

    assert kept(message).status is MessageStatus.CANCELLED
    assert tasks() == []
    assert not send()


def test_a_withdrawn_text_that_is_wanted_again_while_in_doubt_is(
    doubted, look, send, queue, database, cast, gateway
):
    doubted(once_key="join:1:1")
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)
    assert queue(once_key="join:1:1") is None
    later(seconds=90)

    look()

    assert send()
    assert len(gateway.sent) == 2


def test_a_text_withdrawn_while_in_doubt_takes_the_task_along_and_may_be_planned_anew(
    doubted, look, kept, tasks, queue, database, cast, gateway
):
    message = doubted(once_key="join:1:1")
    gateway.unreachable = True
    later(seconds=90)
    look()
    assert tasks() == ["text-in-doubt"]
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)
    gateway.unreachable = False
    later(minutes=5)

    look()

    assert (kept(message).status, tasks()) == (MessageStatus.CANCELLED, [])
    assert queue(once_key="join:1:1") is not None
    later(days=2)
    assert look() == 0


def test_a_text_withdrawn_while_nobody_can_be_asked_is_nobodys_task(
    doubted, look, tasks, database, cast, gateway
):
    doubted()
    with database.session() as db:
        outbox.withdraw(db, cast.integration_visit.id)
    gateway.unreachable = True
    later(seconds=90)

    look()

    assert tasks() == []


def test_the_search_for_a_text_left_to_staff_goes_on_more_slowly_and_ends_after_a_day(
    doubted, look, tasks
):
    doubted(Purpose.WRITTEN, "How are you?", with_link=False)
    later(seconds=90)
    assert look() == 1
    later(seconds=89)
    assert look() == 0
    later(seconds=1)
    assert look() == 1  # as long again as the doubt is old
    later(hours=23, minutes=56)
    assert look() == 1
    later(minutes=1)
    assert look() == 0
    later(hours=23, minutes=59)
    assert look() == 1
    assert tasks() == ["text-in-doubt"]

    later(days=9)
    assert look() == 0


def test_a_doubt_of_a_whole_day_is_searched_for_no_more(doubted, look):
    doubted(Purpose.WRITTEN, "How are you?", with_link=False)
    later(days=1)
    assert look() == 1

    later(days=9)
    assert look() == 0


def test_a_young_doubt_is_searched_for_every_half_minute_and_when_it_may_be_settled(
    doubted, database, gateway
):
    doubted()
    assert not reconciling.look_into_one(database, gateway, BASE_URL)
    asked = []
    for second in range(1, 91):
        later(seconds=1)
        if reconciling.look_into_one(database, gateway, BASE_URL):
            asked.append(second)

    assert asked == [10, 40, 70, 90]


def test_a_gateway_out_of_reach_is_asked_about_a_young_doubt_every_quarter_of_a_minute(
    doubted, database, gateway
):
    doubted()
    gateway.unreachable = True
    asked = []
    for second in range(1, 61):
        later(seconds=1)
        with structlog.testing.capture_logs():
            if reconciling.look_into_one(database, gateway, BASE_URL):
                asked.append(second)

    assert asked == [10, 25, 40, 55]


class Meanwhile(RecordingGateway):
    """While it is asked about a text, a callback brings the last word."""

    def __init__(self, callback, message, sid, *, unreachable=False):
        super().__init__()
        self.tell = lambda: callback(message, "delivered", sid=sid)
        self.unreachable = unreachable

    def find(self, to, body, since):
        self.tell()
        return super().find(to, body, since)

    def fetch(self, sid):
        self.tell()
        return super().fetch(sid)


@pytest.mark.parametrize("unreachable", [False, True])
def test_a_callback_that_comes_while_the_gateway_is_asked_has_the_last_word(
    queue, send, doubted, database, callback, kept, tasks, unreachable
):
    def look(message, sid):
        told = Meanwhile(callback, message, sid, unreachable=unreachable)
        with structlog.testing.capture_logs():
            reconciling.look_into_one(database, told, BASE_URL)

    plain = doubted(Purpose.WRITTEN, "How are you?", with_link=False)
    later(seconds=90)
    look(plain, "SM77")
    assert (kept(plain).status, tasks()) == (MessageStatus.DELIVERED, [])

    accepted = queue(appointment_id=None)
    send()
    later(seconds=45)
    look(accepted, "SM78")
    assert (kept(accepted).status, kept(accepted).look_at) == (MessageStatus.DELIVERED, None)


class SentAnewMeanwhile(RecordingGateway):
    """While it searches, another worker sends the text anew, and its fate is unknown once more."""

    def __init__(self, database):
        super().__init__()
        self._database = database

    def find(self, to, body, since):
        with self._database.session() as db:
            db.execute(update(Message).values(attempt=Message.attempt + 1))
        return []


def test_a_search_for_one_sending_says_nothing_of_the_next(doubted, database, kept):
    message = doubted()
    later(seconds=90)

    reconciling.look_into_one(database, SentAnewMeanwhile(database), BASE_URL)

    assert kept(message).status is IN_DOUBT


def test_a_doubt_about_a_text_to_staff_is_no_patients_task(doubted, look, kept, cast, tasks, send):
    message = doubted(
        Purpose.SAFETY,
        "Please open the console.",
        with_link=False,
        practitioner=cast.jordan,
        appointment_id=None,
        expires_at=clock.now() + timedelta(seconds=30),
    )
    later(seconds=90)

    look()

    assert (kept(message).status, tasks()) == (IN_DOUBT, [])
    assert not send()


def test_a_doubt_that_clears_takes_its_task_along(doubted, look, tasks, gateway, kept):
    message = doubted(Purpose.NOTICE, "See you soon.", with_link=False)
    later(seconds=90)
    look()
    assert tasks() == ["text-in-doubt"]
    gateway.made = [(MAYA, "See you soon.", "SM77")]
    later(minutes=5)

    look()

    assert kept(message).status is MessageStatus.ACCEPTED
    assert tasks() == []


def test_a_task_stays_while_another_text_of_the_visit_is_in_doubt(doubted, look, tasks, callback):
    first = doubted(Purpose.NOTICE, "One.", with_link=False)
    doubted(Purpose.NOTICE, "Two.", with_link=False)
    later(seconds=90)
    look()

    callback(first, "delivered")

    assert tasks() == ["text-in-doubt"]


def test_while_the_gateway_cannot_be_asked_staff_are_told_and_nothing_is_sent_twice(
    doubted, look, kept, tasks, send, gateway, body_of
):
    message = doubted()
    gateway.unreachable = True
    later(seconds=60)
    look()
    assert tasks() == []
    later(seconds=30)

    look()

    assert (kept(message).status, tasks()) == (IN_DOUBT, ["text-in-doubt"])
    assert not send()
    gateway.unreachable = False
    gateway.made = [(MAYA, body_of(message), "SM77")]
    later(minutes=10)
    look()
    assert (kept(message).status, tasks()) == (MessageStatus.ACCEPTED, [])


def test_a_text_whose_worker_died_is_looked_for_at_once(queue, database, look, kept, gateway):
    message = queue(body="See you soon.")
    with database.session() as db:
        claims.claim_next(db, "dead")
    later(seconds=61)
    with database.session() as db:
        claims.expire_leases(db)
    gateway.made = [(MAYA, "See you soon.", "SM77")]

    assert look() == 1
    assert kept(message).status is MessageStatus.ACCEPTED


def test_an_answer_that_comes_after_the_lease_ran_out_still_counts(queue, send, kept, database):
    message = queue()

    class Slow:
        name, segments_per_second = "slow", None

        def send(self, outgoing):
            later(seconds=61)
            with database.session() as db:
                claims.expire_leases(db)
            return Accepted("SM5")

    send(through=Slow())

    assert (kept(message).status, kept(message).provider_sid) == (MessageStatus.ACCEPTED, "SM5")


def test_a_claim_that_is_nearly_over_is_given_up_before_anything_leaves(
    queue, gateway, kept, send, monkeypatch
):
    message = queue()
    monkeypatch.setattr(claims, "LEASE", timedelta(seconds=19))
    send()
    assert gateway.sent == []
    assert kept(message).status is QUEUED
    monkeypatch.setattr(claims, "LEASE", timedelta(seconds=20))

    send()

    assert len(gateway.sent) == 1


@pytest.mark.parametrize("answer", [TooFast(timedelta(1)), Declined("429")])
def test_a_text_withdrawn_while_it_was_refused_for_haste_does_not_leave_later(
    queue, send, kept, database, cast, answer
):
    message = queue(once_key="join:1:1")

    class Withdrawing:
        name, segments_per_second = "withdrawing", None

        def send(self, outgoing):
            with database.session() as db:
                outbox.withdraw(db, cast.integration_visit.id)
            return answer

    send(through=Withdrawing())

    assert (kept(message).status, kept(message).once_key) == (MessageStatus.CANCELLED, None)


def test_a_text_without_a_final_word_is_asked_about_at_growing_intervals(
    queue, send, look, gateway, kept
):
    message = queue()
    send()
    gateway.reports[kept(message).provider_sid] = Report(kept(message).provider_sid, "queued", "")
    moments = []
    for second in range(0, 8 * 3600, 15):
        if look():
            moments.append(second)
        later(seconds=15)

    assert moments[0] == 45
    gaps = [after - before for before, after in pairwise(moments)]
    assert gaps == sorted(gaps)
    assert 5 <= len(moments) <= 8


def test_the_word_that_no_callback_brought_is_fetched(queue, send, look, gateway, kept, tasks):
    message = queue()
    send()
    sid = kept(message).provider_sid
    gateway.reports[sid] = Report(sid, "undelivered", "30007")
    later(seconds=45)

    with structlog.testing.capture_logs():
        look()

    assert kept(message).status is MessageStatus.UNDELIVERED
    assert tasks() == ["text-undelivered"]
    later(days=2)
    assert look() == 0


HOURS_TO_ASK = [1 / 60, 2 / 60, 5 / 60, 15 / 60, 1, 4, 12]


def test_the_last_word_is_asked_for_seven_times_more_and_then_let_be(
    queue, send, look, gateway, kept
):
    message = queue()
    send()
    sid = kept(message).provider_sid
    gateway.reports[sid] = Report(sid, "sent", "")
    later(seconds=45)
    assert look() == 1
    for hours in HOURS_TO_ASK:
        later(hours=hours, seconds=-1)
        assert look() == 0
        later(seconds=1)
        assert look() == 1

    assert kept(message).look_at is None


def test_of_two_texts_without_a_last_word_the_one_that_has_waited_longer_is_asked_about_first(
    queue, send, database, gateway, kept
):
    first, second = queue(), queue()
    send()
    later(seconds=1)
    send()
    later(minutes=1)

    reconciling.look_into_one(database, gateway, BASE_URL)

    looks = {kept(first).looks, kept(second).looks}
    assert looks == {0, 1}
    earlier = min((kept(first), kept(second)), key=lambda one: one.sent_at)
    assert earlier.looks == 1


def test_a_gateway_that_does_not_answer_about_a_last_word_is_asked_later(
    queue, send, look, gateway, kept, tasks
):
    message = queue()
    send()
    gateway.unreachable = True
    later(seconds=45)
    assert look() == 1
    later(seconds=59)
    assert look() == 0
    later(seconds=1)

    assert look() == 1
    assert (kept(message).status, tasks()) == (MessageStatus.ACCEPTED, [])


def test_a_text_that_took_long_to_find_is_asked_about_as_often_as_any_other(
    doubted, look, gateway, kept, body_of
):
    message = doubted()
    gateway.unreachable = True
    for _ in range(20):
        later(seconds=15)
        look()
    gateway.unreachable = False
    gateway.made = [(MAYA, body_of(message), "SM77")]
    gateway.reports["SM77"] = Report("SM77", "sent", "")
    later(minutes=5)
    look()
    assert kept(message).status is MessageStatus.ACCEPTED

    later(seconds=45)
    assert look() == 1
    later(minutes=1)
    assert look() == 1


def test_a_text_that_left_at_last_is_asked_about_as_often_as_any_other(
    doubted, look, send, gateway, kept
):
    message = doubted()
    for _ in range(9):
        later(seconds=10)
        look()
    send()
    assert kept(message).status is MessageStatus.ACCEPTED

    later(seconds=45)
    assert look() == 1
    later(minutes=1)
    assert look() == 1


def test_a_text_without_a_number_at_the_gateway_is_not_asked_about(
    doubted, database, look, gateway, kept
):
    message = doubted()
    with database.session() as db:
        reports.apply_status(db, db.get_one(Message, message.id), "sent", "", "")
    later(days=2)

    assert look() == 0
    assert kept(message).status is MessageStatus.SENT


def test_a_text_that_arrived_is_not_asked_about(queue, send, look, gateway, callback):
    message = queue()
    send()
    callback(message, "delivered")
    later(days=2)

    assert look() == 0


def test_it_is_not_asked_for_ever(queue, send, look, gateway, kept):
    queue()
    send()
    for _ in range(40):
        later(hours=12)
        look()

    later(days=30)
    assert look() == 0


class Retired:
    """The secret key that a link was signed with is gone."""

    def __enter__(self):
        self._ours = keyring.ring()
        keyring.use(KeyRing(["e" * 40], ["n" * 40], self._ours._load))

    def __exit__(self, *_):
        keyring.use(self._ours)


def test_a_doubt_about_a_text_that_cannot_be_read_any_more_goes_to_a_person(
    doubted, look, kept, tasks
):
    message = doubted()
    later(seconds=90)

    with Retired():
        look()

    assert (kept(message).status, tasks()) == (IN_DOUBT, ["text-in-doubt"])


def test_a_text_that_was_taken_and_cannot_be_read_any_more_is_let_be(
    queue, send, look, kept, tasks
):
    message = queue(body="Tap {link}.", with_link=True)
    send()
    later(seconds=45)

    with Retired():
        assert look() == 1

    assert (kept(message).status, kept(message).look_at) == (MessageStatus.ACCEPTED, None)
    assert tasks() == []


@pytest.mark.parametrize(("seconds", "asks"), [(29, False), (30, True)])
def test_when_the_worker_that_asks_dies_another_one_asks(queue, send, database, seconds, asks):
    queue()
    send()
    later(seconds=45)
    with database.session() as db:
        reconciling._claim(db)
    later(seconds=seconds)

    with database.session() as db:
        assert (reconciling._claim(db) is not None) is asks


def test_the_gateways_list_is_searched_from_a_day_before_the_text_was_taken_in_hand(
    doubted, look, gateway
):
    asked_since = []
    gateway.find = lambda to, body, since: asked_since.append(since) or []
    began = clock.machine_now()
    doubted()
    later(seconds=10)
    look()

    assert began - timedelta(days=2) < asked_since[0] < began - timedelta(days=1)


@pytest.mark.every_value_on_both
@pytest.mark.parametrize("known_by", ["its number", "a report"])
def test_what_was_made_for_another_text_settles_no_doubt(
    queue, send, doubted, look, kept, gateway, callback, known_by
):
    other = queue(Purpose.NOTICE, "See you soon.", appointment_id=None)
    send()
    if known_by == "a report":
        callback(other, "sent", sid="SM-earlier")
    found = "SM-earlier" if known_by == "a report" else kept(other).provider_sid
    message = doubted(Purpose.NOTICE, "See you soon.", with_link=False)
    gateway.made = [(MAYA, "See you soon.", found), (MAYA, "See you soon.", "SM77")]
    later(seconds=10)

    look()

    assert (kept(message).status, kept(message).provider_sid) == (MessageStatus.ACCEPTED, "SM77")


def test_one_of_two_workers_asks(queue, send, database, gateway, kept):
    message = queue()
    send()
    later(seconds=45)
    with database.session() as db:
        assert reconciling._claim(db).id == message.id

    with database.session() as db:
        assert reconciling._claim(db) is None
        assert db.get_one(Message, message.id).looks == 1
