"""Zones whose rules were changed by law: what the machine knows after its zone data was renewed."""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo


@contextmanager
def other_rules(folder: Path, **zones: str) -> Iterator[None]:
    """While `America/New_York` follows the rules of another zone: `New_York="Panama"`."""
    for name, like in zones.items():
        rules = files("tzdata.zoneinfo.America").joinpath(like).read_bytes()
        place = folder / "America" / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(rules)
    usual = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(folder)])
    ZoneInfo.clear_cache()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(to=usual)
        ZoneInfo.clear_cache()
