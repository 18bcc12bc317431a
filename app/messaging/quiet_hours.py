"""From nine in the evening to eight in the morning, on their own clock, patients are let be."""

from datetime import datetime, time, timedelta

from app import wall_time

BEGINS = time(21)
ENDS = time(8)


def is_awake(starts_at: datetime, ends_at: datetime, zone: str) -> bool:
    """Whether a visit lies wholly outside the quiet hours."""
    start, end = wall_time.wall(starts_at, zone), wall_time.wall(ends_at, zone)
    return start.date() == end.date() and start.time() >= ENDS and end.time() <= BEGINS


def next_awake(moment: datetime, zone: str) -> datetime:
    """`moment`, or the end of the quiet hours that it falls in."""
    shown = wall_time.wall(moment, zone)
    if ENDS <= shown.time() < BEGINS:
        return moment
    day = shown.date() + timedelta(days=1) if shown.time() >= BEGINS else shown.date()
    return wall_time.instant(datetime.combine(day, ENDS), zone)
