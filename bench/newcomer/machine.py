"""A clean Debian that boots: a copy of debootstrap's, under systemd-nspawn, with its own network.

    with Machine(folder, base, network, "one") as machine:
        machine.run("apt-get update")

It stands in a namespace of e2e/hosts' network, so others reach it by address, and reaches the world
through slirp4netns.
"""

import shutil
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Self

from bench.newcomer import lent
from e2e.hosts.network import Network, can_be_made

_NEEDED = ("debootstrap", "systemd-nspawn", "slirp4netns", "nsenter", "ip")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_GROUPS = ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup")
_BOOT_SECONDS, _RUN_SECONDS = 120, 1800


@dataclass(frozen=True)
class Told:
    """How a script ended and what it said."""

    code: int
    words: str


def missing() -> list[str]:
    """What this machine lacks to boot others."""
    lacks = [name for name in _NEEDED if shutil.which(name) is None]
    return lacks if can_be_made() or lacks else ["root, in a sandbox of its own"]


def debian(folder: Path, suite: str = "bookworm") -> Path:
    """Debian as its installer lays it down. Fetched once, some minutes."""
    base = folder / suite
    if not (base / "etc/debian_version").exists() or (base / "debootstrap").exists():
        shutil.rmtree(base, ignore_errors=True)
        subprocess.run(
            ["debootstrap", "--include=dbus", suite, str(base)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return base


class Machine:
    """See above. `bound`: more that it sees of this machine, read-only."""

    def __init__(
        self, folder: Path, base: Path, network: Network, name: str, bound: dict[str, str]
    ) -> None:
        self.name, self.root, self._network = name, folder / name, network
        self._space = network.inside(name)[-1]
        self._base, self._pid, self._numbers = base, 0, count(1)
        self._lent, lent_folders = lent.environment()
        self._bound = bound | lent_folders
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        try:
            shutil.rmtree(self.root, ignore_errors=True)
            subprocess.run(["cp", "-a", str(self._base), str(self.root)], check=True)
            self._boot()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def address(self) -> str:
        """Where the other machines find it."""
        return self._network.address(self.name)

    def knows(self, **names: str) -> None:
        """Stands in for the world's names: {name: address}, dots as `_`."""
        lines = [f"{address} {name.replace('_', '.')}" for name, address in names.items()]
        with (self.root / "etc/hosts").open("a") as file:
            file.write("\n".join(["", *lines, ""]))

    def run(self, script: str, seconds: int = _RUN_SECONDS) -> Told:
        """A script in one shell as root, which ends at the first command that fails."""
        typed = f"typed-{next(self._numbers)}"
        (self.root / "root" / typed).write_text(script)
        given = {"PATH": _PATH, "HOME": "/root", "LANG": "C.UTF-8", "NO_COLOR": "1"} | self._lent
        words = [*self._inside(), "env", "-i", *(f"{k}={v}" for k, v in given.items())]
        said = self.root.parent / f"{self.name}.{typed}"
        with said.open("w") as told:
            done = subprocess.run(
                [*words, "bash", "-euo", "pipefail", f"/root/{typed}"],
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                timeout=seconds,
                check=False,
            )
        return Told(done.returncode, said.read_text(errors="replace"))

    def _inside(self) -> list[str]:
        return ["nsenter", "--target", str(self._pid), "--mount", "--uts", "--ipc", "--net",
                "--pid", "--root", "--wd"]  # fmt: skip

    def _boot(self) -> None:
        space = f"/run/netns/{self._space}"
        way_out = subprocess.Popen(
            ["slirp4netns", "--configure", "--disable-host-loopback", "--netns-type=path",
             space, "tap0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._stack.callback(way_out.wait, 20)
        self._stack.callback(way_out.terminate)
        (self.root / "etc/hostname").write_text(f"{self.name}\n")
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {self.name}\n")
        (self.root / "etc/resolv.conf").write_text("nameserver 10.0.2.3\n")
        binds = [f"--bind-ro={here}:{there}" for here, there in self._bound.items()]
        with (self.root.parent / f"{self.name}.log").open("w") as told:
            running = subprocess.Popen(
                [*_in_a_group_of_its_own(self._space), "systemd-nspawn", "--quiet", "--boot",
                 f"--directory={self.root}", f"--machine={self._space}",
                 "--register=no", "--keep-unit", f"--network-namespace-path={space}",
                 "--resolv-conf=off", "--timezone=off", "--console=pipe", *binds],
                stdin=subprocess.DEVNULL, stdout=told, stderr=told,
            )  # fmt: skip
        self._stack.callback(self._end, running)
        self._wait(running)

    def _wait(self, running: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + _BOOT_SECONDS
        while time.monotonic() < until and running.poll() is None:
            children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
            if children:
                self._pid = int(children[0])
                if self.run("systemctl is-system-running --wait", 60).words.strip() in (
                    "running",
                    "degraded",
                ):
                    return
            time.sleep(0.5)
        raise RuntimeError(f"{self.name} does not boot: see {self.root}.log")

    def _end(self, running: subprocess.Popen[bytes]) -> None:
        if running.poll() is None and self._pid:
            self.run("systemctl --no-block poweroff || true", 20)
            try:
                running.wait(60)
            except subprocess.TimeoutExpired:
                running.kill()
        running.wait(20)
        for group in _GROUPS:
            for left in ("payload", "supervisor", "."):
                with suppress(OSError):
                    (Path(group) / self._space / left).resolve().rmdir()


def _in_a_group_of_its_own(name: str) -> list[str]:
    """Two machines in one control group would be one to systemd."""
    lines = [
        f"[ -e {group}/cgroup.procs ] && mkdir -p {group}/{name} && "
        f"echo $$ > {group}/{name}/cgroup.procs;"
        for group in _GROUPS
    ]
    return ["sh", "-c", f'{" ".join(lines)} exec "$@"', "sh"]
