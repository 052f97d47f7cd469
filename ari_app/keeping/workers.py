"""How are the workers that keep recordings? From what each writes of itself beside the recordings; nothing is asked of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ari_app.keeping.ledger import read_told

STATE: Final = "pipeline.json"
DEAD_AFTER_S: Final = 30.0


def state_files(root: Path) -> list[Path]:
    """The states of all workers on this folder, the first one's first."""
    return [root / STATE, *sorted(root.glob(f"{Path(STATE).stem}-[2-9].json"))]


def told_by_all(root: Path) -> list[dict[str, Any]]:
    """What every worker that ever ran on the folder has told last (ledger.Ledger.told)."""
    return [told for path in state_files(root) if (told := read_told(path)) is not None]


def alive_of(told: list[dict[str, Any]], now: float) -> list[dict[str, Any]]:
    """Those that have been heard of within DEAD_AFTER_S."""
    return [one for one in told if now - one["beat_at"] < DEAD_AFTER_S]


def whats_wrong(told: list[dict[str, Any]], now: float) -> str | None:
    """In words; None while a worker lives and no alarm stands."""
    alive = alive_of(told, now)
    if not alive:
        return "no worker keeps recordings: they wait as raw files (centralita recordings work)"
    alarms = {alarm: alarmed["what"] for one in alive for alarm, alarmed in one["alarms"].items()}
    return "; ".join(f"{alarm}: {what}" for alarm, what in sorted(alarms.items())) or None
