"""Who am I, who else is here, and what is this centre called? What every page needs to show names and titles; no customer in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request, Response

from ari_app.accounts import Account, Accounts
from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, demand, needs_token
from ari_app.adapters.http_bodies import REFUSALS, CentreBody, Me, People, Teams
from ari_app.adapters.http_json import json_answer, json_bytes
from ari_app.adapters.http_ranges import is_known
from ari_app.centre import Centre
from ari_app.contract import timestamp
from ari_app.permissions import permissions_of


def me_routes(centre: Callable[[], Centre] | None) -> APIRouter:
    """``GET /api/v1/me``. Who has no language of their own is told things in the centre's."""
    router = _router()

    @router.get("/me", response_model=Me)
    async def show_me(caller: AskedBy) -> Response:
        may = permissions_of(caller.account.role)
        shown = _person(caller.account) | {
            "permissions": list(may),
            "reach": may,
            "expires": timestamp(caller.expires),
            "language": caller.account.language or (centre().default_language if centre is not None else None),
        }
        return json_answer(shown)

    return router


def centre_routes(centre: Callable[[], Centre], accounts: Accounts) -> APIRouter:
    """``GET /api/v1/people``, ``/teams`` and ``/centre``. ``centre`` gives the one in force."""
    router = _router()

    @router.get("/people", response_model=People)
    async def list_people(caller: AskedBy) -> Response:
        demand(caller.may("see_people"))
        return json_answer({"items": [_person(account) for account in accounts.all()]})

    @router.get("/teams", response_model=Teams)
    async def list_teams(caller: AskedBy) -> Response:
        demand(caller.may("see_people"))
        everybody = accounts.all()
        return json_answer(
            {
                "items": [
                    {
                        "id": team.id,
                        "names": dict(team.names),
                        "leaders": _codes(one for one in everybody if one.leads == team.id),
                        "operators": sorted(accounts.operators_of(team.id)),
                    }
                    for team in centre().teams
                ]
            }
        )

    @router.get("/centre", response_model=CentreBody, responses={304: {"description": "You have it already"}})
    async def show_centre(request: Request, caller: AskedBy) -> Response:
        demand(caller.may("see_people"))
        shown = _centre(centre())
        version = sha256(json_bytes(shown)).hexdigest()[:16]
        headers = {"ETag": f'"{version}"'}
        if is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return json_answer(shown | {"version": version}, headers=headers)

    return router


def _router() -> APIRouter:
    return APIRouter(
        prefix="/api/v1",
        tags=["people"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses=REFUSALS,
    )


def _person(account: Account) -> dict[str, Any]:
    return {
        "code": account.code,
        "name": account.name,
        "role": account.role,
        "queues": account.queues,
        "team": account.team,
    }


def _codes(accounts: Iterable[Account]) -> list[str]:
    return sorted(account.code for account in accounts)


def _centre(centre: Centre) -> dict[str, Any]:
    """Queues in the order of their file; those of a queue without titles are called by its name."""
    return {
        "name": centre.company,
        "languages": centre.languages,
        "default_language": centre.default_language,
        "time_zone": centre.time_zone,
        "queues": [
            {
                "name": queue.name,
                "titles": {language: queue.entry.title.get(language, queue.name) for language in centre.languages},
                "service_level_s": queue.rules.service_level_s,
                "service_level_goal": queue.entry.service_level_goal,
                "short_abandon_s": queue.rules.short_abandon_s,
                "dispositions": queue.entry.dispositions,
                "wrap_up_s": queue.rules.wrap_up_s,
                "wrap_up_until_disposition": queue.entry.wrap_up_until_disposition,
                "may_skip_disposition": queue.entry.may_skip_disposition,
            }
            for queue in centre.queues
        ],
        "pauses": [
            {"code": one.code, "names": dict(one.names), "productive": one.productive} for one in centre.pauses.reasons
        ],
        "pause_reason_required": centre.pauses.required,
    }
