"""How does a conversation become a file? Starts and stops MixMonitor and turns what it wrote into a WAV.

Recording never stops a call: what fails is logged and the conversation goes on.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import structlog

from ari_app.clock import Clock
from recordings.plan import (
    RecordingPlan,
    RecordingPolicy,
    call_of,
    plan_for_leftover,
    plan_recording,
    plan_voicemail,
)
from recordings.wav import duration_s, wav_header, whole_frames

log = structlog.get_logger(__name__)
ANEW_S = 0.1
"""From the end of one recording of a channel to the next: until a few of its frames have passed, Asterisk goes on with what
translated for the first, and drops a second operator whose sequence numbers are lower than the first's."""
SETTLE_S = 0.25
SETTLE_DEADLINE_S = 10.0


class Recording(Protocol):
    """Starts and stops a recording in Asterisk; implemented over AMI."""

    async def start_recording(self, channel: str, path: Path) -> None:
        """Raises an exception when it did not start."""
        ...

    async def stop_recording(self, channel: str) -> None:
        """Raises an exception when there is nothing to stop."""
        ...

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        """Record silence from both sides, or sound again; the time goes on. Raises an exception when that cannot be done."""
        ...


class Recorder:
    """Recordings of one instance, below ``folder``."""

    def __init__(self, folder: Path, asterisk: Recording, clock: Clock) -> None:
        self._folder = folder
        self._asterisk = asterisk
        self._clock = clock
        self._stopped_at: dict[str, float] = {}
        (folder / "raw").mkdir(parents=True, exist_ok=True, mode=0o700)

    def plan(self, call: str, policy: RecordingPolicy, part: int = 1) -> RecordingPlan | None:
        """Where a recording of ``call`` will be; None when the policy says no. A call's later conversations are further parts."""
        return plan_recording(call, policy, self._clock.now(), part)

    def plan_voicemail(self, call: str) -> RecordingPlan:
        """Where the message that a caller leaves will be."""
        return plan_voicemail(call, self._clock.now())

    def free_in_s(self, channel: str) -> float:
        """How long ``channel`` has to pass before another recording of it may start; mostly 0."""
        return max(0.0, self._stopped_at.get(channel, 0.0) + ANEW_S - self._clock.now())

    async def start(self, plan: RecordingPlan, channel: str) -> bool:
        """Begin to record ``channel``; False when it could not start. Cut short, it may have started: finish it."""
        try:
            await self._asterisk.start_recording(channel, self._folder / plan.raw)
        except Exception as failed:
            log.error("recording_not_started", path=str(plan.raw), why=str(failed))
            return False
        return True

    async def finish(self, plan: RecordingPlan, channel: str) -> None:
        """End the recording and keep it as a WAV. Errors are logged; the raw file stays for the next start then."""
        await self.stop(channel)
        await self.keep(plan)

    async def stop(self, channel: str) -> None:
        """End the recording of ``channel``; harmless without one. Another may be started when it is free."""
        try:
            await self._asterisk.stop_recording(channel)
        except Exception as gone:
            log.debug("recording_ended_with_its_channel", why=str(gone))
        now = self._clock.now()
        self._stopped_at = {other: at for other, at in self._stopped_at.items() if now < at + ANEW_S} | {channel: now}

    async def mute(self, channel: str, *, muted: bool) -> bool:
        """Let the recording of ``channel`` hold silence, or sound again; False if that could not be done."""
        try:
            await self._asterisk.mute_recording(channel, muted=muted)
        except Exception as failed:
            log.error("recording_not_muted", muted=muted, why=str(failed))
            return False
        return True

    async def keep(self, plan: RecordingPlan) -> float:
        """Keep a recording that was stopped as a WAV; how long it lasts (s), 0 if there is none. Errors are logged; the raw file
        stays for the next start then."""
        try:
            if not (self._folder / plan.raw).exists():
                log.debug("nothing_was_recorded", path=str(plan.raw))
                return 0.0
            await self._settled(self._folder / plan.raw)
            lasts_s = duration_s((self._folder / plan.raw).stat().st_size)
            await asyncio.to_thread(keep, self._folder, plan)
            log.info("recording_kept", path=str(plan.kept))
            return lasts_s
        except OSError as failed:
            log.error("recording_not_kept", path=str(plan.raw), why=str(failed))
            return 0.0

    async def keep_leftovers(self, except_for: Iterable[str]) -> None:
        """Keep the raw files that an earlier life left, but those of the calls in ``except_for``, which go on."""
        ongoing = set(except_for)
        for raw in sorted((self._folder / "raw").glob("*.raw")):
            plan = plan_for_leftover(raw.name)
            if plan is None or call_of(raw.name) in ongoing:
                continue
            try:
                await asyncio.to_thread(keep, self._folder, plan)
                log.info("recording_recovered", path=str(plan.kept))
            except OSError as failed:
                log.error("recording_not_kept", path=raw.name, why=str(failed))

    async def _settled(self, raw: Path) -> None:
        """Wait until Asterisk's recording thread has written its last: the size stays for SETTLE_S.

        Asterisk tells of the stop, not of the closed file, and there is no event for that.
        """
        size, waited_s = -1, 0.0
        while raw.stat().st_size != size and waited_s < SETTLE_DEADLINE_S:
            size = raw.stat().st_size
            await self._clock.sleep(SETTLE_S)
            waited_s += SETTLE_S


def keep(folder: Path, plan: RecordingPlan) -> None:
    """Write ``plan.kept`` from ``plan.raw``, whole or not at all, then remove the raw file. Raises OSError."""
    raw, kept = folder / plan.raw, folder / plan.kept
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = kept.with_suffix(".part")
    with raw.open("rb") as source, unfinished.open("wb") as target:
        data_bytes = whole_frames(os.fstat(source.fileno()).st_size)
        target.write(wav_header(data_bytes))
        shutil.copyfileobj(source, target, 1 << 20)
        target.truncate(len(wav_header(0)) + data_bytes)
        target.flush()
        os.fsync(target.fileno())
    unfinished.replace(kept)
    raw.unlink()
