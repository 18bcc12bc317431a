"""Hands out static files."""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from app.web.files.assets import Assets


async def serve(request: Request) -> Response:
    """GET /static/…

    Where nothing is left to be done the loop itself answers: a thread would cost more.
    """
    assets: Assets = request.app.state.assets
    if assets.is_at_hand(request):
        return assets.serve(request)
    return await to_thread.run_sync(assets.serve, request)
