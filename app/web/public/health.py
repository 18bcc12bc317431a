"""Is it alive, is it ready, how is it doing."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.db import beats, migrate
from app.messaging import outbox, pace
from app.web.guards import anyone
from app.web.public import who_measures

_TOO_LATE_SECONDS = 120


async def alive(_: Request) -> Response:
    """200 as long as the process answers."""
    return PlainTextResponse("ok\n")


@anyone
def ready(request: Request, db: Session) -> Response:
    """200 when the process stays, the database answers and is migrated, and a worker keeps up.

    Else 503 with what is wrong. `?only=pages` asks for what pages need, which is no worker: so that
    a balancer does not take away the doors because the texts stand still.
    """
    wrong = ["leaving"] if request.app.state.leaving else []
    try:
        db.execute(text("SELECT 1"))
        if not migrate.fits(db.connection()):
            wrong.append("migrations")
        if request.query_params.get("only") != "pages" and _is_behind(db):
            wrong.append("worker")
    except SQLAlchemyError:
        wrong.append("database")
    return JSONResponse({"ready": not wrong, "wrong": wrong}, 503 if wrong else 200)


def _is_behind(db: Session) -> bool:
    """Whether no worker is there, or texts are late and nothing but a lame one can be why."""
    if not beats.is_somebody_at_work(db):
        return True
    return outbox.lateness(db, pace.waits_for_none(db)).total_seconds() > _TOO_LATE_SECONDS


@anyone
def metrics(request: Request, db: Session) -> Response:
    """Prometheus: what this process counted, and how the installation stands. Nobody's anything.

    For the operator alone: see `who_measures`.
    """
    if refused := who_measures.refuse(request):
        return refused
    counted = generate_latest()
    return Response(counted + request.app.state.standing(db), media_type=CONTENT_TYPE_LATEST)


routes = [
    Route("/healthz", alive, name="alive"),
    Route("/readyz", ready, name="ready"),
    Route("/metrics", metrics, name="metrics"),
]
