"""Reads a catalogue of words as `scripts/words.py` writes it.

babel reads more kinds of it, and leaves 4 MB behind in every process that does.
"""

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

_LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr|msgstr\[\d+\]) )?"(.*)"')
_ESCAPED = re.compile(r"\\(.)")
_MEANS = {"n": "\n", "t": "\t", "r": "\r"}
_MAGIC, _HEAD = 0x950412DE, 28


def compiled(path: Path) -> BytesIO:
    """A .po file as gettext wants it. What is not translated, or unsure (fuzzy), is left out."""
    said = sorted(
        (one.encode(), other.encode()) for one, other in _entries(path.read_text("utf-8"))
    )
    words = [entry[column] for column in (0, 1) for entry in said]
    table, at = [], _HEAD + 16 * len(said)
    for word in words:
        table.append((len(word), at))
        at += len(word) + 1
    head = (_MAGIC, 0, len(said), _HEAD, _HEAD + 8 * len(said), 0, _HEAD)
    packed = struct.pack("<7I", *head) + b"".join(struct.pack("<2I", *pair) for pair in table)
    return BytesIO(packed + b"\0".join(words) + b"\0")


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """What is said, and how: with its plural behind a zero byte where there is one."""
    for block in text.split("\n\n"):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if found := _LINE.fullmatch(line):
                name = found[1] or name
                parts[name] = parts.get(name, "") + _ESCAPED.sub(_meant, found[2])
        forms = [parts[form] for form in sorted(parts) if form.startswith("msgstr")]
        if not forms or not all(forms) or re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE):
            continue
        plural = f"\0{parts['msgid_plural']}" if "msgid_plural" in parts else ""
        yield parts["msgid"] + plural, "\0".join(forms)


def _meant(escaped: re.Match[str]) -> str:
    return _MEANS.get(escaped[1], escaped[1])
