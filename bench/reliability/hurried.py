"""`afterglow`, with a machine clock that runs faster: a lease of a minute is over in seconds.

    python -m bench.reliability.hurried 20 2026-11-22T05:00:00+00:00 worker

Nothing else differs: the command line, the processes and the database are the real ones. With 1 it
is `afterglow` itself. The timetable's own pauses and the patience with Twilio shrink with the
clock, so that each still stands to the others as it does in earnest.
"""

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime


@dataclass(frozen=True)
class Hurry:
    """Machine time that ran `times` as fast since a moment. Every process has the same."""

    times: float
    since: datetime

    def now(self) -> datetime:
        """What such a machine's clock shows."""
        real = datetime.now(UTC)
        return self.since + (real - self.since) * self.times


def apply(hurry: Hurry) -> None:
    """Let this process live by that clock."""
    from app import clock, worker
    from app.messaging import one_exchange

    clock.machine_now = hurry.now
    one_exchange._TIMEOUT_SECONDS = one_exchange._TIMEOUT_SECONDS / hurry.times
    worker._TICK_SECONDS = worker._TICK_SECONDS / hurry.times
    make = worker.Worker.__init__

    def make_hurried(self, *given, **named):
        make(self, *given, **named)
        self.jobs = [replace(job, every=job.every / hurry.times) for job in self.jobs]

    worker.Worker.__init__ = make_hurried


def main() -> None:
    times, since = float(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    del sys.argv[1:3]
    if times != 1:
        apply(Hurry(times, since))
    from app.cli import main as afterglow

    afterglow()


if __name__ == "__main__":
    main()
