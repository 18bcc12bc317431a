"""Disks that fail, once each. `make bench` has them often, and says how soon all is back."""

from bench.reliability import storage
from tests import databases

_FAULTS = {
    "sqlite": ("full disk", "small files", "broken disk"),
    "postgresql": ("small files", "broken disk", "power cut"),
}


def test_nothing_is_said_to_be_kept_that_the_disk_did_not_take(worker_id):
    kind = databases.chosen_kind()

    outcome = storage.suffer(
        kind, *_FAULTS[kind], times=1, seed=7, longest=0.6, processes=1, worker_id=worker_id
    )

    assert outcome.is_right, outcome
