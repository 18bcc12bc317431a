"""Puts the house together: one application from settings."""

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any, cast

import anyio.to_thread
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp
from starlette_compress import CompressMiddleware

from app import live
from app.db.arriving import Refused
from app.db.engine import Database
from app.messaging.gateway import SmsGateway
from app.monitoring import wants_traces
from app.monitoring.standing import Standing
from app.refusal import Refusal
from app.settings import Settings, Sms
from app.telehealth import provider
from app.telehealth.models import ProviderName
from app.web import errors, site
from app.web.addresses import Addresses
from app.web.files import assets
from app.web.filled_in import FilledIn
from app.web.key_limits import KeyLimits
from app.web.middleware.cross_origin import CrossOrigin
from app.web.middleware.failing_slowly import FailingSlowly
from app.web.middleware.headers import Headers
from app.web.middleware.hosts import OwnHosts
from app.web.middleware.request_log import RequestLog
from app.web.pages import environment
from app.web.signposts import Signposts
from app.worker import Worker

log = structlog.get_logger("server")
# More of them only pass the interpreter's lock around: at ten o'clock six let in the 95th of a
# hundred after 340 ms, twenty after 750 (decision 60).
_THREADS = 6
_LARGEST_BODY = 64 * 1024


def create_app(
    settings: Settings, database: Database, *, gateway: SmsGateway | None = None, works: bool = True
) -> Starlette:
    """The application.

    `works`: its process also runs the timetable; else `afterglow worker` does.
    """
    provider.use(ProviderName(settings.video.value))
    static = assets.load()
    worker = Worker(database, settings, gateway or choose_gateway(settings))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        stopping = threading.Event()
        threads = []
        if works:
            threads.append(threading.Thread(target=_work, args=(worker,), name="worker"))
        if not database.is_sqlite:
            address = database.engine.url.render_as_string(hide_password=False)
            threads.append(
                threading.Thread(target=live.listen, args=(address, stopping), name="live")
            )
        for thread in threads:
            thread.start()
        threading.Thread(target=static.press, name="press", daemon=True).start()
        yield
        worker.stop()
        stopping.set()
        for thread in threads:
            await anyio.to_thread.run_sync(thread.join)

    app = _House(
        routes=site.routes(_demo_routes(settings)),
        lifespan=lifespan,
        exception_handlers=errors.HANDLERS,
        max_body_size=_LARGEST_BODY,
        middleware=[
            *_traces(),
            Middleware(FailingSlowly),
            Middleware(OwnHosts, settings=settings),
            # Pages hold no secrets beside what a visitor typed, so they may be compressed. A level
            # more costs more than drawing the page and saves a hundredth of a second on a bad line.
            Middleware(CompressMiddleware, minimum_size=400, brotli_quality=4, zstd_level=4),
            Middleware(CrossOrigin, settings=settings),
        ],
    )
    app.state.settings = settings
    app.state.database = database
    app.state.assets = static
    app.state.templates = environment(static)
    app.state.landings = {}
    app.state.addresses = Addresses(app)
    app.state.filled_in = FilledIn(app.state.templates)
    app.state.worker = worker
    app.state.leaving = False
    app.state.standing = Standing()
    app.state.key_limits = KeyLimits(database)
    return app


def _work(worker: Worker) -> None:
    try:
        worker.run()
    except Refused as refused:  # pages say so too, and so does /readyz
        log.error("no worker", why=str(refused))


class _House(Starlette):
    """Wears its headers outside of everything: crashes and refused bodies carry them too."""

    def __init__(self, routes: Sequence[BaseRoute], lifespan: Any, **others: Any) -> None:
        super().__init__(**others)
        self.router = Signposts(routes, lifespan=lifespan)

    def build_middleware_stack(self) -> ASGIApp:
        inside = super().build_middleware_stack()
        first_style = self.state.assets.first_style_print
        return RequestLog(Headers(inside, self.state.settings, first_style))


def _demo_routes(settings: Settings) -> list[BaseRoute]:
    if not settings.demo:
        return []
    from app.demo import routes as demo

    return demo.routes


def choose_gateway(settings: Settings) -> SmsGateway:
    """The way out to phones that the settings name."""
    gateway = _gateway(settings)
    if wants_traces():
        return cast(SmsGateway, _tracing().TracedGateway(gateway))
    return gateway


def _traces() -> list[Middleware]:
    return [Middleware(_tracing().TracedRequests)] if wants_traces() else []


def _tracing() -> ModuleType:
    try:
        from app.monitoring import tracing
    except ModuleNotFoundError:
        raise Refusal(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what traces is not installed: "
            ".venv/bin/pip install --require-hashes -r requirements/tracing.txt"
        ) from None
    return tracing


def _gateway(settings: Settings) -> SmsGateway:
    if settings.sms is Sms.TWILIO:
        from app.messaging.gateway_twilio import TwilioGateway

        return TwilioGateway(settings)
    from app.demo.gateway import DemoGateway

    return DemoGateway()
