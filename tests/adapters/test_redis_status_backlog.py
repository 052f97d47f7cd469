"""Is nothing kept twice, out of order or without bound on its way to Redis? The backlog alone, against any history."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ari_app.adapters.redis_backlog import Backlog, Batch
from ari_app.adapters.redis_shapes import Lost, event_fields, hash_fields
from ari_app.contract import StatusEvent
from tests.contract.centre import ANA, CALL, SOPORTE, STARTED


def _event(seq: int) -> StatusEvent:
    return StatusEvent(epoch=3, seq=seq, at=STARTED, type="operator.changed", body=replace(ANA, reason=str(seq)))


def _noted(backlog: Backlog, first: int, last: int) -> None:
    for seq in range(first, last + 1):
        backlog.note(_event(seq))


def _seqs(batch: Batch) -> list[int]:
    return [event.seq for event in batch.events]


def test_a_key_that_changes_often_is_written_once_with_its_newest_state() -> None:
    backlog = Backlog(events_cap=10, states_cap=10)
    _noted(backlog, 1, 5)
    batch = backlog.take(100)
    assert batch.states == {"operator:1005": replace(ANA, reason="5")}
    assert _seqs(batch) == [1, 2, 3, 4, 5]
    assert not backlog


def test_states_go_before_events_when_they_do_not_fit_together() -> None:
    backlog = Backlog(events_cap=10, states_cap=10)
    for seq, code in enumerate(("1001", "1002", "1003"), start=1):
        backlog.note(replace(_event(seq), body=replace(ANA, code=code)))
    assert (len(backlog.take(2).states), backlog.event_count) == (2, 3)
    last = backlog.take(2)
    assert (len(last.states), _seqs(last)) == (1, [1])


def test_beyond_the_cap_the_oldest_events_go_and_are_counted() -> None:
    backlog = Backlog(events_cap=3, states_cap=10)
    _noted(backlog, 1, 7)
    batch = backlog.take(100)
    assert batch.lost == Lost(first=1, last=4, at=STARTED)
    assert _seqs(batch) == [5, 6, 7]


def test_a_batch_put_back_does_not_undo_a_newer_state() -> None:
    backlog = Backlog(events_cap=10, states_cap=10)
    _noted(backlog, 1, 1)
    batch = backlog.take(10)
    _noted(backlog, 2, 2)
    backlog.put_back(batch)
    again = backlog.take(10)
    assert again.states == {"operator:1005": replace(ANA, reason="2")}
    assert _seqs(again) == [1, 2]


def test_a_batch_put_back_after_an_overflow_counts_as_lost() -> None:
    backlog = Backlog(events_cap=2, states_cap=10)
    _noted(backlog, 1, 2)
    batch = backlog.take(10)
    _noted(backlog, 3, 5)
    backlog.put_back(batch)
    again = backlog.take(10)
    assert again.lost == Lost(first=1, last=3, at=STARTED)
    assert _seqs(again) == [4, 5]


def test_what_redis_turns_out_to_have_is_neither_written_again_nor_called_lost() -> None:
    backlog = Backlog(events_cap=2, states_cap=10)
    _noted(backlog, 1, 5)
    backlog.written_up_to(2)
    assert backlog.take(10).lost == Lost(first=3, last=3, at=STARTED)
    _noted(backlog, 6, 8)
    backlog.written_up_to(7)
    batch = backlog.take(10)
    assert (batch.lost, _seqs(batch)) == (None, [8])


def test_too_many_changed_keys_are_forgotten_in_favour_of_a_rewrite() -> None:
    backlog = Backlog(events_cap=10, states_cap=2)
    for seq in range(1, 4):
        backlog.note(replace(_event(seq), body=replace(ANA, code=str(seq))))
    assert backlog.rewrite_due
    assert backlog.take(10).states == {}


@given(
    cap=st.integers(1, 8),
    steps=st.lists(st.one_of(st.integers(1, 12), st.sampled_from(["wrote", "failed", "unsure"])), max_size=40),
)
def test_what_reaches_the_stream_has_every_event_once_in_order_or_says_that_it_is_lost(
    cap: int, steps: list[int | str]
) -> None:
    backlog = Backlog(events_cap=cap, states_cap=100)
    noted = 0
    stream: list[StatusEvent | Lost] = []
    for step in [*steps, *["wrote"] * 50]:
        if isinstance(step, int):
            _noted(backlog, noted + 1, noted + step)
            noted += step
            continue
        batch = backlog.take(3)
        if step != "failed":
            stream.extend(batch.entries)
        if step != "wrote":
            _noted(backlog, noted + 1, noted + 2)  # the engine goes on while the batch is in flight
            noted += 2
            backlog.put_back(batch)
            if stream:
                last = stream[-1]
                backlog.written_up_to(last.last if isinstance(last, Lost) else last.seq)
        assert backlog.event_count <= cap
    expected = 1
    for entry in stream:
        assert (entry.first if isinstance(entry, Lost) else entry.seq) == expected
        expected = (entry.last if isinstance(entry, Lost) else entry.seq) + 1
    assert expected == noted + 1


def test_hashes_spell_none_as_empty_and_numbers_with_three_decimals_at_most() -> None:
    shown = hash_fields(replace(SOPORTE, longest_wait_s=12.34567, service_level_s=20.0, sl2=2 / 3, waiting=100))
    assert (shown["longest_wait_s"], shown["service_level_s"], shown["sl2"]) == ("12.346", "20", "0.667")
    assert shown["waiting"] == "100"
    assert hash_fields(replace(SOPORTE, longest_wait_s=-0.0001))["longest_wait_s"] == "0"
    assert hash_fields(SOPORTE)["sl2"] == hash_fields(CALL)["operator"] == ""


def test_of_a_change_only_what_differs_is_written() -> None:
    assert hash_fields(replace(ANA, state="paused", reason="lunch"), ANA) == {"state": "paused", "reason": "lunch"}
    assert hash_fields(ANA, ANA) == {}
    assert hash_fields(replace(ANA, reason=None), replace(ANA, reason="lunch")) == {"reason": ""}


def test_an_event_is_stamped_with_the_epoch_of_its_writing() -> None:
    entry = event_fields(replace(_event(7), epoch=0), epoch=4)
    assert (entry["epoch"], entry["seq"], entry["type"]) == ("4", "7", "operator.changed")
    assert '"name":"Ana Peña"' in entry["body"]
