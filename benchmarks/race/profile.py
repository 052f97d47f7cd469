"""What does the engine do with its CPU time? Samples of a running engine's stacks, by the part that was at work.

``python -m benchmarks.race.profile`` plays ``sustained`` on the engine of this checkout and prints one profile as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from benchmarks.race.arena import Race, race
from benchmarks.race.load import CPU, sustained

BEFORE: Final = Path(__file__).parent / "profile_before.json"
"""Commands over HTTP, asyncio's own event loop, redis-py's pipelines, files opened for each batch: commit 587c9c4."""
PARTS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("logs", ("structlog/", "ari_app/logs.py")),
    ("status to Redis", ("adapters/redis_", "redis/")),
    ("journal and queue_log", ("scribe.py", "journal", "append_file.py", "queue_log", "history.py")),
    ("the ACD's decisions", ("queues/",)),
    ("events from Asterisk", ("adapters/ari_events.py", "_on_event", "Client.__run", "process_ws", "_read_until_lost")),
    ("commands to Asterisk", ("adapters/ari", "aioari/", "aioswagger11/", "aiohttp/")),
    ("statuses and the board", ("ari_app/status.py", "ari_app/board.py", "ari_app/contract.py", "http_events.py")),
    ("the calls' own courses", ("ari_app/calls/", "ari_app/lives.py", "ari_app/engine.py", "ari_app/")),
)
"""The first part, from the innermost frame outwards, of which a frame is."""
REST: Final = "event loop, sockets and the rest"
IDLE: Final = ("select (selectors.py", "_worker (concurrent/futures/thread.py")
SECONDS, WARM_S = 20, 6.0


async def profile(on: Race) -> dict[str, float]:
    """CPU time a call (ms), by part, while ``sustained`` runs."""
    engine = on.stack.instance.engine.pid
    async with on.arena("engine") as arena:
        playing = asyncio.create_task(sustained(arena, SECONDS))
        await asyncio.sleep(WARM_S)
        samples = await _samples(engine or 0, SECONDS - WARM_S)
        cpu_ms = (await playing).figures[f"engine {CPU}"]
    parts = by_part(samples)
    return {name: round(cpu_ms * share, 2) for name, share in parts.items()}


async def _samples(pid: int, seconds: float) -> list[str]:
    """Lines of a stack, outermost frame first, and how often it was seen."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "samples"
        spy = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "py-spy"),
            *("record", "--pid", str(pid), "--duration", str(round(seconds)), "--rate", "250"),
            *("--format", "raw", "--output", str(raw)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await spy.wait()
        return raw.read_text(encoding="utf-8").splitlines()


def by_part(samples: Iterable[str]) -> dict[str, float]:
    """The share of each part in the samples that were not idle, largest first."""
    seen: Counter[str] = Counter()
    for line in samples:
        stack, _, times = line.rpartition(" ")
        frames = stack.split(";")
        if not any(idle in frames[-1] for idle in IDLE):
            seen[_part(frames)] += int(times)
    return {name: times / seen.total() for name, times in seen.most_common()}


def _part(frames: list[str]) -> str:
    for frame in reversed(frames):
        for name, marks in PARTS:
            if any(mark in frame for mark in marks):
                return REST if "ari_app/process.py" in frame or "ari_app/bootstrap.py" in frame else name
    return REST


def compared(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """A table (Markdown)."""
    names = [*after, *(name for name in before if name not in after)]
    rows = [f"| {name} | {before.get(name, 0.0):.2f} | {after.get(name, 0.0):.2f} |" for name in names]
    total = f"| all | {sum(before.values()):.2f} | {sum(after.values()):.2f} |"
    return "\n".join(("| part of the engine | before, ms a call | now |", "|---|---|---|", *rows, total))


async def _main() -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="centralita-profile-") as folder:
        async with race(Path(folder)) as on:
            return await profile(on)


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        measured = asyncio.run(_main())
    print(json.dumps(measured, indent=1))
