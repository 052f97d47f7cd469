"""What happened, when, and did it go well? The demo's record, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``at_ms`` since the demo began; ``detail`` in words."""

    name: str
    at_ms: float
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class RecordingHeard:
    """The recording as measured: which tone fills each side, and how much of it (0..1)."""

    path: str
    duration_s: float
    left_hz: float | None
    right_hz: float | None
    left_is_caller: bool
    right_is_operator: bool


@dataclass(slots=True)
class Timeline:
    """Steps in order. ``now`` gives monotonic seconds; ``say`` shows each step as it happens."""

    now: Callable[[], float]
    say: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)
    recording: RecordingHeard | None = None
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.now()

    def add(self, name: str, detail: str, *, ok: bool = True, at: float | None = None) -> None:
        """A step that has just happened, or did at the monotonic second ``at``."""
        step = Step(name, round(((self.now() if at is None else at) - self.began) * 1000, 1), ok, detail)
        self.steps.append(step)
        self.say(f"  {step.at_ms:9.1f} ms  {'ok  ' if ok else 'FAIL'}  {name:<26} {detail}")

    @property
    def ok(self) -> bool:
        """True when there are steps and none failed."""
        return bool(self.steps) and all(step.ok for step in self.steps)

    def as_json(self) -> str:
        """``{"ok": bool, "steps": [{"name", "at_ms", "ok", "detail"}], "recording": {...} | null}``."""
        recording = asdict(self.recording) if self.recording else None
        steps = [asdict(step) for step in sorted(self.steps, key=lambda step: step.at_ms)]
        return json.dumps({"ok": self.ok, "steps": steps, "recording": recording}, indent=2, ensure_ascii=False)
