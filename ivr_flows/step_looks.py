"""How does one step of a flow look in a drawing? Its colour and sign, a line about what it does, and what its ways are called.

A kind that is not in the table is drawn all the same, in grey; and all else is read off the step's fields as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from ivr_flows.located_yaml import Path
from ivr_flows.steps import Step

LONGEST_LABEL: Final = 26
UNSAID: Final = ("kind", "tries", "interruptible", "invalid", "silence", "terminator", "must", "read_back")
"""Fields that are for the tooltip only, with those in seconds."""
OF_THEMSELVES: Final = ("prompts", "values", "computed", "ways")
"""Fields whose content needs no name before it."""


@dataclass(frozen=True, slots=True)
class Look:
    """``sign`` is a path of SVG within 16 by 16, drawn in ``colour``."""

    colour: str
    sign: str


_SPEAKS, _ASKS, _THINKS, _LEAVES, _REACHES, _ENDS = "#2f6db3", "#6d4bb8", "#8a6a12", "#1d7f57", "#b0561b", "#5c6470"
_OTHER: Final = Look("#5c6470", "M8 3.5a4.5 4.5 0 1 0 .01 0Z")
_PHONE_DOWN: Final = "M1.5 10C5 5.5 11 5.5 14.5 10l-2 2-2.7-1.6V8.6a8 8 0 0 0-3.6 0v1.8L3.5 12Z"
_LOOKS: Final[Mapping[str, Look]] = {
    "say": Look(_SPEAKS, "M2 6h3l4-3.5v11L5 10H2ZM11.3 5.5a3.6 3.6 0 0 1 0 5M13 3.6a6.2 6.2 0 0 1 0 8.8"),
    "language": Look(_SPEAKS, "M8 1.8a6.2 6.2 0 1 0 .01 0ZM1.8 8h12.4M8 1.8C4.6 5 4.6 11 8 14.2 11.4 11 11.4 5 8 1.8Z"),
    "menu": Look(_ASKS, "M3 3h2v2H3ZM7 3h2v2H7ZM11 3h2v2h-2ZM3 7h2v2H3ZM7 7h2v2H7ZM11 7h2v2h-2ZM7 11h2v2H7Z"),
    "collect": Look(_ASKS, "M1.5 4h13v8h-13ZM4 8h1M7.5 8h1M11 8h1"),
    "survey": Look(_ASKS, "M8 1.8l1.9 3.9 4.3.6-3.1 3 .7 4.3L8 11.6l-3.8 2 .7-4.3-3.1-3 4.3-.6Z"),
    "callback": Look(_ASKS, "M13.5 8a5.5 5.5 0 1 1-1.8-4.1M12.2 1.5v2.8H9.4"),
    "payment": Look(_ASKS, "M1.5 3.5h13v9h-13ZM1.5 6.5h13M4 10h3"),
    "set": Look(_THINKS, "M3 6h10M3 10h10"),
    "branch": Look(_THINKS, "M8 1.5L14.5 8 8 14.5 1.5 8ZM8 5v3.2M8 10.4v.6"),
    "hours": Look(_THINKS, "M8 1.8a6.2 6.2 0 1 0 .01 0ZM8 4.3V8l2.6 1.8"),
    "record": Look(_THINKS, "M8 1.8a6.2 6.2 0 1 0 .01 0ZM8 5.8a2.2 2.2 0 1 0 .01 0Z"),
    "look_up": Look(_REACHES, "M6.8 2a4.8 4.8 0 1 0 .01 0ZM10.3 10.3l4 4"),
    "agi": Look(_REACHES, "M5 3.5L1.5 8 5 12.5M11 3.5L14.5 8 11 12.5"),
    "flow": Look(_REACHES, "M2 2h7v7H2ZM7 9v5h7V7H9"),
    "return": Look(_REACHES, "M6 3L2 7l4 4M2 7h8a3.5 3.5 0 0 1 0 7H8"),
    "enqueue": Look(
        _LEAVES, "M3.5 4a1.7 1.7 0 1 0 .01 0ZM8 4a1.7 1.7 0 1 0 .01 0ZM12.5 4a1.7 1.7 0 1 0 .01 0ZM1.5 12h13"
    ),
    "transfer": Look(_LEAVES, "M1.5 8h12M9 3.5L13.5 8 9 12.5"),
    "voicemail": Look(_LEAVES, "M4 5a3 3 0 1 0 .01 0ZM12 5a3 3 0 1 0 .01 0ZM4 11h8"),
    "hang_up": Look(_ENDS, _PHONE_DOWN),
    "ask": Look(_ASKS, "M5.3 6a2.7 2.7 0 1 1 3.6 2.5c-.6.3-.9.7-.9 1.5M8 12.4v.6"),
    "end": Look(_ENDS, "M3 2v12M3 3h9l-2.5 3L12 9H3"),
}


def look_of(kind: str) -> Look:
    """The colour and sign of a kind of step."""
    return _LOOKS.get(kind, _OTHER)


def line_about(step: Step, ways: list[Path]) -> str:
    """What the step says or does, in a few words: its fields but for those that lead on and the details."""
    if (short := step.in_short()) is not None:
        return short
    ways_by = {path[0] for path in ways}
    said = [
        _field(name, value)
        for name, value in _written(step).items()
        if name not in UNSAID and name not in ways_by and not name.endswith("_s")
    ]
    return " · ".join(said)


def all_about(step: BaseModel) -> list[str]:
    """Every field that is written, one a line."""
    return [f"{name}: {_told(value)}" for name, value in _written(step).items()]


def label_of(step: BaseModel, path: Path) -> str:
    """What a way is called: its condition if it has one, else the key or name at the end of its path."""
    around: Any = _written(step)
    for part in path[:-1]:
        around = around[part]
    if isinstance(around, Mapping) and "when" in around:
        return str(around["when"])
    return str(path[-1])


def shortened(text: str, longest: int) -> str:
    """``text`` on one line, with an ellipsis if it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _written(step: BaseModel) -> dict[str, Any]:
    return step.model_dump(mode="json", exclude_unset=True, exclude_none=True)


def _field(name: str, value: Any) -> str:
    return _told(value) if name in OF_THEMSELVES else f"{name.replace('_', ' ')} {_told(value)}"


def _told(value: Any) -> str:
    match value:
        case "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_told, value))
        case {"prompt": prompt}:
            return str(prompt)
        case {"text": dict(texts)}:
            return f"“{next(iter(texts.values()))}”"
        case dict():
            return ", ".join(f"{name} = {_told(part)}" for name, part in value.items())
        case _:
            return str(value)
