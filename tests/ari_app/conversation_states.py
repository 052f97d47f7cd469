"""How a conversation may stand besides two who talk: each function brings it there, and has the name of that control state."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from ari_app.asked import ConferenceAsked, ConsultAsked, HoldAsked, SwapAsked, ToOperator
from ari_app.contract import CallStatus
from tests.ari_app.fake_centre import FakeCentre
from tests.ari_app.test_call_control import ask, leg

Besides = Callable[[FakeCentre, CallStatus], Coroutine[Any, Any, None]]


async def held(centre: FakeCentre, call: CallStatus) -> None:
    await ask(centre, call, HoldAsked())


async def ringing_other(centre: FakeCentre, call: CallStatus) -> None:
    await centre.at_work("1010")
    await ask(centre, call, ConsultAsked(ToOperator("1010")))


async def consulting(centre: FakeCentre, call: CallStatus) -> None:
    await centre.at_work("1010", "answers")
    await ask(centre, call, ConsultAsked(ToOperator("1010")))


async def swapped(centre: FakeCentre, call: CallStatus) -> None:
    await consulting(centre, call)
    await ask(centre, call, SwapAsked())


async def conference(centre: FakeCentre, call: CallStatus) -> None:
    await consulting(centre, call)
    await ask(centre, call, ConferenceAsked())


async def held_by_phone(centre: FakeCentre, _call: CallStatus) -> None:
    centre.telephony.holds(leg(centre, "1009"))
    await centre.settle()


BESIDES: Final[tuple[Besides, ...]] = (held, ringing_other, consulting, swapped, conference, held_by_phone)
