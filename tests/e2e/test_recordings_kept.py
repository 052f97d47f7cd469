"""What becomes of recordings when something is wrong: calls go on as ever, nothing is lost, somebody is told, and work resumes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from ari_app.adapters.age_seal import new_identity
from ari_app.centre import load_centre
from ari_app.demo.api_client import ApiRefused
from ari_app.stack.asterisk_root import provide_asterisk
from ari_app.stack.instance import Instance
from ari_app.stack.redis_install import provide_redis
from tests.e2e.recorded import heard_in_recording
from tests.e2e.stack import LATE_S, Stack, dial, settings_of_tests
from tests.e2e.watch import Body

CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
TONES = (CALLER_HZ, OPERATOR_HZ)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of public keys: at first with something in it that is none."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "recipients").write_text("age1-this-is-no-key\n")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keyless(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    settings = replace(
        settings_of_tests(tmp_path_factory.mktemp("keyless")),
        refuse_above_lag_s=LATE_S,
        recordings_recipients=f"@{keys / 'recipients'}",
        recordings_identity=keys / "identity",
    )
    asterisk, redis = provide_asterisk(settings.cache, print), provide_redis(settings.cache, print)
    async with Instance(settings, load_centre(settings.centre), asterisk, redis, away_tries=2) as instance:
        await instance.start_engine()
        await instance.start_recordings()
        yield Stack(instance, settings)


async def one_call(stack: Stack) -> Body:
    """A caller and an operator hear each other for a while."""
    async with stack.watch() as watch, stack.operator("1009", OPERATOR_HZ) as phone, stack.carrier(CALLER_HZ) as line:
        caller = await dial(line)
        operator = await phone.incoming()
        await operator.answer()
        await asyncio.gather(caller.heard_only({OPERATOR_HZ}, TONES), operator.heard_only({CALLER_HZ}, TONES))
        await asyncio.sleep(0.7)
        await caller.hang_up()
        return await watch.call(stage="ended", end_reason="caller_hung_up")


async def pipeline(stack: Stack) -> Any:
    return await stack.ask("3001", "GET", "pipeline")


async def health(stack: Stack) -> Any:
    address = f"http://{stack.settings.bind_address}:{stack.settings.api_port}/healthz"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return await answer.json()


async def until_wrong_is(stack: Stack, word: str | None) -> None:
    """Until the alarm named so is told, or none is."""
    async with asyncio.timeout(20):
        while ((wrong := (await pipeline(stack))["wrong"]) is None) is not (word is None) or (
            word is not None and word not in wrong
        ):
            await asyncio.sleep(0.1)


async def test_without_a_good_key_calls_go_on_raw_files_wait_and_the_next_good_key_keeps_them(
    keyless: Stack, keys: Path
) -> None:
    first = await one_call(keyless)
    await until_wrong_is(keyless, "wrong_key")
    told = await health(keyless)
    assert (told["status"], "wrong_key" in told["parts"]["recordings"]) == ("degraded", True)
    second = await one_call(keyless)
    raw = {path.suffix for path in (keyless.settings.recordings / "raw").iterdir()}
    assert raw == {".raw", ".notes"}
    private, public = new_identity()
    (keys / "identity").touch(mode=0o600)
    (keys / "identity").write_text(f"{private}\n")
    (keys / "recipients").write_text(f"{public}\n")
    await until_wrong_is(keyless, None)
    for ended in (first, second):
        heard = await heard_in_recording(keyless, ended, TONES)
        assert (heard.left, heard.right) == ({CALLER_HZ}, {OPERATOR_HZ})
    await keyless.nothing_is_left()
    assert (await health(keyless))["status"] == "ok"


async def test_a_worker_that_dies_is_told_of_and_the_next_one_goes_on(keyless: Stack) -> None:
    await keyless.instance.recordings.kill()
    ended = await one_call(keyless)
    assert ended["recording"] is not None
    await keyless.instance.start_recordings()
    assert (await heard_in_recording(keyless, ended, TONES)).right == {OPERATOR_HZ}


async def test_a_customer_who_is_erased_is_gone_from_store_catalogue_redis_and_status(keyless: Stack) -> None:
    ended = await one_call(keyless)
    await keyless.recorded(ended["recording"])
    stored = keyless.settings.recordings / "stored" / ended["recording"]
    assert stored.exists()
    certificate = await keyless.ask("3001", "POST", "erasures", {"number": "600111222"})
    assert "600111222" not in str(certificate)
    async with asyncio.timeout(20):
        while stored.exists():
            await asyncio.sleep(0.1)
    with pytest.raises(ApiRefused, match="404"):
        await keyless.ask("3001", "GET", f"recordings/{ended['id']}")
    async with Redis.from_url(keyless.settings.redis_address, decode_responses=True) as redis:
        left = [key for key in await redis.keys("*") if ended["id"] in key]
        events: Any = await redis.xrange(f"{keyless.settings.redis_prefix}events")
    assert left == []
    assert not any(fields.get("type") == "call.changed" and ended["id"] in fields["body"] for _, fields in events)


@pytest.mark.parametrize("again", range(4))
async def test_a_controller_that_is_killed_in_mid_call_loses_nothing_of_the_recording(
    keyless: Stack, again: int
) -> None:
    async with (
        keyless.watch() as watch,
        keyless.operator("1009", OPERATOR_HZ) as phone,
        keyless.carrier(CALLER_HZ) as line,
    ):
        caller = await dial(line)
        operator = await phone.incoming()
        await operator.answer()
        shown = await watch.call(stage="talking", operator="1009")
        await asyncio.sleep(0.02 + 0.1 * again)  # while the recording begins, or later
        await keyless.instance.engine.kill()
        await asyncio.sleep(1.0)
        if again % 2:  # nobody is there when the call ends
            await caller.hang_up()
        await keyless.instance.start_engine()
        if not again % 2:
            await watch.operator("1009", state="talking")
            await caller.hang_up()
            await watch.call(id=shown["id"], stage="ended")
    kept = await keyless.recorded(f"{shown['id']}.opus.age")
    assert len(kept) > 16_000, "half a second at least"
    await keyless.nothing_is_left()
