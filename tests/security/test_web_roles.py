"""Who may do what over HTTP? Every route that OpenAPI lists stands here once, so a new one cannot be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from tests.adapters.conftest import OPERATOR, OTHER, Api
from tests.security.everything import Whole

Who = Literal["anybody", "logged_in", "own", "supervisor"]
"""``own``: an operator what is theirs alone; here somebody else's is asked for."""

STATE: Final = {"state": "ready"}
TARGET: Final = {"to": {"operator": "1005"}}
ROUTES: Final[dict[str, tuple[Who, Any]]] = {
    "GET /healthz": ("anybody", None),
    "GET /metrics": ("anybody", None),
    "GET /readyz": ("anybody", None),
    "POST /api/v1/login": ("anybody", {"code": "1005", "secret": "wrong"}),
    "GET /api/v1/listen/{token}": ("anybody", None),
    "POST /api/v1/logout": ("logged_in", None),
    "GET /api/v1/me": ("logged_in", None),
    "GET /api/v1/people": ("logged_in", None),
    "GET /api/v1/teams": ("logged_in", None),
    "GET /api/v1/centre": ("logged_in", None),
    "GET /api/v1/me/phone": ("logged_in", None),
    "POST /api/v1/me/phone/health": ("logged_in", {"instance": "page-0001", "registered": True}),
    "GET /api/v1/queues": ("logged_in", None),
    "GET /api/v1/queues/{name}": ("logged_in", None),
    "GET /api/v1/operators": ("logged_in", None),
    "GET /api/v1/calls": ("logged_in", None),
    "GET /api/v1/events": ("logged_in", None),
    "GET /api/v1/voicemails": ("logged_in", None),
    "DELETE /api/v1/accounts/{code}/sessions": ("own", None),
    "GET /api/v1/operators/{code}": ("own", None),
    "GET /api/v1/calls/{call_id}": ("own", None),
    "GET /api/v1/calls/{call_id}/why": ("own", None),
    "GET /api/v1/calls/{call_id}/caller": ("own", None),
    "POST /api/v1/calls/{call_id}/hangup": ("own", None),
    "POST /api/v1/calls/{call_id}/hold": ("own", None),
    "POST /api/v1/calls/{call_id}/resume": ("own", None),
    "POST /api/v1/calls/{call_id}/transfer": ("own", TARGET),
    "POST /api/v1/calls/{call_id}/consult": ("own", TARGET),
    "POST /api/v1/calls/{call_id}/consult/swap": ("own", None),
    "POST /api/v1/calls/{call_id}/consult/complete": ("own", None),
    "POST /api/v1/calls/{call_id}/consult/cancel": ("own", None),
    "POST /api/v1/calls/{call_id}/conference": ("own", None),
    "POST /api/v1/calls/{call_id}/recording": ("own", {"action": "pause"}),
    "POST /api/v1/calls/{call_id}/disposition": ("own", {"code": "sold"}),
    "POST /api/v1/operators/{code}/state": ("own", STATE),
    "POST /api/v1/operators/{code}/wrap-up": ("own", {"extend_s": 5}),
    "POST /api/v1/voicemails/{call_id}/callback": ("own", None),
    "DELETE /api/v1/voicemails/{call_id}": ("own", None),
    "PUT /api/v1/operators/{code}/queues": ("supervisor", {"queues": {"soporte": 1}}),
    "POST /api/v1/operators/{code}/release": ("supervisor", None),
    "POST /api/v1/calls/{call_id}/move": ("supervisor", {"priority": 1}),
    "POST /api/v1/calls/{call_id}/supervise": ("supervisor", {"mode": "listen"}),
    "POST /api/v1/operators/{code}/supervise": ("supervisor", {"mode": "listen"}),
    "GET /api/v1/supervisions": ("supervisor", None),
    "DELETE /api/v1/supervisions/{supervisor}": ("supervisor", None),
    "GET /api/v1/callbacks": ("supervisor", None),
    "DELETE /api/v1/callbacks/{call_id}": ("supervisor", None),
    "GET /api/v1/figures": ("supervisor", None),
    "GET /api/v1/queues/{name}/why-waiting": ("supervisor", None),
    "GET /api/v1/pipeline": ("supervisor", None),
    "POST /api/v1/reload": ("supervisor", None),
    "GET /api/v1/recordings": ("supervisor", None),
    "POST /api/v1/recordings/search": ("supervisor", {}),
    "GET /api/v1/recordings/{recording_id}": ("supervisor", None),
    "GET /api/v1/recordings/{recording_id}/peaks": ("supervisor", None),
    "GET /api/v1/recordings/{recording_id}/audio": ("supervisor", None),
    "POST /api/v1/recordings/{recording_id}/links": ("supervisor", {"minutes": 5}),
    "DELETE /api/v1/recordings/{recording_id}/links/{link_id}": ("supervisor", None),
    "POST /api/v1/calls/{call_id}/marks": ("supervisor", {"text": "good"}),
    "POST /api/v1/recordings/{recording_id}/marks": ("supervisor", {"at_s": 1.0, "text": "good"}),
    "DELETE /api/v1/marks/{mark_id}": ("supervisor", None),
    "PUT /api/v1/recordings/{recording_id}/hold": ("supervisor", {"why": "court"}),
    "DELETE /api/v1/recordings/{recording_id}/hold": ("supervisor", None),
    "POST /api/v1/erasures": ("supervisor", {"number": "600111222"}),
    "GET /api/v1/erasures/{erasure_id}": ("supervisor", None),
    "GET /api/v1/audit": ("supervisor", None),
    "GET /api/v1/nodes": ("supervisor", None),
    "POST /api/v1/nodes/{name}/drain": ("supervisor", None),
    "POST /api/v1/nodes/{name}/undrain": ("supervisor", None),
    "POST /api/v1/exports": ("supervisor", {}),
}
NEEDING_A_TOKEN: Final = [route for route, (who, _) in ROUTES.items() if who != "anybody"]


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Whole]:
    made = Whole(tmp_path)
    yield made
    assert made.archive is not None
    made.archive.open.close()


