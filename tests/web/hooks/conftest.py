"""An installation whose texts go through Twilio, in the middle of changing its token."""

import pytest

from app.settings import Settings
from tests.conftest import BASE_URL


@pytest.fixture
def settings():
    return Settings(
        _env_file=None,
        base_url=BASE_URL,
        secret_keys="s" * 40,
        encryption_keys="e" * 40,
        sms="twilio",
        twilio_account_sid="AC1",
        twilio_auth_token="token,former",
        twilio_messaging_service_sid="MG1",
    )
