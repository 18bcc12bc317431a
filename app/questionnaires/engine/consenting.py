"""The words that somebody signs: everything that stands on the page of a consent, and its hash."""

import hashlib
from collections.abc import Iterator

from app.questionnaires.engine.items import Form, Item, ItemType
from app.questionnaires.engine.values import Coding, Signature, Value, Values

AGREE = "agree"  # the code of an option that agrees


def sign(form: Form, link_id: str, name: str, *, language: str, signed_at: str) -> Signature:
    """A typed name under the words that stand around the signature's question."""
    words = words_signed(form, link_id, language)
    return Signature(name, signed_at, text_hash(words), form.canonical)


def words_signed(form: Form, link_id: str, language: str) -> tuple[str, ...]:
    """The lines that a signature stands under, as they are shown: texts, question, answers.

    They are those of the consent around it, else of the group around it, else of the whole form.
    """
    around = [form.by_link_id[each] for each in _above(form, link_id)]
    consents = [item for item in around if item.consent]
    whole = (consents or around)[:1]
    return tuple(line for item in whole or form.items for line in _lines(item, language) if line)


def text_hash(words: tuple[str, ...]) -> str:
    """SHA-256 in hex. The lines are joined by line feeds, so that anybody can work it out anew."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def consents(form: Form) -> tuple[Item, ...]:
    """The groups of a form that are consents."""
    return tuple(item for item in form.in_order if item.consent and item.type is ItemType.GROUP)


def agreement_of(consent: Item) -> Item | None:
    """The question of a consent that asks whether they agree."""
    kinds = (ItemType.BOOLEAN, ItemType.CHOICE, ItemType.OPEN_CHOICE)
    return next((item for item in consent.walk() if item.type in kinds), None)


def signature_of(consent: Item) -> Item | None:
    """The question of a consent that takes the typed name."""
    return next((item for item in consent.walk() if item.is_signature), None)


def agrees(agreement: Item, values: Values) -> bool:
    """Whether an answer agrees: yes, an option coded so, else the first of those that are there."""
    coded = [option.value for option in agreement.options if _code(option.value) == AGREE]
    first = [option.value for option in agreement.options[:1]]
    return any(value is True or value in (coded or first) for value in values)


def _code(value: Value) -> str:
    return value.code if isinstance(value, Coding) else ""


def _above(form: Form, link_id: str) -> Iterator[str]:
    """The items around one, the nearest first."""
    above = form.parents.get(link_id)
    while above:
        yield above
        above = form.parents.get(above)


def _lines(item: Item, language: str) -> Iterator[str]:
    yield item.words.within(language)
    for option in item.options:
        yield option.words.within(language)
    for inner in item.items:
        yield from _lines(inner, language)
