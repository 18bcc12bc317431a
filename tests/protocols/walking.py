"""Moving the clock from one thing that is due to the next, and having each done."""

from datetime import datetime, timedelta

from app import clock
from app.intake import following, told_meanwhile
from app.journal import following as journal_following
from app.messaging import delivery, outbox
from app.outcomes import asking

BASE_URL = "https://afterglow.test"
ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Anchorage",
    "America/St_Johns",
    "Pacific/Honolulu",
    "Europe/London",
    "Europe/Madrid",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
)
# Days around which clocks change somewhere in that list, forward and back.
CHANGES = ("2027-03-14", "2027-03-28", "2027-04-04", "2027-10-03", "2027-10-31", "2027-11-07")
_NEXT = (outbox.next_due, following.next_due, told_meanwhile.next_due, asking.next_due)


def walk(database, gateway, until, acts=(), at_each=None):
    """Let a worker do all that falls due until then.

    `acts`: (moment, what to do with a transaction); `at_each`: done at every stop.
    """
    waiting = sorted(acts, key=lambda act: act[0])
    while (stop := _next(database, waiting)) is not None and stop < until:
        clock.stand_still(max(stop, clock.now()))
        while waiting and waiting[0][0] <= clock.now():
            with database.session() as db:
                waiting.pop(0)[1](db)
        _work(database, gateway)
        if at_each is not None:
            with database.session() as db:
                at_each(db)
    clock.stand_still(until)


def _next(database, waiting):
    with database.session(write=False) as db:
        moments = [moment for each in _NEXT if (moment := each(db)) is not None]
    moments += [waiting[0][0]] if waiting else []
    # What is done by and by comes at the latest a day on.
    ahead = [moment if moment > clock.now() else clock.now() for moment in moments]
    return min(ahead, default=None)


def _work(database, gateway):
    for job in (following.tell_staff, told_meanwhile.leave_out, asking.ask_due):
        with database.session() as db:
            job(db)
    with database.session() as db:
        journal_following.follow(db)
    while delivery.send_one(database, gateway, "worker-1", BASE_URL):
        pass


def days_around(changes=CHANGES):
    """Noon of the days before, on and after each change of the clocks."""
    return [
        datetime.fromisoformat(f"{day}T12:00") + timedelta(days=near)
        for day in changes
        for near in (-1, 0, 1)
    ]
