"""How is a Redis found? At an address, or, behind Sentinel, wherever the master is at the moment."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

SENTINEL: Final = "redis+sentinel"
SENTINEL_PORT: Final = 26379


class BadRedisUrl(ValueError):
    """The Redis URL cannot be read. The message never repeats it: it may hold a password."""

    def __init__(self) -> None:
        super().__init__(
            "the Redis URL cannot be read; expected redis://[user:password@]host[:port][/database], rediss:// for TLS, or, behind "
            "Sentinel, redis+sentinel://[user:password@]host[:port][,host[:port]...]/NAME[/database]"
        )


def client_of(url: str, deadline_s: float) -> tuple[Redis, str]:
    """A client that connects when first needed, within ``deadline_s``, and what it connects to, in words. Raises BadRedisUrl.

    The library's own retries are off: it would send a transaction again that may have been carried out.
    """
    options: dict[str, Any] = {
        "decode_responses": True,
        "encoding_errors": "replace",  # a lone surrogate in a caller's name must not stop the status
        "retry": Retry(NoBackoff(), 0),
        "socket_connect_timeout": deadline_s,
        "socket_timeout": None,  # the library's would start a timer for every answer, and a task for every sending
    }
    try:
        if urlsplit(url).scheme == SENTINEL:
            return _behind_sentinel(url, options)
        client = Redis.from_url(url, **options)
    except ValueError:
        raise BadRedisUrl from None
    where = client.connection_pool.connection_kwargs
    return client, str(where.get("path") or f"{where.get('host', 'localhost')}:{where.get('port', 6379)}")


def _behind_sentinel(url: str, options: dict[str, Any]) -> tuple[Redis, str]:
    """Each new connection asks the sentinels for the master; one that was lost is made anew, perhaps to another.

    Raises ValueError.
    """
    parts = urlsplit(url)
    who, _, places = parts.netloc.rpartition("@")
    name, _, database = parts.path.removeprefix("/").partition("/")
    if not name or not all(places.split(",")):
        raise ValueError(parts.path)
    user, _, password = who.partition(":")
    sentinels = [_place(place) for place in places.split(",")]
    login: dict[str, Any] = {"username": unquote(user) or None, "password": unquote(password) or None} if who else {}
    asking = {key: options[key] for key in ("socket_connect_timeout", "decode_responses")}
    manager = Sentinel(sentinels, sentinel_kwargs=asking)  # type: ignore[no-untyped-call]
    client: Redis = manager.master_for(name, db=int(database or 0), **login, **options)
    return client, f"{name} behind {places}"


async def close(client: Redis) -> None:
    """For good; behind Sentinel also the connections to the sentinels."""
    manager = getattr(client.connection_pool, "sentinel_manager", None)
    await client.aclose()
    for sentinel in manager.sentinels if manager is not None else ():
        await sentinel.aclose()


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if ":" in text else (text, "", "")
    return host, int(port or SENTINEL_PORT)
