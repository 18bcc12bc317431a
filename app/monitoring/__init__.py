"""How the installation stands, for whoever runs it: figures for machines, nothing of anybody."""

import os


def wants_traces() -> bool:
    """Whether an operator set where traces go. Without that nothing of them is even imported."""
    return bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
