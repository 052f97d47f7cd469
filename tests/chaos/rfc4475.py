"""Which messages does RFC 4475 torture SIP parsers with? The files of the folder of that name, as bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "rfc4475"
_HEX: Final = re.compile(rb"<hex>([0-9A-F]+)</hex>")
_NO_LINE_END: Final = "<end/>\n"


@dataclass(frozen=True, slots=True)
class Torture:
    """``section`` of the RFC, such as 3.1.1.1, the ``name`` that it has there, and the datagram."""

    section: str
    name: str
    datagram: bytes


def messages() -> list[Torture]:
    """All of them, in the RFC's order."""
    return [_read(path) for path in sorted(FOLDER.glob("*.txt"))]


def _read(path: Path) -> Torture:
    numbers, _, name = path.stem.partition("_")
    section = ".".join(str(int(number)) for number in numbers.split("."))
    text = path.read_bytes().decode().removesuffix(_NO_LINE_END)
    written = text.replace("\n", "\r\n").encode()
    return Torture(section, name, _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), written))
