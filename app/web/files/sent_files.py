"""Sends a stored file so that a browser never runs anything of it."""

from urllib.parse import quote

from starlette.responses import Response

from app.questionnaires.models import Attachment

_POLICY = "default-src 'none'; sandbox"


def sent(attachment: Attachment) -> Response:
    """A picture to look at, a paper to save: both alone in their sandbox."""
    is_picture = attachment.content_type.startswith("image/")
    how = "inline" if is_picture else "attachment"
    return Response(
        attachment.content or b"",
        media_type=attachment.content_type,
        headers={
            "Content-Disposition": f"{how}; filename*=UTF-8''{quote(attachment.name)}",
            "Content-Security-Policy": _POLICY,
        },
    )
