"""What is noted of a call for the history: each change once, stretches with their ends, and nothing of the caller's full number."""

from __future__ import annotations

from dataclasses import replace

from ari_app.board import StatusBoard
from ari_app.call import Call
from ari_app.call_notes import CallNote, CallNotes, StretchNote
from ari_app.contract import CallStatus, timestamp
from ari_app.flow_note import FlowNote
from ivr_flows.flow_place import FlowPlace

AT = 1_795_521_600.0
SHOWN = CallStatus(
    "call-1", "new", timestamp(AT), None, None, None, "inbound", "******789", "900100200", timestamp(AT), None, None
)


class Guidance:
    """Through the demo's flow."""

    mark = 1

    def noted(self) -> FlowNote | None:
        place = FlowPlace.__new__(FlowPlace)  # where exactly does not matter here
        return FlowNote("bienvenida", "start", "v7", place)


class Desk:
    """A board with one call, at a time that is told."""

    def __init__(self, told_before: bool = False) -> None:
        self.now = AT
        self.noted: list[CallNote | StretchNote] = []
        self.calls = {"call-1": Call("call-1", "channel", "900100200", "600123789", "es", AT)}
        self.board = StatusBoard(lambda: self.now)
        self.board.add_sink(
            CallNotes(
                self.noted.append, lambda: self.calls, lambda number: f"hash of {len(number)}", lambda: self.now
            ).sink
        )
        self.shown = SHOWN

    def show(self, at: float, **changes: object) -> None:
        self.now = AT + at
        self.shown = replace(self.shown, **changes)  # type: ignore[arg-type]
        self.board.put_call(self.shown)

    @property
    def of_call(self) -> list[CallNote]:
        return [note for note in self.noted if isinstance(note, CallNote)]

    @property
    def stretches(self) -> list[tuple[str, str, float, float | None, str]]:
        return [
            (note.kind, note.who, note.begin - AT, None if note.end is None else note.end - AT, note.outcome)
            for note in self.noted
            if isinstance(note, StretchNote)
        ]


def test_a_call_is_noted_when_it_begins_when_it_ends_and_when_its_outcome_comes() -> None:
    desk = Desk()
    desk.show(0)
    desk.show(1, stage="waiting", queue="soporte", position=2)
    desk.show(2, position=1)
    desk.show(3, stage="ended", since=timestamp(AT + 3), end_reason="caller_hung_up")
    desk.show(9, disposition="sold")
    first, ended, outcome = desk.of_call
    assert first == CallNote("call-1", AT, "inbound", "900100200", "******789", "hash of 9", AT)
    assert (ended.ended, ended.end_reason) == (AT + 3, "caller_hung_up")
    assert (outcome.disposition, outcome.ended, outcome.at) == ("sold", AT + 3, AT + 9)
    assert "600123789" not in repr(desk.noted)


def test_the_flow_and_its_version_are_noted() -> None:
    desk = Desk()
    desk.show(0)
    desk.calls["call-1"].guided = Guidance()
    desk.show(1, stage="menu", since=timestamp(AT + 1))
    assert (desk.of_call[-1].flow, desk.of_call[-1].flow_version) == ("bienvenida", "v7")


def test_stretches_that_are_none_of_the_acds_begin_and_end() -> None:
    desk = Desk()
    desk.show(0, stage="menu")
    desk.show(5, stage="waiting", queue="soporte")
    desk.show(9, stage="talking", operator="1005", control="talking")
    desk.show(20, control="ringing_other", consulting="1015")
    desk.show(24, control="consulting")
    desk.show(30, control="conference", supervised={"2001": "listen"})
    desk.show(40, supervised={"2001": "whisper"})
    desk.show(50, stage="ended", control=None, consulting=None, supervised={})
    assert desk.stretches == [
        ("menu", "", 0, None, ""),
        ("menu", "", 0, 5, ""),
        ("consult", "1015", 20, None, ""),
        ("consult", "1015", 20, 30, ""),
        ("conference", "1015", 30, None, ""),
        ("supervised", "2001", 30, None, "listen"),
        ("supervised", "2001", 30, 40, "listen"),
        ("supervised", "2001", 40, None, "whisper"),
        ("conference", "1015", 30, 50, ""),
        ("supervised", "2001", 40, 50, "whisper"),
    ]


def test_the_next_life_of_the_controller_notes_the_call_it_adopts_once_more_and_forgets_nothing() -> None:
    desk = Desk()
    desk.calls.clear()  # only shown: it ended in an earlier life
    desk.show(0, stage="ended", end_reason="lost", recording="r")
    assert [(note.caller_who, note.recording, note.ended) for note in desk.of_call] == [(None, "r", AT)]
