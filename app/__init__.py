"""Afterglow: the patient's side of a practice."""

import sys
from importlib import import_module
from typing import Any

# structlog paints tracebacks with rich wherever it finds it: 15 MB of every process for pictures
# that are never shown, and that would show the values of variables beside the lines.
if "structlog" not in sys.modules and "rich" not in sys.modules:
    _modules: dict[str, Any] = sys.modules
    _modules["rich"] = None  # as though it were not installed
    try:
        import_module("structlog")
    finally:
        del _modules["rich"]
