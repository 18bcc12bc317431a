"""Notes that a session or a key was used."""

from starlette.requests import Request

from app.access import api_keys, web_sessions
from app.access.models import ApiKey, WebSession


def note(request: Request) -> None:
    """Note activity at most once a minute, in a transaction of its own:

    reading pages stays read-only.
    """
    web_session: WebSession | None = getattr(request.state, "web_session", None)
    if web_session is not None and web_sessions.is_stale(web_session):
        with request.app.state.database.session() as db:
            web_sessions.touch(db, web_session)
    api_key: ApiKey | None = getattr(request.state, "api_key", None)
    if api_key is not None and api_keys.is_stale(api_key):
        with request.app.state.database.session() as db:
            api_keys.touch(db, api_key)
