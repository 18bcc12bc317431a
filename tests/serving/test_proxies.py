"""Who a visitor is, only a proxy that was named may say: limits count by it."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.serving import configured
from app.settings import Settings
from tests.serving.conftest import HURRIED, Served


async def _who(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.client.host)


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        (None, b"203.0.113.7"),  # as it is when nobody says anything: one on the same machine
        ("127.0.0.0/8", b"203.0.113.7"),
        ("10.0.0.0/8", b"127.0.0.1"),
        ("", b"127.0.0.1"),
    ],
)
def test_asvs_4_1_3_15_3_4_only_a_proxy_that_was_named_is_believed(proxies, seen):
    given = {} if proxies is None else {"proxies": proxies}
    settings = Settings(_env_file=None, **given)
    app = Starlette(routes=[Route("/", _who)])
    with Served(app, HURRIED) as served:
        config = configured(app, "127.0.0.1", served.port, settings.proxies)
        config.load()
        served.server.config.loaded_app = config.loaded_app
        said = b"GET / HTTP/1.0\r\nx-forwarded-for: 198.51.100.9, 203.0.113.7\r\n\r\n"

        assert served.answer(said).endswith(seen)
