"""Which state is an operator in after each thing that can happen? One literal table, and the theory behind it.

An operator is in exactly one of nine states, and only the triggers below move one to another. Everything that the ACD
does to an operator goes through ``next_state``: a pair that the table lacks cannot happen, and asking for it is a bug
of the core, not of the shell (``KeyError``). Events that come at the wrong moment (an answer to an offer that was
withdrawn, a deadline that was overtaken) are recognised before they become a trigger; a person's wishes come at any
moment, so ``says_ready``, ``pauses`` and ``logs_out`` have an outcome in every state.

Four ideas keep the table small:

- *A wish is a trigger kept for later.* ``pauses`` while ringing or talking and ``logs_out`` while talking leave the
  state alone; the core remembers the wish and replays it as the same trigger when the operator is free: a log-out at
  the end of the conversation (there is nobody left to wrap up), a pause at the end of the wrap-up, or when the offer
  falls through. ``says_ready`` forgets any wish.
- *Wrap-up always happens*, even if it lasts 0 s: ``conversation_over`` is followed at once by ``wrap_up_over``.
- *A call of one's own interrupts.* ``own_call`` remembers where it came from as a wish (or the rest of a wrap-up), so that
  ``own_call_over`` leads to ready, from where the wish leads back.
- *Reachability is not a state.* A phone comes and goes without the operator doing anything, so it is kept beside the
  state; being offered a call needs both ``ready`` and a reachable phone.

::

                 says_ready                 offered               answered
    logged_out ------------->  ready  ------------------> ringing ---------> talking
                              ^  |  ^        offer_over      |                  |
                              |  |  +------------------------+                  | conversation_over
                 says_ready,  |  | pauses                    | missed           v
             refusal_pause_   |  v                           |               wrap_up
                    over      paused <-----------------------+                  |
                                                     wrap_up_over, says_ready --+--> ready
"""

from __future__ import annotations

from typing import Literal

OperatorState = Literal[
    "logged_out",
    "ready",
    "paused",
    "reserved",  # kept free for a callback while its customer is being called
    "ringing",
    "talking",
    "on_hold",  # with a caller who hears music
    "wrap_up",
    "own_call",  # on a call that no queue gave: dialled by hand, or a consultation
]

Trigger = Literal[
    "says_ready",  # the person: log-in, end of a pause, early end of wrap-up
    "pauses",  # the person
    "logs_out",  # the person
    "offered",  # the core rings the phone
    "offer_over",  # the offer fell through by no fault of the operator
    "missed",  # the operator, or the phone for him or her, did not take the offer
    "answered",
    "conversation_over",
    "wrap_up_over",  # by deadline
    "refusal_pause_over",  # by deadline
    "adopted",  # found talking after a restart of the controller, or an attended transfer was completed
    "reserved",  # a callback's customer is being called, for this operator
    "held",
    "resumed",
    "own_call_began",
    "own_call_over",
    "back_to_wrap_up",  # after a call of one's own that interrupted it, or a restart of the controller
]

# With a call: one offered, one going on, or one to be written up.
SERVING: frozenset[OperatorState] = frozenset({"reserved", "ringing", "talking", "on_hold", "wrap_up"})
# With a caller on the line.
CONVERSING: frozenset[OperatorState] = frozenset({"talking", "on_hold"})

TRANSITIONS: dict[OperatorState, dict[Trigger, OperatorState]] = {
    "logged_out": {
        "says_ready": "ready",
        "pauses": "paused",
        "logs_out": "logged_out",
        "adopted": "talking",
    },
    "ready": {
        "says_ready": "ready",
        "pauses": "paused",
        "logs_out": "logged_out",
        "offered": "ringing",
        "reserved": "reserved",
        "adopted": "talking",
        "own_call_began": "own_call",
        "back_to_wrap_up": "wrap_up",
    },
    "paused": {
        "says_ready": "ready",
        "pauses": "paused",
        "logs_out": "logged_out",
        "refusal_pause_over": "ready",
        "adopted": "talking",
        "own_call_began": "own_call",
    },
    "reserved": {
        "says_ready": "reserved",
        "pauses": "reserved",
        "logs_out": "logged_out",
        "offer_over": "ready",
        "offered": "ringing",
        "answered": "talking",
        "adopted": "talking",
        "own_call_began": "own_call",
    },
    "ringing": {
        "says_ready": "ringing",
        "pauses": "ringing",
        "logs_out": "logged_out",
        "offer_over": "ready",
        "missed": "paused",
        "answered": "talking",
        "reserved": "reserved",
        "adopted": "talking",
        "own_call_began": "own_call",
    },
    "talking": {
        "says_ready": "talking",
        "pauses": "talking",
        "logs_out": "talking",
        "held": "on_hold",
        "conversation_over": "wrap_up",
    },
    "on_hold": {
        "says_ready": "on_hold",
        "pauses": "on_hold",
        "logs_out": "on_hold",
        "resumed": "talking",
        "conversation_over": "wrap_up",
    },
    "wrap_up": {
        "says_ready": "ready",
        "pauses": "paused",
        "logs_out": "logged_out",
        "wrap_up_over": "ready",
        "adopted": "talking",
        "own_call_began": "own_call",
    },
    "own_call": {
        "says_ready": "own_call",
        "pauses": "own_call",
        "logs_out": "own_call",
        "own_call_over": "ready",
        "back_to_wrap_up": "wrap_up",
        "adopted": "talking",
    },
}


def next_state(state: OperatorState, trigger: Trigger) -> OperatorState:
    """The state after ``trigger``. Raises KeyError for a pair that cannot happen."""
    return TRANSITIONS[state][trigger]
