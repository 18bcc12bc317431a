"""Runs the application under uvicorn, with the limits that production needs."""

import uvicorn
from starlette.applications import Starlette

_GRACE_SECONDS = 10
_LARGEST_SOCKET_MESSAGE = 64 * 1024


def run(app: Starlette, *, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; requests in flight are finished, sockets told to come back."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=_LARGEST_SOCKET_MESSAGE,
        ws_ping_interval=None,  # our pages ping
        timeout_graceful_shutdown=_GRACE_SECONDS,
        h11_max_incomplete_event_size=_LARGEST_SOCKET_MESSAGE,
    )
