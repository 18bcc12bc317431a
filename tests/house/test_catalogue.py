"""Every word that people read is there in Spanish."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "app" / "locale" / "es" / "LC_MESSAGES" / "afterglow.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def catalogue():
    return read_po(BytesIO(CATALOGUE.read_bytes()), locale="es")


@pytest.fixture(scope="module")
def wanted():
    """Every message in Python and templates, with the place where it stands."""
    options = {"**.html": {"trimmed": "false", "silent": "false", "newstyle_gettext": "true"}}
    found = {}
    for folder, method in (
        ("app", [("**.py", "python")]),
        ("templates", [("**.html", "jinja2.ext:babel_extract")]),
    ):
        for name, line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder), method_map=method, options_map=options
        ):
            key = message if isinstance(message, str) else message[0]
            if key:
                found.setdefault(key, f"{folder}/{name}:{line}")
    return found


def test_there_is_something_to_say(wanted):
    assert len(wanted) > 100


def test_every_message_has_its_spanish(catalogue, wanted):
    silent = {
        place: message
        for message, place in wanted.items()
        if catalogue.get(message) is None or not catalogue.get(message).string
    }

    assert silent == {}


def test_no_message_is_half_done(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert not message.fuzzy, message.id
        assert all(strings), message.id


def test_a_spanish_sentence_keeps_the_places_for_names_and_times(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in strings:
            assert set(PLACEHOLDER.findall(string)) <= set(PLACEHOLDER.findall("".join(ids))), ids


def test_no_sentence_shouts(catalogue):
    assert [m.string for m in catalogue if m.id and re.search("[!¡]", str(m.string))] == []
