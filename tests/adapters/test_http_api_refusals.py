"""Is every bad request refused in the one shape, naming what is wrong and showing nothing of ours?"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from ari_app.adapters import http_errors
from tests.adapters.conftest import (
    OPERATOR,
    SUPERVISOR,
    Api,
    FakeCentre,
    error_of,
)

BAD_BODIES: dict[str, tuple[bytes, tuple[int, str, str | None]]] = {
    "nothing": (b"", (422, "bad_body", "body")),
    "no JSON": (b"{state", (400, "bad_json", None)),
    "no UTF-8": (b'{"state":"\xff"}', (400, "bad_request", None)),
    "too deep": (b"[" * 30_000, (400, "bad_request", None)),
    "a list": (b"[]", (422, "bad_body", "body")),
    "no state": (b"{}", (422, "bad_field", "state")),
    "a state nobody knows": (b'{"state":"asleep"}', (422, "bad_field", "state")),
    "a state that only the centre gives": (b'{"state":"talking"}', (422, "bad_field", "state")),
    "a number": (b'{"state":1}', (422, "bad_field", "state")),
    "null": (b'{"state":null}', (422, "bad_field", "state")),
    "an object": (b'{"state":{"ready":true}}', (422, "bad_field", "state")),
    "a reason that is no text": (b'{"state":"paused","reason":7}', (422, "bad_field", "reason")),
    "a long reason": (b'{"state":"paused","reason":"' + b"x" * 65 + b'"}', (422, "bad_field", "reason")),
    "a reason with a line end": (b'{"state":"paused","reason":"a\\nb"}', (422, "bad_field", "reason")),
    "half a surrogate pair": (b'{"state":"paused","reason":"\\ud800"}', (422, "bad_field", "reason")),
    "a field that there is not": (b'{"state":"ready","colour":1}', (422, "bad_field", "colour")),
    "too large": (b'{"state":"ready","reason":"' + b"x" * 70_000 + b'"}', (413, "too_large", None)),
}


@pytest.mark.parametrize("what", BAD_BODIES)
async def test_a_bad_body_is_refused_by_name(api: Api, what: str) -> None:
    body, expected = BAD_BODIES[what]
    headers = {"Content-Type": "application/json"}
    answer = await api.ask(OPERATOR, "POST", "/operators/1005/state", content=body, headers=headers)
    assert error_of(answer) == expected
    assert api.centre.board.operators["1005"].state == "talking"
    nobody = await api.http.post("/api/v1/operators/1005/state", content=body, headers=headers)
    assert nobody.status_code == (413 if what == "too large" else 401)


async def test_a_body_of_unknown_length_is_limited_too(api: Api) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b" " * 8192

    answer = await api.http.post("/api/v1/login", content=endless())
    assert error_of(answer) == (413, "too_large", None)


async def test_a_body_that_never_ends_is_given_up(centre: FakeCentre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_errors, "BODY_DEADLINE_S", 0.05)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def slow() -> Any:
        await asyncio.Event().wait()

    scope = {"type": "http", "method": "POST", "path": "/api/v1/login", "headers": [], "query_string": b""}
    await centre.app(scope, slow, send)
    assert (sent[0]["status"], json.loads(sent[1]["body"])["error"]["code"]) == (408, "too_slow")


async def test_a_body_without_its_content_type_is_told_so(api: Api) -> None:
    answer = await api.ask(OPERATOR, "POST", "/operators/1005/state", content=b'{"state":"ready"}')
    assert error_of(answer) == (422, "bad_body", "body")
    assert "Content-Type: application/json" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"code": "1005"}, "secret"),
        ({"secret": "x"}, "code"),
        ({"code": 1005, "secret": "x"}, "code"),
        ({"code": "1" * 33, "secret": "x"}, "code"),
        ({"code": "1005", "secret": "x" * 257}, "secret"),
        ({"code": "", "secret": "x"}, "code"),
        ({"code": "1005", "secret": "x", "role": "supervisor"}, "role"),
    ],
)
async def test_a_bad_login_names_the_field_and_repeats_nothing(api: Api, body: dict[str, Any], field: str) -> None:
    answer = await api.http.post("/api/v1/login", json=body)
    assert error_of(answer) == (422, "bad_field", field)
    assert "xx" not in answer.text


async def test_a_bad_query_names_the_parameter(api: Api) -> None:
    assert error_of(await api.ask(SUPERVISOR, "GET", "/calls?ended=perhaps")) == (422, "bad_field", "ended")


async def test_unknown_addresses_and_methods_have_the_same_shape(api: Api) -> None:
    assert error_of(await api.http.get("/api/v1/nothing")) == (404, "not_found", None)
    assert error_of(await api.http.get("/api/v1/docs")) == (404, "not_found", None)
    assert error_of(await api.http.get("/api/v1/queues/")) == (404, "not_found", None)
    wrong = await api.http.put("/api/v1/queues")
    assert error_of(wrong) == (405, "method_not_allowed", None)
    assert wrong.headers["allow"] == "GET"


async def test_a_fault_of_ours_shows_no_inside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(call: str, own: bool) -> None:
        raise KeyError("inside information")

    monkeypatch.setattr(api.centre, "hang_up_call", fails)
    answer = await api.ask(SUPERVISOR, "POST", "/calls/call-1/hangup")
    assert error_of(answer) == (500, "internal", None)
    assert "inside" not in answer.text
