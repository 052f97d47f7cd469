"""Which bytes does a request want? One range of RFC 9110, section 14; anything else is answered with the whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(r"bytes=\s*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))\s*", re.IGNORECASE)


class OutOfRange(ValueError):
    """None of the bytes that are asked for exist (416)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The bytes from ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many."""
        return self.last - self.first + 1


def wanted(header: str, size: int) -> Stretch | None:
    """The stretch that a Range header asks for of ``size`` bytes; None for the whole: no header, several ranges, another unit, or
    one that makes no sense. Raises OutOfRange."""
    found = _RANGE.fullmatch(header)
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        if int(suffix) == 0 or size == 0:
            raise OutOfRange
        return Stretch(max(0, size - int(suffix)), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise OutOfRange
    return Stretch(int(first), min(int(last or size - 1), size - 1))


def is_current(if_range: str, etag: str) -> bool:
    """Whether a range may be given: If-Range is not there, or names this very version (a date or a weak tag never does)."""
    return not if_range or if_range.strip() == etag


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether the client has this version already (304)."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or tags == ["*"]
