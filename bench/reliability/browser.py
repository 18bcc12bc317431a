"""One browser at one process of ours: its cookies, its connection, the headers of our own pages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

BASE_URL = "https://afterglow.test"
# Nobody answered, or the answer broke off: what was asked may have been done or not.
UNHEARD = (OSError, HTTPException)


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as words."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Browser:
    """Asks one process. Redirects are not followed; cookies are kept, Secure ones too.

    A request that nobody answers whole raises one of UNHEARD. Not for several threads at once.
    """

    def __init__(
        self, url: str, cookies: Mapping[str, str] | None = None, *, timeout: float = 15
    ) -> None:
        self.cookies = dict(cookies or {})
        self._timeout = timeout
        self._line: HTTPConnection | None = None
        self.go_to(url)

    def go_to(self, url: str) -> None:
        """Ask another process from now on."""
        self.close()
        self.url = url
        self._address = urlsplit(url)

    def close(self) -> None:
        """Hang up. The next request calls anew."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a page."""
        return self.request("GET", path, headers=headers)

    def post(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        data: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Post a form, or `data` as JSON."""
        if data is not None:
            kind, content = "application/json", json.dumps(data).encode()
        else:
            kind, content = "application/x-www-form-urlencoded", urlencode(form or {}).encode()
        return self.request("POST", path, content, {"Content-Type": kind, **(headers or {})})

    def request(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Any request. Asked once: a line that broke is not tried a second time."""
        if self._line is None:
            self._line = HTTPConnection(
                self._address.hostname or "", self._address.port or 80, timeout=self._timeout
            )
        try:
            self._line.request(method, path, content, self._headers(headers or {}))
            heard = self._line.getresponse()
            answer = Answer(heard.status, heard.headers, heard.read())
        except UNHEARD:
            self.close()
            raise
        self._keep_cookies(answer)
        return answer

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        usual = {"Host": urlsplit(BASE_URL).netloc, "Sec-Fetch-Site": "same-origin"}
        if self.cookies:
            usual["Cookie"] = "; ".join(f"{name}={self.cookies[name]}" for name in self.cookies)
        return usual | dict(more)

    def _keep_cookies(self, answer: Answer) -> None:
        for line in answer.headers.get_all("Set-Cookie", []):
            try:
                jar = SimpleCookie(line)
            except CookieError:
                continue
            for name, cookie in jar.items():
                if cookie["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = cookie.value
