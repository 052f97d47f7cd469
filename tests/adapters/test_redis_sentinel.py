"""Behind Sentinel, whoever is master is written to: a real master, a real replica, and a sentinel that moves the name."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from ari_app.adapters.redis_clients import BadRedisUrl, client_of
from ari_app.adapters.redis_lease import RedisLease
from ari_app.leadership import Away
from tests.contract.redis_server import RedisServer, redis_server_command

NAME = "centralita"


@asynccontextmanager
async def replicated(folder: Path) -> AsyncIterator[tuple[RedisServer, RedisServer, str]]:
    """Master, replica, and the URL behind one sentinel that takes a master for dead after a second."""
    servers = [RedisServer(folder / name) for name in ("master", "replica", "sentinel")]
    for name in ("master", "replica"):
        (folder / name).mkdir()
    master, replica, place = servers
    master.start()
    replica.start()
    configuration = folder / "sentinel.conf"
    configuration.write_text(
        f"bind 127.0.0.1\nport {place.port}\ndir {folder}\n"
        f"sentinel monitor {NAME} 127.0.0.1 {master.port} 1\n"
        f"sentinel down-after-milliseconds {NAME} 1000\nsentinel failover-timeout {NAME} 4000\n",
        encoding="utf-8",
    )
    async with Redis.from_url(replica.url) as client:
        await client.replicaof("127.0.0.1", str(master.port))
        while (await client.info("replication"))["master_link_status"] != "up":
            await asyncio.sleep(0.05)
    sentinel = await asyncio.create_subprocess_exec(
        *redis_server_command(), str(configuration), "--sentinel", stdout=subprocess.DEVNULL
    )
    try:
        await _knows_the_replica(place.port)
        yield master, replica, f"redis+sentinel://127.0.0.1:{place.port}/{NAME}/0"
    finally:
        sentinel.kill()
        await sentinel.wait()
        master.kill()
        replica.kill()


async def _knows_the_replica(port: int) -> None:
    """It asks the master every ten seconds; what it does not know it cannot promote."""
    async with Redis(host="127.0.0.1", port=port, decode_responses=True) as client:
        async with asyncio.timeout(30):
            while True:
                try:
                    if await client.execute_command("SENTINEL", "REPLICAS", NAME):  # type: ignore[no-untyped-call]
                        return
                except OSError:
                    pass
                await asyncio.sleep(0.1)


async def test_a_leader_goes_on_leading_when_the_replica_becomes_master(tmp_path: Path) -> None:
    async with replicated(tmp_path) as (master, replica, url):
        lease = RedisLease(url, "centralita:v1:", "a", 3.0)
        assert await lease.take()
        master.kill()
        with pytest.raises(Away):
            await lease.renew()
        async with asyncio.timeout(30):
            while True:
                try:
                    assert await lease.renew()
                    break
                except Away:
                    await asyncio.sleep(0.1)
        async with Redis.from_url(replica.url, decode_responses=True) as client:
            assert await client.get("centralita:v1:leader") == "a 1"
        await lease.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://127.0.0.1:26379",
        "redis+sentinel://127.0.0.1,/name",
        "redis+sentinel://127.0.0.1:port/name",
        "redis+sentinel:///name",
        "redis+sentinel://h/name/zero",
        "http://h",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadRedisUrl) as refused:
        client_of(url, 1.0)
    assert url not in str(refused.value)


def test_several_sentinels_with_and_without_a_port_and_a_log_in() -> None:
    client, where = client_of("redis+sentinel://us%20er:pass@one,two:26380/name/2", 1.0)
    assert where == "name behind one,two:26380"
    assert client.connection_pool.connection_kwargs["username"] == "us er"
    assert client.connection_pool.connection_kwargs["db"] == 2
