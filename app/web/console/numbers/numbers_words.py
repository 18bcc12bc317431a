"""The names of the metrics, what each counts, and every word that stands beside a count.

No word here says what came of what: a month is no experiment.
"""

from datetime import date

from app import i18n
from app.i18n import gettext as _
from app.metrics.models import WhyLeftOut

PLAIN = ("texts",)  # shown by their spread alone


def name(slug: str) -> str:
    """`Talked on time`."""
    return {
        "on-time": _("Talked on time"),
        "joined": _("Tap to joined"),
        "intake": _("Intake before arrival"),
        "journaling": _("Journaling"),
        "rescheduled": _("Reply to rescheduled"),
        "undelivered": _("Texts that did not arrive"),
        "opt-outs": _("Left texts"),
        "texts": _("Texts for one infusion"),
        "answered": _("Answered “Was this easy?”"),
        "easy": _("Said it was easy"),
    }[slug]


def definition(slug: str, minutes: int) -> list[str]:
    """What is counted, sentence by sentence."""
    return {
        "on-time": [
            _("Of infusions whose plan has a talk after them and whose window has closed."),
            _(
                "Counted: both sides connected for at least %(minutes)s minutes in all, begun by "
                "the close of the window."
            )
            % {"minutes": minutes},
            _(
                "A talk by phone, or in a room elsewhere, counts when staff say that it was held; "
                "it is marked."
            ),
            _("What the clinic missed is a miss as well."),
        ],
        "joined": [
            _("Of visits after an infusion to whose page a person came."),
            _("Counted: both sides were connected. Who never got there is a miss, not left out."),
            _(
                "Times run from the first look at the page: page ready, somebody there, camera "
                "allowed, own picture. From let in to the first picture is a time of its own, and "
                "so is waiting for the clinician."
            ),
            _("Pages that were opened and nobody showed to be there are left out."),
        ],
        "intake": [
            _("Of infusions whose forms were texted at least 24 hours ahead."),
            _("Counted: everything asked was done on the phone before the planned start."),
            _("What was finished at the desk stands apart."),
        ],
        "journaling": [
            _("Of infusions of patients who want prompts, 72 hours after their end."),
            _("Counted: one entry or one skip within 72 hours. Voice and text count the same."),
            _(
                "Whether somebody wrote is theirs to tell: below ten nothing is shown, and no list "
                "names those who did not agree."
            ),
        ],
        "rescheduled": [
            _("Of times a patient said “not ready”, by button or by text."),
            _("Counted: a new time that they confirmed, and it lies inside the window."),
            _(
                "How long it took runs from their words to that confirmation, on the clock and in "
                "staffed hours."
            ),
            _("Who kept the time, or whose visit was called off, is left out."),
        ],
        "undelivered": [
            _("Of texts that left about an infusion or the talk after it."),
            _("Counted: those that did not arrive."),
        ],
        "opt-outs": [
            _("Of infusions about which at least one text left."),
            _("Counted: the patient left texts between booking and the close of the window."),
        ],
        "texts": [
            _(
                "How many texts left for one infusion and the talk after it, those of staff among "
                "them."
            ),
        ],
        "answered": [
            _("Of talks that took place."),
            _("Counted: the patient answered the one question after it. A skip is no answer."),
        ],
        "easy": [
            _("Of the answers to the one question after a talk."),
            _("Counted: those that said yes."),
        ],
    }[slug]


def why(code: str) -> str:
    """Where a miss stopped, or why a row is left out."""
    return {
        "never-booked": _("Never booked, or called off and not booked again"),
        "text-undelivered": _("Text undelivered"),
        "not-opened": _("Not opened"),
        "opened-not-joined": _("Opened, not joined"),
        "permission-denied": _("Camera or microphone denied"),
        "denied": _("Camera or microphone denied"),
        "missing": _("No microphone was found"),
        "busy": _("Another app had the camera"),
        "app-browser": _("Opened inside another app"),
        "unsupported": _("The browser cannot make video calls"),
        "never-met": _("Never connected"),
        "one-side-only": _("One side only, or too short together"),
        "moved-outside": _("Not ready, or moved outside the window"),
        "clinician-late": _("Clinician late"),
        "opted-out": _("Opted out of texts"),
        "at-the-desk": _("Finished at the desk"),
        "done-late": _("Done after the planned start"),
        "started-not-done": _("Started, not done"),
        "opened-not-started": _("Opened, not started"),
        "neither": _("Neither entry nor skip"),
        "not-confirmed": _("No new time confirmed"),
        "outside-the-window": _("New time outside the window"),
        "skipped": _("Skipped"),
        "no-answer": _("No answer"),
        "partly": _("Partly"),
        "no": _("No"),
        **_left_out(),
    }[code]


