"""The shape that Twilio documents for the requests it takes, as a table of our own."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

Check = Callable[[str], bool]


def _matches(pattern: str) -> Check:
    return lambda value: re.fullmatch(pattern, value) is not None


def _one_of(*values: str) -> Check:
    return lambda value: value in values


def _number(least: int, most: int) -> Check:
    return lambda value: value.isdecimal() and least <= int(value) <= most


def _address(value: str) -> bool:
    parts = urlsplit(value)
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and bool(host) and "_" not in host


def _words(value: str) -> bool:
    return 0 < len(value) <= 1600


_BOOLEAN = _one_of("true", "false")
_DATE = _matches(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
_PHONE = _matches(r"\+[1-9]\d{6,14}")
_ANY: Check = lambda _: True  # noqa: E731

CREATE: dict[str, Check] = {
    "To": _PHONE,
    "From": _PHONE,
    "MessagingServiceSid": _matches(r"MG[0-9a-fA-F]{32}"),
    "Body": _words,
    "ContentSid": _matches(r"HX[0-9a-fA-F]{32}"),
    "ContentVariables": _ANY,
    "MediaUrl": _address,
    "StatusCallback": _address,
    "ApplicationSid": _matches(r"AP[0-9a-fA-F]{32}"),
    "ProvideFeedback": _BOOLEAN,
    "Attempt": _number(1, 10),
    "ValidityPeriod": _number(1, 36_000),
    "ForceDelivery": _BOOLEAN,
    "ContentRetention": _one_of("retain", "discard"),
    "AddressRetention": _one_of("retain", "obfuscate"),
    "SmartEncoded": _BOOLEAN,
    "PersistentAction": _ANY,
    "TrafficType": _one_of("free"),
    "ShortenUrls": _BOOLEAN,
    "ScheduleType": _one_of("fixed"),
    "SendAt": _DATE,
    "SendAsMms": _BOOLEAN,
    "RiskCheck": _one_of("enable", "disable"),
}
LIST: dict[str, Check] = {
    "To": _PHONE,
    "From": _PHONE,
    "DateSent": _DATE,
    "DateSent<": _DATE,
    "DateSent>": _DATE,
    "PageSize": _number(1, 1000),
    "Page": _number(0, 1_000_000),
    "PageToken": _ANY,
}


def wrong_with_creation(headers: Mapping[str, str], form: Mapping[str, list[str]]) -> str:
    """What is wrong with a request to create a message; empty when nothing is."""
    kind = headers.get("Content-Type", "").split(";")[0]
    if kind != "application/x-www-form-urlencoded":
        return f"not form-encoded but {kind or 'nothing said'}"
    if headers.get("I-Twilio-Idempotency-Token"):
        return "that header is Twilio's own, on what it sends"
    if "To" not in form:
        return "To is missing"
    if "From" not in form and "MessagingServiceSid" not in form:
        return "neither From nor MessagingServiceSid"
    if not {"Body", "MediaUrl", "ContentSid"} & form.keys():
        return "nothing to say"
    return wrong_with_values(CREATE, form)


def wrong_with_values(table: Mapping[str, Check], form: Mapping[str, list[str]]) -> str:
    """The first parameter that is unknown, repeated or of another shape."""
    for name, values in form.items():
        if name not in table:
            return f"{name} is no parameter"
        if len(values) > 1 and name not in ("MediaUrl", "PersistentAction"):
            return f"{name} more than once"
        if not all(table[name](value) for value in values):
            return f"{name} out of shape"
    return ""


def is_signed_in(headers: Mapping[str, str], account: str, token: str) -> bool:
    """Whether a request carries the account and its token (HTTP basic)."""
    expected = b64encode(f"{account}:{token}".encode()).decode()
    return headers.get("Authorization", "") == f"Basic {expected}"
