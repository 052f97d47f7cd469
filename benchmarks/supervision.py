"""How soon does a supervisor hear both, and what does a change of mode cost caller and operator? On real Asterisk.

A caller and an operator talk, each with a tone of his or her own. Each turn begins a supervision over the API (the
supervisor's phone answers by itself after 50 ms) and changes its mode there and back. The longest gap in the RTP that comes to
each of the two is taken over a second that begins with the request, and, right before it, over a second in which nothing is
asked: so a busy machine disturbs both alike. Takeovers, which end the operator's part, are measured on conversations of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ari_app.demo.api_client import ApiClient
from benchmarks.race.measured import Measured
from sip_agents import Call, SipAgent
from tests.e2e.stack import WEB_SECRET, Stack, running_stack
from tests.e2e.test_call_control import CALLER_HZ, FIRST_HZ, TONES, Scene, conversation

BOSS: Final = "2001"
BOSS_HZ: Final = 3000.0
ANSWERS_AFTER_S: Final = 0.05
WINDOW_S: Final = 1.0
THERE_AND_BACK: Final = (("listen", "whisper"), ("listen", "barge"), ("whisper", "barge"))
TURNS_A_TAKEOVER: Final = 4
"""One conversation is taken over for so many turns of the rest."""
HEARD_S: Final = 0.2
"""A tone counts as heard once it has lasted for this long (sip_agents/tones.py)."""
AIM_MS: Final = 500.0


@dataclass
class Begun:
    """Milliseconds from the request: to the first packet that came to the supervisor, to the beginning of the first 200 ms in
    which both are heard, and to their end."""

    first_rtp: list[float] = field(default_factory=list)
    both_from: list[float] = field(default_factory=list)
    both_for_200_ms: list[float] = field(default_factory=list)


@dataclass
class Gaps:
    """The longest gaps (ms) at one ear: in a second with the change, and in one without."""

    changed: list[float] = field(default_factory=list)
    quiet: list[float] = field(default_factory=list)


@dataclass
class Found:
    """All that was measured. ``gaps``: by change and by whose ear."""

    begun: Begun = field(default_factory=Begun)
    gaps: dict[tuple[str, str], Gaps] = field(default_factory=lambda: defaultdict(Gaps))


class Bench:
    """One conversation, and the supervisor's phone."""

    def __init__(self, scene: Scene, api: ApiClient, phone: SipAgent, found: Found) -> None:
        self._scene = scene
        self._api = api
        self._phone = phone
        self._found = found

    async def turn(self, first: str, then: str) -> None:
        """Begin in one mode, change to the other and back, and hang up."""
        ear = await self._begin(first)
        for before, after in ((first, then), (then, first)):
            await self._change(f"{before} -> {after}", after)
        await ear.hang_up()
        await self._over()

    async def _over(self) -> None:
        """Whoever asks before the engine knows that the supervisor has hung up, asks the supervision that ends."""
        ends = True
        while ends:
            await asyncio.sleep(ANSWERS_AFTER_S)
            ends = bool((await self._api.get("supervisions"))["items"])

    async def take_over(self) -> None:
        """The end of the operator's part."""
        ear = await self._begin("listen")
        await self._change("listen -> take_over", "take_over", {"caller": self._scene.caller})
        await ear.hang_up()
        await self._scene.caller.ended()

    async def _ask(self, mode: str) -> None:
        await self._api.ask("POST", f"/api/v1/calls/{self._scene.id}/supervise", {"mode": mode})

    async def _begin(self, mode: str) -> Call:
        asked_at = asyncio.get_running_loop().time()
        await self._ask(mode)
        ear = await self._phone.incoming()
        await ear.answered()
        await ear.heard_only({CALLER_HZ, FIRST_HZ}, TONES)
        heard_at, begun = ear.now, self._found.begun
        assert ear.heard.first_rtp_at is not None
        begun.first_rtp.append(1000 * (ear.heard.first_rtp_at - asked_at))
        begun.both_from.append(1000 * (heard_at - HEARD_S - asked_at))
        begun.both_for_200_ms.append(1000 * (heard_at - asked_at))
        return ear

    async def _change(self, what: str, mode: str, ears: dict[str, Call] | None = None) -> None:
        ears = ears or {"caller": self._scene.caller, "operator": self._scene.first}
        quiet = await self._longest_gaps(ears)
        changed = await self._longest_gaps(ears, mode)
        for who in ears:
            gaps = self._found.gaps[what, who]
            gaps.quiet.append(quiet[who])
            gaps.changed.append(changed[who])

    async def _longest_gaps(self, ears: dict[str, Call], mode: str | None = None) -> dict[str, float]:
        """In one second that begins now, with the request for ``mode`` if there is one."""
        since = self._scene.caller.now
        if mode is not None:
            await self._ask(mode)
        await asyncio.sleep(since + WINDOW_S - self._scene.caller.now)
        return {who: call.arrivals.longest_gap_ms(since) for who, call in ears.items()}


