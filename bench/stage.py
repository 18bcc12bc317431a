"""A demo clinic of its own, for benchmarks that drive browsers."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from e2e.conftest import Clinic, free_port


@contextmanager
def a_clinic() -> Iterator[Clinic]:
    """A running demo in an empty folder, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        clinic = Clinic(Path(folder), free_port())
        clinic.start()
        try:
            yield clinic
        finally:
            clinic.stop()
