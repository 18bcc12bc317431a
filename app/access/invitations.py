"""How staff get their first passkey: a one-time address, handed over in person. Machine time.

Nobody signs in by an invitation; it lets one person make a passkey, and is spent by that alone.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session, aliased

from app import clock
from app.access import kept_passkeys, web_sessions
from app.access.models import Invitation
from app.audit import trail
from app.i18n import gettext as _
from app.people.models import Clinic, Practitioner, Role
from app.refusal import Refusal
from app.security.tokens import hash_token, looks_like_token, new_token

LIVES = timedelta(days=7)
PATH = "/invitation"  # the token follows in the fragment


class MayNotInvite(Refusal):
    pass


class InvitationOver(Refusal):
    """Used, too old, replaced by a newer one, of somebody who may invite no more, or never made."""


def invite(db: Session, practitioner: Practitioner, *, by: Practitioner | None) -> str:
    """The token of a new invitation, shown this once. Earlier ones of this person fall.

    `by` None: an operator at the command line. Refuses (MayNotInvite) anybody but an
    administrator of the same clinic, and anybody who was disabled.
    """
    _refuse_stranger(practitioner, by)
    now = clock.machine_now()
    db.execute(
        update(Invitation)
        .where(Invitation.practitioner_id == practitioner.id, Invitation.spent_at.is_(None))
        .values(spent_at=now)
    )
    token = new_token()
    invitation = Invitation(
        clinic_id=practitioner.clinic_id,
        practitioner_id=practitioner.id,
        token_hash=hash_token(token),
        expires_at=now + LIVES,
        made_by_id=by.id if by else None,
        made_at=now,
    )
    db.add(invitation)
    trail.record(db, "invite", agent=by, entity=practitioner)
    return token


def waiting(db: Session, practitioner: Practitioner) -> Invitation | None:
    """The invitation of this person that nobody has used yet, while it can be used."""
    return db.scalar(
        select(Invitation).where(
            Invitation.practitioner_id == practitioner.id,
            _stands(),
        )
    )


def all_waiting(db: Session, clinic: Clinic) -> list[Invitation]:
    """The clinic's invitations that somebody could still use."""
    return list(
        db.scalars(
            select(Invitation).where(
                Invitation.clinic_id == clinic.id,
                _stands(),
            )
        )
    )


def withdraw(db: Session, practitioner: Practitioner, *, by: Practitioner) -> None:
    """Whoever holds the address finds it dead. Twice changes nothing."""
    now = clock.machine_now()
    withdrawn = db.scalars(
        update(Invitation)
        .where(Invitation.practitioner_id == practitioner.id, Invitation.spent_at.is_(None))
        .values(spent_at=now, withdrawn_at=now)
        .returning(Invitation.id)
    ).all()
    if withdrawn:
        trail.record(db, "withdraw-invitation", agent=by, entity=practitioner)


def recover(db: Session, practitioner: Practitioner, *, by: Practitioner | None) -> str:
    """For a lost device: old passkeys and sessions end at once, and a new invitation is made.

    Refuses as `invite` does.
    """
    _refuse_stranger(practitioner, by)
    kept_passkeys.remove_all(db, practitioner, by=by)
    web_sessions.end_all(db, practitioner, by=by)
    return invite(db, practitioner, by=by)


def find(db: Session, token: object) -> Invitation:
    """The invitation of a token. Refuses (InvitationOver) a dead one. Spends nothing."""
    wanted = token if looks_like_token(token) else "-"
    invitation = db.scalar(
        select(Invitation)
        .join(Practitioner, Practitioner.id == Invitation.practitioner_id)
        .where(
            Invitation.token_hash == hash_token(str(wanted)),
            _stands(),
            Practitioner.disabled_at.is_(None),
        )
    )
    if invitation is None:
        raise _over()
    return invitation


def spend(db: Session, invitation: Invitation) -> None:
    """Use it up, once the passkey is made. Refuses (InvitationOver) the second of two at a time."""
    spent = db.scalar(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.spent_at.is_(None))
        .values(spent_at=clock.machine_now())
        .returning(Invitation.id)
    )
    if spent is None:
        raise _over()


def _stands() -> ColumnElement[bool]:
    """Nobody has used it, it is not too old, and whoever handed it out could do so today.

    An administrator who left, or is none any more, has no way in left among their invitations.
    """
    maker = aliased(Practitioner)
    may_still = select(maker.id).where(
        maker.id == Invitation.made_by_id,
        maker.role == Role.ADMINISTRATOR,
        maker.disabled_at.is_(None),
    )
    return and_(
        Invitation.spent_at.is_(None),
        Invitation.expires_at > clock.machine_now(),
        or_(Invitation.made_by_id.is_(None), may_still.exists()),
    )


def _refuse_stranger(practitioner: Practitioner, by: Practitioner | None) -> None:
    if practitioner.disabled_at is not None:
        raise MayNotInvite(_("This person no longer works here."))
    if by is not None and (
        by.role is not Role.ADMINISTRATOR or by.clinic_id != practitioner.clinic_id
    ):
        raise MayNotInvite(_("Only an administrator of the clinic can invite staff."))


def _over() -> InvitationOver:
    return InvitationOver(_("This invitation was used or is too old. Ask for a new one in person."))
