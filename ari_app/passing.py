"""Where is a caller being passed on to? What is meant with someone who is with nobody for a moment, so that it can be noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from ari_app.asked import Target, ToNumber, ToOperator, ToQueue


@dataclass(frozen=True, slots=True)
class Place:
    """What a caller who is passed on takes along: wanted skills, priority, the first time of arrival (None: none)."""

    skills: Mapping[str, int]
    priority: int
    arrived_at: float | None


NOBODYS_PLACE: Final = Place({}, 0, None)
"""That of a caller whom no operator had."""


@dataclass(frozen=True, slots=True)
class PassOn:
    """The conversation is over for operator ``by``, who had the caller from ``queue``; the caller goes ``to`` there."""

    to: Target
    by: str
    queue: str
    place: Place
    keep_place: bool = True

    @property
    def target(self) -> str:
        """The code, the queue or the number, for whoever reads what happened."""
        match self.to:
            case ToOperator(code=code):
                return code
            case ToQueue(name=name):
                return name
            case ToNumber(number=number):
                return number
            case _:
                assert_never(self.to)
