"""How does what a caller says and hears become raw audio, with notes beside it? By MixMonitor, and a pen in a thread of its own.

What becomes of both is the recordings' worker's (recording_worker.py), once the notes have ended. Recording never stops a call:
what fails is logged and the conversation goes on. A note is written before what it tells of is begun.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol

import structlog

from ari_app.clock import Clock
from recordings.names import NOTES, id_of_notes, id_of_part, started_at_of
from recordings.notes import Began, Ended, Note, PartBegan, RecordingKind, from_lines, to_line
from recordings.plan import RecordingPlan, plan_part, plan_voicemail
from recordings.wav import duration_s

log = structlog.get_logger(__name__)
ANEW_S: Final = 0.1
"""From the end of one recording of a channel to the next: until a few of its frames have passed, Asterisk goes on with what
translated for the first, and drops a second operator whose sequence numbers are lower than the first's."""
SETTLE_S: Final = 0.25
SETTLE_DEADLINE_S: Final = 10.0
_APPEND: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


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
    """The raw recordings of one instance, below ``folder``. ``pen`` writes the notes in their order: a thread, unless given."""

    def __init__(self, folder: Path, asterisk: Recording, clock: Clock, pen: Executor | None = None) -> None:
        self._folder = folder
        self._asterisk = asterisk
        self._clock = clock
        self._stopped_at: dict[str, float] = {}
        self._closed = False
        self._pen = pen or ThreadPoolExecutor(1, thread_name_prefix="notes")
        (folder / "raw").mkdir(parents=True, exist_ok=True, mode=0o700)

    def let_go(self) -> None:
        """From now on nothing is noted: recordings go on in Asterisk, and the next life of the controller tells of them."""
        self._closed = True

    # -- plans and Asterisk --------------------------------------------------------------------------------------------

    def plan(self, call: str, part: int = 1) -> RecordingPlan:
        """Where a recording of ``call`` will be. A call's later conversations are further parts of the same."""
        return plan_part(call, part)

    def plan_voicemail(self, call: str) -> RecordingPlan:
        """Where the message that a caller leaves will be."""
        return plan_voicemail(call)

    def free_in_s(self, channel: str) -> float:
        """How long ``channel`` has to pass before another recording of it may start; mostly 0."""
        return max(0.0, self._stopped_at.get(channel, 0.0) + ANEW_S - self._clock.now())

    async def start(self, plan: RecordingPlan, channel: str) -> bool:
        """Begin to record ``channel``; False when it could not start. Cut short, it may have started: stop it."""
        try:
            await self._asterisk.start_recording(channel, self._folder / plan.raw)
        except Exception as failed:
            log.error("recording_not_started", path=str(plan.raw), why=str(failed))
            return False
        return True

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

    async def settled(self, plan: RecordingPlan) -> float:
        """Wait until Asterisk's recording thread has written its last: the size stays for SETTLE_S. How long it lasts (s).

        Asterisk tells of the stop, not of the closed file, and there is no event for that. 0 for a file that is not there.
        """
        raw = self._folder / plan.raw
        size, waited_s = -1, 0.0
        while (now_size := _size_of(raw)) != size and waited_s < SETTLE_DEADLINE_S:
            size = now_size
            await self._clock.sleep(SETTLE_S)
            waited_s += SETTLE_S
        return duration_s(max(0, size))

    # -- notes -----------------------------------------------------------------------------------------------------------

    def note(self, id_: str, *notes: Note) -> asyncio.Future[bool]:
        """Append to the notes of the recording, in the order of asking; whether it could be done. Nobody need wait for it."""
        if self._closed:
            return asyncio.get_running_loop().create_future()
        text = "".join(to_line(note) for note in notes)
        path = self._folder / "raw" / f"{id_}{NOTES}"
        return asyncio.get_running_loop().run_in_executor(self._pen, _append, path, text)

    async def noted(self, id_: str) -> list[Note]:
        """What the notes of a recording tell so far; nothing where there are none."""
        path = self._folder / "raw" / f"{id_}{NOTES}"
        return await asyncio.get_running_loop().run_in_executor(self._pen, _whole_lines, path)

    async def end_abandoned(self, ongoing: Collection[str]) -> None:
        """Let the worker have what an earlier life left behind, but the recordings of the calls that are ``ongoing``."""
        loop = asyncio.get_running_loop()
        ended = await loop.run_in_executor(
            self._pen, _end_abandoned, self._folder / "raw", frozenset(ongoing), self._clock.now()
        )
        for id_ in ended:
            log.info("recording_recovered", recording=id_)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _append(path: Path, text: str) -> bool:
    try:
        handle = os.open(path, _APPEND, 0o600)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)
    except OSError as failed:
        log.error("recording_note_lost", path=path.name, why=str(failed))
        return False
    return True


def _read(path: Path) -> list[Note]:
    try:
        return from_lines(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failed:
        log.warning("recording_notes_unreadable", path=path.name, why=str(failed))
        return []


def _end_abandoned(raw: Path, ongoing: frozenset[str], now: float) -> list[str]:
    """Append ``Ended`` to the notes of those that nobody goes on with; a raw file without notes gets some from its name."""
    names = sorted(os.listdir(raw))
    noted = {id_ for name in names if (id_ := id_of_notes(name)) is not None}
    parts: dict[str, list[str]] = {}
    for name in names:
        if (id_ := id_of_part(name)) is not None:
            parts.setdefault(id_, []).append(name)
    ended: list[str] = []
    for id_ in sorted(noted | parts.keys()):
        if id_ in ongoing or id_.removesuffix("-voicemail") in ongoing:
            continue
        path = raw / f"{id_}{NOTES}"
        told = _whole_lines(path)
        if told and isinstance(told[-1], Ended):
            continue
        missing = [] if told else _from_names(id_, parts.get(id_, []))
        if _append(path, "".join(map(to_line, [*missing, Ended(now, "crash")]))):
            ended.append(id_)
    return ended


def _whole_lines(path: Path) -> list[Note]:
    """The notes; a line that a crash has torn is cut off, so that the next one begins afresh."""
    try:
        told = path.read_bytes()
    except OSError:
        return []
    whole = told.rfind(b"\n") + 1
    if whole != len(told):
        os.truncate(path, whole)
    return _read(path)


def _from_names(id_: str, parts: Collection[str]) -> list[Note]:
    """What can be told of raw files whose notes are lost: the call's id, and when it began."""
    at = started_at_of(id_)
    call = id_.removesuffix("-voicemail")
    kind: RecordingKind = "call" if call == id_ else "voicemail"
    began = Began(at, id_, call, kind, direction="inbound", number="", caller_shown="", caller_who=None)
    return [began, *(PartBegan(at, part, "all") for part in parts)]
