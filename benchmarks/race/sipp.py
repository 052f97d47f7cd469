"""How is load made? SIPp is the callers, and all operators' phones at once: it costs a tenth of what phones in Python do."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SCENARIOS: Final = Path(__file__).parent / "sipp"
CALLERS_AT, PHONES_AT = "127.0.0.2", "127.0.0.1"


class LoadFailed(Exception):
    """SIPp did not run as it should; its own words."""


@dataclass(frozen=True)
class Told:
    """What one SIPp has seen: how many calls came to their right end and how many did not, and its log: (event, caller, s)."""

    succeeded: int
    failed: int
    log: tuple[tuple[str, str, float], ...]

    def at(self, event: str) -> dict[str, float]:
        """When ``event`` was first seen of each caller (s since 1970)."""
        found: dict[str, float] = {}
        for what, caller, when in self.log:
            if what == event:
                found.setdefault(caller, when)
        return found


@dataclass
class Sipp:
    """``command`` runs SIPp; its files are put below ``folder``."""

    command: tuple[str, ...]
    folder: Path
    _runs: int = field(default=0)

    @asynccontextmanager
    async def phones(
        self, registrar: tuple[str, int], codes: Sequence[str], secret: str, talk_ms: int, *, echo: bool = False
    ) -> AsyncIterator[Run]:
        """Registered phones with these codes that answer at once and hang up after ``talk_ms``; ``echo``: saying what they hear."""
        port = _free_port(PHONES_AT)
        await self._register(registrar, codes, secret, port, expires_s=3600)
        run = await self._start(
            "operator", PHONES_AT, port, "-d", str(talk_ms), "-deadcall_wait", "0", *(["-rtp_echo"] if echo else [])
        )
        try:
            yield run
        finally:
            await run.stop()
            await self._register(registrar, codes, secret, port, expires_s=0)

    async def _register(
        self, registrar: tuple[str, int], codes: Sequence[str], secret: str, port: int, *, expires_s: int
    ) -> None:
        """From the port where they will be called: Asterisk calls a phone back where it was heard from."""
        people = self.folder / "people.csv"
        lines = [f"{code};[authentication username={code} password={secret}]\n" for code in codes]
        people.write_text("".join(("SEQUENTIAL\n", *lines)), encoding="utf-8")
        run = await self._start(
            "register",
            PHONES_AT,
            port,
            *("-inf", str(people), "-m", str(len(codes)), "-l", "1", "-r", "100", "-key", "expires", str(expires_s)),
            f"{registrar[0]}:{registrar[1]}",
        )
        told = await run.ended(60.0)
        if told.failed:
            raise LoadFailed(f"{told.failed} of {len(codes)} phones were not registered")

    async def calling(
        self,
        registrar: tuple[str, int],
        number: str,
        *,
        rate: float,
        how_many: int,
        first: str,
        sound_for_ever: bool,
    ) -> Run:
        """Place ``how_many`` calls, ``rate`` a second, as callers ``first``1, ``first``2...; each says something at first, or
        ``sound_for_ever``.
        """
        every_ms = 1000 if rate >= 1 else round(1000 / rate)
        return await self._start(
            "caller",
            CALLERS_AT,
            _free_port(CALLERS_AT),
            *("-s", number, "-r", str(max(1, round(rate))), "-rp", str(every_ms), "-m", str(how_many)),
            *(
                "-l",
                str(how_many),
                "-key",
                "caller",
                first,
                "-key",
                "sound",
                str(self._sound()),
                "-key",
                "times",
                "-1" if sound_for_ever else "1",
            ),
            f"{registrar[0]}:{registrar[1]}",
        )

    def _sound(self) -> Path:
        """100 ms of silence (G.711 A-law)."""
        path = self.folder / "silence.alaw"
        path.write_bytes(bytes([0xD5]) * 800)
        return path

    async def _start(self, scenario: str, ip: str, port: int, *options: str) -> Run:
        self._runs += 1
        base = self.folder / f"{scenario}-{self._runs}"
        out = base.with_suffix(".out").open("wb")
        process = await asyncio.create_subprocess_exec(
            *self.command,
            *("-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", ip, "-p", str(port), "-bind_local", "-nostdin"),
            *("-trace_stat", "-stf", str(base.with_suffix(".csv")), "-fd", "1"),
            *("-trace_logs", "-log_file", str(base.with_suffix(".log"))),
            *("-trace_err", "-error_file", str(base.with_suffix(".err")), *options),
            stdout=out,
            stderr=out,
            cwd=self.folder,
        )
        out.close()
        return Run(process, base)


@dataclass(frozen=True)
class Run:
    """One SIPp at work."""

    process: asyncio.subprocess.Process
    base: Path

    async def ended(self, within_s: float) -> Told:
        """Wait for its own end. Raises LoadFailed."""
        try:
            async with asyncio.timeout(within_s):
                code = await self.process.wait()
        except TimeoutError:
            await self.stop()
            raise LoadFailed(f"{self.base.name}: not over within {within_s:g} s") from None
        if code not in (0, 1):  # 1: calls have failed, which is told
            raise LoadFailed(f"{self.base.name} ended with code {code}: {self._last_words()}")
        return self.told()

    async def stop(self) -> None:
        """End it, with what it still has."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGUSR1)  # ends when its calls have
            try:
                async with asyncio.timeout(2):
                    await self.process.wait()
            except TimeoutError:
                self.process.kill()
                await self.process.wait()

    def told(self) -> Told:
        """What it has seen so far."""
        rows = list(csv.DictReader(self.base.with_suffix(".csv").read_text("utf-8").splitlines(), delimiter=";"))
        if not rows:
            raise LoadFailed(f"{self.base.name} tells nothing: {self._last_words()}")
        return Told(int(rows[-1]["SuccessfulCall(C)"]), int(rows[-1]["FailedCall(C)"]), self.log())

    def log(self) -> tuple[tuple[str, str, float], ...]:
        """What it has seen of its calls so far: (event, caller, s)."""
        path = self.base.with_suffix(".log")
        text = path.read_text("utf-8") if path.exists() else ""
        lines = text[: text.rfind("\n") + 1].splitlines()  # the last one may be half written
        return tuple((event, caller, _seconds(when)) for event, caller, when in (line.split(" ", 2) for line in lines))

    def _last_words(self) -> str:
        texts = [self.base.with_suffix(ending) for ending in (".out", ".err")]
        return "\n".join(path.read_text("utf-8", "replace")[-500:] for path in texts if path.exists())


def _seconds(told: str) -> float:
    """SIPp's timestamp: date, time, and seconds since 1970."""
    return float(told.split()[-1])


def _free_port(ip: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((ip, 0))
        port: int = free.getsockname()[1]
        return port
