"""How does one see the Asterisks of the centre over HTTP, and take one out of service without ending its calls?"""

from __future__ import annotations

from dataclasses import asdict

import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel

from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, demand, needs_token
from ari_app.adapters.http_bodies import REFUSALS
from ari_app.adapters.http_errors import Refused
from ari_app.adapters.http_json import json_answer
from ari_app.node_status import NodeCommands, NodeStatus, UnknownNode

log = structlog.get_logger(__name__)


class NodesBody(BaseModel):
    """All nodes."""

    items: list[NodeStatus]


def node_routes(nodes: NodeCommands) -> APIRouter:
    """What there are, drain and undrain."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["nodes"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses=REFUSALS,
    )

    def drain(name: str, caller: AskedBy, *, draining: bool) -> Response:
        demand(caller.may("nodes"))
        try:
            status = nodes.drain(name, draining=draining)
        except UnknownNode:
            raise Refused(404, "not_found", "There is no such node.") from None
        log.info("drain_asked", account=caller.account.code, node=name, draining=draining)
        return json_answer(asdict(status))

    @router.get("/nodes", response_model=NodesBody)
    async def list_nodes(caller: AskedBy) -> Response:
        demand(caller.may("nodes"))
        return json_answer({"items": [asdict(one) for one in nodes.statuses()]})

    @router.post("/nodes/{name}/drain", response_model=NodeStatus)
    async def drain_node(name: str, caller: AskedBy) -> Response:
        """New calls are refused with 503 before they are answered, so that they go to the next node; those that are up go on."""
        return drain(name, caller, draining=True)

    @router.post("/nodes/{name}/undrain", response_model=NodeStatus)
    async def undrain_node(name: str, caller: AskedBy) -> Response:
        return drain(name, caller, draining=False)

    return router
