"""Installs the programs that the tests drive: a browser, PostgreSQL, a TURN server, proxies, fonts.

Says nothing when all of them are there. A program that cannot be had is a failure in one line:
a test that would quietly not run is worth less than none.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.environment import REQUIREMENTS, install
from tests.databases import server_binaries


@dataclass(frozen=True)
class Need:
    """A Debian package, how to see that what it brings is there, and the service it would start."""

    package: str
    is_there: Callable[[], bool]
    service: str | None = None


def _on_path(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _browser() -> bool:
    chosen = os.environ.get("CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return bool(chosen and shutil.which(chosen)) or _on_path(*names)()


def _font() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False)
    return "Liberation Sans" in listed.stdout


def _hosts() -> bool:
    # Whoever is not root may not make hosts on this machine: those journeys say so.
    return os.getuid() != 0 or _on_path("ip")()


POSTGRESQL = Need("postgresql", lambda: server_binaries() is not None, service="postgresql")
NEEDS = (
    Need("chromium", _browser),
    Need("fonts-liberation", _font),
    Need("coturn", _on_path("turnserver"), service="coturn"),
    Need("libnss3-tools", _on_path("certutil")),
    Need("strace", _on_path("strace")),
    Need("nginx-light", _on_path("nginx"), service="nginx"),
    # What deploy/ is for, so that each file is read by whom it is written for.
    Need("caddy", _on_path("caddy"), service="caddy"),
    Need("prometheus", _on_path("promtool"), service="prometheus"),
    Need("curl", _on_path("curl")),
    Need("systemd", _on_path("systemd-analyze")),
    Need("iproute2", _hosts),
    POSTGRESQL,
)


def main() -> int:
    missing = _missing()
    if not missing:
        return 0
    _install_packages(missing)
    if not POSTGRESQL.is_there():
        _install_postgresql_for_python()
    still_missing = _missing()
    if still_missing:
        names = " ".join(need.package for need in still_missing)
        print(f"afterglow: the tests need these Debian packages: {names}", file=sys.stderr)
        return 1
    return 0


def _missing() -> list[Need]:
    return [need for need in NEEDS if not need.is_there()]


def _install_packages(needs: list[Need]) -> None:
    """Ask apt, when there is one and we may. What it could not bring is seen afterwards."""
    as_root = _as_root()
    if not shutil.which("apt-get") or as_root is None:
        return
    packages = [need.package for need in needs]
    print(f"Installing {', '.join(packages)}", flush=True)
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    # Its chatter is worth reading only when it fails, and then it goes to stderr.
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
    added = ["install", "-y", "--no-install-recommends", *packages]
    subprocess.run([*apt, *added], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    _keep_stopped([need.service for need in needs if need.service], as_root)


def _keep_stopped(services: list[str], as_root: list[str]) -> None:
    """The tests start their own servers: what we brought shall not listen on this machine."""
    if services and Path("/run/systemd/system").exists():
        stop = [*as_root, "systemctl", "--quiet", "disable", "--now", *services]
        subprocess.run(stop, stdin=subprocess.DEVNULL, check=False)


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    return ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]


def _install_postgresql_for_python() -> None:
    try:
        install("--require-hashes", "-r", REQUIREMENTS / "postgresql.txt")
    except subprocess.CalledProcessError:
        return


if __name__ == "__main__":
    sys.exit(main())
