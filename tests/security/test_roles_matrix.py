"""Which role may ask what, of the own and of another's? Every route that OpenAPI lists, for every role."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from ari_app.permissions import ROLES, TABLE, Role
from recordings.custody import Link, Mark
from tests.adapters.conftest import ADMINISTRATOR, COORDINATOR, LEADER, OPERATOR, OTHER, SUPERVISOR, Api
from tests.contract.centre import ANA, CALL
from tests.library.some_recordings import call_id, noted
from tests.security.everything import PROJECT, Whole
from tests.security.test_web_roles import ROUTES

WHO: Final[dict[Role, str]] = {
    "operator": OPERATOR,
    "team_leader": LEADER,
    "supervisor": SUPERVISOR,
    "coordinator": COORDINATOR,
    "administrator": ADMINISTRATOR,
}
FAR: Final = "1012"
"""An operator of another team than OPERATOR and LEADER."""

MATRIX: Final[dict[str, str]] = {
    # for each role, in the order of ROLES: a: anything, n: near (the own; the own team's), -: nothing
    "GET /healthz": "aaaaa",
    "GET /metrics": "aaaaa",
    "GET /readyz": "aaaaa",
    "GET /api/v1/listen/{token}": "aaaaa",
    "POST /api/v1/logout": "aaaaa",
    "GET /api/v1/me": "aaaaa",
    "GET /api/v1/me/phone": "aaaaa",
    "POST /api/v1/me/phone/health": "aaaaa",
    "GET /api/v1/people": "aaaaa",
    "GET /api/v1/teams": "aaaaa",
    "GET /api/v1/centre": "aaaaa",
    "GET /api/v1/queues": "aaaaa",
    "GET /api/v1/queues/{name}": "aaaaa",
    "GET /api/v1/operators": "aaaaa",
    "GET /api/v1/operators/{code}": "nnaaa",
    "GET /api/v1/calls": "aaaaa",
    "GET /api/v1/events": "aaaaa",
    "GET /api/v1/calls/{call_id}": "nnaa-",
    "GET /api/v1/calls/{call_id}/why": "nnaa-",
    "GET /api/v1/calls/{call_id}/caller": "nnaa-",
    "POST /api/v1/calls/{call_id}/hold": "nnaa-",
    "POST /api/v1/calls/{call_id}/resume": "nnaa-",
    "POST /api/v1/calls/{call_id}/transfer": "nnaa-",
    "POST /api/v1/calls/{call_id}/consult": "nnaa-",
    "POST /api/v1/calls/{call_id}/consult/swap": "nnaa-",
    "POST /api/v1/calls/{call_id}/consult/complete": "nnaa-",
    "POST /api/v1/calls/{call_id}/consult/cancel": "nnaa-",
    "POST /api/v1/calls/{call_id}/conference": "nnaa-",
    "POST /api/v1/calls/{call_id}/recording": "nnaa-",
    "POST /api/v1/calls/{call_id}/disposition": "nnaa-",
    "POST /api/v1/calls/{call_id}/hangup": "nnaa-",
    "POST /api/v1/calls/{call_id}/move": "--aa-",
    "POST /api/v1/calls/{call_id}/supervise": "-naa-",
    "POST /api/v1/calls/{call_id}/marks": "-naa-",
    "POST /api/v1/operators/{code}/state": "nnaa-",
    "POST /api/v1/operators/{code}/wrap-up": "nnaa-",
    "PUT /api/v1/operators/{code}/queues": "--aa-",
    "POST /api/v1/operators/{code}/release": "-naa-",
    "POST /api/v1/operators/{code}/supervise": "-naa-",
    "GET /api/v1/supervisions": "-aaa-",
    "DELETE /api/v1/supervisions/{supervisor}": "-nna-",
    "GET /api/v1/callbacks": "--aa-",
    "DELETE /api/v1/callbacks/{call_id}": "--aa-",
    "GET /api/v1/voicemails": "aaaa-",
    "POST /api/v1/voicemails/{call_id}/callback": "nnaa-",
    "DELETE /api/v1/voicemails/{call_id}": "nnaa-",
    "GET /api/v1/figures": "-aaa-",
    "GET /api/v1/queues/{name}/why-waiting": "--aa-",
    "GET /api/v1/recordings": "aaaa-",
    "POST /api/v1/recordings/search": "aaaa-",
    "GET /api/v1/recordings/{recording_id}": "nnaa-",
    "GET /api/v1/recordings/{recording_id}/peaks": "nnaa-",
    "GET /api/v1/recordings/{recording_id}/audio": "nnaa-",
    "POST /api/v1/recordings/{recording_id}/marks": "-naa-",
    "POST /api/v1/recordings/{recording_id}/links": "--aa-",
    "DELETE /api/v1/recordings/{recording_id}/links/{link_id}": "--na-",
    "DELETE /api/v1/marks/{mark_id}": "-nna-",
    "PUT /api/v1/recordings/{recording_id}/hold": "---a-",
    "DELETE /api/v1/recordings/{recording_id}/hold": "---a-",
    "POST /api/v1/exports": "--aa-",
    "POST /api/v1/erasures": "---a-",
    "GET /api/v1/erasures/{erasure_id}": "---a-",
    "GET /api/v1/audit": "---aa",
    "GET /api/v1/pipeline": "--aaa",
    "POST /api/v1/reload": "---aa",
    "GET /api/v1/nodes": "---aa",
    "POST /api/v1/nodes/{name}/drain": "---aa",
    "POST /api/v1/nodes/{name}/undrain": "---aa",
    "DELETE /api/v1/accounts/{code}/sessions": "nnaaa",
}


SEEN: Final[dict[Role, tuple[set[str], set[str], set[str] | None]]] = {
    "operator": ({OPERATOR}, {"call-1"}, {call_id(1)}),
    "team_leader": ({OPERATOR, OTHER}, {"call-1"}, {call_id(1)}),
    "supervisor": ({OPERATOR, OTHER, FAR}, {"call-1", "call-2", "call-9"}, {call_id(1), call_id(2)}),
    "coordinator": ({OPERATOR, OTHER, FAR}, {"call-1", "call-2", "call-9"}, {call_id(1), call_id(2)}),
    "administrator": ({OPERATOR, OTHER, FAR}, set(), None),
}
"""Which operators, calls and recordings the lists have for each role."""


class Floor(Whole):
    """Near: call-1, which 1005 has, and what belongs to it. Far: call-9 of 1012, another queue's message, 1012's recording."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        archive, centre = self.archive, self.centre
        assert archive is not None
        archive.operators_hear_own = True
        board, message = centre.board, centre.messages[0]
        board.put_operator(replace(ANA, code=FAR, state="talking", call="call-9", queue="soporte"))
        board.put_call(replace(CALL, id="call-9", stage="talking", operator=FAR, queue="soporte"))
        centre.messages = [replace(message, id="near", queue="soporte"), replace(message, id="far", queue="ventas")]
        self.conversations |= {"call-1": _talk("call-1", OPERATOR), "call-9": _talk("call-9", FAR)}
        self.numbers |= {"call-1": "600111222", "call-9": "600333444"}
        archive.keep(1, operators=(OPERATOR,))
        archive.keep(2, operators=(FAR,))
        custody, until = archive.open.library.custody, centre.now_s + 3600.0
        for who in (*WHO.values(), "9999"):
            custody.make_link(Link(f"l-{who}", call_id(1), who, centre.now_s, until), noted())
            custody.mark(Mark(f"m-{who}", call_id(1), centre.now_s, who, "x", centre.now_s), noted())
        centre.app.state.events.close()  # who may follow is told 503 and does not wait

    def filled(self, path: str, who: str, near: bool) -> str:
        """The address with the near or the far things in it."""
        by = who if near else "9999"
        message = "near" if near else "far"
        return path.format_map(
            {
                "call_id": message if "voicemails" in path else "call-1" if near else "call-9",
                "code": OPERATOR if near else FAR,
                "name": "soporte",
                "supervisor": who if near else "2002",
                "recording_id": call_id(1) if near or "link_id" in path else call_id(2),
                "link_id": f"l-{by}",
                "mark_id": f"m-{by}",
                "erasure_id": "1" * 26,
                "token": "x",
            }
        )


