"""Real Redis and Asterisk, up and down, on ports and folders of their own."""

from __future__ import annotations

import socket
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from ari_app.centre import Centre, load_centre
from ari_app.settings import Settings, load_settings
from ari_app.stack import ready
from ari_app.stack.asterisk_root import AsteriskInstall
from ari_app.stack.doctor_running import redis_check
from ari_app.stack.faults import AlreadyRunning, StartFailed
from ari_app.stack.instance import Instance, settings_environment
from ari_app.stack.ports import ports_of, taken_ports
from ari_app.stack.redis_install import RedisInstall

pytestmark = pytest.mark.e2e


@pytest.fixture
def centre(settings: Settings) -> Centre:
    return load_centre(settings.centre)


@pytest.fixture
def instance(
    settings: Settings, centre: Centre, asterisk_install: AsteriskInstall, redis_install: RedisInstall
) -> Instance:
    return Instance(settings, centre, asterisk_install, redis_install)


async def test_asterisk_and_redis_come_up_ready_and_leave_nothing_behind(
    instance: Instance, settings: Settings
) -> None:
    async with instance:
        assert (await instance.asterisk_rx("core waitfullybooted")).startswith("Asterisk has fully booted.")
        assert (await redis_check(settings)).outcome == "ok"
        assert stat.S_IMODE(instance.folders.etc.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in instance.folders.etc.iterdir()} == {0o600}
    assert not instance.asterisk.running
    assert not instance.redis.running
    assert list(settings.state.glob("*.pid")) == []
    assert taken_ports(settings.bind_address, ports_of(settings)) == []


async def test_each_part_can_be_killed_and_started_again_alone(instance: Instance, settings: Settings) -> None:
    async with instance:
        redis_pid = instance.redis.pid
        await instance.asterisk.kill()
        assert not instance.asterisk.running
        await instance.start_asterisk()
        assert instance.redis.pid == redis_pid
        asterisk_pid = instance.asterisk.pid
        await instance.redis.kill()
        assert not await ready.redis_answers(settings.bind_address, settings.redis_port)
        await instance.start_redis()
        assert instance.asterisk.pid == asterisk_pid


async def test_redis_keeps_what_was_acknowledged_over_a_kill(instance: Instance, settings: Settings) -> None:
    instance.prepare()
    try:
        await instance.start_redis()
        async with Redis.from_url(settings.redis_address) as client:
            await client.set("kept", "yes")
        await instance.redis.kill()
        await instance.start_redis()
        async with Redis.from_url(settings.redis_address) as client:
            assert await client.get("kept") == b"yes"
    finally:
        await instance.close()


async def test_second_instance_on_one_state_folder_is_refused(instance: Instance, settings: Settings) -> None:
    instance.prepare()
    try:
        other = Instance(settings, instance.centre, instance._asterisk_install, None)
        with pytest.raises(AlreadyRunning, match="CENTRALITA_STATE"):
            other.prepare()
    finally:
        await instance.close()


async def test_taken_port_stops_the_start_before_anything_runs(instance: Instance, settings: Settings) -> None:
    taken = socket.create_server((settings.bind_address, settings.ari_port))
    with taken, pytest.raises(StartFailed, match="CENTRALITA_ARI_PORT"):
        async with instance:
            raise AssertionError("must not come up")
    assert not instance.redis.running


async def test_asterisk_that_comes_up_without_its_modules_is_refused_and_redis_is_stopped(
    settings: Settings, centre: Centre, asterisk_install: AsteriskInstall, redis_install: RedisInstall, tmp_path: Path
) -> None:
    without_modules = replace(asterisk_install, modules=tmp_path)
    instance = Instance(settings, centre, without_modules, redis_install)
    with pytest.raises(StartFailed, match="no ARI and no SIP"):
        async with instance:
            raise AssertionError("must not come up")
    assert not instance.redis.running
    assert not instance.asterisk.running


def test_engine_gets_these_very_settings_by_its_environment(settings: Settings) -> None:
    assert load_settings(settings.project, settings_environment(settings)) == settings
