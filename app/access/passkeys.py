"""Passkeys: making one, signing in with one. The one door to the WebAuthn library.

Always discoverable, always with user verification (face, finger, screen lock), never from inside
a page of another site. Machine time.

The library is brought in when somebody comes with a passkey, or makes one: with all that it can
read it is 6 MB of a process.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, i18n
from app.access import challenges, devices, kept_passkeys, passkey_grants
from app.access.challenges import Asked, Purpose
from app.access.kept_passkeys import Person
from app.access.models import Passkey
from app.audit import trail
from app.i18n import gettext as _
from app.messaging import models as messages
from app.messaging import outbox, texts
from app.people.models import Clinic, Patient, Practitioner
from app.refusal import Refusal

if TYPE_CHECKING:
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
    )
    from webauthn.registration.verify_registration_response import VerifiedRegistration

_TIMEOUT = 300_000  # ms; as long as the challenge lives: reading a dialog takes some people a while


@dataclass(frozen=True)
class RelyingParty:
    """Who we are to an authenticator: host and origin of the configured base address."""

    host: str
    origin: str


class NotNow(Refusal):
    """The dialog took too long, was answered twice, or answers something else."""


class NotAccepted(Refusal):
    """The answer does not hold: another site, no user verification, a wrong signature."""


class UnknownPasskey(Refusal):
    """We do not have this passkey (any more); the browser may be told to forget it."""


def registration_options(
    db: Session, person: Person, *, browser: str, party: RelyingParty
) -> dict[str, Any]:
    """What `navigator.credentials.create` is to be asked, as JSON's objects."""
    from webauthn import generate_registration_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import AttestationConveyancePreference

    existing = kept_passkeys.of(db, person)
    user_handle = existing[0].user_handle if existing else os.urandom(64)
    clinic = db.get_one(Clinic, person.clinic_id)
    # A list of passkeys travels to other devices and clouds: of a patient it holds no name.
    name = person.display_name if isinstance(person, Practitioner) else clinic.name
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=clinic.name,
        user_id=user_handle,
        user_name=name,
        user_display_name=name,
        challenge=challenges.put(db, browser, _registering(person), user_handle=user_handle),
        timeout=_TIMEOUT,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=_wanted(),
        exclude_credentials=_descriptors(existing),
    )
    return options_to_json_dict(options)


def _wanted() -> "AuthenticatorSelectionCriteria":
    from webauthn.helpers import structs

    return structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )


def _descriptors(existing: Sequence[Passkey]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in existing]


def register(
    db: Session,
    person: Person,
    credential: dict[str, Any],
    *,
    browser: str,
    party: RelyingParty,
    user_agent: str = "",
    beside: Passkey | None = None,
) -> Passkey:
    """Keep a new passkey; a patient is told by text. Refuses NotNow and NotAccepted.

    Whether this person may make one is asked before: `kept_passkeys`, or an invitation. `beside`:
    the one that a member of staff has shown; the new one opens what that one opens.
    """
    asked = _asked(db, browser, _registering(person))
    verified = _verified(credential, asked, party)
    if asked.user_handle is None or _with_id(db, verified.credential_id) is not None:
        raise _not_accepted()
    passkey = Passkey(
        clinic_id=person.clinic_id,
        patient_id=person.id if isinstance(person, Patient) else None,
        practitioner_id=person.id if isinstance(person, Practitioner) else None,
        user_handle=asked.user_handle,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        aaguid=verified.aaguid,
        device_type=verified.credential_device_type.value,
        backed_up=verified.credential_backed_up,
        device=devices.label(user_agent),
        made_at=clock.machine_now(),
    )
    db.add(passkey)
    trail.record(db, "add-passkey", agent=person, entity=passkey)
    if isinstance(person, Patient):
        _tell(db, person)
    else:
        for row in [person, *(passkey_grants.opened_by(db, beside) if beside else [])]:
            passkey_grants.give(db, passkey, row)
    return passkey


