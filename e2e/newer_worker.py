"""The service worker of a version to come."""

import shutil
from pathlib import Path

from e2e.conftest import ROOT


def newer_worker(folder: Path, number: int) -> Path:
    """The worker of a version to come, with one more store in the phone's database."""
    newer = folder / f"worker-{number}"
    shutil.copytree(ROOT / "service_worker", newer)
    database = newer / "device_database.js"
    text = database.read_text()
    assert "open(1)" in text
    text = text.replace("open(1)", f"open({number + 1})")
    database.write_text(text.replace("  notes: {},\n", f"  notes: {{}},\n  later{number}: {{}},\n"))
    return newer / "worker.js"
