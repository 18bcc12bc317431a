"""What the gateway's error codes mean for us: one row for each code that we treat by itself."""

from dataclasses import dataclass
from datetime import timedelta

from app.messaging.alarms import AlarmCode
from app.tasks.models import TaskCode

OPTED_OUT = "21610"
EXPIRED = "expired"  # our own: nobody wanted it any more when it could have left
UNREADABLE = "unreadable"  # our own: a key was retired too early


@dataclass(frozen=True)
class Trouble:
    """What follows when a text was not taken, or did not arrive."""

    task: TaskCode = TaskCode.TEXT_UNDELIVERED
    number_is_dead: bool = False  # nothing goes there until somebody has corrected it
    not_taken: bool = False  # refused for a reason of ours: the same text leaves later
    again: tuple[timedelta, ...] = ()  # tried anew so long after each failure, as a new row
    may_have_arrived: bool = False  # so what a person wrote is not sent twice
    hold: timedelta | None = None  # let the whole sender wait
    of_account: bool = False  # not of one sender: all of them are meant
    stops_sender: bool = False  # until somebody clears the alarm
    alarm: AlarmCode | None = None


_MINUTE = timedelta(minutes=1)
UNDELIVERED = TaskCode.TEXT_UNDELIVERED
_PLAIN = Trouble()
_DEAD = Trouble(task=TaskCode.BAD_NUMBER, number_is_dead=True)
_UNKNOWN = Trouble(again=(_MINUTE,), may_have_arrived=True)
_SHUT_OUT = Trouble(not_taken=True, hold=_MINUTE, of_account=True, alarm=AlarmCode.REFUSED)
_REFUSED = Trouble(not_taken=True, hold=_MINUTE, alarm=AlarmCode.REFUSED)
_TOO_FAST = Trouble(not_taken=True, again=(_MINUTE, _MINUTE), hold=5 * _MINUTE / 60)
_QUEUE_FULL = Trouble(
    not_taken=True, again=(5 * _MINUTE,), hold=_MINUTE, alarm=AlarmCode.QUEUE_FULL
)
_BY_CODE = {
    # The number.
    "21211": _DEAD,  # no number
    "21217": _DEAD,
    "21614": _DEAD,  # not a mobile
    "21635": _DEAD,  # a landline
    "30005": _DEAD,  # unknown to its carrier
    "30006": _DEAD,  # a landline, or a carrier that cannot be reached
    OPTED_OUT: Trouble(task=TaskCode.OPTED_OUT),
    # The phone.
    "30003": Trouble(again=(2 * _MINUTE, 10 * _MINUTE)),  # switched off, or without a signal
    "30036": _PLAIN,  # not delivered in time
    # Haste.
    "429": _TOO_FAST,
    "20429": _TOO_FAST,
    "30022": _TOO_FAST,
    "21611": _QUEUE_FULL,
    "30001": _QUEUE_FULL,
    # Words.
    "30007": Trouble(alarm=AlarmCode.FILTERED),  # the same words would be filtered again
    # Our account.
    "21408": Trouble(of_account=True, alarm=AlarmCode.REGION),
    "30034": Trouble(stops_sender=True, alarm=AlarmCode.UNREGISTERED),
    "30002": Trouble(stops_sender=True, of_account=True, alarm=AlarmCode.SUSPENDED),
    "401": _SHUT_OUT,
    "403": _SHUT_OUT,
    "20003": _SHUT_OUT,  # our sign-in
    "20005": _SHUT_OUT,  # our account is not active
    "21212": _REFUSED,  # our sender, here and below
    "21603": _REFUSED,
    "21606": _REFUSED,
    "21659": _REFUSED,  # it is no number of Twilio's
    "21660": _REFUSED,  # it is another account's
    "21661": _REFUSED,
    "21701": _REFUSED,  # there is no such service
    "21703": _REFUSED,
    "21704": _REFUSED,
    # Nobody knows.
    "30008": _UNKNOWN,
    "30500": _UNKNOWN,
}


def of(code: str) -> Trouble:
    """What follows a code. One that is not listed becomes a task for a person."""
    return _BY_CODE.get(code, _PLAIN)
