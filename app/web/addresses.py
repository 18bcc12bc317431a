"""Where each of our routes is found, by its name.

The router looks through all of them, some three hundred, for every address on a page. Here each is
looked for once, and from then on only filled in.
"""

from typing import Any

from starlette.applications import Starlette
from starlette.routing import NoMatchFound

_MARK = "\x00{}\x00"
_Known = tuple[str, ...]  # what stands around the values, in their order


class Addresses:
    """Call it with a route's name and the values of its path. Raises NoMatchFound as routers do."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._known: dict[tuple[str, _Known], tuple[str, _Known] | None] = {}

    def __call__(self, name: str, /, **path: Any) -> str:
        asked = (name, tuple(path))
        if asked not in self._known:
            self._known[asked] = self._look_for(name, tuple(path))
        known = self._known[asked]
        if known is None:
            return str(self._app.url_path_for(name, **path))
        pattern, order = known
        values = [str(path[each]) for each in order]
        if not all(values) or any("/" in value for value in values):
            raise NoMatchFound(name, path)
        return pattern.format(*values)

    def _look_for(self, name: str, names: _Known) -> tuple[str, _Known] | None:
        """The address with a place for each value; None where values have a form of their own."""
        marks = {each: _MARK.format(each) for each in names}
        found = self._tried(name, marks) or ""
        may_be_paths = any(self._tried(name, {**marks, each: "/"}) for each in names)
        order = tuple(sorted(names, key=lambda each: found.find(marks[each])))
        if (
            not found
            or may_be_paths
            or "{" in found
            or any(found.count(mark) != 1 for mark in marks.values())
        ):
            return None
        for each in order:
            found = found.replace(marks[each], "{}")
        return found, order

    def _tried(self, name: str, values: dict[str, str]) -> str | None:
        try:
            return str(self._app.url_path_for(name, **values))
        except (NoMatchFound, AssertionError, ValueError):
            return None
