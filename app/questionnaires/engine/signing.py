"""The words that somebody signs: everything that stands with the signature, and its hash."""

import hashlib
from collections.abc import Iterator

from app.questionnaires.engine.consenting import consent_of
from app.questionnaires.engine.items import Form, Item
from app.questionnaires.engine.values import Signature


def sign(form: Form, link_id: str, name: str, *, language: str, signed_at: str) -> Signature:
    """A typed name under the words that stand around the signature's question."""
    words = words_signed(form, link_id, language)
    return Signature(name, signed_at, text_hash(words), form.canonical)


def words_signed(form: Form, link_id: str, language: str) -> tuple[str, ...]:
    """The lines that a signature stands under, as they are shown: texts, question, answers.

    They are those of the consent around it, else of the group around it, else of the whole form.
    """
    parent = form.parents.get(link_id)
    around = consent_of(form, form.by_link_id[link_id]) or form.by_link_id.get(parent or "")
    items = (around,) if around else form.items
    return tuple(line for item in items for line in _lines(item, language) if line)


def text_hash(words: tuple[str, ...]) -> str:
    """SHA-256 in hex. The lines are joined by line feeds, so that anybody can work it out anew."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _lines(item: Item, language: str) -> Iterator[str]:
    yield item.words.within(language)
    for option in item.options:
        yield option.words.within(language)
    for inner in item.items:
        yield from _lines(inner, language)
