"""Real workers killed with texts in hand, beside a real web process. `make bench` has the whole."""

import pytest

from bench.reliability.kill_storm import storm
from tests import databases


@pytest.mark.parametrize(("workers", "with_callbacks"), [(4, True), (1, False)])
def test_no_text_is_lost_or_doubled_when_workers_are_killed(workers, with_callbacks, worker_id):
    outcome = storm(
        databases.chosen_kind(),
        texts=90,
        kills=3,
        workers=workers,
        with_callbacks=with_callbacks,
        seed=7,
        hurry=20,
        webs=1,
        worker_id=worker_id,
    )

    assert outcome.is_clean, outcome
