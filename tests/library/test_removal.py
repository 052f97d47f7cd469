"""Is a recording removed once and wholly, wherever the engine stops meanwhile, and never while it is held?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_app.removal import Removal
from recordings.custody import Hold
from recordings.retention import DAY_S, RetentionRule
from tests.fakes.library import FakeLibrary
from tests.library.conftest import Archive
from tests.library.some_recordings import BEGAN, call_id, noted, stored

LATER = BEGAN + 10 * DAY_S


class Crash(BaseException):
    """The engine stops here."""


@dataclass
class Objects:
    """What is in the store; ``stops`` are the steps at which the engine stops."""

    keys: set[str]
    stops: Iterator[bool] = field(default_factory=lambda: iter(()))
    stuck: set[str] = field(default_factory=set)

    def remove(self, recording: str, key: str) -> None:
        if recording in self.stuck:
            raise OSError("not now")
        if next(self.stops, False):
            raise Crash
        self.keys.discard(key)
        if next(self.stops, False):
            raise Crash


def filled(count: int = 6) -> tuple[FakeLibrary, Objects]:
    library = FakeLibrary()
    for nth in range(1, count + 1):
        library.enter(stored(nth, queues=("ventas",) if nth % 2 else ("soporte",)))
    return library, Objects({one.key for one in library.stored.values()})


def removal(library: FakeLibrary, objects: Objects, *rules: RetentionRule) -> Removal:
    return Removal(library, objects, lambda: rules, lambda: LATER)


def test_what_is_over_goes_and_leaves_a_tombstone_each() -> None:
    library, objects = filled()
    swept = removal(library, objects, RetentionRule(5, "ventas"), RetentionRule(50)).expire(LATER)
    assert (swept.removed, swept.unfinished) == (3, ())
    assert sorted(library.ids()) == [call_id(2), call_id(4), call_id(6)]
    assert objects.keys == {one.key for one in library.stored.values()}
    assert sorted(entry.subject for entry in library.audit) == [call_id(1), call_id(3), call_id(5)]
    tomb = library.audit[0]
    assert (tomb.act, tomb.who, tomb.detail["audio_sha256"]) == ("expired", "system", stored(1).audio_sha256)


def test_without_rules_nothing_ever_goes() -> None:
    library, objects = filled()
    assert removal(library, objects).expire(LATER * 2).removed == 0


def test_the_outcome_may_decide() -> None:
    library, objects = filled(2)
    library.note_outcome(call_id(1), "sold", "1005", BEGAN)
    removal(library, objects, RetentionRule(None, disposition="sold"), RetentionRule(1)).expire(LATER)
    assert list(library.ids()) == [call_id(1)]


def test_a_store_that_refuses_one_does_not_keep_the_others() -> None:
    library, objects = filled(3)
    objects.stuck = {call_id(2)}
    sweep = removal(library, objects, RetentionRule(1))
    assert sweep.expire(LATER).unfinished == (call_id(2),)
    assert (list(library.ids()), len(library.audit)) == ([], 2)
    objects.stuck = set()
    assert sweep.expire(LATER).removed == 1
    assert objects.keys == set()


@given(st.lists(st.booleans(), max_size=30))
def test_stopped_anywhere_the_next_sweeps_end_with_the_same(stops: list[bool]) -> None:
    library, objects = filled()
    library.hold(Hold("h1", call_id(3), "3001", "x", BEGAN), noted())
    objects.stops = iter(stops)
    sweep = removal(library, objects, RetentionRule(1))
    for _ in range(len(stops) + 1):
        try:
            sweep.expire(LATER)
        except Crash:
            continue
        break
    sweep.expire(LATER)
    assert list(library.ids()) == [call_id(3)]
    assert objects.keys == {stored(3).key}
    buried = [entry.subject for entry in library.audit if entry.act == "expired"]
    assert sorted(buried) == [call_id(nth) for nth in (1, 2, 4, 5, 6)]


def test_a_hold_that_comes_while_the_sweep_runs_is_respected(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for nth in (1, 2):
        archive.keep(nth)
    archive.rules = [RetentionRule(1)]
    shelves = archive.open.shelves
    real = shelves.doom

    def doom(id_: str, why: Any, at: float) -> bool:
        if id_ == call_id(2):
            archive.open.library.custody.hold(Hold("h1", id_, "3001", "x", at), noted())
        return real(id_, why, at)

    monkeypatch.setattr(type(shelves), "doom", lambda self, *asked: doom(*asked))
    assert archive.open.removal.expire(LATER).removed == 1
    assert archive.objects() == [stored(2).key]


def test_a_sweep_of_more_than_one_page_misses_none(archive: Archive) -> None:
    archive.rules = [RetentionRule(1)]
    many = 1205
    for nth in range(1, many + 1):
        archive.open.shelves.enter(stored(nth, started_at=BEGAN + nth // 7))
    archive.open.library.custody.hold(Hold("h1", call_id(700), "3001", "x", BEGAN), noted())
    assert archive.open.removal.expire(LATER).removed == many - 1
    assert list(archive.open.shelves.ids()) == [call_id(700)]
