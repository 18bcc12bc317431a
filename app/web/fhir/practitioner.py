"""A member of staff as FHIR. Their phone stays with us."""

from typing import Any

from app.people.models import Practitioner
from app.web.fhir.versions import instant


def written(practitioner: Practitioner) -> dict[str, Any]:
    """Their name and what they are."""
    return {
        "resourceType": "Practitioner",
        "id": str(practitioner.id),
        "meta": {"lastUpdated": instant(practitioner.changed_at or practitioner.made_at)},
        "active": practitioner.disabled_at is None,
        "name": [{"text": practitioner.display_name}],
        "qualification": [{"code": {"text": practitioner.role.value}}],
    }
