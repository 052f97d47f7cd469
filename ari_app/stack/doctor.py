"""How is the result of looking at an installation told, and when does it count as failed?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: ``detail`` is what was found, ``remedy`` what to do (empty when ok)."""

    name: str
    outcome: Outcome
    detail: str
    remedy: str = ""


def report(checks: Iterable[Check]) -> str:
    """The checks as lines for a terminal: outcome, name, detail, and the remedy below where there is one."""
    lines = []
    for check in checks:
        lines.append(f"{check.outcome:<4}  {check.name:<14} {check.detail}")
        if check.remedy:
            lines.append(f"{'':<21}-> {check.remedy}")
    return "\n".join(lines)


def failed(checks: Iterable[Check]) -> bool:
    """True when one of them is a ``fail``; warnings do not count."""
    return any(check.outcome == "fail" for check in checks)
