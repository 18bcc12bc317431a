"""What any server here could answer at most: two words, under the server that we run."""


async def app(scope: dict, _receive: object, send) -> None:
    """Plain text to everybody."""
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})
