"""Where an installation's keys are read from: a file, or what a program prints.

The program is the way to a key service: whatever it does, it prints the keys, one a line, and ends
with 0. Blank lines and lines that begin with # count for nothing.
"""

import shlex
import subprocess
from pathlib import Path

_SECONDS = 30.0
_MOST_BYTES = 64 * 1024


class NotRead(ValueError):
    """The keys could not be had. Says from where and why, and never what was read."""


def from_file(path: str) -> tuple[str, ...]:
    """The keys that stand in a file. Raises NotRead."""
    try:
        with Path(path).open("rb") as file:
            written = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise NotRead(f"the file cannot be read ({error.strerror})") from None
    return _keys(written, "the file")


def from_command(command: str) -> tuple[str, ...]:
    """The keys that a program prints. It is started without a shell. Raises NotRead."""
    try:
        done = subprocess.run(  # noqa: S603  the operator's own program, from the settings
            shlex.split(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise NotRead(f"the program did not end in {_SECONDS:.0f} seconds") from None
    except (OSError, ValueError) as error:
        raise NotRead(f"the program cannot be started ({type(error).__name__})") from None
    if done.returncode:
        raise NotRead(f"the program ended with {done.returncode}")
    return _keys(done.stdout, "what the program printed")


def open_to_others(path: str) -> bool:
    """Whether somebody else on this machine may read the file."""
    return bool(Path(path).stat().st_mode & 0o077)


def _keys(written: bytes, where: str) -> tuple[str, ...]:
    if len(written) > _MOST_BYTES:
        raise NotRead(f"{where} is no list of keys")
    try:
        lines = [line.strip() for line in written.decode("ascii").splitlines()]
    except UnicodeDecodeError:
        raise NotRead(f"{where} is no list of keys") from None
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    if not keys:
        raise NotRead(f"{where} holds no key")
    return keys
