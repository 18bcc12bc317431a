"""Where a newcomer clones from: what is committed here, and a release after it."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
_VERSIONS = "app/db/migrations/versions"
_NEXT = '''"""What the next release brings"""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("next_word", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "next_word")
'''


def made(folder: Path) -> Path:
    """A repository with the branches `release-1` (what is committed) and `release-2`."""
    work, bare = folder / "work", folder / "afterglow.git"
    _git(folder, "clone", "--quiet", str(ROOT), str(work))
    _git(work, "branch", "release-1")
    _git(work, "checkout", "--quiet", "-b", "release-2")
    versions = sorted((work / _VERSIONS).glob("[0-9]*.py"))
    newest = re.search(r'^revision(?:: str)? = "(\w+)"', versions[-1].read_text(), re.MULTILINE)
    assert newest, versions[-1]
    (work / _VERSIONS / "9000_the_next.py").write_text(_NEXT.format(newest=newest[1]))
    _git(work, "add", _VERSIONS)
    named = ("-c", "user.name=Release", "-c", "user.email=release@localhost")
    _git(work, *named, "commit", "--quiet", "--message", "Release two")
    _git(folder, "clone", "--quiet", "--bare", str(work), str(bare))
    return bare


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True)
