"""What this machine tells: its disks, its clock's keeper, how many files may be open."""

import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from app.cli.checks.finding import Finding, fail, ok, warn
from app.settings import Settings

_FEW_BYTES, _VERY_FEW_BYTES = 2 * 2**30, 2**28
_FEW, _VERY_FEW = 0.10, 0.02
_FILES = 4096
_MOUNTS = Path("/proc/self/mountinfo")
# systemd writes there what kind of container it woke up in; on a machine there is no such file.
_CONTAINER = Path("/run/systemd/container")
# SQLite needs locks that hold, which these do not promise.
_FAR = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "fuse.",
    "ncpfs",
    "beegfs",
)


def disk(settings: Settings) -> Iterator[Finding]:
    """Room where something is written."""
    for folder in _written_to(settings):
        usage = shutil.disk_usage(folder)
        free = f"{usage.free / 2**30:.1f} GiB free where {folder} is"
        if usage.free < _VERY_FEW_BYTES or usage.free < usage.total * _VERY_FEW:
            yield fail("disk", f"only {free}: make room now, or nothing is kept")
        elif usage.free < _FEW_BYTES or usage.free < usage.total * _FEW:
            yield warn("disk", f"{free}: make room, or a larger disk")
        else:
            yield ok("disk", free)


def database_file(settings: Settings) -> Iterator[Finding]:
    """SQLite's file: on a disk of this machine, and for its owner alone."""
    file = _sqlite_file(settings)
    if file is None:
        return
    kind = _file_system(file.parent)
    if kind.startswith(_FAR):
        yield fail("database file", f"lies on {kind}: SQLite needs a disk of this machine")
    elif file.exists() and file.stat().st_mode & 0o077:
        yield warn("database file", f"can be read by others: chmod 600 {file}")
    else:
        yield ok("database file", f"on {kind or 'a disk'} of this machine, for its owner alone")


def open_files(_settings: Settings) -> Iterator[Finding]:
    """Every phone in a waiting room holds a file."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < _FILES:
        yield warn("open files", f"at most {hard}: set LimitNOFILE=16384 for the service")
    else:
        yield ok("open files", "enough may be open")


def clock_keeper(_settings: Settings) -> Iterator[Finding]:
    """Whether the network sets this machine's clock, where that can be asked.

    A container's clock is its host's, and no program inside may set it.
    """
    try:
        asked = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
        said = asked.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        said = ""
    if said == "yes":
        yield ok("clock", "set by the network")
    elif said == "no" and _CONTAINER.exists():
        yield warn("clock", "is the host's, and not set by the network: see to it there")
    elif said == "no":
        yield fail("clock", "is not set by the network: apt install systemd-timesyncd")
    else:
        yield warn("clock", "cannot tell whether the network sets it: see to it that it does")


def _written_to(settings: Settings) -> list[Path]:
    """An existing folder for each file system that is written to."""
    wanted = [settings.backup_dir, settings.backup_keys_dir]
    folders = [Path(each) for each in wanted if each]
    if file := _sqlite_file(settings):
        folders.insert(0, file.parent)
    there: dict[int, Path] = {}
    for folder in folders or [Path("/")]:
        found = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        there.setdefault(found.stat().st_dev, found)
    return list(there.values())


def _sqlite_file(settings: Settings) -> Path | None:
    address = make_url(settings.database_url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return None
    return Path(address.database).absolute()


def _file_system(folder: Path) -> str:
    """The kind of the file system a folder is on; "" where that cannot be told."""
    try:
        lines = _MOUNTS.read_text().splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    real = str(folder.resolve())
    for line in lines:
        mount, _, after = line.partition(" - ")
        place = mount.split()[4].replace("\\040", " ")
        is_above = real == place or real.startswith(place.rstrip("/") + "/")
        if is_above and len(place) >= len(best):
            best, kind = place, after.split()[0]
    return kind


CHECKS = (disk, database_file, open_files, clock_keeper)
