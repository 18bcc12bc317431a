"""Wall time and zone → instant, and back. What people agree on is wall time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def instant(wall: datetime, zone: str) -> datetime:
    """The moment at which clocks in `zone` first show the naive `wall`, in UTC.

    A time that the clocks skip in spring is the first minute after the skip; one that they show
    twice in autumn is the first of both.
    """
    place = ZoneInfo(zone)
    moment = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _end_of_gap(wall.replace(tzinfo=place, fold=1).astimezone(UTC), moment, place)


def wall(moment: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at `moment`, naive."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def written(moment: datetime, zone: str) -> str:
    """`2026-11-25T10:00`: the wall time as it is kept; with seconds only where there are any."""
    shown = wall(moment, zone)
    whole = shown.second == 0 and shown.microsecond == 0
    return shown.isoformat(timespec="minutes" if whole else "auto")


def _end_of_gap(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The moment of the clock change between two moments around it, to the second."""
    changed = after.astimezone(place).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, place).utcoffset() == changed:
            high = middle
        else:
            low = middle + 1
    return datetime.fromtimestamp(high, UTC)


def days_later(moment: datetime, days: int, zone: str) -> datetime:
    """The same time on the clock, `days` calendar days later (or earlier) in `zone`."""
    return instant(wall(moment, zone) + timedelta(days=days), zone)
