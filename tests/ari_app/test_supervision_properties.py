"""Whatever supervisors, operators and callers do: no whisper reaches the caller, nobody is left alone or behind."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ari_app.asked import (
    Asked,
    CancelAsked,
    CompleteAsked,
    ConferenceAsked,
    ConsultAsked,
    HoldAsked,
    ResumeAsked,
    SwapAsked,
    ToOperator,
    ToQueue,
    TransferAsked,
)
from ari_app.call_commands import NotNow
from ari_app.commands import UnknownCall
from ari_app.contract import CallStatus
from ari_app.supervision import OnCall, OnOperator
from tests.ari_app.fake_centre import FakeCentre, in_virtual_time

CODES = ("1009", "1010")
BOSSES = ("2001", "2002")
MODES = ("listen", "whisper", "barge", "take_over")
CALLERS = ("caller", "second")
ASKED: tuple[Asked, ...] = (
    HoldAsked(),
    ResumeAsked(),
    SwapAsked(),
    CompleteAsked(),
    CancelAsked(),
    ConferenceAsked(),
    *(ConsultAsked(ToOperator(code)) for code in CODES),
    *(TransferAsked(ToOperator(code)) for code in (*CODES, "2002")),
    TransferAsked(ToQueue("soporte")),
)
DID = st.one_of(
    st.tuples(st.just("supervises"), st.tuples(st.sampled_from(BOSSES), st.sampled_from(MODES), st.just("call"))),
    st.tuples(
        st.just("supervises"),
        st.tuples(st.sampled_from(BOSSES), st.sampled_from(MODES), st.sampled_from(["call", "second", *CODES])),
    ),
    st.tuples(
        st.just("presses"),
        st.tuples(st.sampled_from(BOSSES), st.sampled_from(["1", "2", "3", "4", "*1009#", "*1010#"])),
    ),
    st.tuples(st.just("dials"), st.tuples(st.sampled_from(BOSSES), st.sampled_from("1234"), st.sampled_from(CODES))),
    st.tuples(st.just("ends"), st.sampled_from(BOSSES)),
    st.tuples(st.just("asks"), st.sampled_from(ASKED)),
    st.tuples(st.just("asks"), st.sampled_from(ASKED)),
    st.tuples(st.just("hangs up"), st.sampled_from([*CALLERS, *CODES, *BOSSES])),
    st.tuples(st.sampled_from(["holds", "takes back"]), st.sampled_from(CODES)),
    st.tuples(st.just("answers"), st.sampled_from([*CODES, *BOSSES])),
    st.tuples(st.just("calls"), st.just("second")),
    st.tuples(st.just("waits"), st.sampled_from([0.1, 3.1, 6.0, 21.0])),
    st.tuples(
        st.just("phone"),
        st.tuples(st.sampled_from([*CODES, *BOSSES]), st.sampled_from(["rings", "rejects", "answers", "unregistered"])),
    ),
)
SETTLED = 60
STEPS = st.sampled_from([SETTLED, SETTLED, 0, 1, 2, 3, 5, 8, 12])
"""How far the engine gets with one thing before the next one happens."""


def call_of(centre: FakeCentre, caller: str) -> CallStatus | None:
    """The newest of that caller's that is up; the first caller's ever is the first call."""
    numbered = [shown for shown in centre.board.calls.values() if shown.stage != "ended"]
    living = [shown for shown in numbered if centre.switchboard.calls[shown.id].channel == caller]
    return living[-1] if living else None


def leg_of(centre: FakeCentre, code: str) -> str | None:
    """The newest channel to somebody's phone, or from it."""
    legs = [id_ for id_ in centre.telephony.channels_up if f"-op-{code}-" in id_ or f"phone-{code}-" in id_]
    dialled = [id_ for id_ in centre.telephony.channels_up if centre.telephony.dialled.get(id_) == code]
    return (legs + dialled)[-1] if legs + dialled else None


