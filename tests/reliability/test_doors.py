"""The doors of a whole installation: what bots, guessers and two at one moment do to it."""

import random

import pytest

from app import clock
from bench.reliability import access, guessing, prefetch
from bench.reliability.installation import Installation
from tests import databases


@pytest.fixture(scope="module")
def standing(worker_id):
    """Real processes: standing them up costs more than what is tried here."""
    kind = databases.chosen_kind()
    processes = 1 if kind == "sqlite" else 2
    with Installation(
        kind, processes=processes, workers=0, patients=20, worker_id=worker_id
    ) as installation:
        yield installation


@pytest.fixture
def clinic(standing):
    clock.stand_still(None)  # its processes live by the machine's
    return standing


def test_looking_at_links_spends_nothing_and_every_patient_comes_in_at_the_first_tap(clinic):
    outcome = prefetch.storm_at(clinic, prefetches=200, links=10, by_chromium=0, seed=7)

    assert outcome.is_clean, outcome


def test_guesses_open_nothing_and_keep_nobody_out(clinic):
    outcome = guessing.guess_at(clinic, guesses=120, joins=4, samples=0, seed=7)

    assert outcome.is_clean, outcome


def test_of_two_who_book_one_hour_at_the_same_moment_one_gets_it(clinic):
    raced = access.race_at(clinic, hours=6, seed=7)

    assert raced.is_clean, raced


def test_what_the_clock_tells_is_a_coin_unless_one_of_the_two_is_slower():
    chance = random.Random(7)
    these, those = ([chance.random() for _ in range(2000)] for _ in range(2))

    assert guessing.auc(these, those) == pytest.approx(0.5, abs=0.03)
    assert guessing.auc(these, [each + 0.1 for each in those]) > 0.55
    assert guessing.auc([0, 1], [2, 3]) == 1
    assert guessing.auc([1, 1], [1, 1]) == 0.5
