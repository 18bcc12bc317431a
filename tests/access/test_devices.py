"""A device is named coarsely: enough to recognise one's own, and no more."""

import pytest

from app import i18n
from app.access import devices


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)", "iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 19_1 like Mac OS X)", "iPad"),
        ("Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/140 Mobile Safari", "Android phone"),
        ("Mozilla/5.0 (Linux; Android 16; SM-X710) Chrome/140 Safari", "Android tablet"),
        ("Mozilla/5.0 (X11; CrOS x86_64 16000)", "Chromebook"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_7)", "Mac"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Windows computer"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0)", "computer"),
        ("", "computer"),
    ],
)
def test_a_browser_says_no_more_than_its_device(user_agent, device):
    assert devices.label(user_agent) == device


@pytest.mark.parametrize(
    ("device", "english", "spanish"),
    [
        ("Android phone", "Android phone", "Teléfono Android"),
        ("Android tablet", "Android tablet", "Tableta Android"),
        ("Windows computer", "Windows computer", "Computadora con Windows"),
        ("computer", "Computer", "Computadora"),
        ("iPhone", "iPhone", "iPhone"),
        ("", "Computer", "Computadora"),
    ],
)
def test_and_is_named_in_the_readers_language(device, english, spanish):
    assert devices.spoken(device) == english
    with i18n.using("es"):
        assert devices.spoken(device) == spanish
