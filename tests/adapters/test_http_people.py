"""What do pages learn of who asks, of colleagues, of the centre, and of one caller's number?"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ari_app.permissions import permissions_of
from queues.events import CallerJoined, CallerLeft, OperatorBecameReady
from tests.adapters.conftest import COORDINATOR, LEADER, OPERATOR, OTHER, OTHER_LEADER, SUPERVISOR, Api, error_of
from tests.security.everything import Whole

OF_VENTAS, NUMBER = "2002", "600111222"


@pytest.fixture
def whole() -> Whole:
    made = Whole(None)
    made.numbers["call-1"] = NUMBER
    return made


@pytest.fixture
async def api(whole: Whole) -> AsyncIterator[Api]:
    async with whole.api() as made:
        yield made


async def test_me_says_who_asks_what_the_role_may_and_until_when(api: Api) -> None:
    me = (await api.ask(LEADER, "GET", "/me")).json()
    assert {name: me[name] for name in ("code", "name", "role", "queues", "team", "language")} == {
        "code": LEADER,
        "name": "Noa",
        "role": "team_leader",
        "queues": ["soporte"],
        "team": "norte",
        "language": "es",
    }
    assert me["reach"] == permissions_of("team_leader")
    assert me["permissions"] == list(me["reach"])
    assert me["expires"] == "2026-09-22T02:13:20.000Z"


async def test_operators_see_who_their_colleagues_are_and_nothing_else_of_them(api: Api) -> None:
    people = {one["code"]: one for one in (await api.ask(OPERATOR, "GET", "/people")).json()["items"]}
    assert people["1011"] == {
        "code": "1011",
        "name": "Operator 1011",
        "role": "operator",
        "queues": ["soporte"],
        "team": "sur",
    }
    teams = (await api.ask(OPERATOR, "GET", "/teams")).json()["items"]
    assert [(team["id"], team["leaders"], len(team["operators"])) for team in teams] == [
        ("norte", [LEADER], 10),
        ("sur", [OTHER_LEADER], 10),
    ]
    assert teams[0]["names"] == {"es": "Equipo Norte", "en": "North team"}


async def test_the_centre_is_sent_again_only_when_it_has_changed(api: Api) -> None:
    answer = await api.ask(OPERATOR, "GET", "/centre")
    shown = answer.json()
    assert (shown["name"], shown["languages"], shown["time_zone"]) == (
        "Valdeluna Energía",
        ["es", "en"],
        "Europe/Madrid",
    )
    queue = shown["queues"][0]
    assert (queue["name"], queue["titles"]) == ("ventas", {"es": "Ventas", "en": "Sales"})
    assert (queue["service_level_s"], queue["service_level_goal"]) == (20.0, 0.8)
    assert answer.headers["etag"] == f'"{shown["version"]}"'
    again = await api.ask(OPERATOR, "GET", "/centre", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("who", [OPERATOR, LEADER, SUPERVISOR, COORDINATOR])
async def test_who_has_the_call_or_supervises_it_knows_the_number_and_it_is_noted(
    api: Api, whole: Whole, who: str
) -> None:
    answer = await api.ask(who, "GET", "/calls/call-1/caller")
    assert (answer.status_code, answer.json()) == (200, {"number": NUMBER})
    assert answer.headers["cache-control"] == "no-store"
    (act,) = whole.acts
    assert (act.who, act.act, act.kind, act.subject) == (who, "number_seen", "call", "call-1")
    assert NUMBER not in repr(act)


@pytest.mark.parametrize("who", [OTHER, OTHER_LEADER, OF_VENTAS, "4001"])
async def test_nobody_else_knows_it(api: Api, whole: Whole, who: str) -> None:
    assert error_of(await api.ask(who, "GET", "/calls/call-1/caller"))[:2] == (403, "forbidden")
    assert whole.acts == []


async def test_a_number_that_is_withheld_or_forgotten_is_404_and_not_noted(api: Api, whole: Whole) -> None:
    assert error_of(await api.ask(OTHER, "GET", "/calls/call-3/caller"))[:2] == (404, "not_found")
    assert error_of(await api.ask(SUPERVISOR, "GET", "/calls/nothing/caller"))[:2] == (404, "not_found")
    assert whole.acts == []


async def test_a_supervision_by_another_teams_leader_is_refused(api: Api) -> None:
    body = {"mode": "listen"}
    assert error_of(await api.ask(OTHER_LEADER, "POST", f"/operators/{OPERATOR}/supervise", json=body))[0] == 403
    assert error_of(await api.ask(LEADER, "POST", f"/operators/{OPERATOR}/supervise", json=body))[0] == 409


async def test_a_team_leaders_figures_are_of_all_queues_and_of_the_own_operators(api: Api, whole: Whole) -> None:
    whole.centre.tell(OperatorBecameReady(OPERATOR), CallerJoined("call-7", "soporte"), CallerLeft("call-7"))
    for who, seen in ((LEADER, [OPERATOR]), (OTHER_LEADER, []), (SUPERVISOR, [OPERATOR])):
        figures = (await api.ask(who, "GET", "/figures")).json()
        assert [one["code"] for one in figures["operators"]] == seen
        assert [one["name"] for one in figures["queues"]] == ["soporte"]
