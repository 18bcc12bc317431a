"""When a page of a visit counts as gone. Machine time."""

from datetime import datetime, timedelta

from app import clock

SILENT_AFTER = timedelta(seconds=25)
RECONNECTING_AFTER = timedelta(seconds=10)


def is_silent(seen_at: datetime | None) -> bool:
    """Whether a page that was heard last then counts as gone."""
    return seen_at is None or clock.machine_now() - seen_at >= SILENT_AFTER


def is_reconnecting(seen_at: datetime | None, gone_at: datetime | None) -> bool:
    """Whether a page has been off the line for long enough to be shown as such."""
    if gone_at is None and not is_silent(seen_at):
        return False
    last = gone_at or seen_at
    return last is not None and clock.machine_now() - last >= RECONNECTING_AFTER
