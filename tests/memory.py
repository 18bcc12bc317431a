"""Where tests put what need not outlive them: in memory, where a machine has some to spare."""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2 * 1024**3  # bytes: what a whole run leaves behind, and as much again


def roomy_memory() -> Path | None:
    """A folder in memory with room for a whole run, if this machine has one."""
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        return None
    return _MEMORY


def keep_files_there() -> None:
    """Let pytest make its folders there: nothing waits for a disk that nobody will read."""
    memory = roomy_memory()
    if memory is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
