"""The forms of a page, as a browser would post them: where to, and each field with its value."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

Form = tuple[str, list[tuple[str, str]]]
_TYPED = ("", "text", "search")
_NAMED = {"birth_on": "1990-04-12", "closes": "16:00", "last_on": "2026-12-02"}
_ROOM = 1500  # in a field that names no limit


def fields_of(page: str, address: str) -> list[Form]:
    """Each form that posts: its path, and its fields with a value that would be taken."""
    return _read(page, address).forms


def typed_in(page: str, address: str) -> list[tuple[Form, dict[str, int]]]:
    """Each form that posts and takes free words, with the fields for them and their room."""
    reader = _read(page, address)
    found = [(form, reader.room_in(form[1])) for form in reader.forms]
    return [(form, rooms) for form, rooms in found if rooms]


def _read(page: str, address: str) -> "_Reader":
    reader = _Reader(address)
    reader.feed(page)
    return reader


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._address = address
        self._rooms: dict[tuple[int, str], int] = {}
        self._by_id: dict[str, list[tuple[str, str]]] = {}
        self._open: list[tuple[str, str]] | None = None
        self._select: tuple[str, list[tuple[str, str]]] | None = None

    def room_in(self, fields: list[tuple[str, str]]) -> dict[str, int]:
        """The fields of a form that take free words."""
        return {
            name: self._rooms[id(fields), name]
            for name, _ in fields
            if (id(fields), name) in self._rooms
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._begin(its)
        elif tag == "option":
            self._choose(its)
        elif its.get("name") and tag in ("input", "textarea", "button", "select"):
            where = self._by_id.get(its.get("form", ""), self._open)
            if where is None:
                return
            usual = _NAMED.get(its["name"]) or _usual(tag, its.get("type", ""))
            where.append((its["name"], its.get("value") or usual))
            if tag == "select":
                self._select = (its["name"], where)
            if tag == "textarea" or (tag == "input" and its.get("type", "") in _TYPED):
                self._rooms[id(where), its["name"]] = int(its.get("maxlength") or _ROOM)
        if moved := its.get("hx-post"):
            self.forms.append((_path(moved, self._address), []))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = None

    def _begin(self, its: dict[str, str]) -> None:
        self._open = []
        self._by_id[its.get("id", "-")] = self._open
        if its.get("method", "").lower() == "post":
            self.forms.append((_path(its.get("action", ""), self._address), self._open))

    def _choose(self, its: dict[str, str]) -> None:
        if self._select is None or not its.get("value"):
            return
        name, where = self._select
        place = max(number for number, (known, _) in enumerate(where) if known == name)
        if not where[place][1] or "selected" in its:
            where[place] = (name, its["value"])


def _path(action: str, address: str) -> str:
    return urlsplit(urljoin(address, action)).path


def _usual(tag: str, kind: str) -> str:
    """What somebody would put into an empty field of this kind."""
    return {
        "date": "2026-11-30",
        "time": "10:30",
        "datetime-local": "2026-11-30T10:30",
        "tel": "+13125550187",
        "url": "https://rooms.example/a",
        "number": "3",
        "checkbox": "on",
        "select": "",
        "hidden": "",
    }.get(kind or tag, "Plain words" if tag != "select" else "")
