"""The scorecard: one line out of what the experiments kept, and when and at what commit.

    python -m bench.reliability.scorecard

Sums over the databases, worst of those that are no sums. What was not run says so; what did not
pass is named behind the line, with the database it failed on.
"""

from collections.abc import Callable, Iterable
from typing import Any

from bench.reliability.kept import kept

_Runs = list[dict[str, Any]]
_EXPERIMENTS = (
    "kill_storm",
    "in_doubt",
    "prefetch",
    "guessing",
    "access",
    "scripting",
    "fuzz",
    "outgoing",
    "forgery",
    "offline",
    "clocks",
    "storage",
    "anywhere",
    "stampede",
    "stampede_limit",
    "renewing",
    "turning",
    "copies",
    "smuggling",
    "large_bodies",
)


def line(read: Callable[[str], _Runs | None] = kept) -> str:
    """What is published."""
    runs = {name: read(name) for name, _ in _PARTS}
    parts = (words(runs[name]) if runs[name] else f"{name} not run" for name, words in _PARTS)
    return "; ".join(parts) + "."


def told(read: Callable[[str], _Runs | None] = kept) -> str:
    """The line, what did not pass, and what it rests on."""
    runs = {name: read(name) or [] for name in _EXPERIMENTS}
    failed = [
        f"{name} on {run['database']}"
        for name, each in runs.items()
        for run in each
        if not run["passed"]
    ]
    missing = [name for name, each in runs.items() if not each]
    every = [run for each in runs.values() for run in each]
    days = sorted({run["at"][:10] for run in every})
    commits = sorted({run["commit"] for run in every})
    passed = f"Did not pass: {_listed(_once(failed))}. Not run: {_listed(missing)}."
    taken = f"Taken {_listed(_once([*days[:1], *days[-1:]]))}, at {_listed(commits)}."
    return "\n".join([line(read), passed, taken])


def _texts(runs: _Runs) -> str:
    return (
        f"{_sum(runs, 'texts')} texts, {_sum(runs, 'kills')} kills, "
        f"{_sum(runs, 'lost')} lost, {_sum(runs, 'doubled')} doubled"
    )


def _guesses(runs: _Runs) -> str:
    return f"{_sum(runs, 'guesses')} guesses, {_sum(runs, 'hits')} hits"


def _prefetches(runs: _Runs) -> str:
    return f"{_sum(runs, 'prefetches')} prefetches, {_sum(runs, 'spent')} spent"


def _access(runs: _Runs) -> str:
    routes, principals = _most(runs, "routes"), _most(runs, "principals")
    return f"{routes}×{principals} access cells, {_sum(runs, 'leaks')} leaks"


def _payloads(runs: _Runs) -> str:
    return f"{_sum(runs, 'payloads')} payloads, {_sum(runs, 'run')} run"


def _offline(runs: _Runs) -> str:
    return f"{_sum(runs, 'entries')} offline entries, {_sum(runs, 'lost')} lost"


def _anywhere(runs: _Runs) -> str:
    return f"{_sum(runs, 'kills')} kills anywhere, {_sum(runs, 'lost')} acknowledged writes lost"


def _stampede(runs: _Runs) -> str:
    return f"{_most(runs, 'patients')} in a stampede, p95 {_most(runs, 'p95_ms')} ms"


_PARTS: tuple[tuple[str, Callable[[_Runs], str]], ...] = (
    ("kill_storm", _texts),
    ("guessing", _guesses),
    ("prefetch", _prefetches),
    ("access", _access),
    ("scripting", _payloads),
    ("offline", _offline),
    ("anywhere", _anywhere),
    ("stampede", _stampede),
)


def _values(runs: _Runs, name: str) -> list[float]:
    """A size or figure of each run that has it."""
    return [run[where][name] for run in runs for where in ("size", "figures") if name in run[where]]


def _sum(runs: _Runs, name: str) -> str:
    values = _values(runs, name)
    return f"{sum(values):,.0f}" if values else "?"


def _most(runs: _Runs, name: str) -> str:
    values = _values(runs, name)
    return f"{max(values):,.0f}" if values else "?"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


if __name__ == "__main__":
    print(told())
