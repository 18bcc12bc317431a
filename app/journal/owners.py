"""Whose words a phone keeps, without saying so."""

from app.people.models import Patient
from app.security import keyring

_SIGNS = 22


def owner_of(patient: Patient) -> str:
    """The opaque name under which a device files what it keeps for a patient.

    Always the same, and of no use to anybody else: a device that several people use never sends
    the words of one under the session of another.
    """
    digest = keyring.ring().blind(patient.clinic_id, f"owner:{patient.id}")
    return digest.hex()[:_SIGNS]
