"""What a spoken note is: its first bytes say it, its name only where they do not."""

import re

from app.i18n import gettext as _
from app.refusal import Refusal

_KNOWN = ("audio/webm", "audio/mp4", "audio/ogg", "audio/aac", "audio/mpeg", "audio/wav")
_SHAPE = re.compile(r"(audio/[a-z0-9.+-]+)(?:;\s*codecs=\"?[a-z0-9.,\s-]+\"?)?", re.I)


class NotASound(Refusal):
    pass


def type_of(first: bytes, said: str) -> str:
    """The media type to give a note out with. Refuses (NotASound) what no phone records."""
    if first.startswith(b"\x1a\x45\xdf\xa3"):
        return "audio/webm"
    if first[4:8] == b"ftyp":
        return "audio/mp4"
    if first.startswith(b"OggS"):
        return "audio/ogg"
    found = _SHAPE.fullmatch(said.strip())
    if found is None or found[1].lower() not in _KNOWN:
        raise NotASound(_("We cannot take this kind of sound."))
    return found[1].lower()
