"""A card paid over real SIP: are its digits in no log, journal, Redis key or recording, by whatever way the keys came?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from ari_app.demo.recording import sides_of
from ivr_flows.journey import Journey
from sip_agents import Dtmf
from sip_agents.tones import tones_in
from tests.e2e.scenes_live import LiveCentre, Services, live_scenes
from tests.e2e.stack import Stack, running_stack
from tests.e2e.test_scenes_live import Callers

CARD, EXPIRY, CODE = "4929123412341232", "0931", "7391"
"""A sentinel: a valid number that stands nowhere else."""
WAYS: Final[tuple[Dtmf, ...]] = ("rfc4733", "inband", "info")
(PAYS,) = (scene for scene in live_scenes() if scene.scene.name == "pays by card")
TYPES = ("waits", "listens", "1", "1", f"{CARD}#", "listens", EXPIRY, "listens", f"{CODE}#", "listens", "hangs_up")
SECRET = {
    dtmf: replace(PAYS, place=place, scene=PAYS.scene.model_copy(update={"does": TYPES}))
    for place, dtmf in enumerate(WAYS)
}
"""A caller for each way in which keys come."""
ROWS, COLUMNS = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def services() -> AsyncIterator[Services]:
    async with Services(list(SECRET.values())).serving() as serving:
        yield serving


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def paying_stack(tmp_path_factory: pytest.TempPathFactory, services: Services) -> AsyncIterator[Stack]:
    centre = LiveCentre(list(SECRET.values()), services.port)
    async with running_stack(tmp_path_factory.mktemp("payment"), centre=centre.made) as stack:
        yield stack


@pytest.mark.timeout(200)
async def test_no_digit_of_a_card_is_kept_anywhere(paying_stack: Stack, services: Services) -> None:
    """Whichever way the keys come, all three at the same time."""
    stack = paying_stack
    services.bodies.clear()
    for journeys in await asyncio.gather(*(_pays(stack, services, dtmf) for dtmf in WAYS)):
        steps = [entry.step for one in journeys for entry in one.trace if entry.what == "entered"]
        assert steps[-3:] == ["pagado", "no_pagar", "menu"]
        _hears_agreement_and_no_key(await stack.recorded(f"{journeys[0].call}.opus.age"))
    charged = [
        body for body in services.bodies if {"card": CARD, "expiry": EXPIRY, "code": CODE}.items() <= body.items()
    ]
    assert len(charged) == len(WAYS), "or this proves nothing"
    told = await _everything_kept(stack)
    for secret in (CARD, f"{CODE}#", CARD[:10], CARD[-8:]):
        assert secret not in told


async def _pays(stack: Stack, services: Services, dtmf: Dtmf) -> list[Journey]:
    scene = SECRET[dtmf]
    async with stack.carrier(dtmf=dtmf) as carrier:
        callers = Callers(stack, carrier, dtmf)
        callers.begin_anew(services)
        journeys = await callers.play(scene)
    await stack.nothing_is_left(within_s=60)
    return journeys


async def _everything_kept(stack: Stack) -> str:
    """All texts of Redis, and of every file below the state folder: logs of all parts, journals, status, AstDB."""
    client = Redis.from_url(stack.settings.redis_address, decode_responses=True)
    told: list[str] = []
    async with client:
        for key in await client.keys("*"):
            command = {"hash": "HGETALL", "set": "SMEMBERS", "string": "GET"}.get(str(await client.type(key)))
            asked = (command, key) if command else ("XRANGE", key, "-", "+")
            told.append(f"{key!r} {await client.execute_command(*asked)!r}")  # type: ignore[no-untyped-call]
    for path in stack.settings.state.rglob("*"):
        if path.is_file() and path.suffix not in (".age", ".raw"):
            told.append(path.read_bytes().decode("latin-1"))
    assert any('"event": "call_arrived"' in text or "call_arrived" in text for text in told), "the engine's log is read"
    return "\n".join(told)


def _hears_agreement_and_no_key(recording: bytes) -> None:
    """The caller's side holds the caller's tone, silence while the card was typed, and no pair of a key's tones from then on."""
    caller = sides_of(recording)[:, 0]
    window = 800
    parts = [caller[place : place + window] for place in range(0, len(caller) - window, window)]
    silent = [bool(np.abs(part).max() < 30) for part in parts]
    assert not all(silent[:10]), "what is agreed to is heard"
    first = next(place for place, (a, b) in enumerate(pairwise(silent)) if not a and b) + 1
    assert sum(silent) > 10, "more than a second of silence"
    for part in parts[first:]:
        heard = tones_in(part, 8000, (*ROWS, *COLUMNS))
        assert not (heard & set(ROWS) and heard & set(COLUMNS)), "a key"