async def measure(turns: int, folder: Path) -> Found:
    """``turns`` supervisions of one conversation, and a quarter of that of others which are taken over."""
    found = Found()
    async with running_stack(folder) as stack, stack.api() as api, stack.phone(BOSS, BOSS_HZ) as phone:
        await api.log_in(BOSS, WEB_SECRET)
        phone.auto_answer = ANSWERS_AFTER_S
        await phone.register()
        async with conversation(stack) as scene:
            bench = Bench(scene, api, phone, found)
            for turn in range(turns):
                await bench.turn(*THERE_AND_BACK[turn % len(THERE_AND_BACK)])
                _tell(f"turn {turn + 1} of {turns}")
            await scene.caller.hang_up()
            await scene.first.ended()
        for turn in range(-(-turns // TURNS_A_TAKEOVER)):
            await _taken_over(stack, api, phone, found)
            _tell(f"takeover {turn + 1}")
    return found


async def _taken_over(stack: Stack, api: ApiClient, phone: SipAgent, found: Found) -> None:
    async with conversation(stack) as scene:
        await Bench(scene, api, phone, found).take_over()


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def shares(times: Sequence[float]) -> tuple[float, float]:
    """p50 and p95."""
    measured = Measured(tuple(times))
    return measured.share(0.5), measured.share(0.95)


def table(found: Found) -> str:
    """What was found, as two tables."""
    lines = [
        "| from the request to | p50, ms | p95, ms | n | aim |",
        "|---|---|---|---|---|",
    ]
    for told, times, aim in (
        ("the first RTP at the supervisor's phone", found.begun.first_rtp, None),
        ("the beginning of the first 200 ms with both tones", found.begun.both_from, None),
        ("the end of these 200 ms", found.begun.both_for_200_ms, AIM_MS),
    ):
        p50, p95 = shares(times)
        met = "" if aim is None else f"p95 <= {aim:.0f} ms: {'met' if p95 <= aim else 'MISSED'}"
        lines.append(f"| {told} | {p50:.0f} | {p95:.0f} | {len(times)} | {met} |")
    lines += [
        "",
        "The longest gap in RTP within a second:",
        "",
        "| change | at the ear of | with it: p50, p95, ms | without: p50, p95, ms | ratio p50 | ratio p95 | n |",
        "|---|---|---|---|---|---|---|",
    ]
    for (what, who), gaps in found.gaps.items():
        (p50, p95), (quiet50, quiet95) = shares(gaps.changed), shares(gaps.quiet)
        lines.append(
            f"| {what} | {who} | {p50:.1f}, {p95:.1f} | {quiet50:.1f}, {quiet95:.1f} "
            f"| {p50 / quiet50:.2f} | {p95 / quiet95:.2f} | {len(gaps.changed)} |"
        )
    return "\n".join(lines)


def as_json(found: Found) -> dict[str, Any]:
    """Every figure."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "begun_ms": vars(found.begun),
        "gaps_ms": [{"change": what, "ear": who, **vars(gaps)} for (what, who), gaps in found.gaps.items()],
    }


def main() -> int:
    """Print the tables, or JSON. 1 if the aim was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(asked.turns, Path(folder)))
    if asked.json:
        json.dump(as_json(found), sys.stdout)
    else:
        print(table(found))
    return 0 if shares(found.begun.both_for_200_ms)[1] <= AIM_MS else 1


if __name__ == "__main__":
    sys.exit(main())