async def do(centre: FakeCentre, what: str, how: object) -> None:  # one line a thing that is done
    telephony, desk = centre.telephony, centre.engine.supervision_desk
    match what, how:
        case "supervises", (str(who), str(mode), str(whom)):
            call = call_of(centre, "caller" if whom == "call" else whom)
            target = OnOperator(whom) if whom in CODES else OnCall(call.id if call else "none")
            desk.supervise(who, target, mode)  # type: ignore[arg-type]
        case "presses", (str(who), str(keys)) if (leg := leg_of(centre, who)) is not None:
            for key in keys:
                telephony.presses(leg, key)
        case "dials", (str(who), str(key), str(code)):
            channel = f"phone-{who}-{len(telephony.played)}-{len(centre.acts)}"
            if channel not in telephony.channels_up:
                telephony.call_arrives(channel, "supervise", key, code, who, caller=who)
                telephony.channels_up[channel].variables["CENTRALITA_ROLE"] = "supervisor"
        case "ends", str(who):
            desk.end_supervision(who, who)
        case "asks", asked:
            call = call_of(centre, "caller")
            centre.engine.call_desk.ask(call.id if call else "none", asked)  # type: ignore[arg-type]
        case "hangs up", str(who):
            gone = who if who in CALLERS else leg_of(centre, who)
            if gone in telephony.channels_up:
                telephony.hangs_up(gone)
        case "holds", str(code) if (leg := leg_of(centre, code)) is not None:
            telephony.holds(leg)
        case "takes back", str(code) if (leg := leg_of(centre, code)) is not None:
            telephony.takes_back(leg)
        case "answers", str(code) if (leg := leg_of(centre, code)) and not telephony.channels_up[leg].up:
            telephony.picks_up(leg)
        # Asterisk names no two channels alike; here a name may be had again once the engine has done with it.
        case "calls", str(caller) if caller not in telephony.channels_up and call_of(centre, caller) is None:
            telephony.call_arrives(caller, "inbound", "900100201")
        case "waits", float(seconds):
            await asyncio.sleep(seconds)
        case "phone", (str(code), str(behaviour)):
            telephony.phones[code] = behaviour  # type: ignore[assignment]
            centre.engine.phone_changed(code, reachable=behaviour != "unregistered")


def always(centre: FakeCentre) -> None:
    """What holds at every instant."""
    telephony = centre.telephony
    members = Counter(id_ for _, ids in telephony.bridges_up.values() for id_ in ids)
    assert not members or max(members.values()) == 1, members
    for caller in CALLERS:
        if caller not in telephony.channels_up:
            continue
        heard = telephony.hears(caller)
        together = {id_ for _, ids in telephony.bridges_up.values() if caller in ids for id_ in ids}
        assert heard <= together, "through a snoop, a whisper reaches the caller"
        assert not any(telephony.channels_up[id_].snoops_on for id_ in together), "a snoop among those who talk"


def when_settled(centre: FakeCentre) -> None:
    """What holds once all has happened that can happen without time."""
    telephony = centre.telephony
    for caller in CALLERS:
        call = call_of(centre, caller)
        if caller not in telephony.channels_up:
            assert call is None, call
            continue
        assert call is not None, f"nobody looks after {caller}"
        heard, supervised = telephony.hears(caller), centre.switchboard.calls[call.id].supervised
        if call.control is not None or call.stage == "talking":
            assert heard or telephony.channels_up[caller].music, call
        loud = {who for who in BOSSES if any(f"-op-{who}-" in id_ or f"phone-{who}-" in id_ for id_ in heard)}
        assert loud <= {who for who, mode in supervised.items() if mode in ("barge", "take_over")}, (call, heard)
        if call.control == "barged":
            assert loud, call


async def live_through(centre: FakeCentre, course: list[tuple[tuple[str, object], int]]) -> None:
    for code in CODES:
        await centre.at_work(code, "answers")
    for who in BOSSES:
        centre.telephony.phones[who] = "answers"
        centre.engine.phone_changed(who, reachable=True)
    await centre.calls()
    for (what, how), steps in course:
        try:
            await do(centre, what, how)
        except (NotNow, UnknownCall):
            event("refused")
        call = call_of(centre, "caller")
        event(f"{call.control if call else 'over'}")
        for _ in range(steps):
            await asyncio.sleep(0)
            always(centre)
        if steps == SETTLED:
            when_settled(centre)
    await settled(centre)
    when_settled(centre)
    for caller in CALLERS:
        if caller in centre.telephony.channels_up:
            centre.telephony.hangs_up(caller)
    for who in BOSSES:
        while (leg := leg_of(centre, who)) is not None:
            centre.telephony.hangs_up(leg)
    await settled(centre)
    everything_is_over(centre)


async def settled(centre: FakeCentre) -> None:
    """Longer than anybody waits for anything here."""
    await centre.settle()
    await asyncio.sleep(60)
    await centre.settle()


def everything_is_over(centre: FakeCentre) -> None:
    assert (centre.telephony.channels_up, centre.telephony.bridges_up) == ({}, {})
    assert centre.engine.supervision_desk.supervisions("3001") == []
    assert all(not shown.supervised for shown in centre.board.calls.values())
    assert {centre.state(code) for code in CODES} <= {"ready", "paused"}
    assert centre.mixmonitor.recording == {}


@settings(deadline=None)
@given(st.lists(st.tuples(DID, STEPS), max_size=14))
def test_whatever_is_done_supervisors_are_heard_by_whom_they_should_and_nobody_is_left(
    course: list[tuple[tuple[str, object], int]],
) -> None:
    async def test(centre: FakeCentre) -> None:
        await live_through(centre, course)

    with tempfile.TemporaryDirectory() as folder, capture_logs() as logs:
        in_virtual_time(test)(Path(folder))
    assert [entry for entry in logs if entry["log_level"] in ("error", "critical")] == []
