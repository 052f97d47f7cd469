"""Which name in the recordings folder is whose? The only place that knows a recording's names. Pure.

An id is a call's, or that and ``-voicemail``. ``raw/`` holds ``<id>.notes`` and the parts: ``<call>.raw``, ``<call>-2.raw``, ...,
or ``<call>-voicemail.raw``. Any other name is not ours, and nobody touches it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

CALL_ID: Final = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")
VOICEMAIL: Final = "-voicemail"
NOTES: Final = ".notes"
_ID: Final = re.compile(rf"{CALL_ID.pattern}(?:{VOICEMAIL})?")
_PART: Final = re.compile(rf"({CALL_ID.pattern})(?:-([0-9]{{1,4}}))?\.raw")
_MESSAGE: Final = re.compile(rf"({CALL_ID.pattern}{VOICEMAIL})\.raw")
_TEMPORARY: Final = re.compile(rf"({_ID.pattern})\.(?:opus|opus\.age|label\.json|tried)")


def id_of_notes(name: str) -> str | None:
    """The recording whose notes have this name; None for any other name."""
    stem = name.removesuffix(NOTES)
    return stem if stem != name and _ID.fullmatch(stem) else None


def id_of_part(name: str) -> str | None:
    """The recording that a raw file of this name is a part of; None for any other name."""
    found = _PART.fullmatch(name) or _MESSAGE.fullmatch(name)
    return found[1] if found else None


def part_number(name: str) -> int:
    """Which part of its recording the raw file of this name is, from 1."""
    found = _PART.fullmatch(name)
    return int(found[2]) if found and found[2] else 1


def started_at_of(id_: str) -> float:
    """The Unix second in a recording's id. Raises ValueError for what is none."""
    return datetime.strptime(id_[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp()


def id_of_temporary(name: str) -> str | None:
    """The recording that a file in ``work/`` belongs to; None for any other name."""
    found = _TEMPORARY.fullmatch(name)
    return found[1] if found else None


def store_key(id_: str) -> str:
    """Its name in the store, by the UTC day in its id. Raises ValueError for an id that is none."""
    if not _ID.fullmatch(id_):
        raise ValueError(f"{id_!r} is no recording's id; a name is made of nothing else")
    return f"{datetime.fromtimestamp(started_at_of(id_), UTC):%Y/%m/%d}/{id_}.opus.age"
