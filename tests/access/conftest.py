import pytest
from sqlalchemy import event


@pytest.fixture
def statements(database):
    """What is asked of the database, statement by statement."""
    seen = []

    def note(connection, cursor, statement, *_):
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)
