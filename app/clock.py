"""The only reader of the clock.

Two times exist. Domain time (`now`) is what visits, links, texts and windows live by; the demo may
push it forward. Machine time (`machine_now`) is what leases, limits, idle ends and challenges live
by; nothing but the machine moves it.
"""

from datetime import UTC, datetime, timedelta

_ahead = timedelta(0)
_standing_at: datetime | None = None
_machine_standing_at: datetime | None = None


def now() -> datetime:
    """Domain time, aware, in UTC."""
    if _standing_at is not None:
        return _standing_at
    return datetime.now(UTC) + _ahead


def machine_now() -> datetime:
    """Machine time, aware, in UTC."""
    return _machine_standing_at or datetime.now(UTC)


def ahead() -> timedelta:
    """How far domain time runs before machine time."""
    return _ahead


def run_ahead(offset: timedelta) -> None:
    """Let domain time run `offset` before machine time. Used by the demo alone."""
    global _ahead
    _ahead = offset


def stand_still(at: datetime | None, *, machine: datetime | None = None) -> None:
    """Stop domain time at `at` (and machine time at `machine`), or let both run again with None."""
    global _standing_at, _machine_standing_at
    _standing_at, _machine_standing_at = at, machine if at is not None else None
