import os

import pytest
from pydantic import ValidationError

from app import key_sources
from app.key_sources import NotRead
from app.settings import Settings

ONE, TWO = "a" * 40, "b" * 40


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("AFTERGLOW_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"# the first one writes\n{ONE}\n\n  {TWO}\n")
    path.chmod(0o600)
    return path


def made(**values):
    return Settings(_env_file=None, **values)


def kept(keys):
    return [key.get_secret_value() for key in keys]


@pytest.mark.parametrize("name", ["encryption_keys", "secret_keys"])
def test_keys_are_read_from_a_file_in_its_order(file, name):
    assert kept(getattr(made(**{f"{name}_file": str(file)}), name)) == [ONE, TWO]


@pytest.mark.parametrize("name", ["encryption_keys", "secret_keys"])
def test_keys_are_what_a_program_prints(file, name):
    assert kept(getattr(made(**{f"{name}_command": f"cat '{file}'"}), name)) == [ONE, TWO]


def test_a_program_is_started_without_a_shell(tmp_path):
    by_shell = tmp_path / "made"

    settings = made(encryption_keys_command=f"echo {ONE} > {by_shell}")

    assert kept(settings.encryption_keys) == [f"{ONE} > {by_shell}"]
    assert not by_shell.exists()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"encryption_keys_file": "/nowhere/keys"}, "the file cannot be read"),
        ({"encryption_keys_file": "/dev/null"}, "the file holds no key"),
        ({"encryption_keys_file": "/dev/zero"}, "the file is no list of keys"),
        ({"encryption_keys_command": "false"}, "the program ended with 1"),
        ({"encryption_keys_command": "/nowhere/program"}, "the program cannot be started"),
        ({"encryption_keys_command": "'"}, "the program cannot be started"),
        ({"encryption_keys_command": "true"}, "what the program printed holds no key"),
        ({"encryption_keys": ONE, "encryption_keys_command": "true"}, "more than one place"),
    ],
)
def test_keys_that_cannot_be_had_are_refused_with_the_reason_alone(values, why):
    with pytest.raises(ValidationError, match=why) as refused:
        made(**values)

    assert [error["loc"] for error in refused.value.errors()] == [("encryption_keys",)]


def test_a_file_is_read_anew_and_a_program_only_when_asked_to(file):
    settings = made(encryption_keys_file=str(file), secret_keys_command=f"cat '{file}'")
    file.write_text(TWO)

    assert settings.keys_now("encryption_keys", command=False) == (TWO,)
    assert settings.keys_now("secret_keys", command=False) is None  # as it printed before
    assert settings.keys_now("secret_keys", command=True) == (TWO,)
    assert made(secret_keys=ONE).keys_now("secret_keys", command=True) is None
    file.unlink()
    with pytest.raises(NotRead):
        settings.keys_now("encryption_keys", command=False)


def test_a_file_that_others_may_read_is_known(file):
    assert not key_sources.open_to_others(str(file))
    file.chmod(0o640)
    assert key_sources.open_to_others(str(file))
