"""Who is not Twilio is not listened to; who is, always. More forgeries are in `make bench`."""

from bench.reliability.forgery import forge, recover
from tests import databases


def test_no_forged_call_is_taken_every_genuine_one_is_and_a_repeat_does_nothing(worker_id):
    outcome = forge(databases.chosen_kind(), count=80, seed=7, webs=1, worker_id=worker_id)

    assert outcome.is_clean, outcome
    assert (outcome.forged, outcome.genuine) == (80, 20)


def test_what_came_in_while_nobody_listened_is_there_soon_after_the_start(worker_id):
    recovery = recover(databases.chosen_kind(), replies=12, webs=1, worker_id=worker_id)

    assert recovery.is_clean, recovery
