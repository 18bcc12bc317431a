"""Afterglow: the patient's side of a practice."""

import sys

# structlog paints tracebacks with rich wherever it finds it: 15 MB of every process for pictures
# that are never shown, and that would show the values of variables beside the lines.
if "structlog" not in sys.modules and "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        import structlog  # noqa: F401
    finally:
        del sys.modules["rich"]
