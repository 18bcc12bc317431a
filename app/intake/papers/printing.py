"""Sets a paper: one of our templates, filled with words that can never be markup.

The words go in as data. The same data gives the same bytes, whenever it is printed.
"""

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_JOINS = "\u200d\ufe0e\ufe0f"  # what makes one picture of several


def pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The paper as an accessible PDF (PDF/UA-1) of the moment `at`.

    The standard wants a shape for every sign, and no font of ours has them all. So pictures are
    said in words where that is so; and if even then something has none, it stands there as a box.
    """
    import typst  # large: only whoever prints has to wait for it

    words = json.dumps(data, ensure_ascii=False)
    try:
        return _set(template, words, at, accessible=True)
    except typst.TypstError:
        words = "".join(map(_in_words, words))
    try:
        return _set(template, words, at, accessible=True)
    except typst.TypstError:
        return _set(template, words, at, accessible=False)


def _set(template: str, words: str, at: datetime, *, accessible: bool) -> bytes:
    import typst

    return typst.compile(
        str(_HERE / f"{template}.typ"),
        root=str(_HERE),
        format="pdf",
        pdf_standards="ua-1" if accessible else None,
        sys_inputs={"data": words},
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )


def _in_words(sign: str) -> str:
    """A picture by its name, `[slightly smiling face]`; everything else as it is."""
    if sign in _JOINS:
        return ""
    is_picture = unicodedata.category(sign) in ("So", "Sk") and sign > "\u2190"
    return f"[{unicodedata.name(sign, 'picture').lower()}]" if is_picture else sign
