"""Somebody who works at one clinic takes up the invitation of another."""

from sqlalchemy.orm import Session

from app.access import invitations, passkey_grants
from app.access.models import Invitation, Passkey
from app.people import memberships
from app.people.models import Practitioner


def take_up(
    db: Session, invitation: Invitation, practitioner: Practitioner, passkey: Passkey
) -> None:
    """The passkey that was shown opens the invited row too, and both rows are one person.

    Refuses (WorksThereAlready) a passkey of another row of this clinic, and (InvitationOver) the
    second of two at a time.
    """
    for row in passkey_grants.opened_by(db, passkey):
        memberships.join(db, row, practitioner, by=row)
    passkey_grants.give(db, passkey, practitioner)
    invitations.spend(db, invitation)
