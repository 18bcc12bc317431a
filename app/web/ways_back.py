"""Where a form may send a browser back to: a page of ours, nowhere else."""

import re

_OUR_PATH = re.compile(r"/(?:[A-Za-z0-9_\-][A-Za-z0-9_\-/]*)?")


def safe(to: str) -> str:
    """`to` when it is a plain path of ours, else home."""
    return to if _OUR_PATH.fullmatch(to) else "/"
