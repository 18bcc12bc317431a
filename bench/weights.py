"""What pages weigh on the wire. The same figures are tests; here they stand in the table."""

from app.web.files.assets import Assets
from bench.rows import Row, at_most, seen

_KB = 1000


def measure(*, full: bool) -> list[Row]:
    del full  # exact at any size
    assets = Assets()

    def kilobytes(*names: str) -> float:
        return sum(assets.size(name) for name in names) / _KB

    return [
        at_most("patient stylesheet", kilobytes("css/patient.css"), "kB", 12),
        at_most("landing page's own files", kilobytes("css/landing.css", "js/landing.js"), "kB", 4),
        at_most("visit page's own files", kilobytes("css/room.css", "js/visit/room.js"), "kB", 25),
        seen("console stylesheet", kilobytes("css/console.css"), "kB"),
    ]