def _verified(
    credential: dict[str, Any], asked: Asked, party: RelyingParty
) -> "VerifiedRegistration":
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        _refuse_foreign(credential)
        return verify_registration_response(
            credential=credential,
            expected_challenge=asked.value,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except WebAuthnException as failure:
        raise _not_accepted() from failure


def sign_in_options(
    db: Session, purpose: Purpose, *, browser: str, party: RelyingParty
) -> dict[str, Any]:
    """What `navigator.credentials.get` is to be asked. The passkey itself says whose it is."""
    from webauthn import generate_authentication_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.host,
        challenge=challenges.put(db, browser, purpose),
        timeout=_TIMEOUT,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def sign_in(
    db: Session, purpose: Purpose, credential: dict[str, Any], *, browser: str, party: RelyingParty
) -> Person:
    """Whose passkey this is: `shown`, without the passkey."""
    return shown(db, purpose, credential, browser=browser, party=party).person


@dataclass(frozen=True)
class Shown:
    """A passkey that was shown just now, and whose it is."""

    person: Person
    passkey: Passkey


def shown(
    db: Session, purpose: Purpose, credential: dict[str, Any], *, browser: str, party: RelyingParty
) -> Shown:
    """The passkey and whose it is. Purpose SIGN_IN lets in patients, STAFF_SIGN_IN staff.

    Of staff of several clinics: their row where it was made, else any it opens. Refuses NotNow,
    UnknownPasskey and NotAccepted (also staff's at the patients' door and the reverse).
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    asked = _asked(db, browser, purpose)
    passkey = _with_id(db, _credential_id(credential))
    if passkey is None:
        raise UnknownPasskey(_("Your clinic does not know this passkey any more."))
    try:
        _refuse_foreign(credential)
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=asked.value,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as failure:
        trail.record(db, "refuse-passkey", agent=None, entity=passkey)
        raise _not_accepted() from failure
    person = _owner(db, passkey, purpose)
    if _user_handle(credential) != passkey.user_handle or person is None:
        trail.record(db, "refuse-passkey", agent=None, entity=passkey)
        raise _not_accepted()
    passkey.sign_count = verified.new_sign_count
    passkey.backed_up = verified.credential_backed_up
    passkey.used_at = clock.machine_now()
    return Shown(person, passkey)


def _asked(db: Session, browser: str, purpose: Purpose) -> Asked:
    asked = challenges.take(db, browser, purpose)
    if asked is None:
        raise NotNow(_("That took too long. Please try again."))
    return asked


def _refuse_foreign(credential: dict[str, Any]) -> None:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    # The library reads crossOrigin and lets it pass: a frame in another site's page must not.
    try:
        client = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        foreign = client.get("crossOrigin", False) is not False or "topOrigin" in client
    except (AttributeError, KeyError, TypeError, ValueError) as failure:
        raise WebAuthnException("unreadable client data") from failure
    if foreign:
        raise WebAuthnException("asked from inside another site's page")


def _credential_id(credential: dict[str, Any]) -> bytes:
    return _bytes_at(credential, "rawId")


def _user_handle(credential: dict[str, Any]) -> bytes:
    response = credential.get("response")
    return _bytes_at(response, "userHandle") if isinstance(response, dict) else b""


def _bytes_at(values: dict[str, Any], name: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    try:
        return base64url_to_bytes(values[name])
    except (AttributeError, KeyError, TypeError, ValueError):
        return b""


def _owner(db: Session, passkey: Passkey, purpose: Purpose) -> Person | None:
    if purpose is Purpose.SIGN_IN:
        return db.get(Patient, passkey.patient_id) if passkey.patient_id else None
    return next(iter(passkey_grants.opened_by(db, passkey)), None)


def _with_id(db: Session, credential_id: bytes) -> Passkey | None:
    return db.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def _registering(person: Person) -> Purpose:
    return Purpose.REGISTER if isinstance(person, Patient) else Purpose.STAFF_REGISTER


def _not_accepted() -> NotAccepted:
    return NotAccepted(_("That did not work. Please try again."))


def _tell(db: Session, patient: Patient) -> None:
    clinic = db.get_one(Clinic, patient.clinic_id)
    with i18n.using(patient.language):
        body = texts.passkey_added(clinic)
    outbox.enqueue(db, messages.Purpose.NOTICE, body, patient=patient, due_at=clock.now())
