"""A demo clinic of its own, for benchmarks that drive browsers."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from e2e.conftest import Clinic, free_port


@contextmanager
def a_clinic() -> Iterator[Clinic]:
    """A running demo in a folder of its own, gone afterwards. Its story is told once a run."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(_told().name, folder, dirs_exist_ok=True)
        clinic = Clinic(Path(folder), free_port())
        clinic.start()
        try:
            yield clinic
        finally:
            clinic.stop()


@cache
def _told() -> tempfile.TemporaryDirectory[str]:
    """A demo's folder as its first start leaves it; it goes when this program ends."""
    folder = tempfile.TemporaryDirectory(prefix="told-")
    clinic = Clinic(Path(folder.name), free_port())
    clinic.start()
    clinic.stop()
    return folder
