"""What did an experiment find, and was that what is aimed at? One shape for all of them, as a table to read and as JSON to keep."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Aim:
    """``what`` was aimed at, in words with the number; ``found``, the figure in words; whether that is good enough.

    ``timed``: it is about how long something took, which a test on a busy machine does not judge.
    """

    what: str
    found: str
    held: bool
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One experiment: what was done, how often, what came of each aim. ``remark``: the cause of what failed, or what to know."""

    fault: str
    sample: str
    aims: tuple[Aim, ...]
    figures: dict[str, float] = field(default_factory=dict)
    remark: str = ""
    broke: bool = False
    """It could not be made to its end."""

    @property
    def held(self) -> bool:
        """Whether every aim was reached."""
        return not self.broke and all(aim.held for aim in self.aims)


def missed(finding: Finding) -> list[Aim]:
    """What a test judges: the aims that were not reached, but for those about time."""
    return [aim for aim in finding.aims if not aim.held and not aim.timed]


def none_of(what: str, found: Sequence[object]) -> Aim:
    """Nothing of this kind may have happened; the first few are told."""
    told = "" if not found else ": " + "; ".join(map(str, found[:3]))
    return Aim(f"0 {what}", f"{len(found)}{told}", not found)


def at_most(what: str, limit: float, found: Iterable[float], unit: str, share: float = 1.0) -> Aim:
    """All of ``found`` (or that ``share`` of them, by nearest rank) are within ``limit``; fails for an empty sample."""
    ranked = sorted(found)
    rank = "" if share == 1.0 else f" (p{round(share * 100)})"
    if not ranked:
        return Aim(f"{what} <= {limit:g} {unit}{rank}", "nothing was measured", False, timed=True)
    value = ranked[ceil(share * len(ranked)) - 1]
    return Aim(f"{what} <= {limit:g} {unit}{rank}", f"{value:.3g} {unit}", value <= limit, timed=True)


def table(findings: Iterable[Finding]) -> str:
    """All of them, in Markdown."""
    lines = ["| fault | sample | aim | found | |", "|---|---|---|---|---|"]
    for one in findings:
        if one.broke:
            lines.append(f"| {one.fault} | {one.sample} | | | **broke off** |")
        for place, aim in enumerate(one.aims):
            fault, sample = (one.fault, one.sample) if not place else ("", "")
            lines.append(f"| {fault} | {sample} | {aim.what} | {aim.found} | {'held' if aim.held else '**failed**'} |")
    remarks = [f"- {one.fault}: {one.remark}" for one in findings if one.remark]
    return "\n".join([*lines, *([""] if remarks else []), *remarks])


def keep(path: Path, findings: Iterable[Finding]) -> None:
    """As JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(one) for one in findings], indent=1), encoding="utf-8")
