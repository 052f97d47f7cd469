"""Whoever listens to the switchboard hears everything in order, refusals too, and can harm nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ari_app.board import StatusBoard
from ari_app.bootstrap import build_acd, shown_names
from ari_app.call import Call
from ari_app.centre import load_centre
from ari_app.queue_logger import QueueLogger
from ari_app.status import StatusPublisher
from ari_app.switchboard import Switchboard
from queues.errors import UnknownCall
from queues.events import CallerJoined, CallerLeft, OperatorBecameReady, PhoneBecameReachable
from queues.journal import Happened
from tests.ari_app.fake_centre import DEMO


class StillClock:
    def now(self) -> float:
        return 1000.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def switchboard(*listeners: Callable[[Happened], None]) -> Switchboard:
    centre = load_centre(DEMO)
    names, levels, masked, pauses = shown_names(centre)
    status = StatusPublisher(StatusBoard(lambda: 1000.0), names, levels, centre.time_zone, masked, 1000.0, pauses)
    return Switchboard(build_acd(centre), StillClock(), status, asyncio.get_running_loop().call_later, listeners)


async def test_listeners_hear_each_event_with_its_effects_and_facts_and_refusals_by_their_name() -> None:
    heard: list[Happened] = []
    board = switchboard(heard.append)
    board.apply(PhoneBecameReachable("1009"))
    board.apply(OperatorBecameReady("1009"))
    board.apply(CallerJoined("ana", "soporte"))
    with pytest.raises(UnknownCall):
        board.apply(CallerLeft("nobody"))
    assert [type(one.event).__name__ for one in heard[-2:]] == ["CallerJoined", "CallerLeft"]
    joined, refused = heard[-2:]
    assert [type(fact).__name__ for fact in joined.facts] == ["CallerEntered", "OfferMade", "OperatorWent"]
    assert [type(effect).__name__ for effect in joined.effects] == ["OfferCall"]
    assert (refused.refused, refused.facts, refused.effects) == ("UnknownCall", (), ())


async def test_a_listener_that_fails_harms_neither_the_call_nor_the_other_listeners() -> None:
    heard: list[Happened] = []

    def fails(happened: Happened) -> None:
        raise RuntimeError("no")

    board = switchboard(fails, heard.append)
    board.apply(CallerJoined("ana", "soporte"))
    assert len(heard) == 1
    assert board.acd.line("soporte") == ["ana"]


async def test_queue_log_gets_the_caller_as_the_centre_shows_him_and_the_number_dialled() -> None:
    lines: list[str] = []
    calls: dict[str, Call] = {}
    loggers: list[QueueLogger] = []

    def listen(happened: Happened) -> None:
        loggers[0].take(happened)

    board = switchboard(listen)
    logger = QueueLogger(board.acd, lambda: calls, mask_callers=True, note=lines.append)
    loggers.append(logger)
    calls["ana"] = Call("ana", "channel", "900100201", "600111222", "es", 1000.0)
    board.apply(CallerJoined("ana", "soporte"))
    assert lines == ["1000|ana|soporte|NONE|DID|900100201", "1000|ana|soporte|NONE|ENTERQUEUE||******222|1"]
