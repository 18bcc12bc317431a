"""Several hosts on one machine: a bridge with network namespaces on it, each with its own address.

    with Network("database", "one", "phone") as network:
        network.start("one", ["afterglow", "serve"], env=…)
        network.cut("one")
        network.heal("one")

What runs in one reaches the others by address alone, and this process at `network.here`. Needs
root and iproute2: `can_be_made` tells.
"""

import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

_FIRST = 10  # the last part of the first host's address


def can_be_made() -> bool:
    """Whether this machine lets us make hosts: root in a sandbox of its own, with iproute2."""
    if os.getuid() != 0 or shutil.which("ip") is None:
        return False
    tried = f"afterglow-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", tried], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", tried], capture_output=True, check=False)
    return made.returncode == 0


class Network:
    """See above. Addresses are 10.77.N.0/24, N by this process's number."""

    def __init__(self, *hosts: str) -> None:
        self._bridge = f"ag{os.getpid()}"
        self._prefix = f"10.77.{os.getpid() % 250}"
        self._places = {name: _FIRST + place for place, name in enumerate(hosts)}
        self._running: list[subprocess.Popen[bytes]] = []
        self._stack = ExitStack()

    @property
    def here(self) -> str:
        """The address of the bridge: where this process is, seen from the hosts."""
        return f"{self._prefix}.1"

    @property
    def range(self) -> str:
        """All addresses of it."""
        return f"{self._prefix}.0/24"

    def address(self, host: str) -> str:
        """Where a host is."""
        return f"{self._prefix}.{self._places[host]}"

    def inside(self, host: str) -> list[str]:
        """Words ahead of a command that is to run on that host."""
        return ["ip", "netns", "exec", f"{self._bridge}-{host}"]

    def start(self, host: str, command: list[str], **given: Any) -> subprocess.Popen[bytes]:
        """Run a command on a host; it is killed with the network at the latest."""
        words = [*self.inside(host), *command]
        running = subprocess.Popen(words, start_new_session=True, **given)
        self._running.append(running)
        return running

    def cut(self, host: str) -> None:
        """Pull the host's cable: nothing goes in or out, and nobody is told."""
        _ip("link", "set", self._cable(host), "down")

    def heal(self, host: str) -> None:
        """Put it back."""
        _ip("link", "set", self._cable(host), "up")

    def __enter__(self) -> "Network":
        try:
            _ip("link", "add", self._bridge, "type", "bridge")
            self._stack.callback(_ip, "link", "del", self._bridge)
            _ip("address", "add", f"{self.here}/24", "dev", self._bridge)
            _ip("link", "set", self._bridge, "up")
            for host in self._places:
                self._add(host)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for running in self._running:
            if running.poll() is None:
                running.kill()
            running.wait(20)
        self._stack.close()

    def _add(self, host: str) -> None:
        space, cable = f"{self._bridge}-{host}", self._cable(host)
        _ip("netns", "add", space)
        self._stack.callback(_ip, "netns", "del", space)
        _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
        # The space goes with its last program; the cable's name is wanted anew before.
        self._stack.callback(_ip, "link", "del", cable)
        _ip("link", "set", cable, "master", self._bridge, "up")
        _ip("-n", space, "address", "add", f"{self.address(host)}/24", "dev", "eth0")
        _ip("-n", space, "link", "set", "eth0", "up")
        _ip("-n", space, "link", "set", "lo", "up")

    def _cable(self, host: str) -> str:
        return f"{self._bridge}v{self._places[host]}"


def browser_on(network: Network, host: str, browser: str, folder: Path) -> Path:
    """A program that starts this browser on that host, for whoever wants one path."""
    path = folder / f"browser-on-{host}"
    path.write_text(f'#!/bin/sh\nexec {" ".join(network.inside(host))} {browser} "$@"\n')
    path.chmod(0o755)
    return path


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
