"""Which values may an event or a fact have? Hypothesis strategies made from the annotations, for every kind of a union."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from queues.events import AcdEvent
from queues.facts import Fact
from queues.rules import CallbackRules, Membership, OperatorProfile, QueueRules, Ring

names = st.text(min_size=1, max_size=6)
seconds = st.floats(allow_nan=False, allow_infinity=False, width=64)
numbers_above_0 = st.floats(min_value=0.001, max_value=1e9)

st.register_type_strategy(float, seconds)
st.register_type_strategy(Membership, st.builds(Membership, names, st.integers(0, 9), numbers_above_0))
st.register_type_strategy(
    Ring, st.builds(Ring, numbers_above_0, st.integers(0, 3), st.frozensets(names, max_size=2), st.booleans())
)
st.register_type_strategy(
    QueueRules,
    st.builds(
        QueueRules,
        name=names,
        strategy=st.sampled_from(["longest_idle", "random"]),
        rings=st.builds(Ring, numbers_above_0, drop=st.frozensets(names, max_size=2)).map(lambda ring: (ring,)),
        join_empty=st.none() | st.frozensets(st.sampled_from(["paused", "ringing"])),
        max_wait_s=st.none() | numbers_above_0,
        callback=st.builds(CallbackRules, st.sampled_from(["operator", "customer"]), st.integers(1, 9)),
    ),
)
st.register_type_strategy(
    OperatorProfile,
    st.builds(
        OperatorProfile,
        code=names,
        queues=st.lists(names, unique=True, max_size=2).map(lambda queues: tuple(map(Membership, queues))),
        skills=st.dictionaries(names, st.integers(1, 9), max_size=2),
    ),
)


def _of(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) is Mapping:
        return st.dictionaries(names, st.integers(), max_size=2)
    return st.from_type(hint)


def _kind(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: _of(hints[field.name]) for field in fields(kind)})


def union_of(union: Any) -> st.SearchStrategy[Any]:
    """Any value of any kind in the union."""
    return st.one_of([_kind(kind) for kind in get_args(union)])


events = union_of(AcdEvent)
facts = union_of(Fact)
