"""Pictures and papers as answers: what is taken, what is kept of it, who is told no and how."""

import hashlib
from base64 import b64encode
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from app.intake import attachments, pictures
from app.intake.attachments import TooLarge, TooMany, Unusable, WrongKind
from app.questionnaires.engine.items import Item, ItemType, Limits
from app.questionnaires.models import Attachment, QuestionnaireResponse

PAPER = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\nstartxref\n9\n%%EOF\n"
CARD = Item(index=0, link_id="card", type=ItemType.ATTACHMENT)


def picture(kind="JPEG", size=(40, 20), **more):
    written = BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **more)
    return written.getvalue()


def with_place():
    """As a phone takes it: lying on its side, with where and when, and a comment."""
    told = Image.Exif()
    told[0x0112] = 6  # turn it right
    told[0x010F] = "A maker"
    told[0x8825] = {1: "N", 2: (40.0, 42.0, 46.0)}
    return picture(exif=told, comment=b"at home")


@pytest.fixture
def take(database, sheet_of):
    """`take(content, …)`: hand it in as an answer on a sheet of Maya's."""
    response_id, _form = sheet_of("goals")

    def take(content, name="card.jpg", item=CARD):
        with database.session() as db:
            response = db.get_one(QuestionnaireResponse, response_id)
            return attachments.take(db, response, item, name=name, content=content)

    take.response_id = response_id
    return take


@pytest.fixture
def stored(database):
    """`stored(file)`: what rests of it."""

    def stored(file):
        with database.session(write=False) as db:
            rows = db.scalars(select(Attachment)).all()
            row = next(row for row in rows if str(row.id) == file.id)
            return row.content, row.name, row.content_sealed

    return stored


def test_a_picture_is_kept_upright_without_its_place_and_its_maker(take, stored):
    file = take(with_place())

    content, name, _sealed = stored(file)
    kept = Image.open(BytesIO(content))
    assert kept.size == (20, 40)
    assert dict(kept.getexif()) == {}
    assert b"at home" not in content
    assert b"maker" not in content
    assert (file.content_type, file.size, name) == ("image/jpeg", len(content), "card.jpg")


def test_a_picture_rests_encrypted(take, stored):
    content, _name, sealed = stored(take(picture()))

    assert content.startswith(b"\xff\xd8")
    assert b"JFIF" not in sealed


def test_nobody_who_has_the_same_file_can_tell_that_it_was_sent_in(take, database):
    file = take(PAPER, "card.pdf")
    hashes = [hash_of(PAPER).digest() for hash_of in (hashlib.sha1, hashlib.sha256, hashlib.md5)]
    assert file.digest == b64encode(hashes[0]).decode()  # as FHIR has it, sealed with the answers
    with database.session() as db:
        row = db.get_one(Attachment, UUID(file.id))
        assert row.digest == b""
        row.digest = hashes[0]  # as files of before rest

    with database.session() as db:
        assert attachments.forget_digests(db) == 1
    with database.session() as db:
        assert attachments.forget_digests(db) == 0
        row = db.get_one(Attachment, UUID(file.id))
        rests = db.execute(select(*Attachment.__table__.c)).one()
        assert not any(
            each in bytes(value) for value in rests if type(value) is bytes for each in hashes
        )
        assert attachments.as_answer(row).digest == file.digest


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_become_the_same_kind(take, kind):
    assert take(picture(kind)).content_type == "image/jpeg"


def test_what_shines_through_becomes_white(take, stored):
    written = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(written, "PNG")

    content, *_ = stored(take(written.getvalue()))

    assert Image.open(BytesIO(content)).getpixel((4, 4)) == (255, 255, 255)


def test_a_large_picture_becomes_smaller():
    made = pictures.made_anew(picture(size=(3000, 1500)))

    assert Image.open(BytesIO(made)).size == (2400, 1200)


def test_a_paper_is_kept_as_it_is(take, stored):
    file = take(PAPER, name="letter.PDF")

    assert stored(file)[:2] == (PAPER, "letter.pdf")
    assert file.content_type == "application/pdf"


