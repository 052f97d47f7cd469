"""What does Redis hold of one customer, and how is it removed? Notes, the hashes of ended calls, and these calls' events."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final

from ari_app.adapters.redis_link import Command, RedisLink
from ari_app.adapters.redis_memory import in_parts
from ari_app.callback_book import KEY as CALLBACK
from ari_app.cancellation import in_time
from ari_app.known_callers import LAST_OPERATOR
from ari_app.voicemail_book import KEY as VOICEMAIL
from recordings.certificate import Erased, Remained

AT_ONCE: Final = 500
SETTLED_WITHIN_S: Final = 5.0


class RedisEraser:
    """Eraser of what is below ``prefix``. ``settled`` waits until Redis holds all that was noted; ``goes_on`` tells whether a call
    is not over: what is shown of it would be written again at its next change."""

    name = "redis"

    def __init__(
        self,
        url: str,
        prefix: str,
        settled: Callable[[], Awaitable[None]],
        goes_on: Callable[[str], bool],
        deadline_s: float = 2.0,
    ) -> None:
        self._link = RedisLink(url, deadline_s)
        self._prefix = prefix
        self._settled = settled
        self._goes_on = goes_on

    async def close(self) -> None:
        """Disconnect."""
        await self._link.aclose()

    async def erase(self, who: str, calls: frozenset[str]) -> Erased:
        """See Eraser. Raises one of redis_link.AWAY."""
        await in_time(self._settled(), SETTLED_WITHIN_S)
        over = sorted(call for call in calls if not self._goes_on(call))
        gone = await self._remove_keys(who, over) + await self._remove_events(set(over))
        remained = [Remained(call, "the call goes on") for call in sorted(calls - set(over))]
        return Erased(gone, "notes, ended calls and their events", tuple(remained))

    async def _remove_keys(self, who: str, calls: list[str]) -> int:
        commands: list[Command] = [("DEL", f"{self._prefix}{LAST_OPERATOR}{who}")]
        for call in calls:
            names = (f"{kind}{call}" for kind in (CALLBACK, VOICEMAIL, "call:"))
            commands += [("DEL", *(self._prefix + name for name in names)), ("SREM", f"{self._prefix}calls", call)]
        gone = 0
        for some in in_parts(commands, AT_ONCE):
            answers = await self._link.transact(some)
            gone += sum(int(answer) for command, answer in zip(some, answers, strict=True) if command[0] == "DEL")
        return gone

    async def _remove_events(self, calls: Collection[str]) -> int:
        """Read on from the last entry seen: ``(`` leaves it out."""
        gone, start = 0, "-"
        while calls:
            entries = await self._link.ask("XRANGE", f"{self._prefix}events", start, "+", "COUNT", AT_ONCE)
            if not entries:
                break
            mine = [id_ for id_, fields in entries if _is_of(_as_dict(fields), calls)]
            if mine:
                gone += int(await self._link.ask("XDEL", f"{self._prefix}events", *mine))
            start = f"({entries[-1][0]}"
        return gone


def _is_of(fields: dict[str, str], calls: Collection[str]) -> bool:
    if fields.get("type") != "call.changed":
        return False
    try:
        return json.loads(fields.get("body", "")).get("id") in calls
    except (ValueError, AttributeError):
        return False


def _as_dict(fields: Any) -> dict[str, str]:
    """The library makes a dictionary of them, or leaves the flat list that Redis sends."""
    return dict(fields) if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2], strict=True))
