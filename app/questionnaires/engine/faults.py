"""What is wrong with an answer: a code and its numbers. The sentences are not the engine's."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.questionnaires.engine.items import Words
from app.questionnaires.engine.values import Slot, Value


class Code(StrEnum):
    REQUIRED = "required"
    REQUIRED_CHOICE = "required-choice"
    REQUIRED_FILE = "required-file"
    REQUIRED_TICK = "required-tick"
    REQUIRED_ROW = "required-row"  # a group that needs one answer at least
    SIGNATURE = "signature"
    NUMBER = "number"
    WHOLE_NUMBER = "whole-number"
    DATE = "date"
    MOMENT = "moment"
    TIME = "time"
    URL = "url"
    OPTION = "option"
    OTHER_WORDS = "other-words"
    UNIT = "unit"
    FILE = "file"
    ONE_ONLY = "one-only"  # several answers to a question that takes one
    TOO_SMALL = "too-small"  # limit
    TOO_LARGE = "too-large"  # limit
    TOO_EARLY = "too-early"  # limit
    TOO_LATE = "too-late"  # limit
    TOO_SHORT = "too-short"  # limit, in signs
    TOO_LONG = "too-long"  # limit, in signs
    DECIMALS = "decimals"  # limit, in places
    PATTERN = "pattern"
    PHONE = "phone"  # a pattern, where a phone number is asked for
    TOO_FEW = "too-few"  # limit
    TOO_MANY = "too-many"  # limit
    EXCLUSIVE = "exclusive"  # option: the words of the one that stands alone
    FILE_SIZE = "file-size"  # limit, in bytes
    FILE_TYPE = "file-type"
    CONSTRAINT = "constraint"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right at one place. `words` are the form's own, where it gives any."""

    slot: Slot
    code: Code
    limit: Value | None = None
    option: Words = field(default_factory=Words)
    words: Words = field(default_factory=Words)
