"""What does a note say of a call that goes on after a restart? Where it had a place, what was known of it, what is to follow."""

from __future__ import annotations

from dataclasses import replace

import structlog

from ari_app.call import Call
from ari_app.caller_book import CallerNote, TalkNote
from ari_app.calls.exchange import Exchange
from ari_app.calls.guidance import Guidance
from ari_app.switchboard import Switchboard
from queues.errors import AcdError
from queues.events import CallerJoined

log = structlog.get_logger(__name__)


def place_in(note: CallerNote) -> CallerJoined | None:
    """The caller's place in a queue: the present one, or that from which an operator has just taken the call."""
    if note.place is not None:
        return replace(note.place, only=None)
    if note.talk is None or note.talk.over:
        return None
    came_at = note.talk.since - note.talk.waited_s
    skills = dict(note.wish.skills) if note.wish is not None else {}
    priority = note.wish.priority if note.wish is not None else 0
    return CallerJoined(
        note.call, note.talk.queue, skills, priority, arrived_at=came_at, joined_at=came_at, restored=True
    )


def remember(call: Call, note: CallerNote) -> None:
    """What the earlier life knew of the call. One more life has it in hand."""
    call.begin_life(note.lives + 1)
    call.started, call.language, call.told = note.started, note.language, note.told
    call.ways_out, call.from_phone, call.shown = note.ways_out, note.from_phone, note.shown
    call.wish = note.wish


def set_after(call: Call, note: CallerNote, exchange: Exchange) -> None:
    """The flow that goes on once the conversation is over."""
    if note.flow is not None and note.flow.place.performing is not None:
        after = Guidance(call, exchange)
        call.in_flow = after if after.stand_at(note.flow) else None


def count(call: Call, talk: TalkNote, switchboard: Switchboard) -> None:
    """The ACD learns of a conversation, unless the operator's part was over before: so noted, or in that one's own state."""
    call.queue, call.operator = talk.queue, talk.operator
    if talk.over:
        return
    try:
        operator = switchboard.acd.operator(talk.operator)
        if operator.state != "wrap_up" or operator.call != call.id:
            switchboard.adopt(call.id, talk.queue, talk.operator, talk.since, talk.waited_s)
    except AcdError as unknown:
        log.warning("conversation_not_counted", call=call.id, why=str(unknown))
