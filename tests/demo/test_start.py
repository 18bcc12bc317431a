import socket
import stat

import pytest

from app import clock
from app.demo import people, seed, start
from app.demo.start import CannotStart
from app.people.models import Patient


@pytest.fixture
def folder(tmp_path, monkeypatch, going):
    monkeypatch.setenv("AFTERGLOW_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_demo_lives_in_its_folder_beside_whatever_is_there(folder, port, capsys):
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "afterglow.db").write_bytes(b"not ours")

    settings, database = start.open_demo(port)
    database.close()

    assert settings.base_url == f"http://localhost:{port}"
    assert settings.demo
    assert stat.S_IMODE((folder / "demo-keys").stat().st_mode) == 0o600
    assert (folder / "notes.txt").read_text() == "mine"
    assert f"http://localhost:{port}/demo" in capsys.readouterr().out


def test_the_second_start_finds_everything_as_it_was(folder, port, monkeypatch):
    _, database = start.open_demo(port)
    with database.session() as db:
        before = sorted(patient.full_name for patient in db.query(Patient))
    database.close()
    monkeypatch.setattr(seed, "seed", None)  # would break: nothing is seeded twice

    _, database = start.open_demo(port)

    with database.session(write=False) as db:
        assert sorted(patient.full_name for patient in db.query(Patient)) == before
    database.close()


def test_a_first_start_that_was_broken_off_begins_anew(folder, port, monkeypatch):
    def break_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(seed, "seed", break_off)
    with pytest.raises(KeyboardInterrupt):
        start.open_demo(port)
    monkeypatch.undo()
    monkeypatch.setenv("AFTERGLOW_DATA_DIR", str(folder))
    clock.stand_still(None)

    _, database = start.open_demo(port)

    with database.session(write=False) as db:
        assert db.query(Patient).count() == len(people.EVERYBODY)
    database.close()


def test_a_taken_port_is_said_in_one_line(folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]

        with pytest.raises(CannotStart) as refused:
            start.open_demo(taken)

    assert f"port {taken} is taken" in refused.value.message
    assert not folder.exists()


def test_a_database_without_its_keys_is_said_in_one_line(folder, port):
    folder.mkdir()
    (folder / "demo.sqlite3").write_bytes(b"")

    with pytest.raises(CannotStart) as refused:
        start.open_demo(port)

    assert "\n" not in refused.value.message


def test_a_folder_that_is_a_file_is_said_in_one_line(folder, port):
    folder.write_text("")

    with pytest.raises(CannotStart) as refused:
        start.open_demo(port)

    assert str(folder) in refused.value.message
