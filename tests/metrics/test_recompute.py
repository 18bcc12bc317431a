"""An independent script, given the exported rows alone, comes to the very same figures."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import clock
from app.metrics import export, period, report
from app.people.models import Clinic
from tests.metrics.random_clinic import RandomClinic

SCRIPT = Path(__file__).parents[2] / "scripts" / "recompute.py"


@pytest.fixture
def exported(database, cast, tmp_path):
    """`exported(seed, infusions)`: the export of a clinic of chance, as a file."""

    def make(seed: int, infusions: int) -> tuple[Path, report.Report]:
        with database.session() as db:
            RandomClinic(db, cast, seed).fill(infusions)
        with database.session(write=False) as db:
            clinic = db.get_one(Clinic, cast.clinic.id)
            months = period.until(clock.now().date(), clinic.zone)
            read = report.read(db, clinic, months, for_export=True)
            where = tmp_path / "export.zip"
            where.write_bytes(export.everything(read))
        return where, read

    return make


def run(where: Path) -> subprocess.CompletedProcess[str]:
    # -I: neither the house's own packages nor anything installed beside them is at hand.
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(where)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.every_value_on_both
@pytest.mark.parametrize(("seed", "infusions"), [(1, 0), (2, 7), (3, 60), (4, 120), (5, 150)])
def test_every_figure_is_computed_anew_from_the_rows(exported, seed, infusions):
    where, read = exported(seed, infusions)

    done = run(where)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "all equal" in done.stdout
    if infusions >= 120:  # chance has dealt every metric a share
        assert all(metric.figure().share for metric in read.metrics.values())


def test_a_figure_that_was_touched_is_found(exported, tmp_path):
    where, _read = exported(6, 60)
    folder = tmp_path / "tables"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(where), str(folder)], check=True)
    figures = folder / "figures.csv"
    lines = figures.read_text().splitlines()
    touched = next(line for line in lines if line.startswith("on-time,all,share"))
    metric, month, measure, n, *rest = touched.split(",")
    better = ",".join([metric, month, measure, str(int(n) + 1), *rest])
    figures.write_text("\n".join(better if line == touched else line for line in lines))

    done = run(folder)

    assert done.returncode == 1
    assert "on-time all share" in done.stdout


def test_the_script_knows_nothing_of_the_house():
    source = SCRIPT.read_text()

    assert "import app" not in source
    assert "from app" not in source
