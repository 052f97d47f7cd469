"""Where is each caller, and with which place? Noted as it changes, so that a restarted controller goes on with everybody.

Asterisk is the truth about who is there; these notes are the truth about what was meant with them. They are written beside the
calls, never in their way: who came in the last instants before a crash is guided from the start. Only where one
is passed on to is noted first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Final

from ari_app.call import Call
from ari_app.clock import Clock
from ari_app.contract import ControlState
from ari_app.control_states import Consulted, Control
from ari_app.flow_note import FlowNote
from ari_app.notebook import Notebook, notes_of_earlier
from ari_app.passing import PassOn
from ari_app.switchboard import Switchboard
from ivr_flows.messages import JoinQueue
from queues.events import CallerJoined
from queues.journal_shapes import Codec
from queues.views import CallView

KEY: Final = "caller:"
KEPT_S: Final = 6 * 3600.0
"""No call lasts so long: what nobody struck out is forgotten then."""
WRITTEN_WITHIN_S: Final = 0.1
"""A step for which a note is needed waits for it so long at most; it takes a millisecond or two."""


@dataclass(frozen=True, slots=True)
class TalkNote:
    """A conversation that goes on ``since`` (Unix seconds), after a wait of ``waited_s``, and how it stands.

    ``over``: the operator's part of it is, and the caller talks on, with the ``supervisor`` or a number outside.
    """

    operator: str
    queue: str
    since: float
    waited_s: float
    state: ControlState = "talking"
    consulted: Consulted | None = None
    channel: str = ""
    over: bool = False
    supervisor: str | None = None


@dataclass(frozen=True, slots=True)
class CallerNote:
    """One caller. ``caller`` is masked. ``place``: how he or she is in a queue; ``wish``: led there by what; ``flow``: where he or
    she stands in one, or where one goes on after the conversation. ``playbacks``: the last playback has that number. ``passing``:
    where an operator has passed him or her on to, who is with nobody yet."""

    call: str
    channel: str
    number: str
    caller: str
    language: str
    started: float
    lives: int
    playbacks: int
    ways_out: int
    told: bool
    from_phone: bool
    shown: tuple[tuple[str, str], ...]
    flow: FlowNote | None
    place: CallerJoined | None
    wish: JoinQueue | None
    talk: TalkNote | None
    passing: PassOn | None = None


_CODEC: Final = Codec((CallerNote,), "note")


def note_from(text: str) -> CallerNote:
    """Raises ValueError for a text that is none of ours."""
    note = _CODEC.build("CallerNote", json.loads(text))
    assert isinstance(note, CallerNote)
    return note


class CallerBook:
    """The notes of the callers who are there. ``soon`` runs something after what happens now has happened."""

    def __init__(
        self, notebook: Notebook, clock: Clock, switchboard: Switchboard, soon: Callable[[Callable[[], None]], object]
    ) -> None:
        self._notebook = notebook
        self._clock = clock
        self._switchboard = switchboard
        self._soon = soon
        self._changed: dict[str, None] = {}
        self._marks: dict[str, Hashable] = {}
        self._earlier: dict[str, CallerNote] = {}
        self._closed = False

    def close(self) -> None:
        """Let go: the notes stay for the next life."""
        self._closed = True

    def keep(self, call: str) -> None:
        """Something about this call may be other than noted."""
        if not self._changed and not self._closed:
            self._soon(self._note_changed)
        self._changed[call] = None

    async def written(self, call: str) -> None:
        """What is meant with this call now is kept. Not waited for long, for Redis may be away: then it stands in the journal."""
        self._changed[call] = None
        self._note_changed()
        await self._notebook.kept(WRITTEN_WITHIN_S)

    def forget(self, channel: str) -> None:
        """Nobody is on this channel any more, or nobody need go on with it."""
        if not self._closed:
            self._marks.pop(channel, None)
            self._notebook.note(f"{KEY}{channel}", None)

    async def remember(self) -> None:
        """Read what an earlier life noted, for take_earlier."""
        self._earlier |= await notes_of_earlier(
            self._notebook, KEY, note_from, "caller_note_not_readable", of="channel"
        )

    def take_earlier(self) -> Mapping[str, CallerNote]:
        """What was remembered, by channel; once."""
        earlier, self._earlier = self._earlier, {}
        return earlier

    def _note_changed(self) -> None:
        changed, self._changed = self._changed, {}
        for name in changed:
            call = self._switchboard.calls.get(name)
            if call is None or self._closed or not call.channel:
                continue
            if call.goes_on_alone:  # the callback's own note stands for it from now on
                if call.channel in self._marks:
                    self.forget(call.channel)
                continue
            self._note(call)

    def _note(self, call: Call) -> None:
        view = self._switchboard.acd.call(call.id)
        guided = call.guided or call.in_flow
        waits = view is not None and view.stage != "talking"
        passing = None if waits or call.control or call.guided else call.passing
        mark = (
            (view.queue, waits, view.operator if not waits else None, view.priority) if view else None,
            guided.mark if guided else None,
            (call.told, call.ways_out, call.language),
            (call.control.state, call.control.consulted, call.control.channel) if call.control else None,
            (passing.to, passing.by) if passing else None,
        )
        if self._marks.get(call.channel) == mark:
            return
        self._marks[call.channel] = mark
        note = self._note_of(call, view, guided.noted() if guided else None, passing, waits=waits)
        text = json.dumps(_CODEC.fields(note), ensure_ascii=False, separators=(",", ":"))
        self._notebook.note(f"{KEY}{call.channel}", text, KEPT_S)

    def _note_of(
        self, call: Call, view: CallView | None, flow: FlowNote | None, passing: PassOn | None, *, waits: bool
    ) -> CallerNote:
        return CallerNote(
            call=call.id,
            channel=call.channel,
            number=call.number,
            caller=self._switchboard.shown_caller(call.caller),
            language=call.language,
            started=call.started,
            lives=call.lives,
            playbacks=call.playbacks,
            ways_out=call.ways_out,
            told=call.told,
            from_phone=call.from_phone,
            shown=call.shown,
            flow=flow,
            place=self._switchboard.place(call.id) if waits else None,
            wish=call.wish,
            talk=None if waits else _talk_of(call, view),
            passing=passing,
        )


def _talk_of(call: Call, view: CallView | None) -> TalkNote | None:
    control = call.control
    if view is None:
        return None if control is None else _after_the_operator(call, control)
    if view.operator is None:
        return None
    waited_s = max(0.0, view.since - view.joined_at)
    if control is None:
        return TalkNote(view.operator, view.queue, view.since, waited_s)
    supervisor = _in_the_operators_place(call)
    stands = (control.state, control.consulted, control.channel)
    return TalkNote(view.operator, view.queue, view.since, waited_s, *stands, supervisor=supervisor)


def _after_the_operator(call: Call, control: Control) -> TalkNote:
    """No queue knows of the call any more; somebody whom none offers calls to has the caller."""
    last, supervisor = (call.operator or "", call.queue or ""), _in_the_operators_place(call)
    return TalkNote(
        *last, call.stage_since, 0.0, control.state, channel=control.channel, over=True, supervisor=supervisor
    )


def _in_the_operators_place(call: Call) -> str | None:
    return next((who for who, mode in call.supervised.items() if mode == "take_over"), None)
