"""What is written to the journal is read back as it was, and what cannot be read is refused with its line."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.effects import AcdEffect, Decision, OfferCall, PassedOver, WithdrawOffer
from queues.events import AcdEvent, OperatorBecameReady, QueueChanged
from queues.facts import Fact, PhoneChanged
from queues.journal import (
    BadJournal,
    Entry,
    Gap,
    Happened,
    Header,
    checksum,
    entry_lines,
    gap_line,
    header_line,
    read_journal,
)
from queues.rules import Destination, Exit, OperatorProfile, QueueRules
from tests.queues import some_values

HEADER = Header(1.5, "life", "abcd1234", 7, "Europe/Madrid", (QueueRules("support"),), (OperatorProfile("1", ()),))


def text_of(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def entry(happened: Happened) -> Entry:
    return Entry(happened.at, happened.event, checksum(happened.effects), happened.facts, happened.refused)


@given(some_values.events, st.lists(some_values.facts, max_size=3), some_values.seconds, st.none() | st.just("Unknown"))
def test_every_event_and_fact_is_read_back_as_it_was_written(
    event: AcdEvent, facts: list[Fact], at: float, refused: str | None
) -> None:
    happened = Happened(at, event, (), tuple(facts), refused)
    read, notes = read_journal(text_of(*entry_lines(happened)), "today")
    assert (read, notes) == ([entry(happened)], [])


@pytest.mark.parametrize("kind", [*get_args(AcdEvent), *get_args(Fact)], ids=lambda kind: kind.__name__)
def test_no_field_has_the_name_of_a_part_of_the_line(kind: type) -> None:
    taken = {"in", "fact", "journal"} | ({"at", "refused", "did"} if kind in get_args(AcdEvent) else set())
    assert not taken & {field.name for field in fields(kind)}


def test_a_gap_is_read_back() -> None:
    assert read_journal(text_of(gap_line(3)), "today") == ([Gap(3)], [])


def test_header_is_read_back_with_its_rules_and_operators() -> None:
    assert read_journal(text_of(header_line(HEADER)), "today") == ([HEADER], [])


def offer(ring_timeout_s: float) -> OfferCall:
    passed = PassedOver(0, 0, 0, 0)
    decision = Decision("longest_idle", "1001", 0.0, 1.0, "none_wanted", 0, 1, passed, (), 1)
    return OfferCall("ana", "1001", "support", ring_timeout_s, decision)


def test_checksum_tells_effects_apart_but_not_a_whole_number_from_the_same_with_a_point() -> None:
    effects: list[list[AcdEffect]] = [[], [offer(15)], [offer(15), offer(15)], [WithdrawOffer("ana", "1001", "stale")]]
    assert len({checksum(some) for some in effects}) == 4
    assert checksum([offer(15)]) == checksum([offer(15.0)])


READY = text_of(*entry_lines(Happened(2.0, OperatorBecameReady("1001"), (), (PhoneChanged(2.0, "1001", True),))))


@pytest.mark.parametrize("cut", [1, 20, READY.index("\n") - 1, len(READY) - 2])
def test_a_line_torn_by_a_crash_is_left_out_with_a_note_at_the_end_and_before_the_next_life(cut: int) -> None:
    torn = READY[:cut].split("\n")[-1]
    whole = READY[: cut - len(torn)]
    before = text_of(header_line(HEADER)) + READY + whole
    at_the_end, notes = read_journal(before + torn, "today")
    number = before.count("\n") + 1
    assert notes == [f"today:{number}: torn off by a crash, left out"]
    followed, more_notes = read_journal(before + torn + "\n" + text_of(header_line(HEADER)), "today")
    assert more_notes == notes
    assert followed == [*at_the_end, HEADER]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ("{}", "is no header, input, fact or gap"),
        ('{"journal":2}', "is of version 2; this program reads version 1"),
        ('{"gap":"some"}', "gap is not a number"),
        ('{"in":"Nonsense","at":1.0}', "in 'Nonsense' is unknown"),
        ('{"in":"OperatorBecameReady","operator":"1"}', "at is not a number"),
        ('{"in":"OperatorBecameReady","at":1.0}', "operator is missing in OperatorBecameReady"),
        ('{"in":"OperatorBecameReady","at":1.0,"operator":1}', "operator is not a str"),
        ('{"in":"OperatorBecameReady","at":1.0,"operator":"1","x":1}', "x is unknown in OperatorBecameReady"),
        ('{"in":"OfferRefused","at":1.0,"call":"a","operator":"1","cause":"tired"}', "cause is 'tired', not one of"),
        ('{"fact":"PhoneChanged","at":NaN,"operator":"1","reachable":true}', "at is not a float"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_its_place(line: str, why: str) -> None:
    with pytest.raises(BadJournal, match=r"^today:3: ") as refused:
        read_journal(READY + text_of(line) + READY, "today")
    assert why in str(refused.value)


def test_a_fact_without_an_input_is_refused() -> None:
    with pytest.raises(BadJournal, match=r"^today:2: a fact without an input"):
        read_journal(text_of(header_line(HEADER), READY.splitlines()[1]), "today")


def test_rules_that_make_no_sense_are_refused_with_the_field() -> None:
    line = next(entry_lines(Happened(1.0, QueueChanged(QueueRules("support")))))
    with pytest.raises(BadJournal, match=r"^today:1: rules: queue 'support': max_misses must be 1 or more"):
        read_journal(text_of(line.replace('"max_misses":3', '"max_misses":0')), "today")


def test_exits_are_read_back() -> None:
    rules = QueueRules("support", exits=(Exit("full", Destination("queue", "sales"), 2),), max_wait_s=3)
    happened = Happened(1.0, QueueChanged(rules))
    assert read_journal(text_of(*entry_lines(happened)), "today")[0] == [entry(happened)]
