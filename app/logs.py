"""How log lines look. What they may say is each caller's duty: ids and kinds, nothing personal."""

import logging
import sys

import structlog


def configure(log_format: str, *, quiet: bool = False) -> None:
    """Lines to stderr in UTC, as text or JSON.

    Libraries only warn; none of their lines hold addresses. `quiet`: so do we.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s")
    # A crash is logged by our own handler, by kind and place; the server would add its words.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if quiet else logging.INFO
        ),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
