"""What an operator may set and call stands in the README, and nothing that is not there does."""

import re
from pathlib import Path

import pytest

from app import cli
from app.settings import Settings

README = (Path(__file__).parents[2] / "README.md").read_text()
SETTINGS = sorted(name for name, field in Settings.model_fields.items() if not field.exclude)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_in_the_table(name):
    assert re.search(rf"^\|\s*`(AFTERGLOW_)?{name.upper()}`", README, re.MULTILINE)


def test_the_table_names_no_setting_that_is_gone():
    table = re.findall(r"^\|\s*`(?:AFTERGLOW_)?([A-Z][A-Z_]+)`", README, re.MULTILINE)

    assert sorted(set(table) - {name.upper() for name in SETTINGS}) == []


def _commands():
    for command in cli.app.registered_commands:
        yield command.name or command.callback.__name__
    for group in cli.app.registered_groups:
        for command in group.typer_instance.registered_commands:
            group_name = f"{group.name} " if group.name else ""
            yield group_name + (command.name or command.callback.__name__)


# The demo is called by its other name, `make run`.
@pytest.mark.parametrize("command", sorted(set(_commands()) - {"demo"}))
def test_every_command_is_named(command):
    assert f"afterglow {command}" in README
