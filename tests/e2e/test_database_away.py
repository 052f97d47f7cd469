"""The database of recordings is away while the real centre starts, and later: calls are taken and recorded, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from ari_app.adapters.http_library import LIBRARY_AWAY
from ari_app.centre import load_centre
from ari_app.spooled import Spooled, from_line
from ari_app.stack.asterisk_root import provide_asterisk
from ari_app.stack.doctor_running import engine_checks
from ari_app.stack.instance import Instance
from ari_app.stack.redis_install import provide_redis
from recordings.custody import AuditEntry
from tests.database.outages import FolderInItsPlace, Outage, ServerKilled
from tests.database.postgres import Postgres, why_not
from tests.e2e.recorded import heard_in_recording
from tests.e2e.stack import LATE_S, WEB_SECRET, Stack, settings_of_tests
from tests.e2e.test_call_control import CALLER_HZ, FIRST_HZ
from tests.e2e.test_recordings_kept import OPERATOR_HZ, TONES, health, one_call
from tests.e2e.test_supervision import BOSS, BOSS_HZ, floor

_WITHIN_S = 90.0
AWAY = {"error": {"code": "library_away", "message": LIBRARY_AWAY}}


@dataclass
class Centre:
    """A stack that is not started, and its database."""

    stack: Stack
    outage: Outage

    def spooled(self) -> list[Spooled]:
        """What waits on the disk."""
        path = self.stack.settings.state / "spool" / "notes.jsonl"
        return [from_line(line) for line in path.read_text().splitlines()] if path.exists() else []

    async def start(self) -> None:
        """The engine and the worker."""
        await self.stack.instance.start_engine()
        await self.stack.instance.start_recordings()

    async def until_database_is(self, there: bool) -> None:
        """As /healthz says it."""
        async with asyncio.timeout(_WITHIN_S):
            while ((await health(self.stack))["parts"]["database"] == "ok") is not there:
                await asyncio.sleep(0.1)

    async def asked(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """By the coordinator."""
        base = f"http://{self.stack.settings.bind_address}:{self.stack.settings.api_port}/api/v1"
        login = {"code": "3001", "secret": WEB_SECRET}
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{base}/login", json=login) as answer:
                headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}
            async with session.request(method, f"{base}{path}", json=body, headers=headers) as answer:
                assert answer.status != 503 or int(answer.headers["Retry-After"]) > 0
                return answer.status, await answer.json() if answer.content_type == "application/json" else None


@pytest.fixture(params=["sqlite", "postgresql"])
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outage]:
    if request.param == "sqlite":
        yield FolderInItsPlace(tmp_path / "database")
        return
    if (why := why_not()) is not None:
        pytest.skip(why)
    server = Postgres()
    yield ServerKilled(server)
    server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def centre(outage: Outage, tmp_path: Path) -> AsyncIterator[Centre]:
    settings = replace(settings_of_tests(tmp_path), refuse_above_lag_s=LATE_S, database_url=outage.url)
    asterisk, redis = provide_asterisk(settings.cache, print), provide_redis(settings.cache, print)
    async with Instance(settings, load_centre(settings.centre), asterisk, redis, away_tries=2) as instance:
        yield Centre(Stack(instance, settings), outage)


@pytest.mark.timeout(300)
async def test_calls_go_on_and_nothing_is_lost_or_told_twice_while_the_database_is_away_and_the_controller_is_killed(
    centre: Centre,
) -> None:
    stack = centre.stack
    centre.outage.begin()
    await centre.start()
    await centre.until_database_is(there=False)
    async with floor(stack, BOSS) as talk:
        await talk.supervise("listen")
        await talk.heard({FIRST_HZ}, {CALLER_HZ}, boss={CALLER_HZ, FIRST_HZ})
        while not centre.spooled():
            await asyncio.sleep(0.05)
        await stack.instance.engine.kill()
        before = centre.spooled()
        await stack.instance.start_engine()
        await talk.scene.hear_each_other((talk.scene.caller, CALLER_HZ), (talk.scene.first, FIRST_HZ))
        assert await centre.asked("GET", "/recordings") == (503, AWAY)
        await talk.scene.caller.hang_up()
        ended = await talk.scene.watch.call(stage="ended", within_s=30)
    waited = centre.spooled()
    assert waited[: len(before)] == before
    assert "supervision_began" in {one.note.act for one in waited if isinstance(one.note, AuditEntry)}
    checks = {check.name: check for check in await engine_checks(stack.settings)}
    assert (checks["engine"].outcome, checks["database"].outcome) == ("ok", "warn")
    centre.outage.end()
    await centre.until_database_is(there=True)
    heard = await heard_in_recording(stack, ended, (*TONES, BOSS_HZ))
    assert CALLER_HZ in heard.left
    while centre.spooled():
        await asyncio.sleep(0.05)
    _, page = await centre.asked("GET", "/audit?limit=100")
    entered = Counter((entry["at"], entry["act"], entry["subject"], entry["who"]) for entry in page["items"])
    supervised = [entry for entry in entered if entry[1].startswith("supervision")]
    acts = [one.note for one in waited if isinstance(one.note, AuditEntry)]
    assert {entry[1:] for entry in supervised} >= {(act.act, act.subject, act.who) for act in acts}
    assert all(entered[entry] == 1 for entry in supervised)
    assert (await engine_checks(stack.settings))[-1].outcome == "ok"


@pytest.mark.timeout(300)
async def test_a_database_that_goes_away_in_the_middle_holds_up_no_call_and_lets_nobody_listen_unseen(
    centre: Centre,
) -> None:
    stack = centre.stack
    await centre.start()
    await centre.until_database_is(there=True)
    first = await one_call(stack)
    await heard_in_recording(stack, first, TONES)
    centre.outage.begin()
    id_ = Path(first["recording"]).name.removesuffix(".opus.age")
    assert (await centre.asked("GET", f"/recordings/{id_}/audio"))[0] == 503
    assert (await centre.asked("PUT", f"/recordings/{id_}/hold", {"why": "a lawsuit"}))[0] == 503
    second = await one_call(stack)
    await centre.until_database_is(there=False)
    centre.outage.end()
    await centre.until_database_is(there=True)
    heard = await heard_in_recording(stack, second, TONES)
    assert (heard.left, heard.right) == ({CALLER_HZ}, {OPERATOR_HZ})
    assert (await centre.asked("PUT", f"/recordings/{id_}/hold", {"why": "a lawsuit"}))[0] == 200
    _, page = await centre.asked("GET", "/audit?limit=100")
    assert [entry["act"] for entry in page["items"]].count("held") == 1
    await stack.nothing_is_left()
