"""Why may an operator pause? The centre's reasons, in the order of its file, and which of them count as work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ari_app.commands import StateRefused

ENGINES_OWN: Final = frozenset({"missed", "rejected", "busy"})
"""The engine's own reasons, for the pause after an offer that was not taken."""
WITHOUT_REASONS: Final = "phone"
"""What a pause by phone is called in a centre that names no reasons."""


class UnknownReason(ValueError):
    """The centre has no such reason; the message names those that there are."""


@dataclass(frozen=True, slots=True)
class PauseReason:
    """One reason. ``productive``: the time counts as work (training). ``names``: what people read, by language."""

    code: str
    productive: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PauseReasons:
    """All reasons of a centre. ``required``: nobody pauses without one of them; else any words will do."""

    reasons: tuple[PauseReason, ...] = ()
    required: bool = False

    def check(self, reason: str | None) -> None:
        """Raises StateRefused without a reason where one is required, UnknownReason for one that there is not."""
        if not self.required:
            return
        if not reason:
            raise StateRefused(f"A pause needs a reason; choose one of {self._all}.")
        if self._find(reason) is None:
            raise UnknownReason(f"There is no reason {reason!r}; choose one of {self._all}.")

    def dialled(self, number: str) -> str:
        """The reason that *12 and a ``number`` (from 1) mean; the first one without. Raises UnknownReason."""
        if not number:
            return self.reasons[0].code if self.reasons else WITHOUT_REASONS
        if not number.isdecimal() or not 1 <= int(number) <= len(self.reasons):
            raise UnknownReason(f"*12{number} means nothing: there are {len(self.reasons)} reasons.")
        return self.reasons[int(number) - 1].code

    def productive(self, reason: str | None) -> bool | None:
        """Whether the reason counts as work; None for one that is not among the centre's."""
        found = self._find(reason)
        return None if found is None else found.productive

    def _find(self, reason: str | None) -> PauseReason | None:
        return next((one for one in self.reasons if one.code == reason), None)

    @property
    def _all(self) -> str:
        return ", ".join(one.code for one in self.reasons)
