"""Applying at /start: a name, a number, and the code that shows the number is theirs.

It is the one place that texts a number nobody at the clinic has, so what it may send is narrow:
numbers of the clinic's own country, few for each number, network and clinic. Whether a number is
known already is not told. Machine time.
"""

import os
from datetime import timedelta

import phonenumbers
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock, i18n, live
from app.access import attempts, codes
from app.audit import trail
from app.candidates.models import Application
from app.db.base import new_id
from app.i18n import gettext as _
from app.i18n import ngettext
from app.messaging import outbox, texts, threads
from app.messaging.models import Purpose
from app.people import enrolment, phones
from app.people.models import Clinic, Patient
from app.refusal import Refusal
from app.security import keyring
from app.security.tokens import hash_token, same

_PER_NUMBER = ((3, timedelta(minutes=15)), (6, timedelta(days=1)))
_PER_NETWORK = (10, timedelta(hours=1))
_PER_CLINIC = (100, timedelta(days=1))
_KEPT_FOR = timedelta(days=1)
_LONGEST_NAME = 120


class TooMany(Refusal):
    pass


class NotOpen(Refusal):
    """The clinic takes no candidates here."""


def begin(
    db: Session,
    clinic: Clinic,
    *,
    full_name: str,
    phone: str,
    language: str,
    texts_agreed: bool,
    browser: str,
    network: str,
) -> Application:
    """Note who applies and have a code texted. What this browser began before falls.

    Refuses (NotOpen), a missing name, what is no number of the clinic's country, and (TooMany).
    """
    if not clinic.takes_candidates:
        raise NotOpen(_("Please call the clinic. Questions are not taken here just now."))
    name = " ".join(full_name.split())[:_LONGEST_NAME]
    if not name:
        raise enrolment.NameMissing(_("Enter your name."), field="full_name")
    number = phones.normal(phone, clinic.country)
    _refuse_foreign(number, clinic)
    _refuse_too_many(db, clinic, number, network)
    browser_hash = hash_token(browser)
    db.execute(delete(Application).where(Application.browser_hash == browser_hash))
    application = Application(
        id=new_id(),
        clinic_id=clinic.id,
        browser_hash=browser_hash,
        full_name=name,
        phone=number,
        language=language,
        texts_agreed=texts_agreed,
        seed=os.urandom(16),
        tries_left=codes.TRIES,
        expires_at=clock.machine_now() + codes.LIVES,
        made_at=clock.machine_now(),
    )
    application.key_number, _secret = keyring.ring().derive(None, b"start")
    application.code_hash = _hash(application, digits_of(application))
    db.add(application)
    live.publish(db, codes.TOPIC)
    return application


def waiting_in(db: Session, browser: str) -> Application | None:
    """What this browser began and has not confirmed yet."""
    return db.scalar(
        select(Application).where(
            Application.browser_hash == hash_token(browser),
            Application.confirmed_at.is_(None),
            Application.tries_left > 0,
            Application.expires_at > clock.machine_now(),
        )
    )


def confirm(db: Session, typed: str, *, browser: str) -> Patient:
    """The candidate whose number it is, made now unless the clinic has somebody with it.

    Refuses NothingAsked, and WrongCode, which counts the try: the transaction must commit.
    """
    application = waiting_in(db, browser)
    if application is None or not _take_try(db, application):
        raise codes.nothing_asked()
    digits = "".join(character for character in typed if character.isdigit())
    if not same(_hash(application, digits), application.code_hash):
        raise _wrong(application)
    application.confirmed_at = clock.machine_now()
    return _candidate(db, application)


def digits_of(application: Application) -> str:
    """The six digits, derived anew."""
    _number, secret = keyring.ring().derive(
        application.key_number, b"start", application.id.bytes, application.seed
    )
    return f"{int.from_bytes(secret, 'big') % 1_000_000:06d}"


