"""The texts that exist, and the ledger: a line for each on its file before anything is said."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from tests.twilio_standin.ledger import Ledger, read


@dataclass(frozen=True)
class Text:
    """One Message resource."""

    sid: str
    direction: str
    to: str
    sender: str
    body: str
    status: str
    made_at: str
    sent_at: str = ""
    error_code: str = ""
    service: str = ""
    callback: str = ""

    @property
    def names(self) -> str:
        """The id at the end of its callback's address: which row of ours it is a copy of."""
        return self.callback.rsplit("/", 1)[-1]


class Shelf:
    """Keeps every text, newest last. Safe to ask from any thread."""

    def __init__(self, ledger: Path | None, now: Callable[[], datetime]) -> None:
        self.now = now
        self._lock = threading.Lock()
        self._texts: dict[str, Text] = {}
        self._serial = count(1)
        self._mark = uuid4().hex[:16]
        self._ledger: Ledger | None = None
        if ledger is not None:
            self._texts = written_in(ledger)
            self._ledger = Ledger(ledger)

    def close(self) -> None:
        """Nothing is written any more."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def add(self, **values: str) -> Text:
        """Make a text; it stands in the ledger when this returns."""
        with self._lock:
            sid = f"SM{self._mark}{next(self._serial):016x}"
            text = Text(sid=sid, made_at=self.now().astimezone(UTC).isoformat(), **values)
            self._write({"made": asdict(text)})
            self._texts[sid] = text
        return text

    def becomes(self, sid: str, status: str, code: str = "") -> Text:
        """Move a text on to its next status."""
        with self._lock:
            text = self._texts[sid]
            sent_at = text.sent_at
            if not sent_at and status not in ("accepted", "queued", "sending"):
                sent_at = self.now().astimezone(UTC).isoformat()
            text = replace(text, status=status, error_code=code, sent_at=sent_at)
            self._write({"became": [sid, status, code, sent_at]})
            self._texts[sid] = text
        return text

    def get(self, sid: str) -> Text | None:
        """The text of that sid."""
        with self._lock:
            return self._texts.get(sid)

    def all(self) -> list[Text]:
        """Every text, oldest first."""
        with self._lock:
            return list(self._texts.values())

    def page(self, path: str, wanted: Mapping[str, str]) -> dict[str, object]:
        """One page of the list as Twilio documents it: newest first, the next one by a token."""
        size = int(wanted.get("PageSize", 50))
        number = int(wanted.get("Page", 0))
        texts = [text for text in reversed(self.all()) if _is_wanted(text, wanted)]
        if after := wanted.get("PageToken", "").removeprefix("PA"):
            sids = [text.sid for text in texts]
            texts = texts[sids.index(after) + 1 :] if after in sids else []
        here, more = texts[:size], len(texts) > size
        kept = {name: value for name, value in wanted.items() if name[:4] != "Page"}
        first = kept | {"PageSize": str(size), "Page": "0"}
        following = kept | {"PageSize": str(size), "Page": str(number + 1)}
        if here:
            following["PageToken"] = f"PA{here[-1].sid}"
        return {
            "first_page_uri": f"{path}?{urlencode(first)}",
            "end": number * size + max(0, len(here) - 1),
            "previous_page_uri": None,
            "messages": [resource(text, path) for text in here],
            "uri": f"{path}?{urlencode(wanted)}",
            "page_size": size,
            "start": number * size,
            "next_page_uri": f"{path}?{urlencode(following)}" if more else None,
            "page": number,
        }

    def _write(self, entry: Mapping[str, object]) -> None:
        if self._ledger is not None:
            self._ledger.write(entry)


def written_in(ledger: Path) -> dict[str, Text]:
    """The texts that a ledger holds, by sid, as they stand at its end. Raises ledger.Broken."""
    texts: dict[str, Text] = {}
    for said in read(ledger):
        if "made" in said:
            text = Text(**said["made"])
        else:
            sid, status, code, sent_at = said["became"]
            text = replace(texts[sid], status=status, error_code=code, sent_at=sent_at)
        texts[text.sid] = text
    return texts


def resource(text: Text, path: str) -> dict[str, object]:
    """A text as the API shows it."""
    place = path.removesuffix(".json")
    return {
        "account_sid": path.split("/")[3],
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": _rfc2822(text.made_at),
        "date_sent": _rfc2822(text.sent_at),
        "date_updated": _rfc2822(text.sent_at or text.made_at),
        "direction": text.direction,
        "error_code": int(text.error_code) if text.error_code else None,
        "error_message": None,
        "from": text.sender or None,
        "messaging_service_sid": text.service or None,
        "num_media": "0",
        "num_segments": "0" if text.direction != "inbound" else "1",
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{place}/{text.sid}/Media.json"},
        "to": text.to,
        "uri": f"{place}/{text.sid}.json",
    }


def _is_wanted(text: Text, wanted: Mapping[str, str]) -> bool:
    # Without a sending date a text is not found by one, as Twilio's own list may do.
    sent = text.sent_at
    return (
        wanted.get("To", text.to) == text.to
        and wanted.get("From", text.sender) == text.sender
        and ("DateSent" not in wanted or sent[:10] == wanted["DateSent"][:10])
        and ("DateSent<" not in wanted or (sent != "" and sent[:10] <= wanted["DateSent<"][:10]))
        and ("DateSent>" not in wanted or _not_before(sent, wanted["DateSent>"]))
    )


def _not_before(sent: str, floor: str) -> bool:
    if not sent:
        return False
    length = 10 if len(floor) == 10 else 19
    return sent[:length] >= floor[:length]


def _rfc2822(moment: str) -> str | None:
    return format_datetime(datetime.fromisoformat(moment)) if moment else None
