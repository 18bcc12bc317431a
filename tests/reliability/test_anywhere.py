"""Anything dies while everything goes on. `make bench` kills more of it, and for longer."""

from bench.reliability.anywhere import rage
from tests import databases


def test_nothing_that_was_believed_is_lost_whatever_is_killed(worker_id):
    outcome = rage(
        databases.chosen_kind(), kills=4, seed=7, hurry=10, processes=1, worker_id=worker_id
    )

    assert outcome.is_right, outcome
    assert sum(outcome.kills.values()) == 4
    assert {"entries", "claims", "forms", "written", "replies", "signals", "asked"} <= (
        outcome.believed.keys()
    )
