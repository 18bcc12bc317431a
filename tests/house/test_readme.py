"""README says what is so: its settings are those of the settings class, its commands run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
# They are the suite and the demo themselves; the journeys start the demo.
_LEFT_OUT = ("make run", "make test")


def commands() -> list[str]:
    """Every line of README's shell blocks, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.strip().splitlines()]
    return [line for line in lines if line not in _LEFT_OUT]


def test_the_settings_table_names_every_setting_and_no_other():
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))

    assert told == {name.upper() for name in Settings.model_fields if name != "demo"}


def test_the_two_commands_of_the_first_page_are_targets_of_the_makefile():
    targets = (ROOT / "Makefile").read_text()

    for command in _LEFT_OUT:
        assert f"```sh\n{command}\n```" in README
        assert f"\n{command.removeprefix('make ')}:" in targets


def test_the_commands_for_a_clinic_run_in_the_order_they_are_told(tmp_path):
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AFTERGLOW_")},
        "AFTERGLOW_DATABASE_URL": f"sqlite:///{tmp_path / 'afterglow.db'}",
        "AFTERGLOW_BASE_URL": "https://northside.example",
        "AFTERGLOW_SECRET_KEYS": "s" * 43,
        "AFTERGLOW_ENCRYPTION_KEYS": "e" * 43,
        "AFTERGLOW_SMS": "demo",
        "PYTHONPATH": str(ROOT),
    }
    afterglow = [sys.executable, "-c", "from app.cli import main; main()"]
    told = commands()
    assert len(told) >= 6

    for line in told:
        words = shlex.split(line)
        program = afterglow if words[0] == "afterglow" else [sys.executable]
        ran = subprocess.run(
            [*program, *words[1:]], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, f"{line}\n{ran.stderr}"
        if "invite" in words:
            assert ran.stdout.startswith("https://northside.example/invitation#")


@pytest.mark.parametrize("path", re.findall(r"\]\(((?!https?:)[^)#]+)\)", README))
def test_everything_the_first_page_points_to_is_there(path):
    assert (ROOT / path).exists()
