"""What becomes of supervisors who listen, whisper, barge in or take over when the controller dies? Two lives over one telephony."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ari_app.asked import ToQueue, TransferAsked
from ari_app.contract import CallStatus
from ari_app.supervision import SupervisionMode, SupervisionStatus
from queues.facts import ConversationOver
from tests.ari_app.conversation_states import BESIDES, Besides
from tests.ari_app.fake_centre import FakeCentre
from tests.ari_app.test_adoption import OUTAGE_S, dies, dies_at, two_lives, two_lives_at_work
from tests.ari_app.test_supervision import (
    BOSS,
    GIVEN_AWAY,
    MODES,
    OTHER_BOSS,
    acts,
    ask,
    ears,
    heard_anew,
    in_mode,
    leg,
    nothing_is_left,
    only_the_conversation_is_left,
    phone,
    press,
    snoops,
    supervise,
    supervisions,
    talking,
)

EVERY_MODE: tuple[SupervisionMode, ...] = (*MODES, "take_over")


def on_the_line(centre: FakeCentre) -> CallStatus:
    """The one call that is up."""
    (call,) = (call for call in centre.board.calls.values() if call.stage != "ended")
    return call


def who_is_where(centre: FakeCentre) -> tuple[set[str], list[list[str]]]:
    """Every channel, and who is together."""
    telephony = centre.telephony
    return set(telephony.channels_up), sorted(sorted(members) for _, members in telephony.bridges_up.values())


def shown_in(mode: SupervisionMode) -> tuple[str, dict[str, str]]:
    """How the conversation is shown; operators are not shown who listens, unless the centre's files want it so."""
    return ("barged", {BOSS: mode}) if mode == "barge" else ("talking", {})


@pytest.mark.parametrize("on", ["call", "operator"])
@pytest.mark.parametrize("mode", MODES)
def test_a_supervisor_hears_on_in_the_same_mode_and_is_not_rung_again(
    mode: SupervisionMode, on: str, tmp_path: Path
) -> None:
    was: list[tuple[SupervisionStatus, object]] = []
    first_life: list[FakeCentre] = []

    async def before(centre: FakeCentre) -> None:
        call = await talking(centre)
        status = await supervise(centre, call if on == "call" else "1009", mode)
        was.append((status, who_is_where(centre)))
        first_life.append(centre)

    async def after(centre: FakeCentre) -> None:
        await heard_anew(centre)
        assert acts(first_life[0]) == [("supervision_began", mode)], "a controller that lets go ends no supervision"
        assert acts(centre) == []
        assert (supervisions(centre), who_is_where(centre)) == ([was[0][0]], was[0][1])
        assert ears(centre) == in_mode(centre, mode)
        call = on_the_line(centre)
        assert (call.control, call.supervised) == shown_in(mode)
        for then in (*MODES, mode):
            await supervise(centre, call, then)
            assert ears(centre) == in_mode(centre, then)
        await press(centre, "2")
        assert ears(centre) == in_mode(centre, "whisper"), "keys are heard"
        assert list(centre.telephony.dialled.values()).count(BOSS) == 1
        centre.telephony.hangs_up(leg(centre, BOSS))
        await only_the_conversation_is_left(centre, call)
        assert acts(centre)[-1] == ("supervision_ended", "whisper")
        assert not [key for key in centre.notebook.notes if key.startswith("ear:")]

    two_lives(tmp_path, before, after)


@pytest.mark.parametrize("besides", BESIDES)
@pytest.mark.parametrize("mode", ["listen", "whisper"])
def test_whatever_the_operator_did_is_heard_on_through_the_same_snoop(
    besides: Besides, mode: SupervisionMode, tmp_path: Path
) -> None:
    was: list[object] = []

    async def before(centre: FakeCentre) -> None:
        call = await talking(centre)
        await supervise(centre, call, mode)
        await besides(centre, call)
        await heard_anew(centre)
        was.append((who_is_where(centre), supervisions(centre)))

    async def after(centre: FakeCentre) -> None:
        await heard_anew(centre)
        assert (who_is_where(centre), supervisions(centre)) == was[0]
        operator, boss = leg(centre, "1009"), leg(centre, BOSS)
        assert on_the_line(centre).control == besides.__name__
        assert (boss in centre.telephony.hears(operator)) == (mode == "whisper")
        centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


STARTS: tuple[SupervisionMode | None, ...] = (None, *MODES)
LONGEST = 25
"""No change of a supervision takes so many commands."""


