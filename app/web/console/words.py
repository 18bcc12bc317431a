"""The clinic's plain words for what the rows say."""

from datetime import datetime

from app import clock, i18n, wall_time
from app.i18n import gettext as _
from app.messaging.models import Message, MessageStatus, Purpose
from app.people.models import Role
from app.safety.models import Outcome, Signal
from app.scheduling.models import AppointmentStatus, Service
from app.tasks.models import TaskCode


def service(value: Service) -> str:
    """`Integration visit`."""
    return {
        Service.INFUSION: _("Infusion"),
        Service.INTEGRATION: _("Integration visit"),
        Service.PREPARATION: _("Preparation visit"),
        Service.CONSULTATION: _("Consultation"),
        Service.GROUP: _("Group visit"),
    }[value]


def status(value: AppointmentStatus) -> tuple[str, str]:
    """Words and kind of tag for how an appointment stands."""
    return {
        AppointmentStatus.BOOKED: (_("Booked"), ""),
        AppointmentStatus.ARRIVED: (_("Here"), "here"),
        AppointmentStatus.FULFILLED: (_("Took place"), "good"),
        AppointmentStatus.CANCELLED: (_("Called off"), ""),
        AppointmentStatus.NOSHOW: (_("Did not meet"), "warn"),
    }[value]


def role(value: Role) -> str:
    """`Coordinator`."""
    return {
        Role.COORDINATOR: _("Coordinator"),
        Role.CLINICIAN: _("Clinician"),
        Role.ADMINISTRATOR: _("Administrator"),
    }[value]


def task(value: TaskCode) -> str:
    """What a task asks for."""
    return {
        TaskCode.CALL_BACK: _("Asked to be phoned"),
        TaskCode.TEXT_UNDELIVERED: _("A text did not arrive"),
        TaskCode.TEXT_IN_DOUBT: _("A text may not have left"),
        TaskCode.OPTED_OUT: _("Wants no more texts"),
        TaskCode.FIND_A_TIME: _("Needs a time in the window"),
        TaskCode.ANSWER: _("Waits for an answer"),
        TaskCode.BAD_NUMBER: _("The number takes no texts"),
        TaskCode.OUTSIDE_WINDOW: _("Picked a time outside the window"),
        TaskCode.CANDIDATE: _("Asks to become a patient"),
        TaskCode.INTAKE_LATE: _("Forms are not done yet"),
        TaskCode.ANOTHER_SESSION: _("Asks for another session"),
        TaskCode.RECORD_OUTCOME: _("A visit is over, and nobody said what it came to"),
        TaskCode.DUPLICATE: _("May be here twice"),
    }[value]


def signal(value: Signal) -> str:
    """What raised an alert, in words that hold none of the patient's own."""
    return {
        Signal.CONTROL: _("pressed “I am not safe”"),
        Signal.ANSWER: _("gave an answer that may mean danger"),
        Signal.WORDS: _("wrote words that may mean danger"),
        Signal.ENTRY: _("keeps a private entry that may mean danger"),
        Signal.RED_FLAG: _("told of something that cannot wait"),
        Signal.SESSION: _("pressed “I need help” during a session"),
    }[value]


def cause(value: Signal) -> str:
    """What an alert came from, when no sheet or text of theirs can be opened for it."""
    return {
        Signal.CONTROL: _("The button “I am not safe”"),
        Signal.ANSWER: _("An answer on their phone that has not arrived yet"),
        Signal.RED_FLAG: _("An answer on their phone that has not arrived yet"),
        Signal.WORDS: _("Words on their phone that have not arrived yet"),
        Signal.ENTRY: _("A private entry. Nobody but them can read it; ask how they are."),
        Signal.SESSION: _("The button “I need help” during a session"),
    }[value]


def outcome(value: Outcome) -> str:
    """What came of an alert."""
    return {
        Outcome.REACHED: _("Reached, and safe for now"),
        Outcome.SAFETY_PLANNED: _("Reached, and made a safety plan"),
        Outcome.SENT_TO_EMERGENCY: _("Sent to emergency care"),
        Outcome.COULD_NOT_REACH: _("Could not be reached"),
        Outcome.NOT_A_CRISIS: _("Not a crisis"),
    }[value]


def text_status(message: Message | None) -> tuple[str, str]:
    """Words and kind of tag for how a visit's text stands. None: there is none."""
    if message is None:
        return (_("No text"), "warn")
    if message.status in (MessageStatus.UNDELIVERED, MessageStatus.FAILED):
        return (_("Text not delivered"), "warn")
    if message.status is MessageStatus.IN_DOUBT:
        return (_("Text in doubt"), "warn")
    if message.status is MessageStatus.DELIVERED:
        return (_("Text delivered"), "good")
    if message.status is MessageStatus.QUEUED:
        return (_("Text queued"), "")
    return (_("Text sent"), "")


def body(message: Message) -> str:
    """What a text said. A sign-in code is its patient's alone, and a link opens nothing here."""
    if message.purpose is Purpose.CODE:
        return _("[a sign-in code]")
    return message.body.replace("{link}", _("[link]"))


def day_name(moment: datetime, zone: str) -> str:
    """`today`, `tomorrow`, else `Wed, Nov 18`, on the calendar of `zone`."""
    days = (wall_time.wall(moment, zone).date() - wall_time.wall(clock.now(), zone).date()).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return i18n.local_short_day(moment, zone)


def at_start(said: str) -> str:
    """The same words where a sentence or a line begins."""
    return said[:1].upper() + said[1:]


def when(moment: datetime, zone: str) -> str:
    """`today, 3:30 pm`."""
    return f"{day_name(moment, zone)}, {i18n.local_clock(moment, zone)}"
