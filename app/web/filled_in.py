"""Pages that are the same for everybody but for a few values: drawn once, from then on filled in.

Whoever draws the copy that is kept sees nothing but the facts it is kept under, and marks in the
places of the values: so no copy can hold anybody's words. What asks for more is drawn each time.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any

from jinja2 import Environment, UndefinedError
from markupsafe import escape

from app import i18n

_MARK = "\ue000{}\ue000"  # of no language and no markup


class FilledIn:
    """The copies of one process, the ones last asked for."""

    def __init__(self, jinja: Environment, most: int = 200) -> None:
        self._jinja, self._most = jinja, most
        self._kept: OrderedDict[Hashable, list[str] | None] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def render(
        self,
        template: str,
        facts: Hashable,
        seen: Callable[[], Mapping[str, Any]],
        values: Mapping[str, str],
    ) -> str | None:
        """The template's text; None when it needs more than it may see.

        `seen` gives the template's context: what follows from `facts` alone, with `mark` of each of
        the `values` where it belongs. It is asked when there is no such copy yet.
        """
        key = (template, i18n.language(), facts, tuple(values))
        with self._lock:
            is_known = key in self._kept
            pieces = self._kept.get(key)
            if is_known:
                self._kept.move_to_end(key)
        if not is_known:
            pieces = self._drawn(template, seen(), values)
            self._keep(key, pieces)
        if pieces is None:
            return None
        filled = {mark(name): str(escape(value)) for name, value in values.items()}
        # Text and mark by turns: a mark is never looked for in the text.
        told = [*pieces]
        told[1::2] = [filled[at] for at in pieces[1::2]]
        return "".join(told)

    def _drawn(
        self, template: str, seen: Mapping[str, Any], values: Mapping[str, str]
    ) -> list[str] | None:
        try:
            drawn = self._jinja.get_template(template).render(dict(seen))
        except UndefinedError:
            return None
        pieces = [drawn]
        for name in values:
            pieces = [part for piece in pieces for part in _parted(piece, mark(name))]
        return pieces

    def _keep(self, key: Hashable, pieces: list[str] | None) -> None:
        with self._lock:
            self._kept[key] = pieces
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def mark(name: str) -> str:
    """What stands in a value's place while a copy is drawn."""
    return _MARK.format(name)


def _parted(piece: str, at: str) -> list[str]:
    parts = piece.split(at)
    return [each for part in parts[:-1] for each in (part, at)] + parts[-1:]
