"""Old copies go: whoever was erased since must not live on in them for ever."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import clock

_A_DAY = timedelta(days=1)
_WHEN = "%Y%m%dT%H%M%S%fZ"


def prune(folder: Path, kept_for: timedelta) -> int:
    """Remove data of copies older than `kept_for`, never the newest. Returns how many."""
    now = clock.machine_now()
    for left in folder.glob("data-*.partial"):  # whoever wrote it was stopped
        moment = when(left)
        if moment is not None and moment < now - _A_DAY:
            left.unlink(missing_ok=True)
    whole = [path for path in folder.glob("data-*") if path.suffix != ".partial"]
    made = sorted((moment, path) for path in whole if (moment := when(path)))
    old = [path for moment, path in made[:-1] if moment < now - kept_for]
    for path in old:
        path.with_name(path.name.replace("data-", "tail-", 1)).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    return len(old)


def when(path: Path) -> datetime | None:
    """When a copy was begun, as its name says; None for what is no copy of ours."""
    name = path.name.removeprefix("data-").split(".")[0]
    try:
        return datetime.strptime(name, _WHEN).replace(tzinfo=UTC)
    except ValueError:
        return None
