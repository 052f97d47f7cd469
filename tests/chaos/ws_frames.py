"""Where does one websocket frame end and the next begin? RFC 6455, section 5.2, as far as a relay that only looks on needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TEXT: Final = 1
_MASKED, _LENGTH, _OPCODE, _FINAL = 0x80, 0x7F, 0x0F, 0x80


@dataclass(frozen=True, slots=True)
class Frame:
    """``raw`` is how it came, ``payload`` what it says, unmasked."""

    opcode: int
    final: bool
    payload: bytes
    raw: bytes


class Frames:
    """Bytes in, as they come; whole frames out."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, more: bytes) -> list[Frame]:
        """The frames that are whole by now."""
        self._rest += more
        found: list[Frame] = []
        while (frame := _first(self._rest)) is not None:
            found.append(frame)
            self._rest = self._rest[len(frame.raw) :]
        return found


def _first(data: bytes) -> Frame | None:
    if len(data) < 2:
        return None
    length, at = data[1] & _LENGTH, 2
    if length >= 126:
        size = 2 if length == 126 else 8
        if len(data) < at + size:
            return None
        length, at = int.from_bytes(data[at : at + size]), at + size
    mask = b""
    if data[1] & _MASKED:
        mask, at = data[at : at + 4], at + 4
    if len(data) < at + length:
        return None
    payload = data[at : at + length]
    if mask:
        repeated = (mask * (length // 4 + 1))[:length]
        payload = (int.from_bytes(payload) ^ int.from_bytes(repeated)).to_bytes(length)
    return Frame(data[0] & _OPCODE, bool(data[0] & _FINAL), payload, data[: at + length])
