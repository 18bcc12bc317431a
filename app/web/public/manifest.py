"""What makes the pages an app that a phone can keep: name, icons, two ways straight in."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import i18n
from app.i18n import gettext as _
from app.web import guards
from app.web.files.assets import Assets

_SKY = "#f5eeee"


async def show(request: Request) -> Response:
    """GET /manifest.webmanifest, in the browser's language. It knows nobody: it is asked for
    without cookies.
    """
    assets: Assets = request.app.state.assets
    with i18n.using(guards.accepted_language(request) or "en"):
        return JSONResponse(
            _manifest(assets),
            media_type="application/manifest+json",
            headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"},
        )


def _manifest(assets: Assets) -> dict[str, object]:
    icon = {"src": assets("icons/icon-192.png"), "sizes": "192x192", "type": "image/png"}
    large = {"src": assets("icons/icon-512.png"), "sizes": "512x512", "type": "image/png"}
    maskable = {
        "src": assets("icons/icon-maskable-512.png"),
        "sizes": "512x512",
        "type": "image/png",
        "purpose": "maskable",
    }
    return {
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "name": "Afterglow",
        "short_name": "Afterglow",
        "description": _("What is next, and a quiet minute for a few words."),
        "lang": i18n.language(),
        "dir": "ltr",
        "display": "standalone",
        "background_color": _SKY,
        "theme_color": _SKY,
        "icons": [icon, large, maskable],
        "shortcuts": [
            {"name": _("A few words"), "url": "/journal/write", "icons": [icon]},
            {"name": _("Help right now"), "url": "/safety", "icons": [icon]},
        ],
    }


routes = [Route("/manifest.webmanifest", show, methods=["GET"], name="manifest")]
