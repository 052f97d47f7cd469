"""What is the centre that the figures are of? Its time zone, queues, teams and people, as the controller that leads says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from ari_app.adapters.http_errors import Refused
from ari_app.clock import Clock
from console.controllers import Controllers

FRESH_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Titled:
    """Something with a name in each language; ``operators`` of a team, ``service_level_s`` of a queue."""

    names: Mapping[str, str]
    operators: frozenset[str] = frozenset()
    service_level_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Centre:
    """``people`` are names by code."""

    zone: ZoneInfo
    queues: Mapping[str, Titled] = field(default_factory=dict)
    teams: Mapping[str, Titled] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)

    def team_of(self, operator: str) -> str | None:
        """The team in which that operator is now."""
        return next((id_ for id_, team in self.teams.items() if operator in team.operators), None)

    def operators_of(self, team: str | None) -> frozenset[str]:
        """Those who are in it now."""
        return self.teams[team].operators if team is not None and team in self.teams else frozenset()


class KnowsCentre(Protocol):
    """Who can say."""

    async def centre(self, authorization: str) -> Centre:
        """The centre now. Raises Refused: 503 while it has never been told and no controller answers."""


class ControllersCentre:
    """Asks the controller, as whoever asks us; what it said counts for half a minute, and longer while it does not answer."""

    def __init__(self, controllers: Controllers, clock: Clock) -> None:
        self._controllers = controllers
        self._clock = clock
        self._known: Centre | None = None
        self._asked_at = 0.0

    async def centre(self, authorization: str) -> Centre:
        """See KnowsCentre."""
        if self._known is None or self._clock.now() - self._asked_at > FRESH_S:
            try:
                self._known = await self._ask(authorization)
                self._asked_at = self._clock.now()
            except Refused:
                if self._known is None:
                    raise
        return self._known

    async def _ask(self, authorization: str) -> Centre:
        said, people, teams = [await self._get(path, authorization) for path in ("centre", "people", "teams")]
        return Centre(
            ZoneInfo(said["time_zone"]),
            {one["name"]: Titled(one["titles"], service_level_s=one["service_level_s"]) for one in said["queues"]},
            {one["id"]: Titled(one["names"], frozenset(one["operators"])) for one in teams["items"]},
            {one["code"]: one["name"] for one in people["items"]},
        )

    async def _get(self, path: str, authorization: str) -> Any:
        answer = await self._controllers.ask("GET", f"/api/v1/{path}", authorization=authorization)
        if answer.status != 200:
            raise Refused(503, "no_controller", f"The controller does not say what the centre is ({path}); try again.")
        return answer.json
