"""Which SIP messages passed, when, and in which direction?"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sip_agents.address import SocketAddress
from sip_agents.message import Message, serialise

Way: TypeAlias = Literal["in", "out"]
_SECRETS = re.compile(r"^((?:Proxy-)?Authorization\s*:\s*\w+).*$", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Traced:
    """One message: ``at`` in monotonic seconds; ``lost`` if a test dropped it on purpose or the phone is unplugged."""

    at: float
    way: Way
    peer: SocketAddress
    message: Message
    lost: bool = False

    @property
    def call_id(self) -> str:
        return self.message.headers.call_id

    def text(self) -> str:
        """The whole message as sent, proofs of passwords left out."""
        return _SECRETS.sub(r"\1 (redacted)", serialise(self.message).decode("utf-8", "replace").replace("\r\n", "\n"))


class Trace:
    """The last messages of a phone, oldest first."""

    def __init__(self, keep: int = 1000) -> None:
        self._kept: deque[Traced] = deque(maxlen=keep)

    def add(self, traced: Traced) -> None:
        self._kept.append(traced)

    def __iter__(self) -> Iterator[Traced]:
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)

    def of_call(self, call_id: str) -> list[Traced]:
        """The messages of one Call-ID."""
        return [traced for traced in self._kept if traced.call_id == call_id]

    def ladder(self, call_id: str | None = None, last: int | None = None) -> str:
        """The messages as lines of a ladder diagram (of one call, and only the ``last`` ones, if asked)."""
        chosen = list(self) if call_id is None else self.of_call(call_id)
        return ladder(chosen if last is None else chosen[-last:])


def ladder(messages: Iterable[Traced]) -> str:
    """One line a message: seconds since the first, the way it went, its start line and CSeq. Shows no secrets."""
    lines: list[str] = []
    started: float | None = None
    for traced in messages:
        started = traced.at if started is None else started
        arrow = "-->" if traced.way == "out" else "<--"
        lost = "  (lost)" if traced.lost else ""
        what = f"{traced.message.start_line}  [{traced.message.headers.cseq}]"
        lines.append(f"{traced.at - started:9.3f}  {arrow}  {traced.peer[0]}:{traced.peer[1]:<5}  {what}{lost}")
    return "\n".join(lines) or "(no SIP message)"
