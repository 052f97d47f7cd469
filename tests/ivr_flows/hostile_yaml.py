"""Which texts might somebody, by accident or on purpose, put in a centre's file? The same ones for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, Final

WORDS: Final = (
    *(
        "entries",
        "steps",
        "default",
        "kind",
        "next",
        "otherwise",
        "choices",
        "prompts",
        "when",
        "say",
        "menu",
        "1",
        "#",
    ),
    *(
        "no",
        "~",
        "",
        "*",
        "08:00",
        "2026-02-30",
        "1e9",
        "0x1f",
        "0o17",
        ".nan",
        ".inf",
        "-.inf",
        "=",
        "<<",
        "true",
        "ñandú",
    ),
)
SNIPPETS: Final = (
    *(
        "&a x",
        "*a",
        "&a [*a]",
        "<<: *a",
        "<<: {a: b}",
        "- <<: [*a, *b]",
        "!!python/object:os.system x",
        "!!python/name:os.system",
    ),
    *(
        "!!python/object/apply:os.system ['true']",
        "!!binary aGk=",
        "!!set {a, b}",
        "!!omap [a: b]",
        "!local x",
        "!<tag:x> y",
    ),
    *(
        "!!int 'x'",
        "!!float x",
        "!!null x",
        "!!bool 7",
        "!!str 5",
        "!!timestamp 2026-13-45",
        "! x",
        "!!map []",
        "!!seq {}",
    ),
    *(
        "%YAML 9.9\n---",
        "%TAG ! tag:x,2026:",
        "%",
        "---",
        "...",
        "--- a\n--- b",
        "? [a, b]\n: c",
        "? {a: b}\n: c",
        "? |\n  a\n: b",
    ),
    *(
        "\t",
        "\ta: b",
        "a:\tb",
        "\ufeff",
        "\0",
        "\x07",
        "\x1b[31m",
        "\x85",
        "\u2028",
        "\ud800",
        "\udfff",
        "\uffff",
        "\U0010ffff",
    ),
    *(
        '"\\ud800"',
        '"\\udfff\\ud800"',
        '"\\U00110000"',
        '"\\UFFFFFFFF"',
        '"\\0"',
        '"\\x1b[2J"',
        '"\\u2028"',
        '"\\q"',
        '"\\x"',
    ),
    *(
        '"a\\nb": c',
        '"\\e": 1',
        "'",
        '"',
        "'a''b",
        "[",
        "{",
        "]",
        "}",
        ",",
        "[,]",
        "{,}",
        "{a}",
        "[a: b]",
        "{[a]: b}",
        "|",
        ">-",
        "|9",
    ),
    *(
        ".nan",
        ".inf",
        "-.inf",
        "1e999",
        "-0",
        "0.0",
        "-0.0",
        "1_000",
        "0b1",
        "0o7",
        "0x7",
        "1:30:00",
        "2026-01-01T00:00:00Z",
        "=",
        "<<",
    ),
    *(
        "@",
        "`",
        "%a",
        "a: b: c",
        "a:\n- b\n c",
        ": ",
        "- - - -",
        "? ? ?",
        "#",
        "a #b",
        "*",
        "&",
        "!",
        "!!",
        "!<",
        "&a",
        "{{ x }}",
    ),
    *(
        "a: 1\na: 1",
        "{a: 1, a: 2}",
        "{1: a, '1': b}",
        "null: 1",
        "~: 1",
        "true: 1",
        "{: }",
        "0: {0: {0: 0}}",
        "- {}",
        "- []",
    ),
)
"""What YAML allows beyond the plain, and what it does not allow."""
EXPRESSIONS: Final = (
    *(
        "1" + "+1" * 500,
        "(" * 300 + "1" + ")" * 300,
        "9 ** 9 ** 9",
        "9" * 10_000,
        "'a' * 10**9",
        "__import__('os')",
        "().__class__",
    ),
    *(
        "not " * 400 + "x",
        "a.b.c",
        "[x for x in y]",
        "lambda: 0",
        "f'{x}'",
        "x if y else z",
        "1 / 0",
        "-" * 500 + "1",
        "x" * 5_000,
    ),
    *(
        "\\",
        "'",
        '"""',
        "1 ==",
        "a b",
        "\x0c",
        "number(codigo) == 4_2",
        "x == 'ñ'",
        "０ == ٣",
        "1 < 2 < 3",
        "x := 1",
        "await x",
    ),
)
"""For where a condition stands."""


def hostile(seed: str, valid: tuple[str, ...]) -> str:
    """A text made from ``seed``; many begin as one of the ``valid`` files."""
    chance = random.Random(seed)
    return chance.choice(_MAKERS)(chance, chance.choice(valid))


