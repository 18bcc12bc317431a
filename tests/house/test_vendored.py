"""What others wrote is in the house unchanged, with its licence, and nothing else is."""

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"


def listed() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads((VENDOR / "vendored.json").read_text())
    return rows


def test_every_vendored_file_is_the_one_that_was_published() -> None:
    changed = [
        row["file"]
        for row in listed()
        if hashlib.sha256((VENDOR / row["file"]).read_bytes()).hexdigest() != row["sha256"]
    ]

    assert changed == []


def test_every_vendored_file_is_listed() -> None:
    present = {
        str(path.relative_to(VENDOR))
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendored.json"
    }

    assert present == {row["file"] for row in listed()}


def test_every_vendored_package_brings_its_licence() -> None:
    folders = {Path(row["file"]).parent for row in listed()}

    assert [folder for folder in folders if not (VENDOR / folder / "LICENSE").exists()] == []
