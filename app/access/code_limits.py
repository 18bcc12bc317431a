"""How many codes may be asked for and how many guessed, and who is not held up by strangers.

Whoever knows a number can ask for codes to it and type wrong ones, so its limits can be used up by
anybody. A browser that its patient signed in on before has limits of its own, which no stranger
can use up. Machine time.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import i18n
from app.access import attempts
from app.access.models import SessionKind, SignInCode, WebSession
from app.i18n import gettext as _
from app.people.models import Clinic, Patient
from app.refusal import Refusal
from app.security.tokens import hash_token
from app.tasks import desk
from app.tasks.models import TaskCode

_PER_NUMBER = ((3, timedelta(minutes=15)), (10, timedelta(days=1)))
_PER_NETWORK = (20, timedelta(hours=1))
# A household may change its /64 at will within its site's /48: several households fill one.
_PER_SITE = (100, timedelta(hours=1))
# Across codes, or asking for new ones would buy guesses without end, at every number there is.
_WRONG = ((10, timedelta(days=1)), (30, timedelta(days=30)))


class TooManyCodes(Refusal):
    pass


def own_to(db: Session, browser: str, patients: Collection[Patient]) -> str:
    """What sets the limits of this browser apart: nothing, unless one of these signed in on it."""
    hashed = hash_token(browser)
    seen_here = db.scalars(
        select(WebSession.patient_id)
        .where(WebSession.browser_hash == hashed, WebSession.kind == SessionKind.PATIENT)
        .distinct()
    ).all()
    return f" {hashed.hex()}" if {patient.id for patient in patients} & set(seen_here) else ""


def refuse_too_many(db: Session, numbers: Collection[str], network: str, own: str) -> None:
    """Count one more code for these numbers. Refuses (TooManyCodes) beyond what they may have."""
    limits = [] if own else _of_network(network)
    for number in sorted(numbers):
        limits += [(f"codes {number}{own}", limit, per) for limit, per in _PER_NUMBER]
    if not all(attempts.allow(db, source, limit=limit, per=per) for source, limit, per in limits):
        raise TooManyCodes(
            _("Too many codes were asked for. Wait a quarter of an hour, or call your clinic."),
            field="phone",
        )


def are_guessed(db: Session, numbers: Iterable[str], own: str) -> bool:
    """Whether so many wrong codes were typed for one of these that none goes to it for now."""
    over = [
        attempts.is_over(db, f"wrong codes {number}{own}", limit=limit, per=per)
        for number in sorted(numbers)
        for limit, per in _WRONG
    ]
    return any(over)


def note_wrong(db: Session, sign_in_code: SignInCode, *, browser: str) -> None:
    """Count a wrong code against its number. Beyond the limit staff are told."""
    patient = db.get(Patient, sign_in_code.patient_id) if sign_in_code.patient_id else None
    # The code of a number that nobody has is counted too: it takes as long.
    number = patient.phone if patient else str(sign_in_code.id)
    note_wrong_for(db, number, patient, browser=browser)


def note_wrong_for(db: Session, number: str, patient: Patient | None, *, browser: str) -> None:
    """The same for a code of another kind. `patient`: whose number it is, if it is anybody's."""
    own = own_to(db, browser, [patient] if patient else [])
    for _limit, per in _WRONG:
        attempts.count(db, f"wrong codes {number}{own}", per=per)
    if patient is not None and are_guessed(db, [number], own):
        with i18n.using(db.get_one(Clinic, patient.clinic_id).language):
            note = _(
                "Wrong codes were typed for this number again and again. Ask whether it was them."
            )
        desk.open_task(db, TaskCode.CALL_BACK, patient, by=None, note=note)


def forget_wrong(db: Session, patient: Patient, *, browser: str) -> None:
    """A right code was shown: earlier slips of this patient count no longer."""
    own = own_to(db, browser, [patient])
    for _limit, per in _WRONG:
        attempts.forget(db, f"wrong codes {patient.phone}{own}", per=per)


def _of_network(network: str) -> list[tuple[str, int, timedelta]]:
    limits = [(f"codes {network}", *_PER_NETWORK)]
    if ":" in network:
        limits.append((f"codes site {attempts.site(network)}", *_PER_SITE))
    return limits
