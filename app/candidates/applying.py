"""Applying at /start: a name, a number, and the code that shows the number is theirs.

It is the one place that texts a number nobody at the clinic has, so what it may send is narrow:
numbers of the clinic's own country, few for each number, network and clinic. Whether a number is
known already is not told. Wrong codes count against the number like those for signing in, together
with them. Machine time.
"""

import os
from datetime import timedelta

import phonenumbers
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock, i18n, live
from app.access import attempts, code_limits, codes, one_time_codes
from app.audit import trail
from app.candidates.models import Application
from app.db.base import new_id
from app.i18n import gettext as _
from app.messaging import outbox, texts, threads
from app.messaging.models import Purpose
from app.people import enrolment, phones
from app.people.models import Clinic, Patient
from app.refusal import Refusal
from app.security.tokens import hash_token

_PER_NUMBER = ((3, timedelta(minutes=15)), (6, timedelta(days=1)))
_PER_NETWORK = (10, timedelta(hours=1))
_PER_CLINIC = (100, timedelta(days=1))
_PURPOSE = b"start"
_waits = Application.confirmed_at.is_(None)
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

    To a number for which codes were guessed nothing goes for a while, and nobody is told. Refuses
    (NotOpen), a missing name, what is no number of the clinic's country, and (TooMany).
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
        made_at=clock.machine_now(),
    )
    one_time_codes.give(application, _PURPOSE)
    if _are_guessed(db, application, browser):
        application.texted_at, application.code_hash = clock.machine_now(), os.urandom(32)
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
    if application is None or not one_time_codes.take_try(db, application, _waits):
        raise one_time_codes.nothing_asked()
    if not one_time_codes.is_right(application, _PURPOSE, typed):
        known = enrolment.with_number(db, application.clinic_id, application.phone)
        code_limits.note_wrong_for(db, application.phone, known, browser=browser)
        raise one_time_codes.wrong(db, application)
    _spend(db, application)
    candidate = _candidate(db, application)
    code_limits.forget_wrong(db, candidate, browser=browser)
    return candidate


def digits_of(application: Application) -> str:
    """The six digits, derived anew."""
    return one_time_codes.digits_of(application, _PURPOSE)


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
            expires_at=clock.now() + one_time_codes.LIVES,
            once_key=f"start:{application.id}",
        )
    return len(waiting)


def forget_old(db: Session) -> None:
    """Drop what nobody confirmed, and what was. For the worker."""
    db.execute(delete(Application).where(Application.made_at < clock.machine_now() - _KEPT_FOR))


def _are_guessed(db: Session, application: Application, browser: str) -> bool:
    known = enrolment.with_number(db, application.clinic_id, application.phone)
    own = code_limits.own_to(db, browser, [known] if known else [])
    return code_limits.are_guessed(db, [application.phone], own)


def _spend(db: Session, application: Application) -> None:
    # By condition: shown twice in one instant, a code makes one candidate.
    spent = db.scalar(
        update(Application)
        .where(Application.id == application.id, _waits)
        .values(confirmed_at=clock.machine_now())
        .returning(Application.id)
    )
    if spent is None:
        raise one_time_codes.nothing_asked()


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
