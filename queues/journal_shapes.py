"""What does a value of the core look like in JSON, and back? Worked out once from the dataclasses' own annotations.

Strict: an unknown field, another kind of value or a word that is not among the allowed ones is an error; so is a missing field, but
for one with a default: a journal that an earlier version of the program began is read on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


class BadShape(ValueError):
    """JSON that is not what it should be; the message names the field."""


Dump = Callable[[Any], Any]
Load = Callable[[Any, str], Any]


_SCALARS = frozenset({str, int, float, bool})


class Codec:
    """Dataclasses of one closed union. ``tag`` is only for messages."""

    def __init__(self, kinds: Iterable[type], tag: str) -> None:
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._tag = tag

    def fields(self, value: Any) -> dict[str, Any]:
        """All its fields, as JSON takes them."""
        return _dump_dataclass(value)

    def build(self, kind: object, shape: Mapping[str, Any]) -> Any:
        """The value of that kind. Raises BadShape."""
        known = self._kinds.get(kind) if isinstance(kind, str) else None
        if known is None:
            raise BadShape(f"{self._tag} {kind!r} is unknown")
        return _build(known, shape, "")


@cache
def _dumpers(kind: Any) -> tuple[tuple[str, Dump | None], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, _dumper(hints[field.name])) for field in fields(kind))


@cache
def _loaders(kind: Any) -> dict[str, Load]:
    hints = get_type_hints(kind)
    return {field.name: _loader(hints[field.name]) for field in fields(kind)}


@cache
def _needed(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING)


def _dumper(hint: Any) -> Dump | None:
    """None where the value is JSON already."""
    if hint is float:
        return float  # a whole number given for one is written as it is read back
    if is_dataclass(hint):
        return _dump_dataclass
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if sum(one in _SCALARS for one in args) > 1:
            return None  # each is written as what it is
        inner = next((dump for one in args if (dump := _dumper(one)) is not None), None)
        return None if inner is None else _optional(inner)
    if origin is frozenset:
        return sorted
    if origin is tuple:
        inner = next((dump for one in args if one is not Ellipsis and (dump := _dumper(one)) is not None), None)
        return list if inner is None else lambda values: [inner(value) for value in values]
    return dict if origin in (dict, Mapping) else None


def _optional(dump: Dump) -> Dump:
    return lambda value: None if value is None else (value if isinstance(value, str) else dump(value))


def _dump_dataclass(value: Any) -> dict[str, Any]:
    kind: Any = type(value)
    return {name: getattr(value, name) if dump is None else dump(getattr(value, name)) for name, dump in _dumpers(kind)}


def _build(kind: Any, shape: Any, path: str) -> Any:
    loaders = _loaders(kind)
    if not isinstance(shape, Mapping):
        raise BadShape(f"{path or kind.__name__} is not an object")
    dot = f"{path}." if path else ""
    for name in shape:
        if name not in loaders:
            raise BadShape(f"{dot}{name} is unknown in {kind.__name__}")
    try:
        return kind(**{name: load(shape[name], f"{dot}{name}") for name, load in loaders.items() if name in shape})
    except TypeError:
        missing = next((name for name in _needed(kind) if name not in shape), None)
        if missing is None:
            raise
        raise BadShape(f"{dot}{missing} is missing in {kind.__name__}") from None
    except BadShape:
        raise
    except ValueError as senseless:
        raise BadShape(f"{path or kind.__name__}: {senseless}") from None


def _loader(hint: Any) -> Load:
    if is_dataclass(hint):
        kind: Any = hint
        return lambda value, path: _build(kind, value, path)
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _one_of(frozenset(args))
    if origin in (Union, UnionType):
        return _either(args)
    if origin is frozenset:
        many = _many(_loader(args[0]))
        return lambda value, path: frozenset(many(value, path))
    if origin is tuple:
        return _many(_loader(args[0])) if len(args) == 2 and args[1] is Ellipsis else _fixed([_loader(a) for a in args])
    if origin in (dict, Mapping):
        return _mapping(_loader(args[1]))
    return _scalar(hint)


def _scalar(hint: Any) -> Load:
    def load(value: Any, path: str) -> Any:
        if hint is float and type(value) is int:
            return float(value)
        if type(value) is not hint or (hint is float and not isfinite(value)):
            raise BadShape(f"{path} is not {'nothing' if hint is NoneType else f'a {hint.__name__}'}")
        return value

    return load


def _one_of(allowed: frozenset[Any]) -> Load:
    def load(value: Any, path: str) -> Any:
        if not isinstance(value, str) or value not in allowed:
            raise BadShape(f"{path} is {value!r}, not one of {', '.join(sorted(allowed))}")
        return value

    return load


def _either(hints: tuple[Any, ...]) -> Load:
    loaders = [_loader(hint) for hint in hints]

    def load(value: Any, path: str) -> Any:
        last = BadShape(f"{path} is wrong")
        for one in loaders:
            try:
                return one(value, path)
            except BadShape as bad:
                last = bad
        raise last

    return load


def _many(inner: Load) -> Load:
    def load(value: Any, path: str) -> Any:
        if not isinstance(value, list):
            raise BadShape(f"{path} is not a list")
        return tuple(inner(one, f"{path}[{at}]") for at, one in enumerate(value))

    return load


def _fixed(inner: list[Load]) -> Load:
    def load(value: Any, path: str) -> Any:
        if not isinstance(value, list) or len(value) != len(inner):
            raise BadShape(f"{path} is not a list of {len(inner)}")
        return tuple(one(part, f"{path}[{at}]") for at, (one, part) in enumerate(zip(inner, value, strict=True)))

    return load


def _mapping(inner: Load) -> Load:
    def load(value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            raise BadShape(f"{path} is not an object")
        return {name: inner(one, f"{path}.{name}") for name, one in value.items()}

    return load
