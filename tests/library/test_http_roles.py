"""Who may do what with whose recordings? Every address of the library for every role, of the own team and of another."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx
import pytest

from recordings.custody import Hold, Link, Mark
from recordings.search import Sight
from tests.adapters.conftest import Api, error_of
from tests.contract.centre import CALL
from tests.library.conftest import Archive
from tests.library.some_recordings import call_id, noted

OPERATOR, COLLEAGUE, OF_VENTAS, OF_ALL, COORDINATOR = "1005", "1006", "2002", "2001", "3001"
PEOPLE: Final = (OPERATOR, COLLEAGUE, OF_VENTAS, OF_ALL, COORDINATOR)
MINE = call_id(1)
"""A recording of soporte, by OPERATOR."""

THEIRS = call_id(2)
"""A recording of ventas, by COLLEAGUE."""


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    body: Any = None

    async def __call__(self, api: Api, code: str) -> httpx.Response:
        return await api.ask(code, self.method, self.path, **({"json": self.body} if self.body is not None else {}))


def on(recording: str, method: str, rest: str = "", body: Any = None) -> Ask:
    return Ask(method, f"/recordings/{recording}{rest}", body)


def at(method: str, path: str, body: Any = None) -> Ask:
    return Ask(method, path, body)


NOTE, WHY = {"at_s": 1, "text": "x"}, {"why": "x"}
SUPERVISORS = (OF_VENTAS, OF_ALL, COORDINATOR)
MATRIX: dict[str, tuple[Ask, tuple[str, ...]]] = {
    "show soporte": (on(MINE, "GET"), (OF_ALL, COORDINATOR)),
    "show ventas": (on(THEIRS, "GET"), SUPERVISORS),
    "peaks soporte": (on(MINE, "GET", "/peaks"), (OF_ALL, COORDINATOR)),
    "peaks ventas": (on(THEIRS, "GET", "/peaks"), SUPERVISORS),
    "play soporte": (on(MINE, "GET", "/audio"), (OF_ALL, COORDINATOR)),
    "play ventas": (on(THEIRS, "GET", "/audio"), SUPERVISORS),
    "link soporte": (on(MINE, "POST", "/links", {"minutes": 1}), (OF_ALL, COORDINATOR)),
    "link ventas": (on(THEIRS, "POST", "/links", {"minutes": 1}), SUPERVISORS),
    "revoke soporte": (on(MINE, "DELETE", "/links/l1"), (COORDINATOR,)),
    "revoke ventas": (on(THEIRS, "DELETE", "/links/l2"), (COORDINATOR,)),
    "note soporte": (on(MINE, "POST", "/marks", NOTE), (OF_ALL, COORDINATOR)),
    "note ventas": (on(THEIRS, "POST", "/marks", NOTE), SUPERVISORS),
    "note a live call of soporte": (at("POST", "/calls/live/marks", {"text": "x"}), (OF_ALL, COORDINATOR)),
    "note a live call of ventas": (at("POST", "/calls/sold/marks", {"text": "x"}), SUPERVISORS),
    "remove another's note": (at("DELETE", "/marks/m1"), (COORDINATOR,)),
    "hold": (on(MINE, "PUT", "/hold", WHY), (COORDINATOR,)),
    "release": (on(MINE, "DELETE", "/hold"), (COORDINATOR,)),
    "search": (at("GET", "/recordings"), SUPERVISORS),
    "search by body": (at("POST", "/recordings/search", {"limit": 5}), SUPERVISORS),
    "export": (at("POST", "/exports", {"kind": "call"}), SUPERVISORS),
    "erase": (at("POST", "/erasures", {"number": "600999999"}), (COORDINATOR,)),
    "certificate": (at("GET", "/erasures/nothing"), (COORDINATOR,)),
    "audit": (at("GET", "/audit"), (COORDINATOR,)),
}


@pytest.fixture
def two_teams(archive: Archive) -> Archive:
    """A recording of each team, with a link and a note of somebody else's, and a call of each that goes on."""
    archive.keep(1)
    archive.keep(2, queues=("ventas",), operators=(COLLEAGUE,))
    custody, now_s = archive.open.library.custody, archive.centre.now_s
    for id_, recording in (("l1", MINE), ("l2", THEIRS)):
        custody.make_link(Link(id_, recording, "9999", now_s, now_s + 600), noted())
    custody.mark(Mark("m1", MINE, now_s, "9999", "x", now_s), noted())
    custody.hold(Hold("h1", MINE, "9999", "x", now_s), noted())
    board = archive.centre.board
    board.put_queue(replace(next(iter(board.queues.values())), name="ventas"))
    for id_, queue in (("live", "soporte"), ("sold", "ventas")):
        board.put_call(replace(CALL, id=id_, stage="talking", queue=queue, operator=OPERATOR))
    return archive


