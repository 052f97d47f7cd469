"""How far are the recordings on their way into the store? What the workers tell, over HTTP, and as metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel

from ari_app.adapters.http_auth import AskedBy, AuthenticatedRoute, demand, needs_token
from ari_app.adapters.http_bodies import REFUSALS
from ari_app.adapters.http_json import json_bytes
from ari_app.keeping.workers import alive_of, told_by_all, whats_wrong

Now = Callable[[], float]


class Pipeline(BaseModel):
    """``wrong``: in words, null while all is well; ``workers``: what each has told last (docs/recordings.md)."""

    wrong: str | None
    workers: list[dict[str, Any]]


def pipeline_routes(root: Path, now: Now) -> APIRouter:
    """``GET /api/v1/pipeline``."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["recordings"],
        route_class=AuthenticatedRoute,
        dependencies=[needs_token],
        responses=REFUSALS,
    )

    @router.get("/pipeline", response_model=Pipeline)
    async def show_pipeline(caller: AskedBy) -> Response:
        demand(caller.may("see_pipeline"))
        workers = await asyncio.to_thread(told_by_all, root)
        wrong = whats_wrong(workers, now())
        return Response(json_bytes({"wrong": wrong, "workers": workers}), media_type="application/json")

    return router


class PipelineCollector(Collector):
    """The same as metrics."""

    def __init__(self, root: Path, now: Now) -> None:
        self._root = root
        self._now = now

    def collect(self) -> Iterable[Metric]:
        """See Collector."""
        alive = alive_of(told_by_all(self._root), self._now())
        yield _gauge("workers", "Workers that keep recordings.", len(alive))
        yield _gauge("waiting", "Recordings that wait to be kept.", max((one["waiting"] for one in alive), default=0))
        oldest = max((one["oldest_waiting_s"] or 0.0 for one in alive), default=0.0)
        yield _gauge("oldest_waiting_seconds", "For how long the oldest of them waits.", oldest)
        yield _gauge("failed", "Recordings that are tried again.", sum(len(one["failed"]) for one in alive))
        alarms = GaugeMetricFamily("centralita_recordings_alarm", "Alarms of the workers that stand.", labels=["alarm"])
        for alarm in sorted({alarm for one in alive for alarm in one["alarms"]}):
            alarms.add_metric([alarm], 1.0)
        yield alarms


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"centralita_recordings_{name}", documentation, value=float(value))