def text_codes(db: Session) -> int:
    """Queue a text for each code not texted yet. Returns how many. For the worker."""
    now = clock.machine_now()
    waiting = db.scalars(
        update(Application)
        .where(Application.texted_at.is_(None), Application.expires_at > now)
        .values(texted_at=now)
        .returning(Application)
    ).all()
    for application in waiting:
        clinic = db.get_one(Clinic, application.clinic_id)
        patient = enrolment.with_number(db, clinic.id, application.phone)
        thread = None if patient else threads.of_stranger(db, clinic, application.phone)
        with i18n.using(application.language):
            body = texts.start_code(clinic, digits_of(application))
        outbox.enqueue(
            db,
            Purpose.CODE,
            body,
            patient=patient,
            thread=thread,
            due_at=clock.now(),
            expires_at=clock.now() + codes.LIVES,
            once_key=f"start:{application.id}",
        )
    return len(waiting)


def forget_old(db: Session) -> None:
    """Drop what nobody confirmed, and what was. For the worker."""
    db.execute(delete(Application).where(Application.made_at < clock.machine_now() - _KEPT_FOR))


def _candidate(db: Session, application: Application) -> Patient:
    clinic = db.get_one(Clinic, application.clinic_id)
    patient = enrolment.with_number(db, clinic.id, application.phone)
    if patient is None:
        given, family = _split(application.full_name)
        patient = enrolment.enrol(
            db,
            clinic,
            given_name=given,
            family_name=family,
            phone=application.phone,
            language=application.language,
            texts_agreed=application.texts_agreed,
            by=None,
        )
        patient.applied_at = clock.now()
        db.flush()
        trail.record(db, "apply", agent=patient, entity=patient)
    elif patient.declined_at is not None:
        patient.applied_at, patient.declined_at = clock.now(), None
        trail.record(db, "apply", agent=patient, entity=patient)
    live.publish(db, f"desk:{clinic.id}")
    return patient


def _split(full_name: str) -> tuple[str, str]:
    """Given names and the last one. Staff can put it right."""
    given, _space, family = full_name.rpartition(" ")
    return (given, family) if given else (family, "")


def _refuse_foreign(number: str, clinic: Clinic) -> None:
    ours = phonenumbers.country_code_for_region(clinic.country)
    if phonenumbers.parse(number).country_code != ours:
        raise phones.NotAPhoneNumber(
            _("Please use a number of this country, or call the clinic."), field="phone"
        )


def _refuse_too_many(db: Session, clinic: Clinic, number: str, network: str) -> None:
    limit, per = _PER_NETWORK
    within = attempts.allow(db, f"start {network}", limit=limit, per=per)
    for limit, per in _PER_NUMBER:
        within = within and attempts.allow(db, f"codes {number}", limit=limit, per=per)
    limit, per = _PER_CLINIC
    within = within and attempts.allow(db, f"start {clinic.id}", limit=limit, per=per)
    if not within:
        raise TooMany(
            _("Too many codes were asked for. Wait a quarter of an hour, or call the clinic."),
            field="phone",
        )


def _take_try(db: Session, application: Application) -> bool:
    left = db.scalar(
        update(Application)
        .where(Application.id == application.id, Application.tries_left > 0)
        .values(tries_left=Application.tries_left - 1)
        .returning(Application.tries_left)
        .execution_options(synchronize_session="fetch")
    )
    return left is not None


def _wrong(application: Application) -> Refusal:
    left = application.tries_left
    if left == 0:
        return codes.NothingAsked(_("That was the last try. Ask for a new code."), field="code")
    tries = ngettext("You have one try left.", "You have %(tries)s tries left.", left)
    return codes.WrongCode(_("That is not the code.") + " " + tries % {"tries": left}, field="code")


def _hash(application: Application, digits: str) -> bytes:
    _number, digest = keyring.ring().derive(
        application.key_number,
        b"start hash",
        application.id.bytes,
        application.seed,
        digits.encode(),
    )
    return digest