def _bytes(chance: random.Random, _: str) -> str:
    raw = chance.randbytes(chance.choice((1, 8, 64, 512)))
    encoding, errors = chance.choice(
        (("latin-1", "strict"), ("utf-8", "replace"), ("utf-8", "surrogateescape"), ("utf-16-le", "surrogatepass"))
    )
    return raw[: len(raw) // 2 * 2].decode(encoding, errors)


def _ascii(chance: random.Random, _: str) -> str:
    signs = "ab1 \n\n  :-?[]{},&*!|>'\"%@`#~<.\t"
    return "".join(chance.choice(signs) for _ in range(chance.choice((3, 10, 40, 200))))


def _structure(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(8 if depth < 5 else 5)
    match kind:
        case 0:
            return chance.choice(WORDS)
        case 1:
            return chance.choice((True, False, None, 0, -1, 1.5, 10**17, 10**30, "", "a b", "x" * 300))
        case 2:
            return chance.randrange(-100, 100)
        case 3 | 4:
            return chance.choice(SNIPPETS)
        case 5:
            return [_structure(chance, depth + 1) for _ in range(chance.randrange(4))]
        case _:
            return {chance.choice(WORDS): _structure(chance, depth + 1) for _ in range(chance.randrange(5))}


def _structured(chance: random.Random, _: str) -> str:
    top = {word: _structure(chance) for word in ("entries", "steps", *chance.sample(WORDS, chance.randrange(3)))}
    return json.dumps(top if chance.random() < 0.8 else _structure(chance), ensure_ascii=chance.random() < 0.5)


def _lines_moved(chance: random.Random, valid: str) -> str:
    lines = valid.splitlines(keepends=True)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                lines[at], lines[other] = lines[other], lines[at]
            case 1 if len(lines) > 1:
                del lines[at]
            case 2:
                lines.insert(other, lines[at])
            case 3:
                lines[at] = " " * chance.randrange(1, 5) + lines[at]
            case _:
                lines[at] = lines[at].lstrip()
    return "".join(lines)


def _value_changed(chance: random.Random, valid: str) -> str:
    lines = valid.splitlines(keepends=True)
    for _ in range(chance.choice((1, 1, 3))):
        at = chance.randrange(len(lines))
        key, colon, _value = lines[at].partition(": ")
        new = chance.choice((_snippet, _expression, _word, _long, _nested))(chance, "")
        lines[at] = f"{key}{colon}{new}\n"
    return "".join(lines)


def _cut_or_spliced(chance: random.Random, valid: str) -> str:
    at, to = sorted((chance.randrange(len(valid)), chance.randrange(len(valid))))
    match chance.randrange(4):
        case 0:
            return valid[:at]
        case 1:
            return valid[:at] + valid[to:]
        case 2:
            return valid[:to] + valid[at:]
        case _:
            return valid[:at] + chance.choice(SNIPPETS) + valid[at:]


def _line_ends(chance: random.Random, valid: str) -> str:
    end = chance.choice(("\r\n", "\r", "\x85", "\u2028", "\n\n", "\n\t", " \n"))
    return chance.choice(("", "\ufeff", "\ufeff\ufeff", "---\n", "%YAML 1.1\n---\n")) + valid.replace("\n", end)


def _two_files(chance: random.Random, valid: str) -> str:
    return valid + chance.choice(("---\n", "...\n", "...\n---\n", "")) + valid


def _snippet(chance: random.Random, _: str) -> str:
    return "\n".join(chance.choice(SNIPPETS) for _ in range(chance.choice((1, 1, 2, 4))))


def _expression(chance: random.Random, _: str) -> str:
    return json.dumps(chance.choice(EXPRESSIONS))


def _word(chance: random.Random, _: str) -> str:
    return chance.choice(WORDS)


def _long(chance: random.Random, _: str) -> str:
    many = chance.choice((1_000, 10_000, 100_000))
    return chance.choice(("9", "-9", "x", "0.", "'", "ñ", "x ", "- ", "a: ", "\\")) * (many // 2)


def _nested(chance: random.Random, _: str) -> str:
    deep = chance.choice((40, 60, 200, 1_500, 20_000))
    opening, closing = chance.choice((("[", "]"), ("{a: ", "}"), ("[{a: ", "}]"), ("- ", ""), ("? ", ""), ("{[", "]}")))
    return opening * deep + chance.choice(("1", "", "x")) + closing * chance.choice((deep, 0))


def _nested_block(chance: random.Random, _: str) -> str:
    return "\n".join(" " * level + chance.choice(("a:", "-", "? b")) for level in range(chance.choice((60, 300, 900))))


def _billion_laughs(chance: random.Random, _: str) -> str:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, chance.choice((3, 10, 30)))]
    return "\n".join(["l0: &l0 lol", *levels])


def _wide(chance: random.Random, valid: str) -> str:
    many = chance.choice((100, 1_000))
    return chance.choice(
        (
            "steps:\n" + "".join(f"  s{n}: {{kind: say, prompts: [p], next: s{n + 1}}}\n" for n in range(many)),
            "entries: {" + ", ".join(f"e{n}: s" for n in range(many)) + "}\nsteps: {}\n",
            valid + "".join(f"extra{n}: 1\n" for n in range(many)),
            valid + "again: 1\n" * many,
        )
    )


_MAKERS: Final[tuple[Callable[[random.Random, str], str], ...]] = (
    *(
        _bytes,
        _ascii,
        _structured,
        _structured,
        _lines_moved,
        _lines_moved,
        _value_changed,
        _value_changed,
        _value_changed,
    ),
    *(
        _cut_or_spliced,
        _cut_or_spliced,
        _line_ends,
        _two_files,
        _snippet,
        _long,
        _nested,
        _nested_block,
        _billion_laughs,
        _wide,
    ),
)
