"""How is a centre's YAML file spoilt so that it still looks like one? Its parts dropped, doubled, swapped, retyped and nested, and
written again with what YAML has in store: anchors, bombs, tabs, marks, depth."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any, Final

import yaml

from tests.chaos.byte_mutations import spliced, spoilt

Container = dict[Any, Any] | list[Any]
Slot = tuple[Container, Any]
"""A part of the file: what it stands in, and its key or index there."""

ODD_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 10**9, 10**17, -(10**17), 10**40, 0.0, -0.5, 1e308, 1e-300, 3.999999),
    *(
        "",
        " ",
        "no",
        "~",
        "08:00",
        "1e9",
        "9" * 5000,
        "x" * 70_000,
        "ñ" * 300,
        "a\nb",
        "a\tb",
        "\x85",
        "\u2028",
        "\u202e",
        "\x00",
    ),
    *(
        "../../etc/passwd",
        "/dev/zero",
        "*",
        "X" * 40,
        "127.0.0.2",
        "999.1.1.1/99",
        "::1",
        "Europe/Nowhere",
        "..",
        "es",
        "zz",
    ),
    *(
        "1 / 0",
        "x == 1",
        "9 ** 9 ** 9",
        "caller == ''",
        "not " * 300 + "x",
        "(" * 200 + "1" + ")" * 200,
        "'a' * 10**9",
        "number",
    ),
    *(
        [],
        {},
        [[]],
        {"": ""},
        [None],
        {"a": {"b": {"c": {}}}},
        ["a"] * 300,
        {"kind": "say"},
        {"kind": "end"},
        [1, "1", 1.0],
    ),
)
"""What stands where something else should."""


def structured(chance: random.Random, text: str, others: tuple[str, ...]) -> str:
    """``text`` (valid YAML) with one to six of its parts changed; parts of the ``others`` may get into it."""
    data = yaml.safe_load(text)
    for _ in range(chance.choice((1, 1, 1, 1, 2, 3, 6))):
        slots = _slots(data)
        if not slots:
            return yaml.safe_dump(data, allow_unicode=True)
        chance.choice(_CHANGES)(chance, slots, others)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=chance.choice((80, 10_000)))


def _slots(data: Any) -> list[Slot]:
    found: list[Slot] = []
    waiting = [data]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict | list):
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            found += [(here, key) for key in keys]
            waiting += [here[key] for key in keys]
    return found


def _drop(chance: random.Random, slots: list[Slot], others: tuple[str, ...]) -> None:
    where, key = chance.choice(slots)
    del where[key]


def _double(chance: random.Random, slots: list[Slot], others: tuple[str, ...]) -> None:
    where, key = chance.choice(slots)
    again = copy.deepcopy(where[key])
    if isinstance(where, dict):
        where[chance.choice((f"{key}2", str(key).upper(), key, 7, "", "x" * 65))] = again
    else:
        where[key:key] = [again] * chance.choice((1, 1, 40))


def _swap(chance: random.Random, slots: list[Slot], others: tuple[str, ...]) -> None:
    (where, key), (there, other) = chance.choice(slots), chance.choice(slots)
    one, two = copy.deepcopy(where[key]), copy.deepcopy(there[other])
    where[key], there[other] = two, one


def _rename(chance: random.Random, slots: list[Slot], others: tuple[str, ...]) -> None:
    where, key = chance.choice(slots)
    if isinstance(where, dict):
        where[
            chance.choice((f"{key} ", f"{key}\u0301", 0, True, None, 1.5, "next", "kind", "default", "ñ", "", "1"))
        ] = where.pop(key)


def _retype(chance: random.Random, slots: list[Slot], others: tuple[str, ...]) -> None:
    where, key = chance.choice(slots)
    where[key] = copy.deepcopy(chance.choice(ODD_VALUES))


def _small_change(chance: random.Random, slots: list[Slot], others: tuple[str, ...]) -> None:
    where, key = chance.choice(slots)
    match where[key]:
        case bool() as flag:
            where[key] = not flag
        case int() | float() as number:
            where[key] = number * chance.choice((-1, 0, 2, 1000)) + chance.choice((-1, 0, 1, 0.5))
        case str() as word:
            where[key] = chance.choice(
                (word.upper(), word[:-1], word + "x", word * 2, [word], {word: word}, f" {word}")
            )
        case list() as items:
            chance.shuffle(items)
        case other:
            where[key] = [other]


def _nest(chance: random.Random, slots: list[Slot], others: tuple[str, ...]) -> None:
    where, key = chance.choice(slots)
    for _ in range(chance.choice((1, 1, 2, 5, 29, 31, 80))):
        where[key] = (
            [where[key]] if chance.random() < 0.5 else {chance.choice(("a", "next", "kind", str(key))): where[key]}
        )


def _step_elsewhere(chance: random.Random, slots: list[Slot], others: tuple[str, ...]) -> None:
    """What names a step, a queue or a prompt names another one of the same file."""
    words = [(where, key) for where, key in slots if isinstance(where[key], str) and len(where[key]) < 40]
    if words:
        (where, key), (there, other) = chance.choice(words), chance.choice(words)
        where[key] = there[other]


def _transplant(chance: random.Random, slots: list[Slot], others: tuple[str, ...]) -> None:
    where, key = chance.choice(slots)
    theirs = _slots(yaml.safe_load(chance.choice(others)))
    there, other = chance.choice(theirs)
    where[key] = there[other]


_CHANGES: Final[tuple[Callable[[random.Random, list[Slot], tuple[str, ...]], None], ...]] = (
    *(
        _drop,
        _double,
        _swap,
        _rename,
        _retype,
        _retype,
        _small_change,
        _small_change,
        _nest,
        _step_elsewhere,
        _step_elsewhere,
    ),
    _transplant,
)


def bomb(chance: random.Random, text: str, others: tuple[str, ...]) -> str:
    """``text`` with anchors, aliases, merges, cycles, tags, documents, or depth beyond measure."""
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    deep = chance.choice((31, 100, 1_500, 20_000))
    many = chance.choice((3, 12, 30))
    laughs = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, many))
    key = lines[min(at, len(lines) - 1)].partition(":")[0]
    piece = chance.choice(
        (
            "l0: &l0 lol\n" + laughs,
            "a: &a [*a]\n",
            "a: &a {b: *a}\n",
            "&a steps: *a\n",
            "<<: {a: b}\n",
            f"{key}: &x {{next: *x}}\n",
            f"{key}: {'[' * deep}{']' * deep}\n",
            f"{key}: {'{a: ' * deep}1{'}' * deep}\n",
            f"{key}: {'- ' * deep}\n",
            f"{key}: {'? ' * deep}\n",
            "".join(" " * level + "a:\n" for level in range(min(deep, 400))),
            f"{key}: !!python/object/apply:os.system ['true']\n",
            f"{key}: !!binary aGk=\n",
            f"{key}: !local x\n",
            "---\n",
            "...\n",
            "%YAML 9.9\n---\n",
            f"{key}: {'9' * deep}\n",
            f"{key}: 1{'_0' * deep}\n",
            f'{key}: "\\ud800"\n',
            f'{key}: "\\UFFFFFFFF"\n',
            f"{key}: |9\n",
            f"{key}: '{'x' * deep}\n",
            "".join(f"{key}{n}: 1\n" for n in range(min(deep, 2_000))),
        )
    )
    return "".join([*lines[:at], piece, *lines[at:]])


def oddly_written(chance: random.Random, text: str, others: tuple[str, ...]) -> str:
    """``text`` with tabs, other line ends, byte order marks, NUL, or as another encoding's bytes would be read."""
    match chance.randrange(7):
        case 0:
            return text.replace("  ", "\t", chance.choice((1, 5, -1)))
        case 1:
            return text.replace("\n", chance.choice(("\r\n", "\r", "\x85", "\u2028", "\n\n", " \n", "\n\t")))
        case 2:
            return "\ufeff" * chance.choice((1, 2)) + text
        case 3:
            at = chance.randrange(len(text))
            return (
                text[:at]
                + chance.choice(("\0", "\x07", "\x1b[31m", "\ufeff", "\x7f", "\U000e0001", "\u202e", "\ufffe"))
                + text[at:]
            )
        case 4:
            return text.encode("utf-16-le").decode("latin-1")
        case 5:
            return text[: chance.randrange(len(text))]
        case _:
            return text + chance.choice(("---\n", "...\n", "")) + text


def spoilt_file(chance: random.Random, text: str, others: tuple[str, ...]) -> tuple[str, bytes]:
    """(the kind of mutation, the file's bytes)."""
    match chance.randrange(10):
        case 0 | 1 | 2 | 3 | 4:
            return "structure", structured(chance, text, others).encode(errors="surrogatepass")
        case 5:
            return "bomb", bomb(chance, text, others).encode()
        case 6:
            return "writing", oddly_written(chance, text, others).encode(errors="surrogatepass")
        case 7:
            return "splice", spliced(chance, [text.encode(), *(other.encode() for other in others)])
        case _:
            return "bytes", spoilt(chance, text.encode())
