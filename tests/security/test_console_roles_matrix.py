"""Which role may ask the console what, of the own and of another's? Every route of its own, for every role."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import delete

from ari_app.permissions import ROLES, Role
from console.scripts.tables import answers
from tests.security.console_floor import FAR, NEAR, WHO, Floor

NOTE: Final = {"note": "x"}
WHY: Final = {"text": "title: {es: X, en: X}", "why": "a try"}
CALL: Final = "{call}"
MATRIX: Final[dict[str, tuple[str, Any]]] = {
    # for each role, in the order of ROLES: a: anything, n: near (the own; the own team's), -: nothing; then the body
    "GET /api/v1/events": ("aaaaa", None),
    "GET /api/v1/figures/definitions": ("aaaaa", None),
    "GET /api/v1/figures/by?operator={code}": ("nnaa-", None),
    "GET /api/v1/figures/by.csv?operator={code}": ("nnaa-", None),
    "GET /api/v1/figures/day-curve": ("-aaa-", None),
    "GET /api/v1/queues/{queue}/forecast": ("-aaa-", None),
    "GET /api/v1/history/calls?operator={code}": ("nnaa-", None),
    "GET /api/v1/history/calls.csv?operator={code}": ("nnaa-", None),
    "GET /api/v1/history/calls/{call}": ("nnaa-", None),
    "GET /api/v1/history/operators/{code}/states": ("nnaa-", None),
    "GET /api/v1/calls/{call}/past": ("nnaa-", None),
    "GET /api/v1/calls/{call}/notes": ("nnaa-", None),
    "PUT /api/v1/calls/{call}/note": ("nnaa-", {"text": "x"}),
    "GET /api/v1/contacts/{contact}/past": ("aaaa-", None),
    "POST /api/v1/contacts/look-up": ("aaaa-", {"number": "600111222"}),
    "POST /api/v1/contacts/search": ("aaaa-", {"name": "Rosa"}),
    "GET /api/v1/contacts/{contact}": ("aaaa-", None),
    "GET /api/v1/contacts/{contact}/history": ("aaaa-", None),
    "POST /api/v1/contacts": ("aaaa-", {"name": "Eva"}),
    "PATCH /api/v1/contacts/{contact}": ("aaaa-", {"name": "Eva"}),
    "POST /api/v1/contacts/{contact}/merge": ("--aa-", {"gone": "1" * 16, "gone_version": 1, "take": []}),
    "POST /api/v1/contacts/{contact}/erase": ("---a-", {"confirm": "Rosa"}),
    "GET /api/v1/contact-erasures/none": ("---a-", None),
    "GET /api/v1/contacts/by-external-id/C-1": ("aaaa-", None),
    "PUT /api/v1/contacts/by-external-id/C-1": ("--aa-", {"name": "Eva"}),
    "GET /api/v1/contacts/export.csv": ("---a-", None),
    "GET /api/v1/contact-imports": ("--aa-", None),
    "POST /api/v1/contact-imports?name=x.csv": ("--aa-", None),
    "GET /api/v1/contact-imports/none": ("--aa-", None),
    "DELETE /api/v1/contact-imports/none": ("--aa-", None),
    "GET /api/v1/contact-imports/none/preview": ("--aa-", None),
    "POST /api/v1/contact-imports/none/check": ("--aa-", {"mapping": ["name"]}),
    "POST /api/v1/contact-imports/none/start": ("--aa-", None),
    "POST /api/v1/contact-imports/none/cancel": ("--aa-", None),
    "GET /api/v1/contact-imports/none/problems": ("--aa-", None),
    "GET /api/v1/contact-imports/none/report.csv": ("--aa-", None),
    "GET /api/v1/tickets": ("aaaa-", None),
    "GET /api/v1/tickets/counts": ("aaaa-", None),
    "GET /api/v1/tickets/levels": ("aaaa-", None),
    "POST /api/v1/tickets": ("nnaa-", {"subject": "x", "call": CALL}),
    "GET /api/v1/calls/{call}/tickets": ("nnaa-", None),
    "GET /api/v1/tickets/{ref}": ("nnaa-", None),
    "PATCH /api/v1/tickets/{ref}": ("nnaa-", {"subject": "y"}),
    "POST /api/v1/tickets/{ref}/notes": ("nnaa-", {"text": "x"}),
    "POST /api/v1/tickets/{ref}/calls": ("nnaa-", {"call": CALL}),
    "POST /api/v1/tickets/{ref}/give": ("-naa-", {"to": "1006"}),
    "POST /api/v1/tickets/{ref}/take": ("nnaa-", NOTE),
    "POST /api/v1/tickets/{ref}/put-back": ("nnaa-", NOTE),
    "POST /api/v1/tickets/{ref}/wait": ("nnaa-", NOTE),
    "POST /api/v1/tickets/{ref}/resume": ("nnaa-", NOTE),
    "POST /api/v1/tickets/{ref}/resolve": ("nnaa-", NOTE),
    "POST /api/v1/tickets/{ref}/close": ("nnaa-", NOTE),
    "POST /api/v1/tickets/{ref}/reopen": ("nnaa-", NOTE),
    "POST /api/v1/tickets/{ref}/pass": ("nnaa-", {"how": "later", "to": {"queue": "reclamaciones"}}),
    "GET /api/v1/scripts": ("aaaaa", None),
    "GET /api/v1/scripts/soporte": ("aaaaa", None),
    "GET /api/v1/queues/{queue}/script": ("aaaaa", None),
    "POST /api/v1/scripts/check": ("--aaa", {"name": "soporte", "text": "x"}),
    "POST /api/v1/scripts/try": ("--aaa", {"name": "soporte", "text": "x", "language": "es"}),
    "GET /api/v1/scripts/soporte/draft": ("--aaa", None),
    "PUT /api/v1/scripts/soporte/draft": ("--aaa", {"text": "x"}),
    "DELETE /api/v1/scripts/soporte/draft": ("--aaa", None),
    "GET /api/v1/scripts/soporte/versions": ("--aaa", None),
    "POST /api/v1/scripts/soporte/versions": ("--aaa", WHY),
    "GET /api/v1/scripts/soporte/versions/000000000000": ("--aaa", None),
    "POST /api/v1/scripts/soporte/rollback": ("--aaa", {"version": "0" * 12, "why": "a try"}),
    "GET /api/v1/scripts/soporte/answers.csv": ("-aaa-", None),
    "GET /api/v1/calls/{call}/scripts": ("nnaa-", None),
    "GET /api/v1/calls/{call}/scripts/{queue}": ("nnaa-", None),
    "PUT /api/v1/calls/{call}/scripts/{queue}": ("n----", {"revision": 2, "language": "es"}),
    "GET /api/v1/webhooks": ("---aa", None),
    "POST /api/v1/webhooks": ("---aa", {"url": "https://example.com/x", "events": ["call.ended"]}),
    "PATCH /api/v1/webhooks/none": ("---aa", {"about": "x"}),
    "DELETE /api/v1/webhooks/none": ("---aa", None),
    "POST /api/v1/webhooks/none/secret": ("---aa", None),
    "POST /api/v1/webhooks/none/stop": ("---aa", None),
    "POST /api/v1/webhooks/none/resume": ("---aa", None),
    "POST /api/v1/webhooks/none/test": ("---aa", None),
    "GET /api/v1/webhooks/none/messages": ("---aa", None),
    "GET /api/v1/webhook-messages/none": ("---aa", None),
    "POST /api/v1/webhook-messages/none/replay": ("---aa", None),
    "POST /api/v1/webhook-messages/none/drop": ("---aa", None),
    "GET /api/v1/alarms/limits": ("-aaa-", None),
    "PUT /api/v1/alarms/limits/mine": ("-aaa-", {"version": 0, "rules": {"waiting": {"limit": 3}}}),
    "PUT /api/v1/alarms/limits/centre": ("--aa-", {"version": 0, "rules": {"waiting": {"limit": 3}}}),
    "POST /api/v1/me/phone/line": ("aaaaa", None),
}
HIDES: Final = ("/history/calls/", "/notes", "GET /api/v1/calls/{call}/scripts")
"""What is out of sight there is not there: 404."""
NAMES: Final = {
    "call_id": "{call}",
    "contact_id": "{contact}",
    "external_id": "C-1",
    "external_id:path": "C-1",
    "version": "000000000000",
    **dict.fromkeys(("erasure_id", "import_id", "webhook_id", "message_id"), "none"),
}
"""What stands in the addresses above for what the routes call so."""


def _as_listed(method: str, path: str) -> str:
    """A route as the matrix names it, without its query."""
    own = {**{name: f"{{{name}}}" for name in ("call", "contact", "code", "queue", "ref")}, **NAMES}
    script = "{queue}" if "/calls/" in path else "{queue}" if path.startswith("/api/v1/queues/") else "soporte"
    return f"{method.upper()} {path.format_map({**own, 'name': script})}"


async def test_the_matrix_has_every_route_of_the_consoles_own(tmp_path: Path) -> None:
    async with Floor(tmp_path).http() as (app, _):
        paths = app.openapi()["paths"]
    there = {_as_listed(method, path) for path, methods in paths.items() for method in methods}
    assert {route.partition("?")[0] for route in MATRIX} == there


def _filled(floor: Floor, text: str, *, near: bool) -> str:
    things = {
        "call": "near" if near else "far",
        "code": NEAR if near else FAR,
        "queue": "soporte" if near else "soporte_n2",
    }
    if "{ref}" in text:
        things["ref"] = floor.ticket(near=near)
    if "{contact}" in text:
        things["contact"] = floor.contact()
    return text.format_map(things)


def _body(body: Any, *, near: bool) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: ("near" if near else "far") if value == CALL else value for name, value in body.items()}


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_ask_what_the_matrix_says_and_nothing_else(tmp_path: Path, role: Role) -> None:
    floor, wrong = Floor(tmp_path), []
    async with floor.http() as (_, http):
        for route, (may, body) in MATRIX.items():
            method, _, path = route.partition(" ")
            of_somebody = "{" in path or CALL in str(body)
            for near in (True, False) if of_somebody else (True,):
                letter = may[ROLES.index(role)]
                allowed = letter == "a" or (near and letter == "n")
                refusals = (403, 404) if any(part in route for part in HIDES) else (403,)
                answer = await http.request(
                    method,
                    _filled(floor, path, near=near),
                    json=_body(body, near=near),
                    headers={"Authorization": f"Bearer {WHO[role]}"},
                )
                status = answer.status_code
                unread = status == 422 and answer.json()["error"]["code"] in ("bad_field", "bad_body")
                if status in (401, 405, 500) or unread or (status in refusals) == allowed:
                    wrong.append((route, "near" if near else "far", status, answer.text[:120]))
    floor.database.close()
    assert wrong == []


async def test_without_a_token_nobody_is_told_anything(tmp_path: Path) -> None:
    floor, wrong = Floor(tmp_path), []
    async with floor.http() as (_, http):
        for route, (_, body) in MATRIX.items():
            method, _, path = route.partition(" ")
            answer = await http.request(method, _filled(floor, path, near=True), json=_body(body, near=True))
            if answer.status_code != 401:
                wrong.append((route, answer.status_code))
    floor.database.close()
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
async def test_a_call_in_which_nothing_was_answered_is_out_of_sight_as_any_other(tmp_path: Path, role: Role) -> None:
    """Neither the answers nor their lack tell whether there is such a call."""
    floor = Floor(tmp_path)
    with floor.database.writing() as connection:
        connection.execute(delete(answers))
    async with floor.http() as (_, http):

        async def told(call: str, what: str) -> int:
            path = f"/api/v1/calls/{call}/{what}"
            answer = await http.get(path, headers={"Authorization": f"Bearer {WHO[role]}"})
            return answer.status_code

        for call in ("near", "far", "none"):
            assert await told(call, "scripts") == await told(call, "notes"), call
        assert await told("far", "scripts") == {"operator": 404, "team_leader": 404, "administrator": 403}.get(
            role, 200
        )
    floor.database.close()
