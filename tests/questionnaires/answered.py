"""A form with every question answered that is asked: something of the right kind for each."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from app.questionnaires.engine.evaluation import evaluate
from app.questionnaires.engine.items import ItemType
from app.questionnaires.engine.response import to_response_items
from app.questionnaires.engine.sheets import begin, put
from app.questionnaires.engine.values import File, Quantity, Signature

_ANSWERS = {
    ItemType.BOOLEAN: True,
    ItemType.DECIMAL: Decimal("1.50"),
    ItemType.INTEGER: 7,
    ItemType.DATE: date(1990, 4, 12),
    ItemType.DATETIME: datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    ItemType.TIME: time(9, 30),
    ItemType.STRING: "Two words",
    ItemType.TEXT: "Two lines\nof words: ¿qué?",
    ItemType.URL: "https://example.com/notes",
    ItemType.CHOICE: "Their own words",
    ItemType.OPEN_CHOICE: "Their own words",
    ItemType.QUANTITY: Quantity(Decimal("71.5"), "kg", "http://unitsofmeasure.org", "kg"),
}


def answered(form, *, file=None):
    """The state of a sheet on which every question that comes up was answered."""
    sheet = begin(form)
    for _ in range(10):
        state = evaluate(form, sheet)
        empty = [slot for slot in state.slots if not state.values(slot)]
        for slot in empty:
            value = _answer(form.by_link_id[slot.link_id], file)
            if value is not None:
                sheet = put(sheet, slot, (value,))
        if not empty:
            break
    return evaluate(form, sheet)


def items(form, *, file=None):
    """The same as the items of a QuestionnaireResponse."""
    return to_response_items(form, answered(form, file=file))


def _answer(item, file):
    if item.is_signature:
        return Signature("Theo Brandt", "2026-11-20T12:00:00-05:00", "ab" * 32, "u|1")
    if item.options:
        return item.options[0].value
    if item.type is ItemType.ATTACHMENT:
        return File(str(file), "image/jpeg", 3, "card.jpg", "qUqP5cyxm6YcTAhz05Hph5gvu9M=")
    return _ANSWERS.get(item.type)
