"""What this process counts for Prometheus: by the pattern of a route, never by an address.

Each process counts for itself and is asked for itself: sums are made where they are looked at.
"""

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import ExceptionContext

from app.web.lines import socket_limits

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REQUESTS = Counter(
    "afterglow_requests", "Requests that were answered.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "afterglow_request_seconds",
    "From a request's head to its answer's end.",
    ["route"],
    buckets=_BUCKETS,
)
IN_HAND = Gauge("afterglow_requests_in_hand", "Requests that are not answered yet.")
SLOWED = Counter(
    "afterglow_failures_slowed", "Failing answers held back because very many failed at once."
)
DATABASE_ERRORS = Counter(
    "afterglow_database_errors", "What the database refused or could not do.", ["kind"]
)
SOCKETS = Gauge("afterglow_sockets", "Pages that hold a line open.")
SOCKETS.set_function(socket_limits.open_now)


def count(method: str, route: str, status: int, seconds: float) -> None:
    """One request was answered, or its client left (499)."""
    said = method if method in _METHODS else "other"
    REQUESTS.labels(said, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


@event.listens_for(Engine, "handle_error")
def _count_error(context: ExceptionContext) -> None:
    DATABASE_ERRORS.labels(type(context.original_exception).__name__).inc()
