"""The doctor knows the machine it stands on."""

import resource

import pytest

from app.cli.checks import machine

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:44 / {folder} rw,relatime shared:9 - {kind} somewhere:/there rw
"""


@pytest.fixture
def here(settings, tmp_path):
    file = tmp_path / "afterglow.db"
    file.touch(mode=0o600)
    return settings.model_copy(update={"database_url": f"sqlite:///{file}"})


def only(found):
    [each] = found
    return each.state, each.words


@pytest.mark.parametrize(
    ("kind", "state"),
    [("ext4", "ok"), ("xfs", "ok"), ("nfs4", "fail"), ("cifs", "fail"), ("fuse.sshfs", "fail")],
)
def test_sqlite_on_another_machine_s_disk_is_a_failure(here, tmp_path, monkeypatch, kind, state):
    (tmp_path / "mounts").write_text(MOUNTS.format(folder=tmp_path, kind=kind))
    monkeypatch.setattr(machine, "_MOUNTS", tmp_path / "mounts")

    assert only(machine.database_file(here))[0] == state


def test_a_database_that_others_may_read_is_told_of(here, tmp_path):
    (tmp_path / "afterglow.db").chmod(0o644)

    state, words = only(machine.database_file(here))

    assert state == "warn"
    assert "chmod 600" in words


def test_postgresql_has_no_file_of_ours(settings):
    elsewhere = settings.model_copy(update={"database_url": "postgresql://a@b/c"})

    assert list(machine.database_file(elsewhere)) == []


@pytest.mark.parametrize(
    ("few", "very_few", "state"), [(0, 0, "ok"), (2, 0, "warn"), (2, 2, "fail")]
)
def test_a_disk_that_fills_up_is_told_of_in_time(here, monkeypatch, few, very_few, state):
    for name, value in {
        "_FEW_BYTES": 0,
        "_VERY_FEW_BYTES": 0,
        "_FEW": few,
        "_VERY_FEW": very_few,
    }.items():
        monkeypatch.setattr(machine, name, value)

    assert only(machine.disk(here))[0] == state


def test_folders_of_one_disk_are_one_line(here, tmp_path):
    copies = {"backup_dir": str(tmp_path / "not" / "yet"), "backup_keys_dir": str(tmp_path)}

    assert len(list(machine.disk(here.model_copy(update=copies)))) == 1


def test_few_open_files_are_told_of(here, monkeypatch):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    monkeypatch.setattr(machine, "_FILES", hard + 1)

    assert only(machine.open_files(here))[0] == "warn"
