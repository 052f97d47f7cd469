"""What does the console answer? The pages, live status, its own resources, and, by the controller that leads, everything else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Query, Request
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from ari_app.adapters import http_errors
from ari_app.adapters.http_events import EventHub
from ari_app.adapters.http_guard import Guard
from ari_app.adapters.http_json import json_answer, json_bytes
from ari_app.clock import Clock
from ari_app.rates import Rates
from console.controllers import Controllers
from console.mirror import Mirror
from console.pages import page_routes, pages_in
from console.reception import ControllersReception

PACE_S: Final = 0.1
"""What happens within this time is sent to a page together."""
KEEP_ALIVE_S: Final = 15.0
BACKLOG: Final = 5000
FOLLOWERS_MAX: Final = 2000
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PASSED_ON: Final = ("/healthz", "/readyz", "/metrics")
Wrong = Callable[[], str | None]
"""What a person should look at, in words; None when all is well."""


def create_app(
    mirror: Mirror,
    controllers: Controllers,
    reception: ControllersReception,
    clock: Clock,
    *,
    parts: Iterable[APIRouter] = (),
    read_piecewise: Collection[str] = (),
    origins: Collection[str] = (),
    address_rates: Rates | None = None,
    wrong: Mapping[str, Wrong] | None = None,
) -> FastAPI:
    """The application. ``parts`` are the console's own resources; ``read_piecewise``: see http_errors.install; ``origins`` and
    ``address_rates``: see Guard; ``wrong``: what a person should look at in each part, by its name."""
    app = FastAPI(
        title="Centralita: console",
        version="1",
        openapi_url=None,  # described together with the controllers' own, below
        docs_url=None,  # Swagger UI and ReDoc would be loaded from a public CDN
        redoc_url=None,
        redirect_slashes=False,
    )
    hub = EventHub(
        mirror.board,
        clock.now,
        BACKLOG,
        KEEP_ALIVE_S,
        FOLLOWERS_MAX,
        PACE_S,
        lambda: {"controller": mirror.keeper.as_json()},
    )
    mirror.missed = hub.begin_again
    mirror.keeper_changed = lambda keeper: hub.say("controller.changed", keeper.as_json())
    reception.watch(lambda: hub.callers, lambda: hub.end_revoked(reception.good))
    app.state.events = hub
    app.state.reception = reception
    http_errors.install(app, read_piecewise)
    app.add_middleware(Guard, now=clock.now, rates=address_rates, origins=origins)
    app.include_router(_own_routes(mirror, hub, reception, wrong or {}))
    for part in parts:
        app.include_router(part)
    app.include_router(_described(app, controllers))
    app.include_router(_passing_on(controllers))
    app.include_router(page_routes(pages_in()))
    return app


def _own_routes(
    mirror: Mirror, hub: EventHub, reception: ControllersReception, parts: Mapping[str, Wrong]
) -> APIRouter:
    router = APIRouter()
    registry = CollectorRegistry()
    followers = Gauge("centralita_console_followers", "Pages that follow the events", registry=registry)
    followers.set_function(lambda: hub.follower_count)
    wrong_parts = Gauge("centralita_console_part_wrong", "1: a person should look at it", ["part"], registry=registry)
    for name, wrong_in in parts.items():
        wrong_parts.labels(name).set_function(_counted(wrong_in))

    @router.get("/api/v1/events")
    async def follow(request: Request, newest: Annotated[bool, Query()] = False) -> Response:
        caller = await reception.caller(request.headers.get("authorization", ""))
        return hub.stream(caller, newest=newest)

    @router.get("/console/healthz", include_in_schema=False)
    async def show_health() -> Response:
        """Whether this process serves people; 503 while it knows nothing of the centre. ``parts``: what is wrong in each, which
        keeps nobody from being served."""
        wrong = mirror.keeper.wrong
        told = {"wrong": wrong, "parts": {name: wrong_in() for name, wrong_in in parts.items()}}
        return json_answer(told, 503 if wrong else 200)

    @router.get("/console/metrics", include_in_schema=False)
    async def show_metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _counted(wrong: Wrong) -> Callable[[], float]:
    return lambda: float(wrong() is not None)


def _described(app: FastAPI, controllers: Controllers) -> APIRouter:
    router = APIRouter()

    @router.get("/api/v1/openapi.json", include_in_schema=False)
    async def describe() -> Response:
        """All that is answered here, whoever answers it."""
        theirs = await controllers.ask("GET", "/api/v1/openapi.json")
        return Response(json_bytes(together(theirs.json, app.openapi())), media_type="application/json")

    return router


def together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two descriptions as one; where both describe an address, the second's counts, which is who answers."""
    schemas = [described.get("components", {}) for described in (one, other)]
    kinds = {kind for described in schemas for kind in described}
    components = {kind: {**schemas[0].get(kind, {}), **schemas[1].get(kind, {})} for kind in sorted(kinds)}
    return {**one, "paths": {**one.get("paths", {}), **other.get("paths", {})}, "components": components}


def _passing_on(controllers: Controllers) -> APIRouter:
    router = APIRouter()

    async def pass_on(request: Request) -> Response:
        return await controllers.pass_on(request)

    for path in ("/api/{rest:path}", *PASSED_ON):
        router.add_api_route(path, pass_on, methods=list(METHODS), include_in_schema=False)
    return router
