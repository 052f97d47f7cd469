"""Does the HTTP API give each role what is theirs, and refuse everything else in one shape?"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from structlog.testing import capture_logs

from ari_app.accounts import Accounts, one_secret_for_all
from ari_app.adapters import http_auth, http_errors
from ari_app.adapters.http_api import HealthPart, create_app
from tests.adapters.conftest import SECRET, TOKEN_KEY, Api, FakeCentre
from tests.contract.checks import schema

OPERATOR, OTHER, SUPERVISOR, COORDINATOR = "1005", "1006", "2001", "3001"


def _error(answer: httpx.Response) -> tuple[int, str, str | None]:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"code", "message", "field"}
    assert body["error"]["message"]
    return answer.status_code, body["error"]["code"], body["error"].get("field")


async def test_login_gives_a_bearer_token_with_role_and_life(api: Api) -> None:
    answer = await api.login(SUPERVISOR)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"token", "token_type", "role", "expires_s"}
    assert (body["token_type"], body["role"], body["expires_s"]) == ("bearer", "supervisor", 12 * 3600)
    assert answer.headers["cache-control"] == "no-store"


async def test_an_unknown_code_and_a_wrong_secret_get_the_same_answer(api: Api) -> None:
    wrong, unknown = await api.login(OPERATOR, "wrong"), await api.login("9999", "wrong")
    assert _error(wrong) == (401, "login_refused", None)
    assert wrong.content == unknown.content
    assert (await api.login("9999", SECRET)).content == wrong.content


async def test_five_failed_logins_close_the_code_to_that_address_for_a_minute(api: Api) -> None:
    for _ in range(5):
        assert (await api.login(OPERATOR, "wrong", "127.0.0.9")).status_code == 401
    refused = await api.login(OPERATOR, SECRET, "127.0.0.9")
    assert _error(refused) == (429, "too_many_logins", None)
    assert refused.headers["retry-after"] == "61"
    assert (await api.login(OPERATOR, SECRET, "127.0.0.10")).status_code == 200
    assert (await api.login(OTHER, SECRET, "127.0.0.9")).status_code == 200
    api.centre.now_s += 61
    assert (await api.login(OPERATOR, SECRET, "127.0.0.9")).status_code == 200


async def test_a_success_forgets_earlier_failures(api: Api) -> None:
    for secret in ("wrong", "wrong", "wrong", "wrong", SECRET, "wrong", "wrong"):
        await api.login(OPERATOR, secret)
    assert (await api.login(OPERATOR)).status_code == 200


def test_failed_logins_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_auth, "REMEMBERED", 3)
    failed = http_auth.FailedLogins(lambda: 0.0)
    for number in range(10):
        failed.failed(str(number), "127.0.0.1")
    assert len(failed._failed) == 3


async def test_no_secret_and_no_token_is_ever_logged(api: Api) -> None:
    with capture_logs() as logs:
        await api.login(OPERATOR)
        await api.login(OPERATOR, "wr0ng")
        await api.login("a secret typed as the code", "x")
        token = (await api.login(OPERATOR)).json()["token"]
    text = str(logs)
    assert "logged_in" in text
    assert "login_refused" in text
    for never in (SECRET, "wr0ng", "a secret typed", token):
        assert never not in text


READY = {"state": "ready"}
ROLES = [
    # method, path, body, and the status for: no token, the operator 1005, another operator, supervisor, coordinator
    ("GET", "/queues", None, 401, 200, 200, 200, 200),
    ("GET", "/queues/soporte", None, 401, 200, 200, 200, 200),
    ("GET", "/queues/nobody", None, 401, 404, 404, 404, 404),
    ("GET", "/operators", None, 401, 200, 200, 200, 200),
    ("GET", "/operators/1005", None, 401, 200, 403, 200, 200),
    ("GET", "/operators/9999", None, 401, 403, 403, 404, 404),
    ("GET", "/calls", None, 401, 200, 200, 200, 200),
    ("GET", "/calls/call-1", None, 401, 200, 403, 200, 200),
    ("GET", "/calls/call-2", None, 401, 403, 403, 200, 200),
    ("GET", "/calls/call-3", None, 401, 403, 200, 200, 200),
    ("GET", "/calls/call-9", None, 401, 404, 404, 404, 404),
    ("POST", "/operators/1005/state", READY, 401, 200, 403, 200, 200),
    ("POST", "/operators/9999/state", READY, 401, 403, 403, 404, 404),
    ("POST", "/operators/1005/state", {"state": "asleep"}, 401, 422, 403, 422, 422),
    ("POST", "/calls/call-1/hangup", None, 401, 202, 403, 202, 202),
    ("POST", "/calls/call-2/hangup", None, 401, 403, 403, 202, 202),
    ("POST", "/calls/call-3/hangup", None, 401, 403, 404, 404, 404),
    ("POST", "/calls/call-9/hangup", None, 401, 404, 404, 404, 404),
    ("GET", "/events", None, 401, None, None, None, None),
]


@pytest.mark.parametrize(
    "row", ROLES, ids=[f"{row[0]} {row[1]} {json.dumps(row[2]) if row[2] else ''}".strip() for row in ROLES]
)
async def test_each_role_may_do_exactly_what_is_theirs(api: Api, row: tuple[Any, ...]) -> None:
    method, path, body, nobody, *by_role = row
    answer = await api.http.request(method, f"/api/v1{path}", json=body)
    assert answer.status_code == nobody
    assert answer.headers["www-authenticate"] == "Bearer"
    for code, expected in zip((OPERATOR, OTHER, SUPERVISOR, COORDINATOR), by_role, strict=True):
        if expected is not None:  # the stream is read on a real socket, in test_http_api_events.py
            api.centre.open()
            answer = await api.ask(code, method, path, json=body)
            assert answer.status_code == expected, code
            if expected >= 400:
                _error(answer)


async def test_lists_hold_what_the_caller_may_see_in_the_contracts_shape(api: Api) -> None:
    async def listed(code: str, path: str) -> list[dict[str, Any]]:
        body = (await api.ask(code, "GET", path)).json()
        assert set(body) == {"items"}
        items: list[dict[str, Any]] = body["items"]
        return items

    def ids(items: list[dict[str, Any]]) -> list[str]:
        return [item.get("id") or item.get("code") or item["name"] for item in items]

    assert ids(await listed(SUPERVISOR, "/operators")) == ["1005", "1006"]
    assert ids(await listed(OPERATOR, "/operators")) == ["1005"]
    assert ids(await listed(SUPERVISOR, "/calls")) == ["call-1", "call-2"]
    assert ids(await listed(SUPERVISOR, "/calls?ended=true")) == ["call-1", "call-2", "call-3"]
    assert ids(await listed(OPERATOR, "/calls?ended=true")) == ["call-1"]
    assert ids(await listed(OTHER, "/calls?ended=true")) == ["call-3"]
    for kind in ("queue", "operator", "call"):
        shape = {"$ref": f"#/$defs/body.{kind}.changed", "$defs": schema()["$defs"]}
        for item in await listed(SUPERVISOR, f"/{kind}s"):
            Draft202012Validator(shape).validate(item)


async def test_names_come_as_utf_8(api: Api) -> None:
    answer = await api.ask(SUPERVISOR, "GET", "/operators/1006")
    assert "Íñigo".encode() in answer.content
    assert answer.headers["content-type"] == "application/json"


async def test_a_state_command_reaches_the_engine_and_answers_with_the_status_after_it(api: Api) -> None:
    answer = await api.ask(OPERATOR, "POST", "/operators/1005/state", json={"state": "paused", "reason": "café"})
    assert (answer.json()["state"], answer.json()["reason"]) == ("paused", "café")
    assert api.centre.board.operators["1005"].state == "paused"


async def test_a_refused_state_says_why(api: Api) -> None:
    answer = await api.ask(OPERATOR, "POST", "/operators/1005/state", json={"state": "paused"})
    assert _error(answer) == (409, "state_refused", None)
    assert answer.json()["error"]["message"] == "a pause needs a reason; give one"


async def test_a_hangup_answers_with_the_call_as_it_is_then(api: Api) -> None:
    answer = await api.ask(SUPERVISOR, "POST", "/calls/call-2/hangup")
    assert (answer.status_code, answer.json()["id"], answer.json()["stage"]) == (202, "call-2", "ended")
    again = await api.ask(SUPERVISOR, "POST", "/calls/call-2/hangup")
    assert _error(again) == (404, "call_not_up", None)


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
    assert _error(answer) == expected
    assert api.centre.board.operators["1005"].state == "talking"
    nobody = await api.http.post("/api/v1/operators/1005/state", content=body, headers=headers)
    assert nobody.status_code == (413 if what == "too large" else 401)


async def test_a_body_of_unknown_length_is_limited_too(api: Api) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b" " * 8192

    answer = await api.http.post("/api/v1/login", content=endless())
    assert _error(answer) == (413, "too_large", None)


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
    assert _error(answer) == (422, "bad_body", "body")
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
    assert _error(answer) == (422, "bad_field", field)
    assert "xx" not in answer.text


async def test_a_bad_query_names_the_parameter(api: Api) -> None:
    assert _error(await api.ask(SUPERVISOR, "GET", "/calls?ended=perhaps")) == (422, "bad_field", "ended")


async def test_unknown_addresses_and_methods_have_the_same_shape(api: Api) -> None:
    assert _error(await api.http.get("/api/v1/nothing")) == (404, "not_found", None)
    assert _error(await api.http.get("/api/v1/docs")) == (404, "not_found", None)
    assert _error(await api.http.get("/api/v1/queues/")) == (404, "not_found", None)
    wrong = await api.http.put("/api/v1/queues")
    assert _error(wrong) == (405, "method_not_allowed", None)
    assert wrong.headers["allow"] == "GET"


async def test_a_fault_of_ours_shows_no_inside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(call: str) -> None:
        raise KeyError("inside information")

    monkeypatch.setattr(api.centre, "hang_up_call", fails)
    answer = await api.ask(SUPERVISOR, "POST", "/calls/call-1/hangup")
    assert _error(answer) == (500, "internal", None)
    assert "inside" not in answer.text


async def test_tokens_end_after_twelve_hours_and_outlive_a_restart(centre: FakeCentre, api: Api) -> None:
    token = (await api.login(OPERATOR)).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    centre.app = create_app(centre.board, centre, centre.accounts, TOKEN_KEY, lambda: centre.now_s, list)
    restarted = Api(centre)
    centre.now_s += 12 * 3600 - 1
    assert (await restarted.http.get("/api/v1/queues", headers=headers)).status_code == 200
    centre.now_s += 1
    assert _error(await restarted.http.get("/api/v1/queues", headers=headers)) == (401, "token_expired", None)
    await restarted.http.aclose()


async def test_only_a_good_token_in_the_header_counts(centre: FakeCentre, api: Api) -> None:
    token = (await api.login(SUPERVISOR)).json()["token"]
    stranger = http_auth.Tokens("another key of thirty-two characters", centre.accounts, lambda: centre.now_s)
    account = centre.accounts.get(SUPERVISOR)
    assert account is not None
    for header in ("", "Bearer", f"Basic {token}", f"Bearer {token[:-1]}", f"Bearer x{token}", "Bearer \x7f", token):
        answer = await api.http.get("/api/v1/queues", headers={"Authorization": header})
        assert answer.status_code == 401, header
    answer = await api.http.get("/api/v1/queues", headers={"Authorization": f"Bearer {stranger.issue(account)}"})
    assert _error(answer) == (401, "token_invalid", None)
    for query in (f"?access_token={token}", f"?token={token}"):
        assert _error(await api.http.get(f"/api/v1/events{query}")) == (401, "token_missing", None)


async def test_a_removed_account_is_out_at_once(centre: FakeCentre, api: Api) -> None:
    token = (await api.login(SUPERVISOR)).json()["token"]
    nobody = Accounts([], one_secret_for_all(SECRET))
    centre.app = create_app(centre.board, centre, nobody, TOKEN_KEY, lambda: centre.now_s, list)
    after = Api(centre)
    answer = await after.http.get("/api/v1/queues", headers={"Authorization": f"Bearer {token}"})
    assert _error(answer) == (401, "token_invalid", None)
    await after.http.aclose()


def test_a_short_token_key_is_refused(centre: FakeCentre) -> None:
    with pytest.raises(ValueError, match="at least 24"):
        create_app(centre.board, centre, centre.accounts, "short", lambda: 0.0, list)


async def test_health_names_what_is_wrong(api: Api) -> None:
    assert (await api.http.get("/healthz")).json() == {"status": "ok", "parts": {"asterisk": "ok", "redis": "ok"}}
    api.centre.parts[1] = HealthPart("redis", "ConnectionError", needed=False)
    degraded = await api.http.get("/healthz")
    assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
    api.centre.parts[0] = HealthPart("asterisk", "not connected for 3 s")
    failing = await api.http.get("/healthz")
    assert (failing.status_code, failing.json()["status"]) == (503, "failing")
    assert failing.json()["parts"]["asterisk"] == "not connected for 3 s"


async def test_metrics_are_the_boards_at_the_scrape_and_name_no_call(api: Api) -> None:
    text = (await api.http.get("/metrics")).text
    for line in (
        'centralita_queue_waiting{queue="soporte"} 1.0',
        'centralita_queue_operators{queue="soporte",state="ready"} 1.0',
        'centralita_queue_offered_total{queue="soporte"} 3.0',
        'centralita_queue_answered_total{queue="soporte"} 2.0',
        'centralita_queue_abandoned_total{queue="soporte"} 0.0',
        'centralita_operators{state="talking"} 1.0',
        'centralita_operators{state="paused"} 0.0',
        'centralita_calls_up{stage="waiting"} 1.0',
        'centralita_events_total{type="call.changed"} 3.0',
        "centralita_event_followers 0.0",
    ):
        assert line in text.splitlines()
    assert "call-1" not in text
    assert "1005" not in text
    api.centre.hang_up_call("call-2")
    assert 'centralita_calls_up{stage="waiting"} 0.0' in (await api.http.get("/metrics")).text


async def test_openapi_describes_every_route_and_loads_nothing_from_elsewhere(api: Api) -> None:
    described = (await api.http.get("/api/v1/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    paths = described["paths"]
    for path in ("/login", "/queues", "/operators/{code}/state", "/calls/{call_id}/hangup", "/events"):
        assert f"/api/v1{path}" in paths
    assert paths["/api/v1/queues"]["get"]["security"] == [{"HTTPBearer": []}]
    assert "ErrorBody" in json.dumps(paths["/api/v1/queues"]["get"]["responses"]["401"])
    assert "HTTPValidationError" not in json.dumps(paths)
