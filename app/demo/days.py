"""The calendar of the story."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app import wall_time

_LATELY = timedelta(minutes=40)


@dataclass(frozen=True)
class Days:
    """Its middle is the day of Sam's session."""

    middle: date
    ended_at: datetime  # when Sam's session ended
    zone: str

    @classmethod
    def around(cls, now: datetime, zone: str) -> "Days":
        """By day the session ended a while ago; early and late it was the afternoon before."""
        shown = wall_time.wall(now, zone)
        if shown.time() < time(10):
            ended = datetime.combine(shown.date() - timedelta(days=1), time(16, 30))
        elif shown.time() >= time(18):
            ended = datetime.combine(shown.date(), time(17))
        else:
            ended = (shown - _LATELY).replace(second=0, microsecond=0)
            ended -= timedelta(minutes=ended.minute % 5)
        return cls(ended.date(), wall_time.instant(ended, zone), zone)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """A moment `day` days after Sam's session, on the clinic's clock."""
        wall = datetime.combine(self.middle + timedelta(days=day), time(hour, minute))
        return wall_time.instant(wall, self.zone)