@pytest.mark.parametrize("then", EVERY_MODE)
@pytest.mark.parametrize("first", STARTS)
def test_a_change_that_the_crash_cut_short_anywhere_is_made(
    first: SupervisionMode | None, then: SupervisionMode, tmp_path: Path
) -> None:
    """Only one that had not yet begun to ring a phone is not: who asked for it asks again."""
    alive = []

    async def before_with(centre: FakeCentre, command: int) -> None:
        call = await talking(centre)
        if first is not None:
            await supervise(centre, call, first)
        dies_at(centre, command)
        await supervise(centre, call, then)
        alive.append(not centre.telephony.away)

    async def after(centre: FakeCentre) -> None:
        await heard_anew(centre)
        await heard_anew(centre)
        call, channels = on_the_line(centre), set(centre.telephony.channels_up)
        if first is None and BOSS not in {centre.telephony.dialled.get(channel) for channel in channels}:
            await only_the_conversation_is_left(centre, call)
        elif then == "take_over":
            boss = leg(centre, BOSS)
            assert (call.control, call.stage, call.supervised) == ("taken_over", "elsewhere", {BOSS: "take_over"})
            assert (centre.telephony.hears("caller"), centre.telephony.hears(boss)) == ({boss}, {"caller"})
            assert (channels, len(centre.telephony.bridges_up)) == ({"caller", boss}, 1)
            assert not [key for key in centre.notebook.notes if key.startswith("ear:")]
        else:
            assert ears(centre) == in_mode(centre, then)
            assert (call.control, call.supervised) == shown_in(then)
            assert len(snoops(centre)) == 1 or then == "barge", "who has barged in needs none"
            assert [(one.mode, one.state) for one in supervisions(centre)] == [(then, "listening")]
        for channel in list(centre.telephony.channels_up):
            centre.telephony.hangs_up(channel) if channel in centre.telephony.channels_up else None
        await nothing_is_left(centre)

    for command in range(1, LONGEST):
        folder = tmp_path / str(command)
        folder.mkdir()
        two_lives(folder, lambda centre, at=command: before_with(centre, at), after)  # type: ignore[misc]
        if alive[-1]:
            break
    assert alive[-1], "the last one has come through undisturbed"


