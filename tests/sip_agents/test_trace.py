"""The trace keeps the last messages and draws them."""

from __future__ import annotations

from sip_agents.message import Headers, Request
from sip_agents.trace import Trace, Traced, Way


def traced(at: float, way: Way, number: int, lost: bool = False) -> Traced:
    headers = Headers((("Call-ID", f"call-{number % 2}"), ("CSeq", f"{number} OPTIONS")))
    return Traced(at, way, ("127.0.0.1", 5060), Request("OPTIONS", "sip:h", headers), lost)


def test_only_the_last_messages_are_kept() -> None:
    trace = Trace(keep=3)
    for number in range(5):
        trace.add(traced(number, "in", number))
    assert [kept.message.headers.cseq.number for kept in trace] == [2, 3, 4]
    assert len(trace.of_call("call-0")) == 2


def test_ladder_shows_time_way_and_loss() -> None:
    trace = Trace()
    trace.add(traced(10.0, "out", 1))
    trace.add(traced(10.5, "in", 2, lost=True))
    first, second = trace.ladder().splitlines()
    assert first.split() == ["0.000", "-->", "127.0.0.1:5060", "OPTIONS", "sip:h", "SIP/2.0", "[1", "OPTIONS]"]
    assert second.split()[:2] == ["0.500", "<--"]
    assert second.endswith("(lost)")
    assert trace.ladder("call-1").count("\n") == 0
    assert trace.ladder(last=1).split()[-3:] == ["[2", "OPTIONS]", "(lost)"]


def test_empty_ladder_says_so() -> None:
    assert "no SIP message" in Trace().ladder()
