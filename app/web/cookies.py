"""Puts cookies of ours into an answer, and takes them back."""

from typing import Any

from starlette.responses import Response


def put(response: Response, name: str, value: str, *, seconds: int, same_site: Any = "lax") -> None:
    """A cookie as all of ours are: for this host alone, unseen by scripts."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite=same_site
    )


def drop(response: Response, name: str) -> None:
    """Expire a cookie of ours."""
    response.set_cookie(name, "", max_age=0, path="/", secure=True, httponly=True, samesite="lax")
