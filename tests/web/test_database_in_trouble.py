"""Whatever the database fails at: it is for now, nothing was kept, and that is what is said."""

import pytest
from sqlalchemy import exc
from starlette.routing import Route

_WORDS = Exception("could not extend file")


@pytest.mark.parametrize(
    "error",
    [
        exc.OperationalError("", {}, _WORDS),
        exc.InterfaceError("", {}, _WORDS),
        exc.InternalError("", {}, _WORDS),
        exc.PendingRollbackError("the line is gone"),
        exc.DatabaseError("", {}, _WORDS),  # SQLite's word for a file that came back torn
        exc.TimeoutError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_trouble_with_the_database_asks_to_come_again(app, client, error):
    def fail(_):
        raise error

    app.router.routes.insert(0, Route("/fails", fail))

    answer = client.get("/fails")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "could not extend" not in answer.text


def test_a_broken_rule_of_ours_is_no_trouble_of_the_databases(app, client):
    def fail(_):
        raise exc.IntegrityError("", {}, _WORDS)

    app.router.routes.insert(0, Route("/fails", fail))

    with pytest.raises(exc.IntegrityError):
        client.get("/fails")
