"""How does a conversation go, once two are connected? It is held, and it ends; who took the other's place is offers.py's."""

from __future__ import annotations

from collections.abc import Callable

from queues.events import LeftBy
from queues.facts import CallWasHeld, ConversationOver, Fact
from queues.floor import Floor
from queues.moves import Moves
from queues.records import Call, Operator
from queues.states import CONVERSING


class Conversations:
    """The calls that are with an operator. ``note`` takes facts, in order."""

    def __init__(self, floor: Floor, moves: Moves, note: Callable[[Fact], None]) -> None:
        self._floor = floor
        self._moves = moves
        self._note = note

    def begin(self, call: Call, operator: Operator, now: float) -> None:
        """The two talk from now on."""
        call.leaving, call.held_since, call.held_s, call.talk_since = None, None, 0.0, now
        self._floor.stage_call(call, "talking", now, operator)

    def hold(self, call: Call, held: bool, now: float) -> None:
        """Music for the caller, or back. Told twice, nothing changes."""
        operator = call.operator
        if call.stage != "talking" or operator is None or (call.held_since is not None) == held:
            return
        if not held and call.held_since is not None:
            call.held_s += now - call.held_since
        call.held_since = now if held else None
        if operator.state in CONVERSING and operator.call == call.id:
            self._moves.hold(operator, held, now)
        self._floor.touch_call(call)
        self._note(CallWasHeld(now, call.id, operator.code, call.queue.rules.name, held))

    def end(self, call: Call, by: LeftBy, now: float, to: str = "") -> None:
        """One operator's part is over."""
        operator = call.operator
        assert operator is not None
        held_s = call.held_s + (now - call.held_since if call.held_since is not None else 0.0)
        talked_s = now - call.talk_since
        self._note(
            ConversationOver(
                now,
                call.id,
                operator.code,
                call.queue.rules.name,
                by,
                call.waited_s,
                talked_s,
                held_s,
                call.first_position,
                to,
            )
        )
        self._moves.end_conversation(operator, call, now, talked_s)
