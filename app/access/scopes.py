"""What a key opens: SMART's system scopes, such as `system/Patient.read`."""

import re
from collections.abc import Iterable

from app.i18n import gettext as _
from app.refusal import Refusal

RESOURCES = (
    "Appointment",
    "Binary",
    "Communication",
    "Consent",
    "Encounter",
    "Organization",
    "Patient",
    "PlanDefinition",
    "Practitioner",
    "Questionnaire",
    "QuestionnaireResponse",
    "Subscription",
    "Task",
)
EVERYTHING = ("system/*.read", "system/*.write")
_SHAPE = re.compile(r"system/(\*|[A-Z][A-Za-z]*)\.(read|write|\*)", re.ASCII)


class ScopeUnknown(Refusal):
    pass


class NoScope(Refusal):
    pass


def named(resource: str, *, writes: bool) -> str:
    """The scope that reading or writing this kind of resource takes."""
    return f"system/{resource}.{'write' if writes else 'read'}"


def covers(granted: str, wanted: str) -> bool:
    """Whether scopes separated by spaces hold the wanted one, by name or by a star."""
    resource, act = _parts(wanted)
    return any(
        kind in ("*", resource) and may in ("*", act)
        for kind, may in map(_parts, granted.split())
        if kind
    )


def written(scopes: Iterable[str]) -> str:
    """Scopes as they are kept: each once, in order.

    Refuses none at all (NoScope) and (ScopeUnknown) one that opens nothing here.
    """
    asked = {scope.strip() for scope in scopes} - {""}
    for scope in sorted(asked):
        kind, _act = _parts(scope)
        if kind != "*" and kind not in RESOURCES:
            raise ScopeUnknown(
                _("“%(scope)s” opens nothing. Write system/Patient.read, with %(resources)s or *.")
                % {"scope": scope[:60], "resources": ", ".join(RESOURCES)},
                field="scopes",
            )
    if not asked:
        raise NoScope(_("Choose at least one thing that this system may do."), field="scopes")
    return " ".join(sorted(asked))


def _parts(scope: str) -> tuple[str, str]:
    """`Patient` and `read`; two empty words for what is no scope."""
    found = _SHAPE.fullmatch(scope)
    return (found[1], found[2]) if found else ("", "")
