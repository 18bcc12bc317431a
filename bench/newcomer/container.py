"""The image by our Dockerfile, built and run where no container engine's registry is reached.

    python -m bench newcomer.container

Its base is a Debian of debootstrap's with Python, buildah follows the Dockerfile line by line, and
podman runs what came of it as compose.yaml does: read-only, no capabilities, an account of its own.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench.newcomer import lent, repository
from bench.newcomer.machine import debian
from bench.newcomer.played import KEPT
from bench.rows import Row, at_least, at_most

_NEEDED = ("debootstrap", "buildah", "podman", "crun")
_BASE_PACKAGES = ("python3", "python3-venv", "python-is-python3", "ca-certificates")
_CAREFUL = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges",
            "--network=none", "--cgroups=disabled", "--ulimit=host", "--runtime=crun")  # fmt: skip
_SETTINGS = {
    "BASE_URL": "https://care.example.org",
    "SMS": "demo",
    "DATABASE_URL": "sqlite:////var/lib/afterglow/afterglow.db",
    "SECRET_KEYS_FILE": "/etc/afterglow/secret.keys",
    "ENCRYPTION_KEYS_FILE": "/etc/afterglow/encryption.keys",
}
_READY = "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"
_USER = 10001


def measure(*, full: bool) -> list[Row]:  # noqa: ARG001  there is one size
    """None where the programs for it are missing."""
    if lacks := [name for name in _NEEDED if shutil.which(name) is None or os.getuid()]:
        print(f"container: not built, {', '.join(lacks)} and root are needed", flush=True)
        return []
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        image = Image(Path(folder))
        image.build()
        return _rows(image)


class Image:
    """What is built and run in one folder, where nothing of it stays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._where = (f"--root={folder}/storage", f"--runroot={folder}/run",
                       "--storage-driver=vfs")  # fmt: skip

    def build(self) -> None:
        """The base, and on it what the Dockerfile says."""
        repository.made(self.folder)
        made = self._base()
        _, bound = lent.environment()
        volumes = [f"--volume={here}:{there}:ro" for here, there in bound.items()]
        source = self.folder / "work"
        self._run("buildah", "bud", "--isolation=chroot", "--network=host", "--layers=false",
                  "--format=docker", *volumes, f"--build-arg=BASE={made}",
                  f"--file={source}/deploy/container/Dockerfile", "--tag=afterglow",
                  str(source))  # fmt: skip

    def run(self, *words: str, name: str = "", seconds: int = 120) -> str:
        """A command of Afterglow's in a container; with a name it goes on by itself."""
        keys = self.folder / "keys"
        mounts = [f"--volume={keys}/{each}.keys:/etc/afterglow/{each}.keys:ro"
                  for each in ("secret", "encryption")]  # fmt: skip
        given = [f"--env=AFTERGLOW_{key}={value}" for key, value in _SETTINGS.items()]
        kept = ("--detach", f"--name={name}") if name else ("--rm",)
        return self._run("podman", "run", *kept, *_CAREFUL, *mounts, *given,
                         f"--volume={self.folder}/data:/var/lib/afterglow", "afterglow", *words,
                         seconds=seconds)  # fmt: skip

    def inside(self, name: str, *words: str) -> str:
        """A command in a container that runs."""
        return self._run("podman", "exec", name, *words, seconds=120)

    def end(self, name: str) -> float:
        """How many seconds it took to leave by itself."""
        began = time.monotonic()
        self._run("podman", "stop", "--time=35", name, seconds=60)
        return time.monotonic() - began

    def fill(self) -> None:
        """Keys and a folder for its rows, owned by whom it runs as."""
        for place in ("keys", "data"):
            (self.folder / place).mkdir()
            os.chown(self.folder / place, _USER, _USER)
        for name in ("secret", "encryption"):
            file = self.folder / "keys" / f"{name}.keys"
            file.write_text(secrets.token_urlsafe(32))
            file.chmod(0o400)
            os.chown(file, _USER, _USER)

    def _base(self) -> str:
        root = self.folder / "base"
        subprocess.run(["cp", "-a", str(debian(KEPT)), str(root)], check=True)
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        for words in (("update",), ("install", "--yes", "--no-install-recommends",
                                    *_BASE_PACKAGES)):  # fmt: skip
            subprocess.run(["chroot", str(root), "apt-get", "-qq", *words], check=True,
                           stdout=subprocess.DEVNULL)  # fmt: skip
        settings, _ = lent.environment()
        lines = [f"{name[4:].lower().replace('_', '-')} = {value}"
                 for name, value in settings.items()]  # fmt: skip
        (root / "etc/pip.conf").write_text("\n".join(["[global]", *lines, ""]))
        begun = self._run("buildah", "from", "scratch").split()[-1]
        self._run("buildah", "add", "--quiet", begun, str(root), "/")
        self._run("buildah", "commit", "--quiet", begun, "localhost/base")
        return "localhost/base"

    def _run(self, program: str, *words: str, seconds: int = 1800) -> str:
        more = ("--cgroup-manager=cgroupfs",) if program == "podman" else ()
        return subprocess.run(
            [program, *self._where, *more, *words],
            check=True, stdout=subprocess.PIPE, text=True, timeout=seconds,
        ).stdout  # fmt: skip


def _rows(image: Image) -> list[Row]:
    image.fill()
    image.run("migrate")
    image.run("serve", "--host", "0.0.0.0", name="web")
    for _ in range(30):
        try:
            image.inside("web", "python", "-c", _READY)
            break
        except subprocess.CalledProcessError:
            time.sleep(2)
    told = image.inside("web", "afterglow", "doctor", "--inside", "--wait", "60")
    status = image.inside("web", "cat", "/proc/1/status")
    capable = [line for line in status.splitlines() if line.startswith("CapBnd:")]
    print(told, flush=True)
    return [
        at_least("container: green doctors", told.count("All is well"), "", 1),
        at_most("container: capabilities", int(capable[0].split()[1], 16), "", 0),
        at_least("container: user", int(image.inside("web", "id", "-u")), "", _USER),
        at_most("container: leaves within", image.end("web"), "s", 35),
    ]
