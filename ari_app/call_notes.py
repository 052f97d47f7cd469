"""What of a call is kept for good that the ACD's journal does not have? Noted from the board, without holding up a call.

The journal knows queues, operators and waits. Here are who called which number, how the call ended, its recording, ticket and
outcome, and the stretches that are none of the ACD's: the menu, consultations, conferences, who was listening.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from ari_app.call import Call
from ari_app.contract import CallStatus, ControlState, StatusEvent, unix_seconds

REMEMBERED: Final = 20_000
StretchKind = Literal["menu", "elsewhere", "consult", "conference", "outside", "supervised"]
_OF_CONTROL: Final[Mapping[ControlState, StretchKind]] = {
    "ringing_other": "consult",
    "consulting": "consult",
    "swapped": "consult",
    "conference": "conference",
    "outside": "outside",
}


@dataclass(frozen=True, slots=True)
class CallNote:
    """A call as it is known ``at`` (Unix s). What is None is not known (any more), and changes nothing that was noted before."""

    call: str
    at: float
    direction: str
    number: str
    caller_shown: str
    caller_who: str | None
    started: float
    ended: float | None = None
    end_reason: str | None = None
    disposition: str | None = None
    recording: str | None = None
    ticket: str | None = None
    flow: str | None = None
    flow_version: str | None = None


@dataclass(frozen=True, slots=True)
class StretchNote:
    """A stretch of a call began, or, with ``end``, is over. ``outcome``: of one that is supervised, the mode."""

    call: str
    at: float
    kind: StretchKind
    begin: float
    who: str
    end: float | None = None
    outcome: str = ""


Stretch = tuple[StretchKind, str, str]
"""Its kind, who, and the outcome."""


class _Told:
    """What was noted of a call last."""

    __slots__ = ("call", "open")

    def __init__(self) -> None:
        self.call: CallNote | None = None
        self.open: dict[Stretch, float] = {}


class CallNotes:
    """A sink of the board that tells ``note`` what is new; ``note`` must not block (a Scribe's does not). ``calls`` has those that
    live, ``who`` makes the keyed hash of a caller's number, ``now`` is Unix seconds."""

    def __init__(
        self,
        note: Callable[[CallNote | StretchNote], None],
        calls: Callable[[], Mapping[str, Call]],
        who: Callable[[str], str | None],
        now: Callable[[], float],
    ) -> None:
        self._note = note
        self._calls = calls
        self._who = who
        self._now = now
        self._told: OrderedDict[str, _Told] = OrderedDict()

    def sink(self, event: StatusEvent) -> None:
        """See board.Sink."""
        shown = event.body
        if not isinstance(shown, CallStatus):
            return
        told = self._told.get(shown.id)
        if told is None:
            told = self._told[shown.id] = _Told()
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)
        self._tell_call(told, shown)
        self._tell_stretches(told, shown)

    def _tell_call(self, told: _Told, shown: CallStatus) -> None:
        before, now = told.call, self._now()
        new = replace(before, at=now) if before is not None else self._first(shown, now)
        flow = self._flow(shown.id) if new.flow is None or shown.stage == "menu" else None
        new = replace(
            new,
            ended=unix_seconds(shown.since) if shown.stage == "ended" else None,
            end_reason=shown.end_reason,
            disposition=shown.disposition,
            recording=shown.recording or new.recording,
            ticket=shown.ticket,
            flow=flow[0] if flow else new.flow,
            flow_version=flow[1] if flow else new.flow_version,
        )
        if before is None or replace(new, at=before.at) != before:
            told.call = new
            self._note(new)

    def _first(self, shown: CallStatus, now: float) -> CallNote:
        living = self._calls().get(shown.id)
        return CallNote(
            shown.id,
            now,
            shown.direction,
            shown.number,
            shown.caller,
            self._who(living.caller) if living is not None else None,
            unix_seconds(shown.started) or now,
        )

    def _flow(self, call: str) -> tuple[str, str] | None:
        living = self._calls().get(call)
        noted = living.guided.noted() if living is not None and living.guided is not None else None
        return (noted.flow, noted.version) if noted is not None else None

    def _tell_stretches(self, told: _Told, shown: CallStatus) -> None:
        going_on = set(_stretches(shown))
        if going_on == told.open.keys():
            return
        now = self._now()
        for kind, who, outcome in [one for one in told.open if one not in going_on]:
            begin = told.open.pop((kind, who, outcome))
            self._note(StretchNote(shown.id, now, kind, begin, who, max(begin, now), outcome))
        for kind, who, outcome in sorted(going_on - told.open.keys()):
            begin = (unix_seconds(shown.since) if kind in ("menu", "elsewhere") else None) or now
            told.open[kind, who, outcome] = begin
            self._note(StretchNote(shown.id, now, kind, begin, who, None, outcome))


def _stretches(shown: CallStatus) -> list[Stretch]:
    """Those that go on now."""
    if shown.stage == "ended":
        return []
    found: list[Stretch] = []
    if shown.stage == "menu":
        found.append(("menu", "", ""))
    elif shown.stage == "elsewhere":
        found.append(("elsewhere", "", ""))
    if shown.control is not None and (kind := _OF_CONTROL.get(shown.control)) is not None:
        found.append((kind, shown.consulting or "", ""))
    return found + [("supervised", who, mode) for who, mode in shown.supervised.items()]
