"""Anything dies while everything goes on. `make bench` kills more of it, and for longer."""

from bench.reliability.anywhere import rage
from tests import databases


def test_nothing_that_was_believed_is_lost_whatever_is_killed(worker_id):
    kind = databases.chosen_kind()
    kinds = {"web", "worker"} | ({"backend"} if kind == "postgresql" else set())

    outcome = rage(
        kind,
        kills=len(kinds),
        seed=7,
        processes=1,
        workers=1,
        worker_id=worker_id,
    )

    assert outcome.wrong == {}, outcome.answers
    assert outcome.kills.keys() == kinds
    assert {"entries", "claims", "forms", "written", "replies", "signals", "asked"} <= (
        outcome.believed.keys()
    )
