"""The protocols that come with Afterglow: files of the library, each with a plan.

Their ids follow from clinic and slug, so that a session may follow one before it has a row.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from app.i18n import gettext as _
from app.plans import reading
from app.plans.kinds import ProtocolKind
from app.plans.plan import Plan

_SHELF = Path(__file__).parent / "library"
_NAMESPACE = UUID("5d1c5c0e-6f0c-5e0b-9a55-0b7f8f4c2b7e")


@dataclass(frozen=True)
class Shipped:
    """A file of the library."""

    slug: str
    name: str
    kind: ProtocolKind
    is_on: bool
    is_default: bool
    plan: Plan


@cache
def shelf() -> Mapping[str, Shipped]:
    """All of them by slug, in the order in which they are offered."""
    files = [json.loads(path.read_text(encoding="utf-8")) for path in _SHELF.glob("*.json")]
    ordered = sorted(files, key=lambda each: each["position"])
    return {each["slug"]: _read(each) for each in ordered}


def id_of(clinic_id: UUID, slug: str) -> UUID:
    """The id of a shipped protocol at a clinic, whether it has a row or not."""
    return uuid5(_NAMESPACE, f"{clinic_id}|{slug}")


def said(name: str) -> str:
    """A protocol's name in the language in use; one that a clinic gave stays as it is."""
    names = {
        "Single session": _("Single session"),
        "Course of six in three weeks": _("Course of six in three weeks"),
        "Course of four, weekly": _("Course of four, weekly"),
        "Course of four, every two weeks": _("Course of four, every two weeks"),
        "Weekly tablets at home": _("Weekly tablets at home"),
    }
    return names.get(name, name)


def _read(written: Mapping[str, Any]) -> Shipped:
    return Shipped(
        slug=str(written["slug"]),
        name=str(written["name"]),
        kind=ProtocolKind(str(written["kind"])),
        is_on=bool(written["is_on"]),
        is_default=bool(written["is_default"]),
        plan=reading.read(written["plan"]),
    )
