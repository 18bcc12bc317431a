"""Texts of a form in all its languages, as words alone and as sanitised markup."""

from collections.abc import Callable
from html import escape as _escape
from typing import Any

from app.questionnaires.engine import extensions
from app.questionnaires.engine.items import Words
from app.questionnaires.engine.shapes import Json, object_of, text

Sanitise = Callable[[str, str], str]
"""Foreign markup and its kind, "markdown" or "xhtml", to markup that is safe to show."""


def escape(source: str, _kind: str) -> str:
    """The plain reading: nothing is markup."""
    return _escape(source)


def words(element: Json, name: str, sanitise: Sanitise = escape) -> Words:
    """The text of an element, with what stands beside it in `_name`."""
    beside = object_of(element, "_" + name)
    plain = text(element, name)
    html, html_others = _markup(beside, sanitise)
    return Words(plain, _translations(beside), html, html_others)


def extension_words(extension: Json, name: str = "valueString") -> Words:
    """The text an extension carries."""
    return Words(text(extension, name), _translations(object_of(extension, "_" + name)))


def _markup(beside: Json, sanitise: Sanitise) -> tuple[str, dict[str, str]]:
    for url, kind in ((extensions.XHTML, "xhtml"), (extensions.MARKDOWN, "markdown")):
        found = extensions.first(beside, url)
        for name in ("valueMarkdown", "valueString"):
            if source := text(found, name):
                others = _translations(object_of(found, "_" + name))
                return sanitise(source, kind), {
                    language: sanitise(other, kind) for language, other in others.items()
                }
    return "", {}


def _translations(beside: Json) -> dict[str, str]:
    """Language to text. A text for "es-US" is also the one for "es" when that has none."""
    found: dict[str, str] = {}
    for extension in extensions.each(beside, extensions.TRANSLATION):
        language, content = _pair(extension)
        if language and content:
            found[language] = content
    for language, content in tuple(found.items()):
        found.setdefault(language.split("-")[0], content)
    return found


def _pair(extension: Json) -> tuple[str, str]:
    language = extensions.first(extension, "lang")
    content: dict[str, Any] = dict(extensions.first(extension, "content"))
    return (
        text(language, "valueCode") or text(language, "valueString"),
        text(content, "valueString") or text(content, "valueMarkdown"),
    )
