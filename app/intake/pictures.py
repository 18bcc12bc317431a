"""Makes a picture anew from its dots alone: no place, no time, no camera, nothing hidden in it."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # brought in when somebody photographs something: it is 5 MB of a process
    from PIL.Image import Image

LONGEST_SIDE = 2400
_MOST_DOTS = 64_000_000  # the largest phones make 50 million
_MOST_DOTS_AT_ONCE = 24_000_000  # of what can only be opened whole: 100 MB of memory
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 85
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,  # what Pillow says to a broken PNG
)


class NotAPicture(Exception):
    """It cannot be opened, or not safely."""


def made_anew(content: bytes) -> bytes:
    """The picture as a JPEG, upright, no side longer than `LONGEST_SIDE`.

    Raises NotAPicture for what is none, is broken, or would fill the memory.
    """
    from PIL import Image, ImageOps

    giants = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as opened:
            _refuse_giants(opened)
            # A JPEG is opened smaller right away; others take no notice.
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _encoded(upright)
    except (*_BROKEN, *giants) as fault:
        raise NotAPicture from fault


def _refuse_giants(opened: "Image") -> None:
    dots = opened.width * opened.height
    most = _MOST_DOTS if opened.format == "JPEG" else _MOST_DOTS_AT_ONCE
    if dots > most:
        raise NotAPicture


def _encoded(picture: "Image") -> bytes:
    from PIL import Image

    # Onto new paper: what came with the old one (comments, profiles) stays behind.
    paper = Image.new("RGB", picture.size, "white")
    with_depth = picture.convert("RGBA") if picture.mode in ("RGBA", "LA", "P", "PA") else None
    paper.paste(with_depth or picture.convert("RGB"), mask=with_depth)
    written = BytesIO()
    paper.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()
