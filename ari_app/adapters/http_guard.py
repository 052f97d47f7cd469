"""What is refused before a request is read at all? Another site's page in a browser, and one who asks too much.

There are no cookies: a request counts by its Authorization header, which no page of another site can make a browser send. The
check of ``Origin`` stands in front of it all the same, so that such a page gets nothing at all, not even a log-in's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ari_app.adapters.http_errors import error_json, with_headers
from ari_app.rates import Rates

HEADERS: Final = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
"""On every answer that does not say otherwise itself, as a page would have to. Answers are data: nothing in them is to be run."""

WATCHED: Final = ("/healthz", "/metrics")
"""Whoever floods the API must not make it look dead."""


class Guard:
    """``origins``: other sites whose pages may ask (``https://desk.example``). ``rates`` is by the connection's address."""

    def __init__(
        self, app: ASGIApp, now: Callable[[], float], rates: Rates | None = None, origins: Collection[str] = ()
    ) -> None:
        self._app = app
        self._now = now
        self._rates = rates
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        refusal = self._refusal(scope)
        await (self._app if refusal is None else refusal)(scope, receive, with_headers(send, HEADERS.items()))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = dict(scope["headers"])
        if not is_of_ours(headers.get(b"origin"), headers.get(b"host", b""), self._origins):
            return _answer(403, "cross_origin", "Pages of other sites may not ask here.")
        if self._rates is None or scope["path"] in WATCHED:
            return None
        client = scope.get("client")
        wait_s = self._rates.wait_s(client[0] if client else "", self._now())
        return too_many(wait_s) if wait_s else None


def is_of_ours(origin: bytes | None, host: bytes, origins: Collection[str]) -> bool:
    """Programs send no Origin; a page of ours sends the address that it was loaded from. Not the scheme: TLS ends before us."""
    if origin is None:
        return True
    try:
        text = origin.decode("ascii")
        return text in origins or urlsplit(text).netloc.encode() == host != b""
    except ValueError:
        return False


def too_many(wait_s: float) -> Response:
    """429, and when to ask again."""
    whole_s = int(wait_s) + 1
    answer = _answer(429, "too_many_requests", f"Too many requests; wait {whole_s} s.")
    answer.headers["Retry-After"] = str(whole_s)
    return answer


def _answer(status: int, code: str, message: str) -> Response:
    always = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(error_json(code, message), status, always, "application/json")
