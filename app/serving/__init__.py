"""Runs the application under uvicorn, with the limits that production needs."""

import resource
import sys
from collections.abc import Sequence
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

from app.serving.connections import PromptConnection
from app.serving.lines import PromptLine
from app.serving.server import LeavingServer

_GRACE_SECONDS = 15
_KEEP_ALIVE_SECONDS = 75  # longer than a proxy keeps one, so that the proxy ends it, not we
_LARGEST_SOCKET_MESSAGE = 64 * 1024
_SOCKET_PING_SECONDS = 20  # browsers answer by themselves, also for pages that are put away
_MOST_FILES = 8192
_DID_NOT_START = 3


def run(
    app: Starlette, *, host: str, port: int, proxies: Sequence[str] = (), linger: float = 0
) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Then `/readyz` says no for `linger` seconds while all goes on; after that nobody new is let
    in, requests in hand are finished and sockets told to come back. A second signal ends the wait.
    """
    _allow_many_connections()
    server = LeavingServer(configured(app, host, port, proxies), app, linger=linger)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(_DID_NOT_START)


def configured(app: Starlette, host: str, port: int, proxies: Sequence[str]) -> uvicorn.Config:
    """uvicorn as we have it. Who a visitor is, it takes from these proxies and from nobody else."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=PromptConnection,
        ws=PromptLine,
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=_LARGEST_SOCKET_MESSAGE,
        ws_ping_interval=_SOCKET_PING_SECONDS,
        ws_ping_timeout=_SOCKET_PING_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
    )


def _allow_many_connections() -> None:
    """Every phone in a waiting room holds a file; the usual 1,024 are too few for a morning."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
