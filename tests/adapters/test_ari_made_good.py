"""What was missed while there was no event socket is told to whoever watches: against lists of Asterisk's that the test makes."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from ari_app.adapters.ari import AriTelephony
from ari_app.adapters.ari_commands import AriClient, CommandSockets
from ari_app.telephony import ChannelEnded, TelephonyAway


def listed(id_: str) -> Any:
    dialplan = {"app_name": "Stasis", "app_data": "centralita,inbound,900"}
    return {"id": id_, "name": f"PJSIP/{id_}", "state": "Up", "caller": {"number": "600"}, "dialplan": dialplan}


class Asterisk:
    """Its list of channels."""

    def __init__(self, *there: str) -> None:
        self.there = list(there)
        self.channels = SimpleNamespace(list=self._list)

    async def _list(self) -> list[Any]:
        return [SimpleNamespace(json=listed(id_)) for id_ in self.there]


async def nothing() -> None: ...


async def nothing_of(_: object) -> None: ...


def telephony_on(asterisk: Asterisk) -> AriTelephony:
    telephony = AriTelephony("http://127.0.0.1:1/", "secret", asyncio.Queue(), nothing)
    telephony._client = asterisk  # type: ignore[assignment]
    return telephony


def ends(subject: str) -> dict[str, Any]:
    return {"type": "StasisEnd", "channel": listed(subject), "timestamp": "2026-11-27T12:00:00.000+0000"}


async def test_the_end_of_one_who_was_adopted_and_of_whom_no_event_ever_came_is_made_good() -> None:
    asterisk, inbox = Asterisk("a"), asyncio.Queue[Any]()
    telephony = telephony_on(asterisk)
    await telephony.channels()  # as the sweep does, which finds it there
    telephony.watch("a", inbox)
    asterisk.there.clear()
    await telephony._make_good()
    assert inbox.get_nowait() == ChannelEnded("a", "failed")


async def test_a_leg_that_is_yet_to_be_made_has_not_ended() -> None:
    inbox = asyncio.Queue[Any]()
    telephony = telephony_on(Asterisk())
    await telephony.channels()
    telephony.watch("leg", inbox)
    await telephony._make_good()
    assert inbox.empty()


async def test_whoever_ends_between_the_list_and_the_adoption_is_told_of_at_once() -> None:
    inbox = asyncio.Queue[Any]()
    telephony = telephony_on(Asterisk("a"))
    await telephony.channels()
    telephony._on_event(ends("a"))
    telephony.watch("a", inbox)
    assert inbox.get_nowait() == ChannelEnded("a", "failed")


async def test_who_is_asked_to_end_while_the_connection_is_lost_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    telephony, opened, lost = telephony_on(Asterisk()), asyncio.Event(), asyncio.Event()

    async def is_lost_at_last(client: AriClient) -> None:
        try:
            await lost.wait()
        finally:
            raise TelephonyAway("the event websocket was closed")

    async def sets_up(*_: object) -> None:
        opened.set()

    monkeypatch.setattr(AriClient, "init", nothing_of)
    monkeypatch.setattr(AriClient, "on_event", lambda *_: None)
    monkeypatch.setattr(telephony, "_read_until_lost", is_lost_at_last)
    monkeypatch.setattr(CommandSockets, "run", nothing_of)
    monkeypatch.setattr(telephony, "_set_up", sets_up)
    running = asyncio.create_task(telephony.run())
    for _ in range(3):  # a connection that is lost is made again
        await asyncio.wait_for(opened.wait(), 10)
        opened.clear()
        lost.set()
        await asyncio.sleep(0.01)
        lost.clear()
    await asyncio.wait_for(opened.wait(), 10)
    await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running}, timeout=5)
    assert running.cancelled()
