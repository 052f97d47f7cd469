"""Does any datagram bring Asterisk or the engine down? RFC 4475's torture, and spoilt messages of every kind, over UDP.

From the carrier's address, from a registered phone's, and from strangers', in dialogs and outside, at a measured pace; answers to
calls that Asterisk offers are spoilt, too. Meanwhile proper calls are placed. Harm is another Asterisk or engine than before, an
exception in the engine's log, no answer to OPTIONS, a call that fails, or a channel or bridge that stays. All of it runs in a
network of its own, so that not even an address that a mutation made leads out of this machine; that needs root.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from ari_app.demo.api_client import ApiRefused
from ari_app.settings import load_settings
from ari_app.stack.asterisk_root import provide_asterisk
from ari_app.stack.redis_install import provide_redis
from sip_agents import SipError
from tests.chaos import rfc4475
from tests.chaos.fuzz_results import FuzzResult, Progress, Teller
from tests.chaos.mistreated import log_all_out
from tests.chaos.proper_use import engine_log, engine_troubles, place_call, proper_use
from tests.chaos.sip_ends import SipEnd
from tests.chaos.sip_messages import INSIDE, OUTSIDE, Dialog, request
from tests.chaos.sip_mutations import spoilt_message
from tests.conformance.written import change_yaml
from tests.e2e.stack import PROJECT, SIP_SECRET, WEB_SECRET, Stack, quick_centre, running_stack
from tests.network import network_of_its_own

PER_SECOND: Final = 120
"""Datagrams: the machine has other things to do, and Asterisk shall answer most of them."""
CARRIER_IP: Final = "127.0.0.2"
PHONE_IP: Final = "127.0.0.1"
STRANGERS_IP: Final = "127.0.0.9"
PHONE: Final = "1009"
NUMBER: Final = "900100201"
"""Leads into the phone's queue."""
BETWEEN_LOOKS: Final = 400
DIALOG_LASTS: Final = 25
"""Datagrams for one call before it is hung up properly, if it is still there."""
REPLAYED: Final = 300
"""The last datagrams before harm, which are kept whole."""
ENDS_ALONE_S: Final = 3.0
"""What is up after this time is of those whose BYE was refused (a mutation had used the last CSeq), or who never acknowledged."""


def sparing(folder: Path) -> Path:
    """The tests' centre, which bans none of these ends: a ban comes after some wrong proofs, and would end the experiment."""
    centre = quick_centre(folder)
    change_yaml(centre / "centre.yaml", {"limits": {"never_banned": [PHONE_IP, STRANGERS_IP]}})
    return centre


def run(count: int, seed: int, report_progress: Progress) -> FuzzResult:
    """``count`` datagrams made from ``seed``, and RFC 4475's before them, to a stack of its own. Raises OSError without root."""

    async def on_a_stack() -> FuzzResult:
        with tempfile.TemporaryDirectory(prefix="fuzz-sip-") as folder:
            async with running_stack(Path(folder), centre=sparing) as stack:
                return await run_on(stack, count, seed, report_progress)

    _provide(report_progress)
    with network_of_its_own():
        return asyncio.run(on_a_stack())


def _provide(report_progress: Progress) -> None:
    """Asterisk and Redis, while there is still a network to fetch them from."""
    caches = {name: os.environ[name] for name in ("XDG_CACHE_HOME", "CENTRALITA_CACHE") if name in os.environ}
    cache = load_settings(PROJECT, caches).cache
    provide_asterisk(cache, report_progress)
    provide_redis(cache, report_progress)


async def run_on(stack: Stack, count: int, seed: int, report_progress: Progress) -> FuzzResult:
    """The same on a stack that runs, and is as it was afterwards."""
    result = FuzzResult("sip", seed)
    run_ = _Run(stack, result, Teller(result, count, report_progress), random.Random(f"{seed} sip"))
    before = stack.instance.asterisk.pid, stack.instance.engine.pid, engine_log(stack).stat().st_size
    async with run_.ends(), proper_use(stack, result):
        await run_.torture()
        await run_.mutate(count)
    await run_.look_back(*before)
    run_.teller.tell(last=True)
    return result


