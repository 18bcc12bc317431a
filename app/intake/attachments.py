"""A picture or a paper that answers a question: taken in, checked by what it is, kept sealed."""

import hashlib
import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.i18n import gettext as _
from app.intake import pictures
from app.questionnaires.engine.items import Item
from app.questionnaires.engine.values import File
from app.questionnaires.models import Attachment, QuestionnaireResponse
from app.refusal import Refusal

LARGEST = 10 * 1024 * 1024
MOST_FILES = 30  # of one sheet, those that were taken back included
PDF = "application/pdf"
JPEG = "image/jpeg"
_PICTURES = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": "image/png"}
_NOT_READ_HERE = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_DOES_THINGS = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")
_LONGEST_NAME = 80
_AT_ONCE, _MOST_BYTES = 100, 4_000_000  # of files whose hashes are blanked
_NOT_IN_A_NAME = re.compile(r'[\\/:*?"<>|]+')


class TooLarge(Refusal):
    pass


class WrongKind(Refusal):
    pass


class Unusable(Refusal):
    pass


class TooMany(Refusal):
    pass


def take(
    db: Session,
    response: QuestionnaireResponse,
    item: Item,
    *,
    name: str,
    content: bytes,
    anew: Callable[[bytes], bytes] = pictures.made_anew,
) -> File:
    """Keep a file as an answer, a picture without its place and its history.

    What it is, its bytes say, never its name. `anew` makes a picture anew, or has it already.
    Refuses (TooLarge, WrongKind, Unusable, TooMany) with a sentence for the question's field.
    """
    kind = wanted(db, response, item, content)
    if kind == PDF:
        _refuse_paper(content)
    else:
        kind, content = JPEG, _picture(content, anew)
    attachment = Attachment(
        clinic_id=response.clinic_id,
        response_id=response.id,
        content_type=kind,
        size=len(content),
        name=clean_name(name, kind),
        content=content,
        made_at=clock.now(),
    )
    db.add(attachment)
    return _as_answer(attachment, content)


def wanted(db: Session, response: QuestionnaireResponse, item: Item, content: bytes) -> str:
    """The type of a file that would be taken, were it whole. Refuses the others."""
    kind = _kind_of(content)
    _refuse(db, response, item, kind, content)
    return kind


def as_answer(attachment: Attachment) -> File:
    """What stands on the sheet for a stored file."""
    return _as_answer(attachment, attachment.content or b"")


def forget_digests(db: Session) -> int:
    """Blank the hashes that files of before rest with, a few at a time; returns how many.

    A hash in clear tells whoever has the same file that it was sent in. It stands with the answers,
    which are sealed. On SQLite nobody else writes meanwhile, and a row is written whole.
    """
    there = select(Attachment.id, Attachment.size).where(func.length(Attachment.digest) > 0)
    ids: list[UUID] = []
    size = 0
    for each, its_size in db.execute(there.limit(_AT_ONCE)):
        size += its_size
        if ids and size > _MOST_BYTES:
            break
        ids.append(each)
    if ids:
        db.execute(
            update(Attachment)
            .where(Attachment.id.in_(ids))
            .values(digest=b"")
            .execution_options(synchronize_session=False)
        )
    return len(ids)


def find(db: Session, response: QuestionnaireResponse, file_id: str) -> Attachment | None:
    """A file of this very sheet, or None."""
    try:
        attachment = db.get(Attachment, UUID(file_id))
    except ValueError:
        return None
    belongs = attachment is not None and attachment.response_id == response.id
    return attachment if belongs else None


def forget_others(db: Session, response: QuestionnaireResponse, kept: set[str]) -> None:
    """Delete the files of a sheet that answer nothing any more. `kept` has the ids that do."""
    every = select(Attachment).where(Attachment.response_id == response.id)
    for attachment in db.scalars(every):
        if str(attachment.id) not in kept:
            db.delete(attachment)


def clean_name(name: str, kind: str) -> str:
    """A name fit to show and to save under: no path, no hidden signs, its kind's own ending."""
    last = re.split(r"[\\/]", name)[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    stem = _NOT_IN_A_NAME.sub(" ", seen.rpartition(".")[0] or seen)
    stem = " ".join(stem.split())[:_LONGEST_NAME].strip(". ")
    if kind == PDF:
        return f"{stem or _('Paper')}.pdf"
    return f"{stem or _('Photo')}.jpg"


def _as_answer(attachment: Attachment, content: bytes) -> File:
    return File(
        id=str(attachment.id),
        content_type=attachment.content_type,
        size=attachment.size,
        name=attachment.name,
        digest=b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode(),
    )


def _kind_of(content: bytes) -> str:
    """The type that the first bytes tell, empty for one that is not taken."""
    for start, kind in _PICTURES.items():
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _NOT_READ_HERE:
        raise WrongKind(
            _(
                "We cannot open this kind of photo (HEIC). Take a screenshot of it and choose "
                "that, or take the photo anew from this page."
            )
        )
    return PDF if b"%PDF-" in content[:1024] else ""


def _refuse(
    db: Session, response: QuestionnaireResponse, item: Item, kind: str, content: bytes
) -> None:
    if not content:
        raise Unusable(_("This file is empty. Choose it again, or another one."))
    largest = min(item.limits.max_size or LARGEST, LARGEST)
    if len(content) > largest:
        size = max(1, largest // (1024 * 1024))
        raise TooLarge(_("This file is too large. Choose one under %(size)s MB.") % {"size": size})
    if not kind or not _is_wanted(item, kind):
        raise WrongKind(_kinds(item))
    taken = db.scalar(
        select(func.count()).select_from(Attachment).where(Attachment.response_id == response.id)
    )
    if (taken or 0) >= MOST_FILES:
        raise TooMany(_("There are many files already. Call your clinic to hand over more."))


def _is_wanted(item: Item, kind: str) -> bool:
    wanted = item.limits.mime_types
    family = kind.split("/")[0] + "/*"
    return not wanted or any(each.lower() in (kind, family, "*/*") for each in wanted)


def _kinds(item: Item) -> str:
    if _is_wanted(item, PDF) and any(_is_wanted(item, kind) for kind in _PICTURES.values()):
        return _("Choose a photo (JPEG or PNG) or a PDF.")
    return _("Choose a PDF.") if _is_wanted(item, PDF) else _("Choose a photo (JPEG or PNG).")


def _refuse_paper(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:] or b"startxref" not in content[-4096:]:
        raise Unusable(_("This PDF is not complete. Save it again, or take a photo of it."))
    if b"/Encrypt" in content:
        raise Unusable(_("This PDF has a password. Save it without one, or take a photo of it."))
    if any(mark in content for mark in _DOES_THINGS):
        raise Unusable(_("We cannot take this PDF: it holds more than pages. Take a photo of it."))


def _picture(content: bytes, anew: Callable[[bytes], bytes]) -> bytes:
    try:
        return anew(content)
    except pictures.NotAPicture:
        raise Unusable(_("We cannot open this photo. Take it again, or choose another.")) from None
