"""`afterglow` on a disk that is full whenever a file says so.

    python -m bench.reliability.limited FILE python -m bench.reliability.hurried 1 2026-… serve …

The file holds how many pages the SQLite database may have; it is read before each transaction.
SQLite itself then says that the database or disk is full.
"""

import sys
from pathlib import Path

from sqlalchemy import Connection


def main() -> None:
    limit = Path(sys.argv[1])
    del sys.argv[1:5]
    from app.db import engine
    from app.db.turns import Threshold, Turns

    begin = engine._begin_sqlite

    def begin_limited(turns: Turns, threshold: Threshold, connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {int(limit.read_text())}")
        begin(turns, threshold, connection)

    engine._begin_sqlite = begin_limited
    from bench.reliability.hurried import main as hurried

    hurried()


if __name__ == "__main__":
    main()
