"""The part of `/metrics` that is read from rows: the same from every process of an installation.

Whoever looks takes the largest of what the processes say, never the sum.
"""

import threading
import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import migrate
from app.monitoring import figures

_FRESH_SECONDS = 5.0  # whoever asks oftener reads the same again


class Standing:
    """Called with a session, it gives the text. Keeps it for a moment, since anybody may ask."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._text, self._read_at = b"", -_FRESH_SECONDS

    def __call__(self, db: Session) -> bytes:
        """As Prometheus reads it. A database that does not answer is a figure too."""
        with self._alone:
            if time.monotonic() - self._read_at >= _FRESH_SECONDS:
                self._text, self._read_at = _text(db), time.monotonic()
            return self._text


def _text(db: Session) -> bytes:
    up = GaugeMetricFamily("afterglow_database_up", "1 while the database answers.")
    try:
        families = [_schema(db), *figures.families(db)]
        up.add_metric([], 1)
    except SQLAlchemyError:
        families = []
        up.add_metric([], 0)
    registry = CollectorRegistry()
    registry.register(_Read([up, *families]))
    return generate_latest(registry)


def _schema(db: Session) -> Metric:
    words = "1 while the database has this version's schema, or a newer one that only adds to it."
    family = GaugeMetricFamily("afterglow_schema_fits", words)
    family.add_metric([], migrate.fits(db.connection()))
    return family


class _Read(Collector):
    """What has been read already, as a registry wants it."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families
