"""All tap at ten while others drip, sit and pour: everybody comes in. How fast: `make bench`."""

from bench.reliability.stampede import stampede
from tests import databases


def test_everybody_comes_in_beside_people_of_no_good_will(worker_id):
    told = stampede(
        databases.chosen_kind(),
        patients=16,
        drips=30,
        idle=20,
        floods=5,
        processes=1,
        worker_id=worker_id,
    )

    assert told.is_right, told
    assert told.poured
