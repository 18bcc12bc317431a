"""Hands out static files."""

from starlette.requests import Request
from starlette.responses import Response

from app.web.assets import Assets


async def serve(request: Request) -> Response:
    """GET /static/…"""
    assets: Assets = request.app.state.assets
    return assets.serve(request)
