"""HTTP client: the `Wire` over httpx, with a deadline on everything; redirects are not followed."""

from __future__ import annotations

from email.utils import format_datetime

import httpx

from provisioning.clock import Clock
from sync.agency.openrosa.responses import NO_ANSWER, ServerResponse

CONNECT_S = 10.0
IDLE_S = 60.0
TEXT_MAX = 2_000


class HttpWire:
    """Requests as OpenRosa 1.0 wants them; Digest where the server asks for it, else Basic."""

    def __init__(
        self, clock: Clock, *, user: str = "", password: str = "", digest: bool = False
    ) -> None:
        auth: httpx.Auth | None = None
        if user:
            auth = httpx.DigestAuth(user, password) if digest else httpx.BasicAuth(user, password)
        self._clock = clock
        self._client = httpx.Client(
            auth=auth,
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(IDLE_S, connect=CONNECT_S),
        )

    def head(self, url: str) -> ServerResponse:
        return self._ask("HEAD", url, None, {})

    def post(self, url: str, body: bytes, boundary: str) -> ServerResponse:
        kind = f'multipart/form-data; boundary="{boundary}"'
        return self._ask("POST", url, body, {"Content-Type": kind})

    def close(self) -> None:
        self._client.close()

    def _ask(
        self, method: str, url: str, body: bytes | None, more: dict[str, str]
    ) -> ServerResponse:
        headers = {
            "X-OpenRosa-Version": "1.0",
            "Date": format_datetime(self._clock.now(), usegmt=True),
            **more,
        }
        try:
            answer = self._client.request(method, url, content=body, headers=headers)
        except httpx.HTTPError:
            return NO_ANSWER
        lower = {name.lower(): value for name, value in answer.headers.items()}
        return ServerResponse(answer.status_code, lower, answer.text[:TEXT_MAX])
