"""What the controller says the centre is counts for a while, and longer while no controller answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ari_app.adapters.http_errors import Refused
from console.controllers import Answer
from console.figures.centre import FRESH_S, ControllersCentre
from tests.console.figures.past import Clock

SAID: dict[str, Any] = {
    "centre": {
        "time_zone": "Europe/Madrid",
        "queues": [{"name": "soporte", "titles": {"es": "Soporte"}, "service_level_s": 15.0}],
    },
    "people": {"items": [{"code": "1001", "name": "Ana"}]},
    "teams": {"items": [{"id": "norte", "names": {"es": "Norte"}, "leaders": [], "operators": ["1001"]}]},
}


class FakeControllers:
    """One that answers, or does not."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.status = 200
        self.here = True

    async def ask(self, method: str, path: str, *, authorization: str) -> Answer:
        """See Controllers."""
        self.asked.append((path, authorization))
        if not self.here:
            raise Refused(503, "no_controller", "")
        return Answer(self.status, json.dumps(SAID[path.rpartition("/")[2]]).encode())


def centre_of(controllers: FakeControllers, clock: Clock) -> ControllersCentre:
    return ControllersCentre(controllers, clock)  # type: ignore[arg-type]


async def test_it_is_asked_as_whoever_asks_and_remembered_for_a_while() -> None:
    controllers, clock = FakeControllers(), Clock()
    knows = centre_of(controllers, clock)
    centre = await knows.centre("Bearer token")
    assert (centre.zone.key, centre.people, centre.queues["soporte"].service_level_s) == (
        "Europe/Madrid",
        {"1001": "Ana"},
        15.0,
    )
    assert (centre.team_of("1001"), centre.team_of("1002")) == ("norte", None)
    assert centre.operators_of("nowhere") == centre.operators_of(None) == frozenset()
    assert {who for _, who in controllers.asked} == {"Bearer token"}
    number = len(controllers.asked)
    assert await knows.centre("Bearer other") is centre
    assert len(controllers.asked) == number
    clock.at += FRESH_S + 1
    await knows.centre("Bearer other")
    assert len(controllers.asked) == 2 * number


async def test_what_was_known_stays_known_while_no_controller_answers() -> None:
    controllers, clock = FakeControllers(), Clock()
    knows = centre_of(controllers, clock)
    centre = await knows.centre("Bearer token")
    controllers.here = False
    clock.at += FRESH_S + 1
    assert await knows.centre("Bearer token") is centre


@pytest.mark.parametrize("here", [True, False])
async def test_a_centre_that_was_never_told_is_not_made_up(here: bool) -> None:
    controllers = FakeControllers()
    controllers.here, controllers.status = here, 404
    with pytest.raises(Refused) as refused:
        await centre_of(controllers, Clock()).centre("Bearer token")
    assert refused.value.status == 503
