"""`afterglow` by a clock that a hand moves: one small file that every process of a clinic reads.

    clock_file = HandClock(path)
    clock_file.set(moment, moment)            # both times stand there
    clock_file.set(moment, moment, times=1)   # and go on from there
    python -m bench.reliability.by_hand PATH 1 worker

It may be set forward and back while the processes work, as an operator or a time server does.
Nothing else differs; with a number above 1 the timetable's pauses shrink as in `hurried`.
"""

import mmap
import struct
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.reliability.hurried import Hurry, apply

_SLOT = struct.Struct("<dddd")  # domain time, machine time, the real moment of both, how fast
_SLOTS_AT = 8


class HandClock:
    """The file. Set by one process, read by all; a reader sees the old setting or the new one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            path.write_bytes(bytes(_SLOTS_AT + 2 * _SLOT.size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    def set(self, domain: datetime, machine: datetime, *, times: float = 0) -> None:
        """Show these two times from now on; `times` 1: and run, 0: and stand."""
        number = 1 - self._map[0]
        real = datetime.now(UTC).timestamp()
        values = (domain.timestamp(), machine.timestamp(), real, times)
        place = _SLOTS_AT + number * _SLOT.size
        self._map[place : place + _SLOT.size] = _SLOT.pack(*values)
        self._map[0] = number  # one byte: nobody reads half a setting

    def step(self, by: timedelta) -> None:
        """Set both times forward, or back."""
        *_, times = self._setting()
        self.set(self.now() + by, self.machine_now() + by, times=times)

    def now(self) -> datetime:
        """Domain time."""
        domain, _, real, times = self._setting()
        return _later(domain, real, times)

    def machine_now(self) -> datetime:
        """Machine time."""
        _, machine, real, times = self._setting()
        return _later(machine, real, times)

    def _setting(self) -> tuple[float, float, float, float]:
        return _SLOT.unpack_from(self._map, _SLOTS_AT + self._map[0] * _SLOT.size)


def _later(base: float, real: float, times: float) -> datetime:
    gone = (datetime.now(UTC).timestamp() - real) * times if times else 0
    return datetime.fromtimestamp(round(base + gone, 6), UTC)


def live_by(hand: HandClock) -> None:
    """Let this process live by that clock."""
    from app import clock

    clock.now, clock.machine_now = hand.now, hand.machine_now


def main() -> None:
    path, times = Path(sys.argv[1]), float(sys.argv[2])
    del sys.argv[1:3]
    if times != 1:
        apply(Hurry(times, datetime.now(UTC)))
    live_by(HandClock(path))
    from app.cli import main as afterglow

    afterglow()


if __name__ == "__main__":
    main()
