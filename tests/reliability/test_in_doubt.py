"""Every lost answer with every order of callbacks, a few texts each. More are in `make bench`."""

from bench.reliability.in_doubt import CELLS, matrix
from tests import databases


def test_every_text_arrives_once_whatever_became_of_its_answer(worker_id):
    outcomes = list(matrix(databases.chosen_kind(), count=2, webs=1, worker_id=worker_id))

    assert [one for one in outcomes if not one.is_clean] == []
    assert sum(one.texts for one in outcomes) == 2 * len(CELLS)