def test_what_it_is_its_bytes_say_not_its_name(take):
    with pytest.raises(WrongKind) as refused:
        take(b"<html><script>x</script>", name="card.jpg")

    assert refused.value.message == "Choose a photo (JPEG or PNG) or a PDF."


def test_an_iphones_own_kind_of_photo_is_refused_in_kind_words(take):
    with pytest.raises(WrongKind) as refused:
        take(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00")

    assert "HEIC" in refused.value.message


@pytest.mark.parametrize("content", [picture()[:60], b"\x89PNG\r\n\x1a\n" + b"x" * 40])
def test_a_broken_picture_is_refused(take, content):
    with pytest.raises(Unusable):
        take(content)


def test_a_picture_that_would_fill_the_memory_is_never_opened(monkeypatch):
    monkeypatch.setattr(pictures, "_MOST_DOTS_AT_ONCE", 100)

    with pytest.raises(pictures.NotAPicture):
        pictures.made_anew(picture("PNG"))


def test_a_picture_that_claims_to_be_a_continent_is_refused():
    header = bytearray(picture("PNG"))
    header[16:24] = (60_000).to_bytes(4, "big") * 2

    with pytest.raises(pictures.NotAPicture):
        pictures.made_anew(bytes(header))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (PAPER.replace(b"%%EOF", b""), "not complete"),
        (PAPER.replace(b"<< >>", b"<< /Encrypt 3 0 R >>"), "password"),
        (PAPER.replace(b"<< >>", b"<< /S /JavaScript >>"), "more than pages"),
    ],
)
def test_a_paper_that_is_not_only_pages_is_refused(take, content, says):
    with pytest.raises(Unusable) as refused:
        take(content, name="letter.pdf")

    assert says in refused.value.message


def test_too_large_says_how_large_it_may_be(take, monkeypatch):
    monkeypatch.setattr(attachments, "LARGEST", 1024)

    with pytest.raises(TooLarge) as refused:
        take(PAPER + b" " * 2000)

    assert refused.value.message == "This file is too large. Choose one under 1 MB."


def test_a_form_may_want_less_and_only_some_kinds(take):
    small = Item(
        index=0, link_id="card", type=ItemType.ATTACHMENT, limits=Limits(max_size=len(PAPER) - 1)
    )
    papers = Item(
        index=0,
        link_id="card",
        type=ItemType.ATTACHMENT,
        limits=Limits(mime_types=("application/pdf",)),
    )

    with pytest.raises(TooLarge):
        take(PAPER, item=small)
    with pytest.raises(WrongKind) as refused:
        take(picture(), item=papers)
    assert refused.value.message == "Choose a PDF."


def test_an_empty_file_is_refused(take):
    with pytest.raises(Unusable):
        take(b"")


def test_a_sheet_takes_so_many_files_and_no_more(take, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_FILES", 1)
    take(PAPER)

    with pytest.raises(TooMany):
        take(PAPER)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("card.png", "card.jpg"),
        ("C:\\Users\\me\\front side.jpeg", "front side.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("gnp.\u202ecard", "gnp.jpg"),
        ("", "Photo.jpg"),
        ("...", "Photo.jpg"),
        ("a" * 200 + ".jpg", "a" * 80 + ".jpg"),
    ],
)
def test_a_name_is_made_harmless(given, kept):
    assert attachments.clean_name(given, "image/jpeg") == kept


def test_what_answers_nothing_any_more_is_forgotten(take, database):
    kept, left = take(picture()), take(PAPER)

    with database.session() as db:
        response = db.get_one(QuestionnaireResponse, take.response_id)
        attachments.forget_others(db, response, {kept.id})

    with database.session(write=False) as db:
        response = db.get_one(QuestionnaireResponse, take.response_id)
        assert attachments.find(db, response, kept.id) is not None
        assert attachments.find(db, response, left.id) is None


def test_a_file_of_another_sheet_is_unknown(take, sheet_of, database):
    file = take(picture())
    other_id, _form = sheet_of("goals")

    with database.session(write=False) as db:
        other = db.get_one(QuestionnaireResponse, other_id)
        assert attachments.find(db, other, file.id) is None
        assert attachments.find(db, other, "no id") is None
