"""Where a visit's picture and sound go: our own room, or the clinic's room elsewhere."""

from typing import Protocol
from urllib.parse import urlsplit

from app.i18n import gettext as _
from app.refusal import Refusal
from app.scheduling.models import Appointment
from app.settings import Settings
from app.telehealth import ice
from app.telehealth.ice import IceServer
from app.telehealth.models import ProviderName

_default = ProviderName.PEER


class NotARoom(Refusal):
    pass


class Provider(Protocol):
    """What a visit needs to know of whoever carries its picture and sound."""

    name: ProviderName
    knows_presence: bool  # whether Afterglow itself sees who is there and that it took place

    def room_for(self, appointment: Appointment) -> str | None:
        """The https address to hand the patient over to, or None: the room is ours."""
        ...

    def servers(self, settings: Settings, whom: str) -> list[IceServer]:
        """What a page needs to find the other one, for one seat or page."""
        ...

    def is_ready(self, appointment: Appointment) -> bool:
        """Whether a visit of this appointment can take place."""
        ...


class PeerProvider:
    """From browser to browser, in our own room."""

    name = ProviderName.PEER
    knows_presence = True

    def room_for(self, appointment: Appointment) -> str | None:  # noqa: ARG002
        return None

    def servers(self, settings: Settings, whom: str) -> list[IceServer]:
        return ice.servers(settings, whom)

    def is_ready(self, appointment: Appointment) -> bool:
        return appointment.practitioner is not None


class ExternalProvider:
    """The clinician's own room link. Held or not is what staff say."""

    name = ProviderName.EXTERNAL
    knows_presence = False

    def room_for(self, appointment: Appointment) -> str | None:
        clinician = appointment.practitioner
        return clinician.room_url or None if clinician else None

    def servers(self, settings: Settings, whom: str) -> list[IceServer]:  # noqa: ARG002
        return []

    def is_ready(self, appointment: Appointment) -> bool:
        return self.room_for(appointment) is not None


_PROVIDERS: dict[ProviderName, Provider] = {
    ProviderName.PEER: PeerProvider(),
    ProviderName.EXTERNAL: ExternalProvider(),
}


def use(name: ProviderName) -> None:
    """Say which provider clinics get that have not chosen one. Called once at start."""
    global _default
    _default = name


def chosen_for(appointment: Appointment) -> ProviderName:
    """The provider of the appointment's clinic, or the installation's own."""
    chosen = appointment.clinic.video
    return ProviderName(chosen) if chosen else _default


def named(name: ProviderName) -> Provider:
    """The provider behind a name."""
    return _PROVIDERS[name]


def room_address(entered: str) -> str:
    """A clinic's own room link, checked. Refuses (NotARoom) anything but a plain https address."""
    address = entered.strip()
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username or len(address) > 500:
        raise NotARoom(_("Enter the room's address, starting with https://"), field="room_url")
    return address
