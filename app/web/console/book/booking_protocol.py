"""What a session follows: the protocol and the route that the booking form asks for."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.i18n import gettext as _
from app.people.models import Clinic
from app.plans import kept
from app.plans.kept import Kept
from app.plans.kinds import Route
from app.refusal import Refusal
from app.scheduling.models import Service
from app.web.console.protocols import plan_words
from app.web.forms import text
from app.web.pages import not_found


class NotOffered(Refusal):
    pass


@dataclass(frozen=True)
class Followed:
    """A visit by itself follows no protocol. `route` None: as the protocol says."""

    protocol: Kept | None = None
    route: Route | None = None

    @property
    def protocol_id(self) -> UUID | None:
        """The protocol's id."""
        return self.protocol.id if self.protocol else None

    @property
    def route_in_words(self) -> str:
        """How the medicine will be given."""
        said = self.route or (self.protocol.plan.route if self.protocol else None)
        return plan_words.route(said) if said else ""


def read(db: Session, clinic: Clinic, form: FormData, service: Service | None) -> Followed:
    """What was chosen; nothing is the usual protocol. An id of another clinic is 404.

    Refuses (NotOffered) a protocol that is off, and a route that there is not.
    """
    if service is not Service.INFUSION:
        return Followed()
    protocol, route = _protocol(db, clinic, text(form, "protocol")), text(form, "route")
    if not protocol.is_on:
        raise NotOffered(_("This protocol is off. Choose another."), field="protocol")
    if route and route not in [*Route]:
        raise NotOffered(_("Choose from the list."), field="route")
    return Followed(protocol, Route(route) if route else None)


def choices(db: Session, clinic: Clinic) -> dict[str, list[tuple[str, str]]]:
    """What the form's two lists offer, the usual protocol first."""
    offered = [each for each in kept.of_clinic(db, clinic) if each.is_on]
    ordered = sorted(offered, key=lambda each: not each.is_default)
    return {
        "protocols": [(str(each.id), each.title) for each in ordered],
        "routes": [
            ("", _("As the protocol says")),
            *((each.value, plan_words.route(each)) for each in Route),
        ],
    }


def _protocol(db: Session, clinic: Clinic, value: str) -> Kept:
    if not value:
        return kept.default_of(db, clinic)
    try:
        protocol_id = UUID(value)
    except ValueError:
        not_found()
    return kept.find(db, clinic, protocol_id) or not_found()
