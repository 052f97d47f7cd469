"""How are the bytes of a valid input spoilt? Flipped, cut, doubled, moved and spliced, by a seed; whatever the format is."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

INTERESTING: Final = (
    *(
        b"\0",
        b"\xff",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\t",
        b" ",
        b"\x7f",
        b"\x1b[2J",
    ),
    *(
        b"%00",
        b"%0d%0a",
        b"%",
        b"%zz",
        b"..",
        b"/../",
        b"\\",
        b'"',
        b"'",
        b"<",
        b">",
        b";",
        b",",
        b":",
        b"=",
        b"@",
        b"{",
        b"[",
        b"]",
    ),
    *(b"-1", b"0", b"4294967296", b"18446744073709551616", b"9" * 400, b"1e309", b"NaN", b"null", b"-0", b"0x41"),
    *("ñ".encode(), "\u202e".encode(), "\U0001f600".encode(), b"\xed\xa0\x80", b"\xc0\xaf", b"\xf8\x88\x80\x80\x80"),
    *(b"%s%n%x", b"${7*7}", b"$(id)", b"`id`", b"${EXTEN}", b"A" * 300, b"A" * 5000),
)
"""What parsers are known to stumble over."""

Mutation = Callable[[random.Random, bytearray], None]


def _flip(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data))
    data[at] ^= 1 << chance.randrange(8)


def _replace(chance: random.Random, data: bytearray) -> None:
    data[chance.randrange(len(data))] = chance.randrange(256)


def _delete(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice((1, 1, 2, 8, 64))]


def _cut_off(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(len(data)) :]


def _insert(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(INTERESTING)


def _overwrite(chance: random.Random, data: bytearray) -> None:
    at, new = chance.randrange(len(data)), chance.choice(INTERESTING)
    data[at : at + len(new)] = new


def _random_bytes(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.randbytes(chance.choice((1, 4, 16, 200)))


def _double(chance: random.Random, data: bytearray) -> None:
    at, to = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    data[to:to] = data[at : min(to, at + 500)] * chance.choice((1, 1, 2, 10))


def _move(chance: random.Random, data: bytearray) -> None:
    at = chance.randrange(len(data))
    piece = data[at : at + chance.choice((1, 4, 20, 80))]
    del data[at : at + len(piece)]
    to = chance.randrange(len(data) + 1)
    data[to:to] = piece


def _line(chance: random.Random, data: bytearray) -> None:
    lines = bytes(data).split(b"\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(3):
        case 0:
            lines[at], lines[other] = lines[other], lines[at]
        case 1:
            lines.insert(other, lines[at])
        case _:
            del lines[at]
    data[:] = b"\n".join(lines)


MUTATIONS: Final[tuple[Mutation, ...]] = (
    *(_flip, _replace, _delete, _cut_off, _insert, _insert, _overwrite, _random_bytes, _double, _move, _line, _line),
)


def spoilt(chance: random.Random, valid: bytes, largest: int = 65_000) -> bytes:
    """``valid`` with one to eight mutations, mostly few: an input that is nearly right goes deepest. At most ``largest`` bytes."""
    data = bytearray(valid)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        if not data:
            data = bytearray(valid)
        chance.choice(MUTATIONS)(chance, data)
    return bytes(data[:largest])


def spliced(chance: random.Random, valid: Sequence[bytes], largest: int = 65_000) -> bytes:
    """The beginning of one input and the end of another."""
    first, second = chance.choice(valid), chance.choice(valid)
    return (first[: chance.randrange(len(first) + 1)] + second[chance.randrange(len(second) + 1) :])[:largest]