def _talk(id_: str, operator: str) -> Any:
    control = SimpleNamespace(operator=operator, may=lambda what: True)
    return SimpleNamespace(id=id_, control=control, queue="soporte", supervised={})


def test_the_matrix_has_every_route() -> None:
    assert set(MATRIX) == set(ROUTES) - {"POST /api/v1/login"}  # and those are what OpenAPI lists: test_web_roles.py


async def check_lists(api: Api, role: Role) -> None:
    """They are of what the role sees."""
    for (path, key), seen in zip(
        (("/operators", "code"), ("/calls", "id"), ("/recordings", "id")), SEEN[role], strict=True
    ):
        if seen is not None:
            assert {one[key] for one in (await api.ask(WHO[role], "GET", path)).json()["items"]} == seen, path


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_sees_its_own_lists_and_may_ask_what_the_matrix_says_and_nothing_else(
    tmp_path: Path, role: Role
) -> None:
    whole, who = Floor(tmp_path), WHO[role]
    wrong = []
    async with whole.api() as api:
        await check_lists(api, role)
        for route, may in MATRIX.items():
            method, _, path = route.partition(" ")
            for near in (True, False):
                allowed = may[ROLES.index(role)] == "a" or (near and may[ROLES.index(role)] == "n")
                whole.centre.now_s += 1.0  # a log-in after those that are ended
                token = (await api.login(who)).json()["token"]
                answer = await api.http.request(
                    method,
                    whole.filled(path, who, near),
                    json=ROUTES[route][1],
                    headers={"Authorization": f"Bearer {token}"},
                )
                if answer.status_code in (401, 500) or (answer.status_code == 403) == allowed:
                    wrong.append((route, "near" if near else "far", answer.status_code, answer.text[:100]))
    assert whole.archive is not None
    whole.archive.open.close()
    assert wrong == []


@pytest.mark.parametrize(
    ("who", "whose"),
    [(LEADER, "2001"), (LEADER, "2102"), (SUPERVISOR, COORDINATOR), (SUPERVISOR, ADMINISTRATOR), (COORDINATOR, "4001")],
)
async def test_nobody_ends_what_somebody_above_has_logged_into(who: str, whose: str) -> None:
    async with Whole(None).api() as api:
        assert (await api.ask(who, "DELETE", f"/accounts/{whose}/sessions")).status_code == 403


def test_the_table_in_the_documentation_is_the_one_that_decides() -> None:
    text = (PROJECT / "docs" / "http-api.md").read_text(encoding="utf-8")
    told = {}
    for name, *reaches in re.findall(r"^\| `(\w+)` \|[^|]+" + r"\| *([a-z]*) *" * 5 + r"\|$", text, re.MULTILINE):
        told[name] = [reach or None for reach in reaches]
    assert told == {permission: [reaches[role] for role in ROLES] for permission, reaches in TABLE.items()}
