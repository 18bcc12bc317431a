"""Sets a paper: one of our templates, filled with words that can never be markup.

The words go in as data. The same data gives the same bytes, whenever it is printed.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


def pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The paper as an accessible PDF (PDF/UA-1) of the moment `at`."""
    import typst  # large: only whoever prints has to wait for it

    return typst.compile(
        str(_HERE / f"{template}.typ"),
        root=str(_HERE),
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )
