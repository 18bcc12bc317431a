"""Plain words for texts: who wrote one, what became of it, what somebody wants."""

from dataclasses import dataclass
from datetime import datetime

from app import clock, i18n
from app.i18n import gettext as _
from app.i18n import ngettext
from app.messaging.models import Direction, Message, MessageStatus
from app.web.console import words


@dataclass(frozen=True)
class Tag:
    """Words with their sign; kind as the tag component has them."""

    words: str
    kind: str
    icon: str


def wants(what: str) -> Tag:
    """What somebody in the inbox wants, or why no text reaches them."""
    return {
        "alert": Tag(_("Safety alert"), "danger", "alert"),
        "call": Tag(_("Asked to be phoned"), "warn", "phone"),
        "time": Tag(_("Wants another time"), "warn", "clock"),
        "answer": Tag(_("A question"), "here", "message"),
        "undelivered": Tag(_("A text did not arrive"), "warn", "alert"),
        "stopped": Tag(_("Stopped texts"), "warn", "close"),
        "bad-number": Tag(_("Bad number"), "warn", "phone"),
        "unknown": Tag(_("Unknown number"), "", "person"),
    }[what]


def waited(since: datetime) -> str:
    """`6 min`, `3 h`, `2 days`: how long somebody has waited."""
    minutes = max(0, int((clock.now() - since).total_seconds() // 60))
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:
        return _("%(num)s min") % {"num": minutes}
    if minutes < 48 * 60:
        return _("%(num)s h") % {"num": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(num)s day", "%(num)s days", days) % {"num": days}


def author(message: Message, name: str) -> str:
    """Who wrote it. `name`: the patient's or stranger's."""
    if message.direction is Direction.INBOUND:
        return _("from %(name)s") % {"name": name}
    if message.written_by is not None:
        return _("by %(name)s") % {"name": message.written_by.display_name}
    return _("sent by itself")


def fate(message: Message, zone: str) -> Tag | None:
    """What became of a text of ours. None for theirs."""
    if message.direction is Direction.INBOUND:
        return None
    status = message.status
    if status in (MessageStatus.UNDELIVERED, MessageStatus.FAILED):
        return Tag(_("not delivered: %(why)s") % {"why": trouble(message.error_code)}, "warn", "")
    if status is MessageStatus.QUEUED and message.due_at > clock.now():
        leaves = words.when(message.due_at, zone)
        return Tag(_("leaves %(when)s") % {"when": leaves}, "", "")
    return {
        MessageStatus.QUEUED: Tag(_("about to leave"), "", ""),
        MessageStatus.SENDING: Tag(_("leaving now"), "", ""),
        MessageStatus.IN_DOUBT: Tag(_("may not have left; we are asking"), "warn", ""),
        MessageStatus.ACCEPTED: Tag(_("on its way"), "", ""),
        MessageStatus.SENT: Tag(_("sent, not confirmed yet"), "", ""),
        MessageStatus.DELIVERED: Tag(_("delivered"), "", ""),
        MessageStatus.CANCELLED: Tag(_("held back"), "", ""),
    }[status]


def trouble(code: str) -> str:
    """Why a text did not arrive, as far as the gateway said."""
    return {
        "21211": _("the number is not a real one"),
        "21217": _("the number is not a real one"),
        "21614": _("the number takes no texts"),
        "21635": _("it is a landline"),
        "21610": _("they have stopped texts"),
        "21408": _("texts to that country are not switched on"),
        "21611": _("too many texts were waiting"),
        "30001": _("too many texts were waiting"),
        "30002": _("the text service has shut us off"),
        "30003": _("the phone is off or out of reach"),
        "30004": _("the phone blocks texts"),
        "30005": _("nobody has that number"),
        "30006": _("it is a landline, or its network takes no texts"),
        "30007": _("a network held it back as unwanted"),
        "30034": _("our number is not registered yet"),
        "30036": _("it could not be delivered in time"),
        "expired": _("it would have come too late"),
        "unreadable": _("it could not be read any more"),
        "withdrawn": _("it was taken back"),
    }.get(code, _("the network gave no reason"))


def day(moment: datetime, zone: str) -> str:
    """`Today`, `Wed, Nov 18`: what stands above a day's texts."""
    return words.at_start(words.day_name(moment, zone))


def short_time(moment: datetime, zone: str) -> str:
    """`9:49 am` for today, else `Wed, Nov 18`: when somebody last wrote."""
    if words.day_name(moment, zone) == _("today"):
        return i18n.local_clock(moment, zone)
    return i18n.local_short_day(moment, zone)
