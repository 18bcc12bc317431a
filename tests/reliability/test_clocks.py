"""Clocks changed by law and by hand, in small. `make bench` has twelve zones and many jumps."""

from bench.reliability.clock_changes import ZONES, changes
from bench.reliability.clocks import changes as walk
from bench.reliability.clocks import jump, taps
from tests import databases

UNUSUAL = ("America/Havana", "Australia/Lord_Howe")  # at midnight, and by half an hour


def test_every_reminder_leaves_once_at_its_minute_though_clocks_change(worker_id):
    tally = walk(databases.chosen_kind(), visits=4, seed=7, zones=UNUSUAL, worker_id=worker_id)

    assert tally.expected > tally.visits > 0
    wrong = (tally.missing, tally.doubled, tally.unexpected, tally.wrong_minute, tally.at_night)
    assert (wrong, tally.wrong_instant) == ((0,) * 5, 0), tally


def test_no_text_is_lost_doubled_or_stuck_while_the_clock_jumps(worker_id):
    jumps = jump(databases.chosen_kind(), texts=30, steps=2, seed=7, webs=1, worker_id=worker_id)

    assert jumps.is_clean, jumps
    assert jumps.kills == 1


def test_a_link_opens_until_its_last_second_and_not_at_its_end(worker_id):
    edges = taps(databases.chosen_kind(), links=6, seed=7, webs=1, worker_id=worker_id)

    assert edges.is_clean, edges


def test_each_zone_changes_its_clocks_twice_a_year():
    assert {zone: len(changes(zone)) for zone in ZONES} == dict.fromkeys(ZONES, 2)
