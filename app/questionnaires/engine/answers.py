"""One question's answers as FHIR writes them, and back."""

import base64
import binascii
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from app.questionnaires.engine import extensions, fhir_values
from app.questionnaires.engine.items import Item, ItemType
from app.questionnaires.engine.shapes import Json, object_of, objects, text
from app.questionnaires.engine.values import Coding, File, Quantity, Signature, Value, Values

_AUTHOR = {
    "system": "urn:iso-astm:E1762-95:2013",
    "code": "1.2.840.10065.1.12.1.1",
    "display": "Author's Signature",
}
_KINDS = {
    ItemType.BOOLEAN: "Boolean",
    ItemType.DECIMAL: "Decimal",
    ItemType.INTEGER: "Integer",
    ItemType.DATE: "Date",
    ItemType.DATETIME: "DateTime",
    ItemType.TIME: "Time",
    ItemType.STRING: "String",
    ItemType.TEXT: "String",
    ItemType.URL: "Uri",
    ItemType.ATTACHMENT: "Attachment",
    ItemType.QUANTITY: "Quantity",
}
# Of a choice, the kind is that of the option that was chosen.
_CHOSEN: tuple[tuple[type, str], ...] = (
    (Coding, "Coding"),
    (int, "Integer"),
    (Decimal, "Decimal"),
    (date, "Date"),
    (time, "Time"),
    (str, "String"),
)
_HELD: dict[ItemType, tuple[type, ...]] = {
    ItemType.DECIMAL: (Decimal, int),
    ItemType.INTEGER: (int,),
    ItemType.DATE: (date, str),
    ItemType.DATETIME: (datetime, str),
    ItemType.TIME: (time,),
    ItemType.STRING: (str,),
    ItemType.TEXT: (str,),
    ItemType.URL: (str,),
    ItemType.ATTACHMENT: (File,),
    ItemType.QUANTITY: (Quantity,),
    ItemType.CHOICE: (Coding, str, int, Decimal, date, time),
    ItemType.OPEN_CHOICE: (Coding, str, int, Decimal, date, time),
}


def written_answers(
    item: Item, values: Values, language: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """QuestionnaireResponse.item.answer, and what a signature adds to the item."""
    marks = [each for value in values if isinstance(value, Signature) for each in _signed(value)]
    answers = [_written(item, value, language) for value in values]
    return answers, {"extension": marks} if marks else {}


def read_answers(item: Item, found: list[dict[str, Any]]) -> tuple[Values, bool]:
    """The answers that fit the question, and whether those are all that there were."""
    values: list[Value] = []
    is_whole = True
    for each in found:
        for answer in objects(each, "answer"):
            kind, content = fhir_values.value_of(answer)
            value = fitted(item, fhir_values.read_value(kind, content))
            if value is None:
                is_whole = False
            else:
                values.append(_with_signature(item, value, each))
    if len(values) > 1 and not item.is_repeating:
        values, is_whole = values[:1], False
    return tuple(values), is_whole


def _written(item: Item, value: Value, language: str) -> dict[str, Any]:
    kind = _KINDS.get(item.type) or next(
        (name for held, name in _CHOSEN if isinstance(value, held)), "String"
    )
    return {"value" + kind: fhir_values.write_value(_in_words(item, value, language))}


def _in_words(item: Item, value: Value, language: str) -> Value:
    """A coding with the words that were on the page."""
    if not isinstance(value, Coding):
        return value
    words = next(
        (option.words.within(language) for option in item.options if option.value == value), ""
    )
    return Coding(value.code, value.system, words or value.display)


def fitted(item: Item, value: Value | None) -> Value | None:
    """The value as this question holds it, or None when it is no answer to it."""
    if isinstance(value, bool):
        return value if item.type is ItemType.BOOLEAN else None
    if value is None or not isinstance(value, _HELD.get(item.type, ())):
        return None
    if item.type is ItemType.DECIMAL and isinstance(value, int):
        return Decimal(value)
    if item.type in (ItemType.CHOICE, ItemType.OPEN_CHOICE):
        return _option(item, value)
    if item.type is ItemType.DATE:
        return fhir_values.day(value.date() if isinstance(value, datetime) else value)
    if item.type is ItemType.DATETIME and isinstance(value, str):
        return fhir_values.moment(value)
    return value


def _option(item: Item, value: Value) -> Value | None:
    """The option that was chosen; other words where the question leaves room for them."""
    for option in item.options:
        held = option.value
        if type(held) is type(value) and held == value:
            return held
        if isinstance(held, Decimal) and isinstance(value, Decimal | int) and held == value:
            return held
    is_open = item.type is ItemType.OPEN_CHOICE
    return value if is_open and isinstance(value, str | Coding) else None


def _signed(signature: Signature) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = []
    if signature.signed_at:
        marks.append(
            {
                "url": extensions.RESPONSE_SIGNATURE,
                "valueSignature": {
                    "type": [_AUTHOR],
                    "when": signature.signed_at,
                    "who": {"display": signature.name},
                    **_data(signature.text_hash),
                },
            }
        )
    parts = (("hash", signature.text_hash), ("version", signature.version))
    inner = [{"url": url, "valueString": content} for url, content in parts if content]
    if inner or not marks:
        marks.append({"url": extensions.SIGNED_TEXT, "extension": inner} if inner else _UNSAID)
    return marks


_UNSAID = {"url": extensions.SIGNATURE, "valueBoolean": True}


def _data(text_hash: str) -> Mapping[str, str]:
    try:
        content = binascii.unhexlify(text_hash)
    except (binascii.Error, ValueError):
        return {}
    return {"data": base64.b64encode(content).decode()} if content else {}


def _with_signature(item: Item, value: Value, element: Json) -> Value:
    if not item.is_signature or not isinstance(value, str):
        return value
    signed = object_of(extensions.first(element, extensions.RESPONSE_SIGNATURE), "valueSignature")
    under = extensions.first(element, extensions.SIGNED_TEXT)
    return Signature(
        value,
        text(signed, "when"),
        text(extensions.first(under, "hash"), "valueString"),
        text(extensions.first(under, "version"), "valueString"),
    )
