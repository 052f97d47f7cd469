"""What the running controller asks of ARI."""

from __future__ import annotations

import httpx

from ari_app.adapters.ari_events import APP, READ_EVENTS
from tests.e2e.stack import Stack


async def test_asterisk_sends_the_controller_only_the_events_that_it_reads(stack: Stack) -> None:
    settings = stack.settings
    address = f"http://{settings.bind_address}:{settings.ari_port}/ari/applications/{APP}"
    async with httpx.AsyncClient(auth=(APP, settings.ari_secret)) as client:
        application = (await client.get(address)).json()
    assert {event["type"] for event in application["events_allowed"]} == set(READ_EVENTS)
    assert application["events_disallowed"] == []
