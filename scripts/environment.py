"""Builds .venv from a hashed lock; does nothing when it already stands.

Usage: environment.py runtime|dev. Runs on a bare Python 3.11 or newer, so it imports nothing else.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main() -> int:
    if sys.version_info < (3, 11):
        version = platform.python_version()
        return _fail(f"Python {version} is too old: make PYTHON=python3.11, or any newer one.")
    if sys.argv[1:] not in (["runtime"], ["dev"]):
        return _fail("usage: environment.py runtime|dev")
    lock = sys.argv[1]
    if _stamp_is_fresh(lock):
        return 0
    try:
        _build(lock)
    except subprocess.CalledProcessError as failure:
        return _fail(f"the environment could not be built: {' '.join(map(str, failure.cmd))}")
    return 0


def install(*what: str | Path) -> None:
    """Install into .venv, with uv where it is at hand."""
    uv = shutil.which("uv")
    if uv:
        _run(uv, "pip", "install", "--quiet", "--python", PYTHON, *what)
    else:
        # Compiling what will never be imported takes as long as everything else together.
        options = ("-qq", "--no-input", "--disable-pip-version-check", "--no-compile")
        _run(PYTHON, "-m", "pip", "install", *options, *what)


def _stamp_is_fresh(lock: str) -> bool:
    """True when .venv holds this lock. The dev lock contains the runtime one."""
    if not PYTHON.exists():
        return False
    stamps = {"runtime": ("runtime", "dev"), "dev": ("dev",)}[lock]
    return any(_read(_stamp(name)) == _fingerprint(name) for name in stamps)


def _build(lock: str) -> None:
    print(f"Building .venv from requirements/{lock}.txt", flush=True)
    for name in ("runtime", "dev"):
        _stamp(name).unlink(missing_ok=True)
    if not _usable():
        _create()
    install("--require-hashes", "-r", REQUIREMENTS / f"{lock}.txt")
    # setuptools came with the lock: building the editable install fetches nothing more.
    install("--no-deps", "--no-build-isolation", "-e", ROOT)
    _compile_what_a_start_imports()
    _stamp(lock).write_text(_fingerprint(lock))


def _compile_what_a_start_imports() -> None:
    """Bytecode for later starts, also where the environment forbids Python to write it by itself.

    Without it every start compiles its imports anew, which takes longer than all the rest of it.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = "import app.cli, app.main, app.demo.start"
    subprocess.run([PYTHON, "-c", start], cwd=ROOT, env=environment, check=True)


def _usable() -> bool:
    """False for a .venv that is absent, broken, too old, or was made at another place."""
    if not PYTHON.exists():
        return False
    check = "import sys; print(sys.prefix, sys.version_info >= (3, 11))"
    asked = subprocess.run([PYTHON, "-c", check], capture_output=True, text=True, check=False)
    if asked.stdout.strip() != f"{VENV} True":
        return False
    if f"{VENV}" not in _read(VENV / "bin" / "activate"):
        return False
    return shutil.which("uv") is not None or _has_pip()


def _has_pip() -> bool:
    return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0


def _create() -> None:
    uv = shutil.which("uv")
    if uv:
        _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV)
    else:
        _run(sys.executable, "-m", "venv", "--clear", VENV)


def _run(*command: str | Path) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


def _stamp(lock: str) -> Path:
    return VENV / f".{lock}-lock"


def _fingerprint(lock: str) -> str:
    """Changes with the lock, with what the editable install is made of, and with the place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    installed = (project["build-system"], project["project"], project["tool"]["setuptools"])
    digest = hashlib.sha256(f"{ROOT} {installed}".encode())
    for name in (f"{lock}.txt", "runtime.in"):
        digest.update((REQUIREMENTS / name).read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def _fail(sentence: str) -> int:
    print(f"afterglow: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
