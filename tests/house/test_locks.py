"""What is installed is what was locked: exact, hashed, and from no place named here."""

import re
from pathlib import Path

import pytest

from bench import supply

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = ("runtime", "dev", "postgresql")
_PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pins(file_name: str) -> set[tuple[str, str]]:
    return set(_PIN.findall((REQUIREMENTS / file_name).read_text()))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_path(lock):
    text = (REQUIREMENTS / f"{lock}.txt").read_text()

    assert not re.search(r"://|file:|^-|\s/\w", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_carries_a_hash(lock):
    text = (REQUIREMENTS / f"{lock}.txt").read_text()

    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_keeps_the_versions_that_were_asked_for(lock):
    assert pins(f"{lock}.in") <= pins(f"{lock}.txt")


def test_the_tools_are_locked_on_top_of_what_runs():
    assert pins("runtime.txt") <= pins("dev.txt")


def test_what_runs_here_is_what_was_locked():
    assert supply.not_as_locked() == []