@pytest.mark.parametrize("code", PEOPLE)
@pytest.mark.parametrize("what", MATRIX)
async def test_only_those_may_who_may(api: Api, two_teams: Archive, what: str, code: str) -> None:
    ask, who_may = MATRIX[what]
    answer = await ask(api, code)
    if code in who_may:
        assert answer.status_code in (200, 201, 204, 404), answer.text
        assert answer.status_code != 404 or what == "certificate"
    else:
        assert error_of(answer)[:2] == (403, "forbidden")


@pytest.mark.parametrize("what", MATRIX)
async def test_nobody_may_without_a_token(api: Api, two_teams: Archive, what: str) -> None:
    class Nobody(Api):
        async def ask(self, code: str, method: str, path: str, **options: Any) -> httpx.Response:
            return await self.http.request(method, f"/api/v1{path}", **options)

    nobody = Nobody(two_teams.centre)
    assert error_of(await MATRIX[what][0](nobody, "")) == (401, "token_missing", None)
    await nobody.http.aclose()


def test_the_matrix_has_every_address_of_the_library(archive: Archive) -> None:
    told = archive.centre.app.openapi()["paths"]
    mine = {
        (method.upper(), path)
        for path, methods in told.items()
        for method, about in methods.items()
        if set(about["tags"]) & {"recordings", "privacy"}
    }
    asked = {(ask.method, f"/api/v1{ask.path}") for ask, _ in MATRIX.values()}
    untried = {
        (method, path)
        for method, path in mine
        if not any(method == how and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), where) for how, where in asked)
    }
    assert untried == {("GET", "/api/v1/listen/{token}")}  # needs no role: test_http_links.py


@pytest.mark.parametrize(
    ("code", "seen"), [(OF_VENTAS, [THEIRS]), (OF_ALL, [THEIRS, MINE]), (COORDINATOR, [THEIRS, MINE])]
)
async def test_lists_and_exports_are_of_what_is_in_sight(
    api: Api, two_teams: Archive, code: str, seen: list[str]
) -> None:
    page = (await api.ask(code, "GET", "/recordings")).json()
    assert ([one["id"] for one in page["items"]], page["total"]) == (seen, len(seen))
    bundle = await api.ask(code, "POST", "/exports", json={})
    assert [id_ for id_ in (THEIRS, MINE) if f"audio/{id_}.opus".encode() in bundle.content] == seen


async def test_operators_hear_their_own_if_the_centre_says_so_and_nobody_elses(api: Api, two_teams: Archive) -> None:
    two_teams.operators_hear_own = True
    two_teams.keep(3, operators=(OPERATOR, COLLEAGUE))
    for code, own in ((OPERATOR, MINE), (COLLEAGUE, THEIRS)):
        page = (await api.ask(code, "GET", "/recordings")).json()
        assert [one["id"] for one in page["items"]] == [own]
        for recording, status in ((MINE, 200), (THEIRS, 200), (call_id(3), 403)):
            for rest in ("", "/peaks", "/audio"):
                answer = await api.ask(code, "GET", f"/recordings/{recording}{rest}")
                assert answer.status_code == (status if recording == own else 403)
    shown = (await api.ask(OPERATOR, "GET", f"/recordings/{MINE}")).json()
    assert (shown["notes"], shown["holds"], shown["links"], shown["marks"]) == ([], [], [], 0)
    assert error_of(await api.ask(OPERATOR, "GET", "/recordings?text=x"))[:2] == (403, "forbidden")
    for what, (ask, _) in MATRIX.items():
        if not what.startswith(("show", "peaks", "play", "search")):
            assert (await ask(api, OPERATOR)).status_code == 403, what


def test_a_sight_of_queues_sees_a_call_that_went_through_one_of_them() -> None:
    assert Sight(frozenset({"ventas"})).sees(["soporte", "ventas"], [])
    assert not Sight(frozenset({"ventas"})).sees([], ["1005"])
