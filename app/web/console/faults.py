"""Everything that is wrong with a posted form, so that it is said at once and at each field."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from app.refusal import Refusal

_T = TypeVar("_T")


@dataclass
class Faults:
    """What is wrong, by field. Empty when nothing is."""

    by_field: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_field)

    def add(self, name: str, message: str) -> None:
        """Note one; the first at a field stands."""
        self.by_field.setdefault(name, message)

    def take(self, refusal: Refusal, default: str = "") -> None:
        """Note a refusal at its field, or at `default` when it names none."""
        self.add(refusal.field or default, refusal.message)

    def reading(self, read: Callable[[], _T], name: str = "") -> _T | None:
        """What `read` returns; None, and a fault noted (at `name` if given), when it refuses."""
        try:
            return read()
        except Refusal as refusal:
            self.add(name or refusal.field or "", refusal.message)
            return None

    def at(self, name: str) -> str:
        """The sentence for one field, or nothing."""
        return self.by_field.get(name, "")

    @property
    def listed(self) -> list[tuple[str, str]]:
        """All of them for the summary: field and sentence."""
        return list(self.by_field.items())
