"""How long is a recording kept? The first rule that fits says so; a legal hold is stronger than all of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from recordings.notes import RecordingKind

DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Recordings of this ``queue``, ``kind`` and ``disposition`` (None: of any) are kept for ``days`` (None: for ever).

    Raises ValueError for less than a day.
    """

    days: int | None
    queue: str | None = None
    kind: RecordingKind | None = None
    disposition: str | None = None

    def __post_init__(self) -> None:
        if self.days is not None and self.days < 1:
            raise ValueError(
                f"recordings cannot be kept for {self.days} days; give 1 or more, or none to keep them for ever"
            )

    def fits(self, queues: Iterable[str], kind: RecordingKind, disposition: str | None) -> bool:
        """Whether it is about such a recording."""
        return (
            (self.queue is None or self.queue in queues)
            and self.kind in (None, kind)
            and self.disposition in (None, disposition)
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """What decides about one recording's time."""

    id: str
    call: str
    started_at: float
    kind: RecordingKind
    queues: tuple[str, ...] = ()
    disposition: str | None = None
    held: bool = False


def expires_at(rules: Iterable[RetentionRule], kept: Kept) -> float | None:
    """When its time is over (Unix seconds); None: never. A hold is not looked at: its time goes on meanwhile."""
    for rule in rules:
        if rule.fits(kept.queues, kept.kind, kept.disposition):
            return None if rule.days is None else kept.started_at + rule.days * DAY_S
    return None


def is_over(rules: Iterable[RetentionRule], kept: Kept, now: float) -> bool:
    """Whether it is to be removed now."""
    at = expires_at(rules, kept)
    return not kept.held and at is not None and at <= now


def none_is_over_after(rules: Sequence[RetentionRule], now: float) -> float | None:
    """No recording that began after this can be over: the shortest time counts. None: none is ever over."""
    days = [rule.days for rule in rules if rule.days is not None]
    return now - min(days) * DAY_S if days else None
