"""What was found for a page that could not be told all of it at once, until it asks for the rest.

Finding it anew for every dozen rows would cost as much again each time, just when very much
changes. Kept in memory for seconds, for the clinic that it is about.
"""

import secrets
import time
from collections import OrderedDict
from threading import Lock
from typing import Any
from uuid import UUID

_MOST = 8
_SECONDS = 5.0

Shown = dict[str, Any]
_kept: OrderedDict[str, tuple[float, UUID, str, Shown]] = OrderedDict()
_lock = Lock()


def keep(clinic_id: UUID, language: str, shown: Shown) -> str:
    """Keep it for the page that is given this name for it."""
    name = secrets.token_urlsafe(12)
    with _lock:
        _kept[name] = (time.monotonic(), clinic_id, language, shown)
        _let_go()
    return name


def find(name: str | None, clinic_id: UUID, language: str) -> Shown | None:
    """What was kept under this name for this clinic in this language, if not too long ago."""
    with _lock:
        _let_go()
        found = _kept.get(name or "")
    if found is None or found[1:3] != (clinic_id, language):
        return None
    return found[3]


def _let_go() -> None:
    """The oldest go first, and whatever nobody came back for."""
    since = time.monotonic() - _SECONDS
    while _kept and (len(_kept) > _MOST or next(iter(_kept.values()))[0] < since):
        _kept.popitem(last=False)