def filled(whole: Whole, path: str) -> str:
    """The address with somebody else's things in it: 1005 asks for those of 1006."""
    things = {
        "call_id": whole.centre.messages[0].id if "voicemails" in path else "call-3",
        "code": OTHER,
        "name": "soporte",
        "supervisor": "2001",
        "token": "x",
    }
    return path.format_map({**dict.fromkeys(("recording_id", "link_id", "mark_id", "erasure_id"), "1" * 26), **things})


async def asked(api: Api, whole: Whole, route: str, headers: dict[str, str]) -> Any:
    method, _, path = route.partition(" ")
    body = ROUTES[route][1]
    return await api.http.request(method, filled(whole, path), json=body, headers=headers)


def test_every_route_of_the_api_is_one_whose_rights_are_stated_here(whole: Whole) -> None:
    paths = whole.centre.app.openapi()["paths"]
    assert {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods} == set(ROUTES)


async def test_without_a_token_every_route_but_the_open_ones_says_401_whatever_is_sent(whole: Whole) -> None:
    async with whole.api() as api:
        for route in NEEDING_A_TOKEN:
            for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Cookie": "token=x; session=x"}):
                answer = await asked(api, whole, route, headers)
                assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), (route, headers)
        for route in set(ROUTES) - set(NEEDING_A_TOKEN) - {"POST /api/v1/login"}:
            assert (await asked(api, whole, route, {})).status_code in (200, 404), route


async def test_an_operator_gets_403_from_every_supervisors_route_and_for_whatever_is_anothers(whole: Whole) -> None:
    async with whole.api() as api:
        token = (await api.login(OPERATOR)).json()["token"]
        for route in NEEDING_A_TOKEN:
            who = ROUTES[route][0]
            if who in ("own", "supervisor"):
                answer = await asked(api, whole, route, {"Authorization": f"Bearer {token}"})
                assert answer.status_code == 403, (route, answer.text)


async def test_what_an_operator_asks_of_their_own_is_not_refused_as_anothers(whole: Whole) -> None:
    async with whole.api() as api:
        token = (await api.login(OTHER)).json()["token"]
        for route in NEEDING_A_TOKEN:
            if ROUTES[route][0] == "own" and "voicemails" not in route and "sessions" not in route:
                answer = await asked(api, whole, route, {"Authorization": f"Bearer {token}"})
                assert answer.status_code != 403, (route, answer.text)
