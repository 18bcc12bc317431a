"""An operator's command, in a process of its own.

It is forked from a process that has imported the application: importing it anew takes ten times as
long as what most commands do.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 60  # seconds
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["app.cli", "app.main", "app.serving", "tests.commands"])


@dataclass(frozen=True)
class Done:
    """A command that came to its end, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def run(arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path, kept: Path):
    """`afterglow` with these arguments, and nothing but this environment, in a folder.

    What it says goes through files in `kept`. Raises TimeoutError when it does not end.
    """
    kept.mkdir(exist_ok=True)
    said, complained = kept / "stdout", kept / "stderr"
    process = _FORKS.Process(
        target=_command, args=(arguments, dict(environment), folder, said, complained)
    )
    process.start()
    process.join(_PATIENCE)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"afterglow {' '.join(arguments)} does not end")
    return Done(process.exitcode, said.read_text(), complained.read_text())


def _command(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    folder: Path,
    said: Path,
    complained: Path,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for path, stream in ((said, 1), (complained, 2)):
        with path.open("wb") as written:
            os.dup2(written.fileno(), stream)
    sys.argv = ["afterglow", *arguments]
    from app.cli import main

    main()
