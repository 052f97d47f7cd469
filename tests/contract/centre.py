"""What does a small centre look like on the board? A call's way through it, one coherent state after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ari_app.board import StatusBoard
from ari_app.contract import CallStatus, OperatorStatus, QueueStatus, timestamp

STARTED = timestamp(1_790_000_000)

SOPORTE = QueueStatus(
    name="soporte",
    waiting=0,
    longest_wait_s=0.0,
    ready=0,
    ringing=0,
    talking=0,
    wrap_up=0,
    paused=0,
    logged_in=0,
    offered=0,
    answered=0,
    abandoned=0,
    answered_in_sl=0,
    abandoned_in_sl=0,
    sl2=None,
    service_level_s=20.0,
    day="2026-11-24",
)

ANA = OperatorStatus(
    code="1005",
    name="Ana Peña",
    state="logged_out",
    since=STARTED,
    reason=None,
    phone="reachable",
    call=None,
    queue=None,
)

CALL = CallStatus(
    id="call-1",
    stage="new",
    since=STARTED,
    queue=None,
    position=None,
    operator=None,
    direction="inbound",
    caller="******789",
    number="900100201",
    started=STARTED,
    recording=None,
    end_reason=None,
)


def steps_of_a_call(board: StatusBoard) -> Iterator[str]:
    """Put one call's life on the board step by step; the state is coherent whenever a step's name is yielded."""
    queue, ana, call = SOPORTE, ANA, CALL
    board.put_queue(queue)
    board.put_operator(ana)
    yield "empty"
    board.put_operator(ana := replace(ana, state="ready"))
    board.put_queue(queue := replace(queue, ready=1, logged_in=1))
    yield "ready"
    board.put_call(call)
    yield "new"
    board.put_call(call := replace(call, stage="waiting", queue="soporte", position=1))
    board.put_queue(queue := replace(queue, waiting=1, offered=1, longest_wait_s=0.1234))
    yield "waiting"
    board.put_call(call := replace(call, stage="ringing", operator="1005"))
    board.put_operator(ana := replace(ana, state="ringing", call=call.id, queue="soporte"))
    board.put_queue(queue := replace(queue, waiting=0, ready=0, ringing=1, longest_wait_s=0.0))
    yield "ringing"
    board.put_call(call := replace(call, stage="talking", position=None, recording="2026/11/24/call-1.opus.age"))
    board.put_operator(ana := replace(ana, state="talking"))
    board.put_queue(queue := replace(queue, ringing=0, talking=1, answered=1, answered_in_sl=1, sl2=1.0))
    yield "talking"
    board.put_call(replace(call, stage="ended", end_reason="caller_hung_up"))
    board.put_operator(replace(ana, state="wrap_up"))
    board.put_queue(replace(queue, talking=0, wrap_up=1))
    yield "ended"
