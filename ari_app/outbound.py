"""May this number be called, and which way? Only digits that the centre's files allow are ever dialled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ari_app.centre import Centre

DIGITS = re.compile(r"\+?[0-9]{3,15}")


class NotAllowed(ValueError):
    """The number may not be called; the message says why."""


def way_out(centre: Centre, number: str) -> str:
    """What is dialled to reach ``number``: it, and the carrier that takes it there. Raises NotAllowed.

    A caller's number is whatever the caller's side wrote, so nothing but digits that match a pattern passes.
    """
    if not DIGITS.fullmatch(number):
        raise NotAllowed("this is not a number that can be called")
    if not is_allowed(number, centre.allowed_numbers):
        raise NotAllowed("this number is not among the allowed_numbers of centre.yaml")
    for carrier in centre.carriers:
        if carrier.outbound is not None:
            return f"{number}@carrier-{carrier.name}"
    raise NotAllowed("no carrier in centre.yaml has an outbound address")


def is_allowed(number: str, patterns: Iterable[str]) -> bool:
    """Whether one of ``patterns`` (digits, and X for any digit) is ``number``, to its whole length."""
    return any(re.fullmatch(re.escape(pattern).replace("X", "[0-9]"), number) for pattern in patterns)
