"""Which answers a route may give, said before anything is asked."""

# What any address may say to what is not even a request for it.
_ALWAYS = {
    400,  # not a request, or another host's
    403,  # from another site's page, or not for you
    404,
    405,
    413,
}
_PAGES = {
    200,
    303,
    401,  # a part of a page that is asked for after the session's end
    409,
    410,
    415,
    422,
    429,
}
_FHIR = {200, 201, 202, 204, 304, 401, 406, 409, 410, 412, 415, 422, 429, 428}
_JSON = {200, 201, 204, 303, 401, 409, 410, 415, 422, 429}
# Of single routes, beside the above.
_MORE = {
    "ready": {200, 503},  # texts wait and nobody works at them
    "static": {200, 206, 304, 416},
    "twilio-status": {204},
    "session-sound": {206, 416},
    "journal:file": {206, 416},
    "console:hear-sound": {206, 416},
    "console:journal-file": {206, 416},
    "safety-words": {304},
    "offline-safety": {304},
}
# How our machines speak among themselves, and to nobody else.
_TRACES = (
    b"Traceback (most recent call last)",
    b'File "/',
    b"sqlalchemy.",
    b"psycopg.",
    b"sqlite3.",
    b"jinja2.",
    b"Internal Server Error",
    b"site-packages",
    b" object at 0x",
)


def declared(name: str) -> set[int]:
    """The statuses that a route may answer with. None of them is a crash."""
    family = _FHIR if name.startswith("fhir:") else _PAGES | _JSON
    return _ALWAYS | family | _MORE.get(name, set())


def traces(body: bytes) -> bytes:
    """What in an answer tells how the house is built; empty for nothing."""
    return next((each for each in _TRACES if each in body), b"")
