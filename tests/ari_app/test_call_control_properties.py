"""Whatever people do in whatever order, a caller is never left with nobody, and nothing stays behind."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from ari_app.asked import (
    CancelAsked,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    ResumeAsked,
    SwapAsked,
    ToNumber,
    ToOperator,
    ToQueue,
    TransferAsked,
)
from ari_app.call_commands import NotNow
from ari_app.commands import UnknownCall
from ari_app.contract import CallStatus
from tests.ari_app.fake_centre import FakeCentre, in_virtual_time

CODES = ("1009", "1010", "1011")
NUMBER = "600333444"
TARGETS = [ToQueue("soporte"), ToQueue("soporte_n2"), ToNumber(NUMBER), *map(ToOperator, (*CODES, "2001"))]
ASKED = st.one_of(
    st.sampled_from(
        [HoldAsked(), ResumeAsked(), SwapAsked(), CompleteAsked(), CancelAsked(), ConferenceAsked()],
    ),
    st.builds(TransferAsked, st.sampled_from(TARGETS), st.booleans()),
    st.builds(ConsultAsked, st.sampled_from([target for target in TARGETS if not isinstance(target, ToQueue)])),
)
DID = st.one_of(
    st.tuples(st.just("ask"), ASKED),
    st.tuples(st.just("ask"), ASKED),
    st.tuples(st.just("answers"), st.just(0)),
    st.tuples(st.just("ask"), st.sampled_from([CompleteAsked(), ConferenceAsked(), SwapAsked(), CancelAsked()])),
    st.tuples(st.just("ask"), st.just(ConsultAsked(ToOperator(CODES[1])))),
    st.tuples(st.sampled_from(["answers", "hangs up", "holds", "takes back"]), st.integers(0, 5)),
    st.tuples(st.just("refers"), st.tuples(st.integers(0, 5), st.sampled_from([*CODES, NUMBER, "soporte", "x"]))),
    st.tuples(st.just("dials"), st.tuples(st.sampled_from(CODES), st.sampled_from([*CODES, "soporte", "2001"]))),
    st.tuples(st.just("connects"), st.tuples(st.integers(0, 5), st.integers(0, 5))),
    st.tuples(st.just("waits"), st.sampled_from([1.0, 6.0, 16.0, 31.0])),
    st.tuples(st.just("phone"), st.tuples(st.sampled_from(CODES), st.sampled_from(["rings", "rejects", "answers"]))),
)
SETTLED = 60
STEPS = st.sampled_from([SETTLED, SETTLED, 0, 1, 2, 3, 5, 8, 12])
"""How far the engine gets with one thing before the next one happens."""


def the_call(centre: FakeCentre) -> CallStatus:
    """The caller's, which was the first."""
    return next(iter(centre.board.calls.values()))


async def do(centre: FakeCentre, what: str, how: object) -> None:
    telephony = centre.telephony
    legs = [leg for leg in telephony.channels_up if leg != "caller"]
    match what, how:
        case "ask", asked:
            try:
                centre.engine.call_desk.ask(the_call(centre).id, asked)  # type: ignore[arg-type]
            except (NotNow, UnknownCall):
                return
        case "refers", (int(which), str(to)) if legs:
            telephony.refers(legs[which % len(legs)], to)
        case "dials", (str(code), str(dialled)):
            phone = f"phone-{len(telephony.dialled)}-{code}-{len(legs)}"
            if phone not in telephony.channels_up:
                telephony.call_arrives(phone, "internal", dialled, code, caller=code)
                telephony.channels_up[phone].variables["CENTRALITA_ROLE"] = "own_call"
        case "connects", (int(one), int(other)) if legs:
            named = legs[other % len(legs)]
            telephony.refers_to_own_call(legs[one % len(legs)], named, next(iter(telephony.hears(named)), None))
        case "waits", float(seconds):
            await asyncio.sleep(seconds)
        case "phone", (str(code), behaviour):
            telephony.phones[code] = behaviour  # type: ignore[assignment]
        case str(), int(which) if legs:
            leg = legs[which % len(legs)]
            ringing = [one for one in legs if not telephony.channels_up[one].up]
            if what == "answers" and ringing:
                telephony.picks_up(ringing[-1])
            elif what == "hangs up":
                telephony.hangs_up(leg)
            elif what == "holds":
                telephony.holds(leg)
            elif what == "takes back":
                telephony.takes_back(leg)


async def live_through(centre: FakeCentre, course: list[tuple[tuple[str, object], int]]) -> None:
    for code in CODES:
        await centre.at_work(code, "answers" if code == CODES[0] else "rings")
    centre.telephony.phones |= {"2001": "rings", f"{NUMBER}@carrier-demo": "rings"}
    await centre.calls()
    centre.telephony.phones[CODES[0]] = "rings"
    for (what, how), steps in course:
        await do(centre, what, how)
        event(f"in {the_call(centre).control}")
        for _ in range(steps):
            await asyncio.sleep(0)
        if steps == SETTLED:
            nobody_is_alone(centre)
    await centre.settle()
    nobody_is_alone(centre)
    for caller in [channel for channel in centre.telephony.channels_up if channel == "caller" or "phone-" in channel]:
        if caller in centre.telephony.channels_up:
            centre.telephony.hangs_up(caller)
    await centre.settle()
    await asyncio.sleep(60)
    await centre.settle()
    everything_is_over(centre)


def nobody_is_alone(centre: FakeCentre) -> None:
    """A caller who is on the line hears somebody, or music."""
    caller = centre.telephony.channels_up.get("caller")
    call = the_call(centre)
    assert call.end_reason not in ("internal_error", "telephony_failed"), call
    assert (caller is not None) == (call.stage != "ended"), call
    if caller is not None:
        assert centre.telephony.hears("caller") or caller.music is not None, call


def everything_is_over(centre: FakeCentre) -> None:
    assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})
    for code in CODES:
        assert centre.state(code) in ("ready", "paused"), (code, centre.state(code))
    assert centre.mixmonitor.recording == {}


@settings(deadline=None)
@given(st.lists(st.tuples(DID, STEPS), max_size=16))
def test_whatever_is_done_the_caller_is_never_left_with_nobody(course: list[tuple[tuple[str, object], int]]) -> None:
    async def test(centre: FakeCentre) -> None:
        await live_through(centre, course)

    with tempfile.TemporaryDirectory() as folder:
        in_virtual_time(test)(Path(folder))
