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
from recordings.plan import RecordingPlan, RecordingPolicy, plan_for_leftover, plan_recording
from recordings.wav import wav_header, whole_frames

log = structlog.get_logger(__name__)
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


class Recorder:
    """Recordings of one instance, below ``folder``."""

    def __init__(self, folder: Path, asterisk: Recording, clock: Clock) -> None:
        self._folder = folder
        self._asterisk = asterisk
        self._clock = clock
        (folder / "raw").mkdir(parents=True, exist_ok=True, mode=0o700)

    async def start(self, call: str, channel: str, policy: RecordingPolicy) -> RecordingPlan | None:
        """Begin to record ``channel``; None when the policy says no or it could not start."""
        plan = plan_recording(call, policy, self._clock.now())
        if plan is None:
            return None
        try:
            await self._asterisk.start_recording(channel, self._folder / plan.raw)
        except Exception as failed:
            log.error("recording_not_started", call=call, why=str(failed))
            return None
        return plan

    async def finish(self, plan: RecordingPlan, channel: str) -> None:
        """End the recording and keep it as a WAV. Errors are logged; the raw file stays for the next start then."""
        try:
            await self._asterisk.stop_recording(channel)
        except Exception as gone:
            log.debug("recording_ended_with_its_channel", why=str(gone))
        try:
            await self._settled(self._folder / plan.raw)
            await asyncio.to_thread(keep, self._folder, plan)
            log.info("recording_kept", path=str(plan.kept))
        except OSError as failed:
            log.error("recording_not_kept", path=str(plan.raw), why=str(failed))

    async def keep_leftovers(self, except_for: Iterable[str]) -> None:
        """Keep the raw files that an earlier life left, but those of the calls in ``except_for``, which go on."""
        ongoing = set(except_for)
        for raw in sorted((self._folder / "raw").glob("*.raw")):
            plan = plan_for_leftover(raw.name)
            if plan is None or raw.stem in ongoing:
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
