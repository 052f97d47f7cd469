"""Notes in memory, which outlive a fake controller when the test hands them to the next one."""

from __future__ import annotations

from collections.abc import Mapping


class FakeNotebook:
    """The Notebook port. ``away``: nothing is kept, and nothing can be read."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}
        self.away = False

    def note(self, key: str, text: str | None, keep_s: float | None = None) -> None:
        if self.away:
            return
        if text is None:
            self.notes.pop(key, None)
        else:
            self.notes[key] = text

    async def kept(self, within_s: float) -> bool:
        return not self.away

    async def read(self, beginning: str) -> Mapping[str, str]:
        if self.away:
            return {}
        return {key[len(beginning) :]: text for key, text in self.notes.items() if key.startswith(beginning)}
