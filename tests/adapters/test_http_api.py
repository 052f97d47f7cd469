"""Does the HTTP API give each role what is theirs, and nothing of another's?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ari_app.health import HealthPart
from tests.adapters.conftest import (
    COORDINATOR,
    OPERATOR,
    OTHER,
    SUPERVISOR,
    Api,
    error_of,
)
from tests.contract.checks import schema

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
    ("GET", "/figures", None, 401, 403, 403, 200, 200),
    ("GET", "/queues/soporte/why-waiting", None, 401, 403, 403, 200, 200),
    ("GET", "/queues/nobody/why-waiting", None, 401, 403, 403, 404, 404),
    ("GET", "/calls/call-1/why", None, 401, 404, 403, 404, 404),
    ("GET", "/calls/call-2/why", None, 401, 403, 403, 404, 404),
    ("GET", "/calls/call-9/why", None, 401, 404, 404, 404, 404),
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
                error_of(answer)


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
    assert error_of(answer) == (409, "state_refused", None)
    assert answer.json()["error"]["message"] == "a pause needs a reason; give one"


async def test_a_hangup_answers_with_the_call_as_it_is_then(api: Api) -> None:
    answer = await api.ask(SUPERVISOR, "POST", "/calls/call-2/hangup")
    assert (answer.status_code, answer.json()["id"], answer.json()["stage"]) == (202, "call-2", "ended")
    again = await api.ask(SUPERVISOR, "POST", "/calls/call-2/hangup")
    assert error_of(again) == (404, "call_not_up", None)


async def test_an_operator_who_hangs_up_is_not_taken_for_a_supervisor(api: Api) -> None:
    call = api.centre.board.calls["call-1"]
    for stage, reason in (("ringing", "hung_up_by_request"), ("talking", "operator_hung_up")):
        api.centre.board.put_call(replace(call, stage=stage, operator="1005"))  # type: ignore[arg-type]
        answer = await api.ask(OPERATOR, "POST", "/calls/call-1/hangup")
        assert answer.json()["end_reason"] == reason
    api.centre.board.put_call(replace(call, stage="talking", operator="1005"))
    answer = await api.ask(SUPERVISOR, "POST", "/calls/call-1/hangup")
    assert answer.json()["end_reason"] == "hung_up_by_request"


async def test_health_names_what_is_wrong(api: Api) -> None:
    well = (await api.http.get("/healthz")).json()
    assert well == {"status": "ok", "role": "leader", "parts": {"asterisk": "ok", "redis": "ok"}}
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


async def test_metrics_show_how_late_events_are_and_how_many_calls_were_refused_for_it(api: Api) -> None:
    for lag_s in (0.004, 0.04, 9.0):
        api.centre.load.lag.note(lag_s, now=100.0)
    for lag_s in (0.2, 0.1, 0.04):
        api.centre.load.admission.may_enter(lag_s)
    shown = (await api.http.get("/metrics")).text.splitlines()
    for line in (
        "# TYPE centralita_event_lag_seconds histogram",
        'centralita_event_lag_seconds_bucket{le="0.005"} 1.0',
        'centralita_event_lag_seconds_bucket{le="0.05"} 2.0',
        'centralita_event_lag_seconds_bucket{le="5.0"} 2.0',
        'centralita_event_lag_seconds_bucket{le="+Inf"} 3.0',
        "centralita_event_lag_seconds_count 3.0",
        "centralita_event_lag_seconds_sum 9.044",
        "centralita_calls_refused_for_load_total 2.0",
    ):
        assert line in shown


async def test_openapi_describes_every_route_and_loads_nothing_from_elsewhere(api: Api) -> None:
    described = (await api.http.get("/api/v1/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    paths = described["paths"]
    for path in ("/login", "/queues", "/operators/{code}/state", "/calls/{call_id}/hangup", "/events"):
        assert f"/api/v1{path}" in paths
    assert paths["/api/v1/queues"]["get"]["security"] == [{"HTTPBearer": []}]
    assert "ErrorBody" in json.dumps(paths["/api/v1/queues"]["get"]["responses"]["401"])
    assert "HTTPValidationError" not in json.dumps(paths)
