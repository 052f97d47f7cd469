"""What may be asked about what has happened? The history answers it, the HTTP API asks."""

from __future__ import annotations

from typing import Any, Protocol

from queues.day_report import DayFigures
from queues.reasons import WhyWaiting
from queues.story import StoryLine
from queues.story_words import Language


class CentreHistory(Protocol):
    """Implemented by History; every method is immediate."""

    def figures(self) -> DayFigures:
        """Today's, up to now."""
        ...

    def story(self, call: str, language: Language) -> tuple[list[StoryLine], int] | None:
        """A call's story and how many of its steps were not kept; None when nothing is known of it (any more)."""
        ...

    def why_waiting(self, queue: str, language: Language) -> tuple[WhyWaiting, str]:
        """Why the first caller of ``queue`` still waits, and the same in words. Raises UnknownQueue (LookupError)."""
        ...

    def fields_of(self, line: StoryLine) -> dict[str, Any]:
        """The fact of a story's line as JSON takes it."""
        ...
