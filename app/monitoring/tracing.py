"""Traces: which routes, statements and texts took how long. Imported only when they are wanted.

A span holds a route's pattern, a statement's kind and table, a text's id: no address, no value, no
word of an error. Statements are followed inside of a request alone; a worker looks at its tables
twice a second, and that is nobody's question.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, get_current_span
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import ExceptionContext

from app.messaging.gateway import Accepted, Answer, Outgoing, SmsGateway
from app.web.middleware.request_log import pattern

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE|JOIN)\s+"?([a-z_]+)', re.IGNORECASE)
_KINDS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "PRAGMA"})
_SPAN = "_afterglow_span"


@cache
def provider() -> TracerProvider:
    """The one of this process, which sends in batches from a thread of its own.

    Where to, and how many, the variables say that every OpenTelemetry program reads.
    """
    made = TracerProvider(resource=Resource.create({"service.name": "afterglow"}))
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    event.listen(Engine, "before_cursor_execute", _before)
    event.listen(Engine, "after_cursor_execute", _after)
    event.listen(Engine, "handle_error", _failed)
    return made


class TracedRequests:
    """A span for each request. What a visitor says of spans of their own is not believed."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app
        self._tracer = provider().get_tracer("afterglow.requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        with self._tracer.start_as_current_span(
            scope["method"],
            kind=SpanKind.SERVER,
            record_exception=False,  # its words may be somebody's
            set_status_on_exception=False,
        ) as span:

            async def send_and_see(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    _tell(span, message["status"])
                await send(message)

            try:
                await self._app(scope, receive, send_and_see)
            finally:
                route = pattern(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.request.method", scope["method"])
                span.set_attribute("http.route", route)


class TracedGateway:
    """A gateway whose sendings are spans: the text's id, and how it was answered."""

    def __init__(self, gateway: SmsGateway) -> None:
        self._gateway = gateway
        self._tracer = provider().get_tracer("afterglow.texts")

    def send(self, outgoing: Outgoing) -> Answer:
        """As the gateway does."""
        with self._tracer.start_as_current_span(
            "send text",
            kind=SpanKind.CLIENT,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            span.set_attribute("afterglow.text.id", str(outgoing.message_id))
            answer = self._gateway.send(outgoing)
            span.set_attribute("afterglow.text.answer", type(answer).__name__)
            if not isinstance(answer, Accepted):
                span.set_status(Status(StatusCode.ERROR))
            return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)


def _tell(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))


def _before(
    connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool
) -> None:
    if not get_current_span().is_recording() or context is None:
        return
    kind = statement.lstrip().split(None, 1)[0].upper() if statement.strip() else ""
    kind = kind if kind in _KINDS else "other"
    found = _TABLE.search(statement)
    table = found[1] if found else ""
    span = (
        provider()
        .get_tracer("afterglow.statements")
        .start_span(f"{kind} {table}".strip(), kind=SpanKind.CLIENT)
    )
    span.set_attribute("db.system.name", connection.dialect.name)
    span.set_attribute("db.operation.name", kind)
    if table:
        span.set_attribute("db.collection.name", table)
    setattr(context, _SPAN, span)


def _after(
    _connection: Connection, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool
) -> None:
    _end(context)


def _failed(failure: ExceptionContext) -> None:
    span = getattr(failure.execution_context, _SPAN, None)
    if span is not None:
        span.set_attribute("error.type", type(failure.original_exception).__name__)
        span.set_status(Status(StatusCode.ERROR))
    _end(failure.execution_context)


def _end(context: Any) -> None:
    span = getattr(context, _SPAN, None)
    if span is not None:
        delattr(context, _SPAN)
        span.end()
