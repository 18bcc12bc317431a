"""What is published is what was measured, and what was not measured is not published."""

import re
from dataclasses import fields
from pathlib import Path

from bench.reliability import anywhere, kept, scorecard
from bench.reliability.kept import Run

KNOWN = [field.name for field in fields(anywhere.Outcome)]


def a_run(database, size, figures, passed=True):
    return {
        "at": "2026-11-22T20:00:00+00:00",
        "commit": "abc1234",
        "seed": 7,
        "database": database,
        "size": size,
        "figures": figures,
        "passed": passed,
    }


STORM = [
    a_run("sqlite", {"texts": 10_000, "kills": 60}, {"lost": 0, "doubled": 0}),
    a_run("postgresql", {"texts": 10_000, "kills": 60}, {"lost": 1, "doubled": 2}, passed=False),
]


def test_the_line_sums_over_the_databases_and_names_what_was_not_run():
    line = scorecard.line({"kill_storm": STORM}.get)

    assert line.startswith("20,000 texts, 120 kills, 1 lost, 2 doubled; guessing not run; ")


def test_kills_anywhere_are_counted_once():
    outcome = anywhere.Outcome(**dict.fromkeys(KNOWN, 0) | {"kills": {"web": 2}, "lost": {}})
    run = a_run("sqlite", {"kills": 2}, anywhere._figures(outcome))

    assert "2 kills anywhere, 0 acknowledged writes lost" in scorecard.line({"anywhere": [run]}.get)


def test_a_figure_that_nobody_took_is_no_nought():
    assert "5,000 guesses, ? hits" in scorecard.line(
        {"guessing": [a_run("sqlite", {"guesses": 5_000}, {})]}.get
    )


def test_what_did_not_pass_is_named_with_its_database():
    told = scorecard.told(lambda name: STORM if name == "kill_storm" else [])

    assert "Did not pass: kill_storm on postgresql." in told
    assert told.endswith("Taken 2026-11-22, at abc1234.")


def test_what_an_experiment_keeps_is_read_again_and_said_once(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "RESULTS", tmp_path)
    kept.keep("guessing", 7, [Run("sqlite", {"guesses": 9}, {"hits": 0}, passed=True)])

    [run] = kept.kept("guessing")

    assert (run["seed"], run["database"], run["passed"]) == (7, "sqlite", True)
    assert "9 guesses, 0 hits" in scorecard.line(kept.kept)
    assert kept.kept("never") == []


def test_no_experiment_that_keeps_its_runs_is_left_out():
    programs = Path(scorecard.__file__).parent.glob("*.py")
    keep = {
        name for each in programs for name in re.findall(r'\bkeep\(\s*"(\w+)"', each.read_text())
    }

    assert keep - set(scorecard._EXPERIMENTS) == set()
    assert len(keep) > 15
