"""What kinds of protocols there are, and how the medicine may be given."""

from enum import StrEnum


class ProtocolKind(StrEnum):
    SINGLE = "single"
    COURSE = "course"
    HOME = "home"  # sessions that patients have at home


class Route(StrEnum):
    IV = "iv"
    IM = "im"
    TABLET = "tablet"
    NASAL = "nasal"
