"""The hour at which every journey begins: the same one, whenever the journeys run.

A clinic has nights, weekends and nights on which its clocks are changed; what is shown and texted
depends on them. E2E_BEGINS names another moment: `E2E_BEGINS=2031-01-25T23:40 pytest e2e`.
"""

import os
from datetime import UTC, datetime, timedelta

from e2e.ehr import ZONE

_JUNE, _SECOND_WEEK, _WEDNESDAY = 6, 8, 2


def ahead() -> timedelta:
    """How far the clinic's clock runs before the machine's."""
    now, named = datetime.now(UTC), os.environ.get("E2E_BEGINS")
    if named:
        begins = datetime.fromisoformat(named).replace(tzinfo=ZONE)
        if begins <= now:
            raise ValueError("E2E_BEGINS is over: the demo's clock never goes back")
    else:
        begins = _usual(now.year)
        begins = begins if begins > now else _usual(now.year + 1)
    return begins - now


def _usual(year: int) -> datetime:
    """Eleven in the morning of June's second Wednesday, far from any change of clocks."""
    first = datetime(year, _JUNE, _SECOND_WEEK, 11, tzinfo=ZONE)
    return first + timedelta(days=(_WEDNESDAY - first.weekday()) % 7)
