"""Does the console tell whoever watches it what a person should look at, and serve people all the same?"""

from __future__ import annotations

import httpx

from ari_app.clock import SystemClock
from console.app import create_app
from console.controllers import Controllers
from console.mirror import Keeper, Mirror
from console.reception import ControllersReception


async def test_what_is_wrong_with_a_part_is_in_the_health_and_in_the_metrics() -> None:
    clock, given_up = SystemClock(), "2 messages to webhooks were given up: replay or drop them"
    wrong: dict[str, str | None] = {"webhooks": None}
    mirror, controllers = Mirror("redis://127.0.0.1:1/0", "x:", clock), Controllers([], "")
    parts = {"webhooks": lambda: wrong["webhooks"], "erasures": lambda: None}
    app = create_app(mirror, controllers, ControllersReception(controllers, clock), clock, wrong=parts)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console") as http:
        nothing_known = await http.get("/console/healthz")
        assert (nothing_known.status_code, nothing_known.json()["wrong"]) == (503, "not read yet")
        mirror.keeper = Keeper(here=True)
        well = await http.get("/console/healthz")
        assert (well.status_code, well.json()["parts"]) == (200, {"webhooks": None, "erasures": None})
        assert 'part_wrong{part="webhooks"} 0.0' in (await http.get("/console/metrics")).text
        wrong["webhooks"] = given_up
        told = await http.get("/console/healthz")
        assert (told.status_code, told.json()["parts"]["webhooks"]) == (200, given_up)
        metrics = (await http.get("/console/metrics")).text
        assert 'part_wrong{part="webhooks"} 1.0' in metrics
        assert 'part_wrong{part="erasures"} 0.0' in metrics
