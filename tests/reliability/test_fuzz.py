"""Whatever is asked, of every address and as everybody: an answer that was declared, never a crash.

More of it, on both databases, is in `make bench`.
"""

from bench.reliability.fuzz import fuzz
from tests import databases

_EACH_ONCE = 400


def test_nothing_that_is_asked_breaks_anything_or_is_told_how_the_house_is_built(worker_id):
    came = fuzz(databases.chosen_kind(), count=_EACH_ONCE, seed=7, worker_id=worker_id)

    assert came.wrong == {}
    assert came.requests == _EACH_ONCE
    assert came.count(range(200, 400)) > _EACH_ONCE / 4  # it is the house, not only its doors
