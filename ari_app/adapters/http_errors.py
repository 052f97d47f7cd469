"""How does the API say no? One JSON shape for every refusal, and limits on what a request may be.

``{"error": {"code", "message", "field"?, "problems"?}}``: ``code`` is for programs and never changes within v1, ``message`` says in
English what is wrong and what to do, ``field`` names the wrong field of the request. ``problems`` lists them where there
may be many (a reload).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

BODY_LIMIT: Final = 64 * 1024
BODY_DEADLINE_S: Final = 10.0

CODES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("bad_request", "The request cannot be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method; see the Allow header."),
}
SAFE_HEADERS: Final = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class Refused(Exception):
    """The request is refused: ``status`` (4xx or 503), ``code`` and ``message`` as in the module's docstring."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        problems: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = dict(headers or {})
        self.problems = tuple(problems)


def install(app: FastAPI, read_piecewise: Collection[str] = ()) -> None:
    """Make every error of ``app`` one JSON shape, and limit what a request may be.

    ``read_piecewise``: paths whose routes read the body themselves, and bound it themselves.
    """
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(Limits, read_piecewise=read_piecewise)


def error_json(code: str, message: str, field: str | None = None, problems: Sequence[str] = ()) -> bytes:
    """The body of a refusal."""
    error: dict[str, Any] = {"code": code, "message": message} | ({"field": field} if field is not None else {})
    if problems:
        error["problems"] = list(problems)
    return json.dumps({"error": error}, ensure_ascii=True).encode()


def _answer(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, headers, "application/json")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _answer(error.status, error_json(error.code, error.message, error.field, error.problems), error.headers)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, message = CODES.get(error.status_code, ("refused", "The request is refused."))
    return _answer(error.status_code, error_json(code, message), error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    """400 for a body that is no JSON, 422 for one whose field is wrong; what was sent is never repeated."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return _answer(400, error_json("bad_json", "The body is not JSON."))
    where = [str(step) for step in first["loc"]]
    if where == ["body"]:
        message = "Send a JSON object, with the header Content-Type: application/json."
        return _answer(422, error_json("bad_body", message, "body"))
    return _answer(422, error_json("bad_field", said_of(first), where[1] if len(where) > 1 else where[0]))


def said_of(error: dict[str, Any]) -> str:
    """What pydantic's ``error`` says, as a sentence; what was sent is not repeated."""
    match error["type"]:
        case "extra_forbidden":
            return "There is no such field."
        case "missing":
            return "This field is required."
        case _:
            return str(error["msg"]) + "."


async def _unexpected(request: Request, error: Exception) -> Response:
    path = getattr(request.scope.get("route"), "path", request.url.path)  # a link's address lets in whoever reads it
    log.error("api_request_failed", path=path, error=type(error).__name__)
    return _answer(500, error_json("internal", "Something went wrong on our side; it has been logged."))


def with_headers(send: Send, headers: Iterable[tuple[bytes, bytes]]) -> Send:
    """``send``, with these headers on every response that does not say otherwise itself."""

    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start":
            said = {name.lower() for name, _ in message.get("headers", ())}
            more = [(name, value) for name, value in headers if name not in said]
            message["headers"] = [*message.get("headers", ()), *more]
        await send(message)

    return send_more


class Limits:
    """Reads the body before the application does: at most BODY_LIMIT bytes (413), within BODY_DEADLINE_S (408).

    Adds SAFE_HEADERS to every response that does not say otherwise itself.
    """

    def __init__(self, app: ASGIApp, read_piecewise: Collection[str] = ()) -> None:
        self._app = app
        self._read_piecewise = frozenset(read_piecewise)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        send_safely = with_headers(send, SAFE_HEADERS)
        if scope["path"] in self._read_piecewise:
            await self._app(scope, receive, send_safely)
            return

        try:
            async with asyncio.timeout(BODY_DEADLINE_S):
                body = await _body(scope, receive)
        except TimeoutError:
            message = f"The body did not arrive within {BODY_DEADLINE_S:g} s."
            await _answer(408, error_json("too_slow", message), {"connection": "close"})(scope, receive, send_safely)
            return
        if body is None:
            message = f"The body is larger than {BODY_LIMIT} bytes."
            await _answer(413, error_json("too_large", message), {"connection": "close"})(scope, receive, send_safely)
            return
        await self._app(scope, _replayed(body, receive), send_safely)


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body; None when it is too large. A client that goes away ends it."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if length.isdigit() and int(length) > BODY_LIMIT:
        return None
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) > BODY_LIMIT:
            return None
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
