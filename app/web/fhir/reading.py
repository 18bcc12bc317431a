"""Reading the elements of a resource that was sent: of the shape FHIR gives them, else 400."""

from typing import Any
from uuid import UUID

from app.web.fhir.outcome import Fault


def elements(parent: dict[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    """A repeating element, each an object. Absent is empty; another shape is 400."""
    value = parent.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Fault(400, f"{path}.{name} must be a list of objects.", expression=f"{path}.{name}")
    return value


def element(parent: dict[str, Any], name: str, path: str) -> dict[str, Any]:
    """A single element that is an object. Absent is empty; another shape is 400."""
    value = parent.get(name, {})
    if not isinstance(value, dict):
        raise Fault(400, f"{path}.{name} must be an object.", expression=f"{path}.{name}")
    return value


def text(parent: dict[str, Any], name: str, path: str, *, limit: int = 200) -> str:
    """A string, trimmed. Absent is empty; another shape, or one too long, is 400."""
    value = parent.get(name, "")
    if not is_text(value) or len(value) > limit:
        raise Fault(400, f"{path}.{name} must be a short text.", expression=f"{path}.{name}")
    return str(value).strip()


def texts(parent: dict[str, Any], name: str, path: str) -> list[str]:
    """A repeating string, each trimmed, the empty ones left out. Another shape is 400."""
    values = parent.get(name, [])
    if not isinstance(values, list) or not all(is_text(each) for each in values):
        raise Fault(400, f"{path}.{name} must be a list of texts.", expression=f"{path}.{name}")
    return [each.strip() for each in values if each.strip()]


def is_text(value: object) -> bool:
    """Whether it is a string that can be kept: no null sign in it, and no half of a letter."""
    if not isinstance(value, str) or "\x00" in value:
        return False
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def referenced(reference: str, resource_type: str) -> UUID | None:
    """The id of a reference to this type, relative or absolute; of a bare id too. Else None."""
    parts = reference.split("/")
    if len(parts) > 1 and parts[-2] != resource_type:
        return None
    try:
        return UUID(parts[-1])
    except ValueError:
        return None
