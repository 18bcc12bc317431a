"""What a machine gets from this one: the way to the package index that `pip` has here.

A newcomer's machine reaches the world by itself. Where this one reaches it only by settings of its
own, they are lent by environment for one run, and are written nowhere.
"""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

_SETTING = re.compile(r"^(?:global|install|:env:)\.([\w-]+)='?(.*?)'?$")
_MANY = ("find-links", "extra-index-url")


def settings() -> dict[str, str]:
    """pip's settings of this machine, as variables; those that hold several are joined."""
    told = subprocess.run(
        ["python3", "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found: dict[str, str] = {}
    for line in told.splitlines():
        if not (matched := _SETTING.match(line)):
            continue
        name, value = matched.groups()
        variable = f"PIP_{name.upper().replace('-', '_')}"
        if name in _MANY and found.get(variable) not in (None, value):
            value = f"{found[variable]} {value}"
        found[variable] = value
    return found


def folders(lent: dict[str, str]) -> list[str]:
    """Folders and files that the settings name; of an index in a folder, what lies beside it."""
    named = [word for value in lent.values() for word in value.split()]
    paths = [urlsplit(word).path if word.startswith("file://") else word for word in named]
    paths = [path.rstrip("/").removesuffix("/simple") for path in paths]
    return sorted({path for path in paths if path.startswith("/") and Path(path).exists()})


def environment() -> tuple[dict[str, str], dict[str, str]]:
    """Variables to set there, and what is bound where (read-only): {path here: path there}."""
    lent = settings()
    bound = {}
    for path in folders(lent):
        if Path(path).is_relative_to("/etc"):  # theirs stays theirs
            bound[os.path.realpath(path)] = f"/run/lent{path}"
            lent = {name: value.replace(path, f"/run/lent{path}") for name, value in lent.items()}
        else:
            bound[path] = path
    return lent, bound