def _left_out() -> dict[str, str]:
    return {
        **{each.value: left_out(each) for each in WhyLeftOut},
        "called-off": _("Infusion called off"),
        "did-not-come": _("The patient did not come"),
        "no-end": _("No end recorded"),
        "none-planned": _("Its plan has no talk"),
        "room-elsewhere": _("In a room elsewhere"),
        "nobody-tapped": _("Page never opened"),
        "nobody-shown": _("Page opened, nobody shown to be there"),
        "nothing-asked": _("Nothing to ask"),
        "not-texted": _("No text left"),
        "texted-late": _("Texted less than 24 hours ahead"),
        "wants-no-prompts": _("Wants no prompts"),
        "kept-the-time": _("Kept the time"),
        "visit-called-off": _("Visit called off"),
        "no-talk": _("No talk took place"),
        "demo": _("Demo data"),
    }


def left_out(value: WhyLeftOut) -> str:
    """Why staff leave a session out."""
    return {
        WhyLeftOut.STAFF_TEST: _("Staff test"),
        WhyLeftOut.WANTS_NONE: _("Wanted no talk, and said so before"),
        WhyLeftOut.ELSEWHERE: _("Talks it over with their own therapist"),
        WhyLeftOut.HOSPITAL: _("In hospital"),
    }[value]


def mark(code: str) -> str:
    """What is said beside a hit."""
    return {
        "by-phone": _("by phone"),
        "room-elsewhere": _("in a room elsewhere, as staff say"),
        "iphone": _("iPhone or iPad"),
        "android": _("Android"),
        "computer": _("computer"),
        "entry": _("an entry"),
        "skip": _("a skip"),
        "self-service": _("picked by the patient"),
        "staff": _("given by staff"),
    }[code]


def measure(code: str) -> str:
    """What a time or a count is of."""
    return {
        "usable_ms": _("Page ready"),
        "join_ms": _("Somebody there"),
        "allow_ms": _("Camera allowed"),
        "preview_ms": _("Own picture"),
        "both_to_remote_ms": _("Let in to first picture"),
        "waited_seconds": _("Waiting for the clinician"),
        "clock_seconds": _("On the clock"),
        "staffed_seconds": _("In staffed hours"),
        "texts": _("Texts"),
    }[code]


def rank(percent: int) -> str:
    """`9 of 10 at most`."""
    return {
        50: _("Half at most"),
        75: _("3 of 4 at most"),
        90: _("9 of 10 at most"),
        95: _("19 of 20 at most"),
        100: _("Most"),
    }[percent]


def step(code: str) -> str:
    """A step on the way through the forms."""
    return {
        "sent": _("Sent"),
        "delivered": _("Delivered"),
        "opened": _("Opened"),
        "started": _("Started"),
        "done": _("Done"),
    }[code]


def value(code: str, number: int) -> str:
    """`1.4 s`, `12 min`, `6`: a measured number with its unit."""
    if code.endswith("_ms"):
        return _("%(seconds)s s") % {"seconds": _decimal(number, 1000)}
    if not code.endswith("_seconds"):
        return str(number)
    if number < 90:
        return _("%(seconds)s s") % {"seconds": number}
    if number < 90 * 60:
        return _("%(minutes)s min") % {"minutes": round(number / 60)}
    return _("%(hours)s h") % {"hours": _decimal(number, 3600)}


def month(day: date, *, short: bool = False) -> str:
    """`November 2026`, or `Nov`."""
    return i18n.local_month(day, short=short)


def _decimal(number: int, of: int) -> str:
    return i18n.local_number(round(number / of, 1))
