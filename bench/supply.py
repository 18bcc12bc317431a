"""What the house is built of: a bill of materials, and whether all of it is what was locked.

`bench/results/sbom.json` is CycloneDX 1.6: every package that runs, with the digests under which it
may be installed, and what others wrote and we ship. Nothing is asked of the network: whether an
advisory stands against a version is asked where there is one (docs/decisions/0050 says how).
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bench.rows import RESULTS, Row, at_least, at_most

ROOT = Path(__file__).parents[1]
BILL = RESULTS.parent / "sbom.json"
_VENDOR = ROOT / "static" / "vendor"
_ENTRY = re.compile(
    r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)([^\\\n]*)(.*?)(?=^\S|\Z)", re.M | re.S
)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def measure(*, full: bool) -> list[Row]:
    """Write the bill; what is not as locked, published or installed is counted. One size only."""
    del full
    bill = bill_of_materials()
    BILL.parent.mkdir(exist_ok=True)
    BILL.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n")
    return [
        at_least("supply: parts in the bill of materials", len(bill["components"]), "parts", 1),
        at_most("supply: packages that are not as locked", len(not_as_locked()), "pcs", 0),
        at_most("supply: files changed since they were installed", len(changed_files()), "pcs", 0),
        at_most("supply: vendored files not as published", len(changed_vendored()), "pcs", 0),
    ]


def pins(lock: str) -> list[tuple[str, str]]:
    """Name and version of everything that a lock installs here."""
    return [(each.name, each.version) for each in _locked(lock)]


def bill_of_materials() -> dict[str, Any]:
    """The bill, the same for the same sources but for its time."""
    components = [_package(each) for each in _locked("runtime")] + _vendored()
    name = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, name)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "name": "afterglow", "bom-ref": "afterglow"},
        },
        "components": components,
        "dependencies": [
            {"ref": "afterglow", "dependsOn": [each["bom-ref"] for each in components]}
        ],
    }


def not_as_locked() -> list[str]:
    """Packages that are installed in another version than the lock names, or not at all."""
    return [each.name for each in _locked("runtime") if not each.is_installed]


def changed_files() -> list[str]:
    """Installed files of what runs that are not the ones that were installed."""
    changed = []
    for name, _ in pins("runtime"):
        found = _installed(name)
        for file in (found.files or []) if found else []:
            if file.hash is None or file.suffix == ".pyc":
                continue
            path = Path(str(file.locate()))
            if not path.is_file() or _record_digest(path, file.hash.mode) != file.hash.value:
                changed.append(str(file))
    return changed


def changed_vendored() -> list[str]:
    """Files that others wrote and we ship, changed since they were published."""
    return [
        row["file"]
        for row in json.loads((_VENDOR / "vendored.json").read_text())
        if hashlib.sha256((_VENDOR / row["file"]).read_bytes()).hexdigest() != row["sha256"]
    ]


@dataclass(frozen=True)
class _Locked:
    name: str
    version: str
    condition: str  # on which machines it is wanted; empty: on all
    digests: list[str]

    @property
    def is_installed(self) -> bool:
        found = _installed(self.name)
        return bool(self.condition) if found is None else found.version == self.version


def _locked(lock: str) -> list[_Locked]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return [
        _Locked(found[1], found[2], found[3].strip(" ;"), _DIGEST.findall(found[0]))
        for found in _ENTRY.finditer(text)
    ]


def _package(locked: _Locked) -> dict[str, Any]:
    purl = f"pkg:pypi/{locked.name}@{locked.version}"
    part: dict[str, Any] = {"type": "library", "bom-ref": purl, "purl": purl}
    part |= {"name": locked.name, "version": locked.version, "scope": "required"}
    part["hashes"] = [{"alg": "SHA-256", "content": digest} for digest in locked.digests]
    licence = _licence(_installed(locked.name))
    return part | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def _vendored() -> list[dict[str, Any]]:
    return [
        {
            "type": "library" if row["file"].endswith(".js") else "file",
            "bom-ref": row["file"],
            "purl": f"pkg:npm/{row['name']}@{row['version']}#{Path(row['file']).name}",
            "name": row["name"],
            "version": row["version"],
            "hashes": [{"alg": "SHA-256", "content": row["sha256"]}],
            "licenses": [{"license": {"id": row["licence"]}}],
        }
        for row in json.loads((_VENDOR / "vendored.json").read_text())
    ]


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _licence(found: Distribution | None) -> str:
    if found is None:
        return ""
    said = found.metadata.get("License-Expression") or found.metadata.get("License") or ""
    classified = [
        each.rsplit(" :: ", 1)[1]
        for each in found.metadata.get_all("Classifier") or []
        if each.startswith("License :: ")
    ]
    return said if 0 < len(said) < 80 else ", ".join(classified)


def _record_digest(path: Path, mode: str) -> str:
    digest = hashlib.new(mode, path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
