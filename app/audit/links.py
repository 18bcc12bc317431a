"""What a link of the chain is made of: the event's words in one fixed order, and what came before.

Pure, so that a copy of the data can be checked by anybody with a few lines of their own.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

COLUMNS = (
    "id",
    "clinic_id",
    "action",
    "agent_kind",
    "agent_id",
    "entity_kind",
    "entity_id",
    "patient_id",
    "detail",
    "recorded_at",
)
FIRST = b""  # what stands before the first event of a chain


def hash_of(seq: int, previous: bytes, values: Iterable[Any]) -> bytes:
    """The hash of an event at its place, of its values in the order of COLUMNS.

    SHA-256 over a JSON list: number, hash before, values; ids as hex, moments in UTC.
    """
    words = [seq, previous.hex(), *map(_word, values)]
    return hashlib.sha256(json.dumps(words, separators=(",", ":")).encode()).digest()


def _word(value: Any) -> str | None:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return None if value is None else str(value)