def test_a_takeover_goes_on_and_the_supervisor_may_pass_the_caller_on(tmp_path: Path) -> None:
    shown: list[CallStatus] = []

    async def before(centre: FakeCentre) -> None:
        call = await talking(centre)
        assert await supervise(centre, call, "take_over") == GIVEN_AWAY
        shown.append(centre.call(call.id))

    async def after(centre: FakeCentre) -> None:
        call, boss = on_the_line(centre), leg(centre, BOSS)
        for name in ("id", "stage", "since", "control", "supervised", "queue", "operator", "recording_state"):
            assert getattr(call, name) == getattr(shown[0], name), name
        assert centre.telephony.hears("caller") == {boss}
        await ask(centre, call, TransferAsked(ToQueue("soporte")))
        assert centre.call(call.id).stage == "waiting"
        assert set(centre.telephony.channels_up) == {"caller"}
        centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_a_supervisor_who_took_over_and_hung_up_meanwhile_had_the_last_word(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await supervise(centre, await talking(centre), "take_over")
        dies(centre)
        centre.telephony.hangs_up(leg(centre, BOSS))

    async def after(centre: FakeCentre) -> None:
        (call,) = centre.board.calls.values()
        assert (call.stage, call.end_reason) == ("ended", "operator_hung_up")
        assert not centre.facts(ConversationOver), "the operator's part was over, and counted, before"
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_a_caller_who_left_a_supervisor_meanwhile_is_not_counted_again(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await supervise(centre, await talking(centre), "take_over")
        dies(centre)
        centre.telephony.hangs_up("caller")

    async def after(centre: FakeCentre) -> None:
        (call,) = centre.board.calls.values()
        assert (call.stage, call.queue, call.operator) == ("ended", "soporte", "1009")
        assert not centre.facts(ConversationOver)
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


def test_an_operator_who_hung_up_meanwhile_has_left_the_caller_to_whoever_had_barged_in(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await supervise(centre, await talking(centre), "barge")
        await asyncio.sleep(20)
        dies(centre)
        centre.telephony.hangs_up(leg(centre, "1009"))

    async def after(centre: FakeCentre) -> None:
        await heard_anew(centre)
        call, boss = on_the_line(centre), leg(centre, BOSS)
        assert (call.control, call.supervised) == ("taken_over", {BOSS: "take_over"})
        assert (centre.telephony.hears("caller"), set(centre.telephony.channels_up)) == ({boss}, {"caller", boss})
        (over,) = centre.facts(ConversationOver)
        assert (over.operator, over.to) == ("1009", BOSS)
        assert over.talked_s > 20 + OUTAGE_S
        assert centre.state("1009") == "wrap_up"
        assert acts(centre) == [("taken_over", "take_over")]
        centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)

    two_lives_at_work(tmp_path, before, after)


def test_two_supervisors_who_had_barged_in_are_both_still_there(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        call = await talking(centre)
        await supervise(centre, call, "barge")
        await supervise(centre, call, "barge", OTHER_BOSS)

    async def after(centre: FakeCentre) -> None:
        await heard_anew(centre)
        operator, boss, other = leg(centre, "1009"), leg(centre, BOSS), leg(centre, OTHER_BOSS)
        assert centre.telephony.hears("caller") == {operator, boss, other}
        centre.telephony.hangs_up(boss)
        await heard_anew(centre)
        assert (on_the_line(centre).control, centre.telephony.hears("caller")) == ("barged", {operator, other})
        centre.telephony.hangs_up(other)
        await heard_anew(centre)
        assert (on_the_line(centre).control, centre.telephony.hears("caller")) == ("talking", {operator})
        centre.telephony.hangs_up("caller")
        await nothing_is_left(centre)

    two_lives(tmp_path, before, after)


@pytest.mark.parametrize("mode", MODES)
def test_whoever_followed_a_call_that_ended_meanwhile_is_done(mode: SupervisionMode, tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await supervise(centre, await talking(centre), mode)
        dies(centre)
        centre.telephony.hangs_up("caller")

    async def after(centre: FakeCentre) -> None:
        await nothing_is_left(centre)
        assert acts(centre) == [("supervision_ended", mode)]

    two_lives(tmp_path, before, after)


@pytest.mark.parametrize("mode", MODES)
def test_whoever_followed_an_operator_whose_call_ended_meanwhile_hears_the_next_one(
    mode: SupervisionMode, tmp_path: Path
) -> None:
    async def before(centre: FakeCentre) -> None:
        await supervise(centre, await talking(centre), mode)
        await supervise(centre, "1009", mode)
        dies(centre)
        centre.telephony.hangs_up("caller")

    async def after(centre: FakeCentre) -> None:
        await heard_anew(centre)
        (waits,) = supervisions(centre)
        assert (waits.state, waits.call) == ("waiting", None)
        assert set(centre.telephony.channels_up) == {leg(centre, BOSS)}
        await talking(centre)
        await heard_anew(centre)
        (hears,) = supervisions(centre)
        assert (hears.state, hears.operator) == ("listening", "1009")
        assert ears(centre) == in_mode(centre, hears.mode)
        assert hears.mode == ("listen" if mode == "barge" else mode), "nobody bursts into another conversation"

    two_lives(tmp_path, before, after)


@pytest.mark.parametrize("mode", MODES)
def test_a_supervisor_who_hung_up_meanwhile_is_gone(mode: SupervisionMode, tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await supervise(centre, await talking(centre), mode)
        dies(centre)
        centre.telephony.hangs_up(leg(centre, BOSS))

    async def after(centre: FakeCentre) -> None:
        await only_the_conversation_is_left(centre, on_the_line(centre))
        assert acts(centre) == [("supervision_ended", mode)]
        assert not [key for key in centre.notebook.notes if key.startswith("ear:")]

    two_lives(tmp_path, before, after)


@pytest.mark.parametrize("meanwhile", [True, False])
def test_a_supervisors_phone_that_rang_rings_on_and_may_have_been_answered_meanwhile(
    meanwhile: bool, tmp_path: Path
) -> None:
    async def before(centre: FakeCentre) -> None:
        call = await talking(centre)
        phone(centre, BOSS, "rings")
        await supervise(centre, call, "whisper")
        dies(centre)
        centre.telephony.channels_up[leg(centre, BOSS)].up = meanwhile

    async def after(centre: FakeCentre) -> None:
        await heard_anew(centre)
        if not meanwhile:
            assert [one.state for one in supervisions(centre)] == ["ringing"]
            centre.telephony.picks_up(leg(centre, BOSS))
            await heard_anew(centre)
        assert ears(centre) == in_mode(centre, "whisper")
        assert acts(centre) == [("supervision_began", "whisper")]
        assert list(centre.telephony.dialled.values()).count(BOSS) == 1

    two_lives(tmp_path, before, after)


def test_a_phone_that_dialled_to_listen_hears_on(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await talking(centre)
        centre.telephony.call_arrives("boss", "supervise", "1", "1009", BOSS, caller=BOSS)
        centre.telephony.channels_up["boss"].variables["CENTRALITA_ROLE"] = "supervisor"  # as the dialplan does
        await heard_anew(centre)
        assert centre.telephony.hears("boss") == {"caller", leg(centre, "1009")}

    async def after(centre: FakeCentre) -> None:
        await heard_anew(centre)
        assert centre.telephony.hears("boss") == {"caller", leg(centre, "1009")}
        centre.telephony.hangs_up("boss")
        await only_the_conversation_is_left(centre, on_the_line(centre))

    two_lives(tmp_path, before, after)


def test_without_the_notes_a_supervisor_is_let_go_and_the_conversation_goes_on(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        await supervise(centre, await talking(centre), "whisper")

    async def after(centre: FakeCentre) -> None:
        await only_the_conversation_is_left(centre, on_the_line(centre))

    two_lives(tmp_path, before, after, notes_kept=False)


def test_a_note_of_an_ear_that_nobody_can_read_costs_only_that_supervisor(tmp_path: Path) -> None:
    async def before(centre: FakeCentre) -> None:
        call = await talking(centre)
        await supervise(centre, call, "whisper")
        await supervise(centre, call, "listen", OTHER_BOSS)
        centre.notebook.notes[f"ear:{leg(centre, BOSS)}"] = "{"

    async def after(centre: FakeCentre) -> None:
        await heard_anew(centre)
        assert [one.supervisor for one in supervisions(centre)] == [OTHER_BOSS]

    two_lives(tmp_path, before, after)
