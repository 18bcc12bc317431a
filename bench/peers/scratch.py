"""Where what others made is installed: a folder of its own, outside the project, gone afterwards.

PEERS names one that is kept, so that the next run finds all there. Versions are exact; no script of
a package runs.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 420  # seconds for one installation, on a busy machine and a slow line
_ESBUILD = "esbuild@0.28.2"


class NotInstalledError(Exception):
    """What was wanted is not to be had here; the words say why."""


@contextmanager
def scratch() -> Iterator[Path]:
    """The folder."""
    kept = os.environ.get("PEERS")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        yield Path(folder)


def install(folder: Path, wanted: Sequence[str]) -> Path:
    """npm's packages of these exact versions with all they need; where their modules are."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / ".installed"
    if not _is_fresh(stamp, wanted):
        (folder / "package.json").write_text(json.dumps({"private": True}))
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--save-exact")
        _run(["npm", "install", *quiet, *wanted], folder)
        stamp.write_text("\n".join(wanted))
    return folder / "node_modules"


def unpack(folder: Path, wanted: str) -> Path:
    """What one npm package itself holds, nothing that it needs: enough where a build lies in it."""
    into = folder / wanted.rsplit("@", 1)[0].replace("/", "-").lstrip("@")
    stamp = into / ".installed"
    if not _is_fresh(stamp, [wanted]):
        into.mkdir(parents=True, exist_ok=True)
        said = _run(["npm", "pack", "--silent", wanted], into)
        with tarfile.open(into / said.split()[-1]) as packed:
            packed.extractall(into, filter="data")
        stamp.write_text(wanted)
    return into / "package"


def bundle(folder: Path, modules: Path, entry: Path, into: Path) -> None:
    """An entry and all that it imports, as small as esbuild makes it; what comes later, apart."""
    tools = install(folder / "tools", [_ESBUILD])
    words = ["--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=none"]
    words += [f"--outdir={into}", "--splitting", "--jsx=automatic", "--log-level=error"]
    words += ["--define:process.env.NODE_ENV='production'"]
    words += [f"--loader:.{kind}=dataurl" for kind in ("svg", "png", "woff", "woff2", "ttf")]
    _run([str(tools / "esbuild" / "bin" / "esbuild"), str(entry), *words], modules.parent)


def environment(folder: Path, wanted: Sequence[str]) -> Path:
    """The Python of a new environment with these exact versions."""
    python = folder / "bin" / "python"
    stamp = folder / ".installed"
    if not _is_fresh(stamp, wanted):
        _run([sys.executable, "-m", "venv", "--clear", str(folder)], folder.parent)
        quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
        _run([str(python), "-m", "pip", "install", *quiet, *wanted], folder.parent)
        stamp.write_text("\n".join(wanted))
    return python


def _is_fresh(stamp: Path, wanted: Sequence[str]) -> bool:
    return stamp.exists() and stamp.read_text() == "\n".join(wanted)


def _run(command: Sequence[str], folder: Path) -> str:
    """What it said. Refused or too slow: NotInstalledError, with its last line."""
    if shutil.which(command[0]) is None:
        raise NotInstalledError(f"{command[0]} is not here")
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotInstalledError(f"{Path(command[0]).name} took too long") from None
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()
        told = next((line for line in lines if "error" in line.lower()), lines[-1]).strip()
        raise NotInstalledError(f"{Path(command[0]).name}: {told[:120]}")
    return done.stdout