class _Run:
    """What is sent, by whom, and what was sent last."""

    def __init__(self, stack: Stack, result: FuzzResult, teller: Teller, chance: random.Random) -> None:
        self.teller = teller
        self._stack, self._result, self._chance = stack, result, chance
        self._last: deque[bytes] = deque(maxlen=REPLAYED)
        self._due = time.monotonic()
        self._dialog: Dialog | None = None
        self._left_of_dialog = 0

    @asynccontextmanager
    async def ends(self) -> AsyncIterator[None]:
        """The carrier's line, a registered phone, and a stranger's."""

        def end(user: str) -> SipEnd:
            return SipEnd(user, self._stack.registrar, random.Random(self._chance.random()), self._noted)

        self._carrier = await end("600111222").open(CARRIER_IP)
        self._phone = await end(PHONE).open(PHONE_IP)
        self._stranger = await end("1001").open(STRANGERS_IP)
        async with AsyncExitStack() as closing:
            for one in (self._carrier, self._phone, self._stranger):
                closing.callback(one.close)
            assert await self._phone.register(SIP_SECRET, 3_600) == 200
            yield
            with suppress(TimeoutError):
                await self._phone.register(SIP_SECRET, 0)
            for one in (self._carrier, self._phone, self._stranger):
                for dialog in list(one.dialogs.values()):
                    one.hang_up(dialog)
                for status, times in one.statuses.items():
                    self._result.answers[status] += times
                self._result.answers["unreadable"] += one.unreadable

    async def torture(self) -> None:
        """Each of RFC 4475's messages, from the carrier and from a stranger."""
        for message in rfc4475.messages():
            for end in (self._carrier, self._stranger):
                await self._send(end, f"RFC 4475, {message.section} {message.name}", message.datagram)
        await self._look("RFC 4475")

    async def mutate(self, count: int) -> None:
        """Spoilt messages until ``count`` have been sent, as long as somebody answers."""
        while self._result.sample < count and self._stack.instance.asterisk.running:
            if self._chance.random() < 0.5 and (dialog := await self._standing()) is not None:
                name = self._chance.choice(sorted(INSIDE))
                self._left_of_dialog -= 1
                await self._send_spoilt(self._carrier, name, INSIDE[name](self._carrier.sender, self._chance, dialog))
            else:
                end = self._chance.choice((self._carrier, self._carrier, self._carrier, self._phone, self._stranger))
                name = self._chance.choice((*sorted(OUTSIDE), "INVITE", "INVITE"))
                await self._send_spoilt(end, name, OUTSIDE[name](end.sender, self._chance))
            if self._result.sample % BETWEEN_LOOKS == 0:
                await self._look(f"the {REPLAYED} datagrams before no. {self._result.sample}")

    async def _standing(self) -> Dialog | None:
        """A call of the carrier's that stands; a new one if need be."""
        dialog = self._dialog
        if dialog is not None and dialog.call_id in self._carrier.dialogs and self._left_of_dialog > 0:
            return dialog
        if dialog is not None:
            self._carrier.hang_up(dialog)
        self._left_of_dialog = DIALOG_LASTS
        with suppress(ApiRefused):
            await self._stack.set_state(PHONE, "ready")
        try:
            self._dialog = await self._carrier.call(NUMBER)
        except TimeoutError:
            self._result.answers["no answer to a proper call"] += 1
            self._dialog = None
        return self._dialog

    async def _send_spoilt(self, end: SipEnd, name: str, message: bytes) -> None:
        how, odd = spoilt_message(self._chance, message)
        await self._send(end, f"{name}, {how}", odd)

    async def _send(self, end: SipEnd, kind: str, datagram: bytes) -> None:
        self._noted(kind, datagram)
        end.send(datagram)
        self.teller.tell()
        self._due = max(self._due + 1 / PER_SECOND, time.monotonic() - 0.1)
        await asyncio.sleep(max(0.0, self._due - time.monotonic()))

    def _noted(self, kind: str, datagram: bytes) -> None:
        self._last.append(datagram)
        shown = "RFC 4475" if kind.startswith("RFC") else kind.partition(",")[0]
        self._result.note(shown, "", 0.0)

    async def _look(self, after: str) -> None:
        """Is Asterisk still there, and does it answer?"""
        began = time.monotonic()
        asked = request(self._carrier.sender, self._chance, "OPTIONS", NUMBER)
        try:
            await self._carrier.ask(asked)
        except TimeoutError:
            ended = "has ended" if not self._stack.instance.asterisk.running else "does not answer OPTIONS"
            self._harmed(f"Asterisk {ended}", after)
        else:
            self._result.beside["OPTIONS served"] += 1
        took_s = time.monotonic() - began
        if took_s > self._result.slowest_s:
            self._result.slowest_s, self._result.slowest = took_s, f"OPTIONS after {after}"

    def _harmed(self, told: str, after: str) -> None:
        replay = json.dumps([base64.b64encode(one).decode() for one in self._last]).encode()
        self._result.harmed("crash", after, told, replay)

    async def look_back(self, asterisk: int | None, engine: int | None, logged: int) -> None:
        """Whether all is as it was: the same processes, nothing left, nothing logged, and a call works."""
        if self._stack.instance.asterisk.pid != asterisk:
            self._harmed("Asterisk is not the process that it was", "everything")
            return
        if self._stack.instance.engine.pid != engine:
            self._harmed("the engine is not the process that it was", "everything")
        for line in engine_troubles(self._stack, logged):
            self._harmed(f"the engine's log: {line}", "everything")
        try:
            await self._end_all()
        except (ApiRefused, AssertionError) as left:
            self._result.harmed("left_behind", "stack", str(left), b"")
        try:
            await place_call(self._stack)
            await self._stack.nothing_is_left()
        except (SipError, ApiRefused, AssertionError, TimeoutError) as error:
            self._harmed(f"a call afterwards fails: {type(error).__name__}: {error}", "everything")
        else:
            self._result.beside["call afterwards served"] += 1

    async def _end_all(self) -> None:
        """Nobody is at work any more, and a supervisor hangs up what callers have left; then nothing may be there."""
        async with self._stack.api() as coordinator:
            await coordinator.log_in("3001", WEB_SECRET)
            await log_all_out(coordinator)
            with suppress(AssertionError):
                await self._stack.nothing_is_left(ENDS_ALONE_S)
                return
            for call in (await coordinator.get("calls"))["items"]:
                self._result.beside["calls that a supervisor ended"] += 1
                with suppress(ApiRefused):  # it has just ended
                    await coordinator.hang_up(call["id"])
        await self._stack.nothing_is_left(30.0)
