"""A replay of the journal decides as it was decided, and says where it does not."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.events import CallerJoined
from queues.facts import Fact, OfferMade
from queues.journal import BadJournal, Entry, Gap, Happened, Header, Item, entry_lines, header_line, read_journal
from queues.replay import lives, replay, told_again
from tests.queues.busy_centre import BusyCentre, chance, header

PROFILE = settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
seeds = st.integers(0, 2**32)


def journal_of(seed: int, steps: int) -> str:
    lines = [header_line(header(seed))]
    for happened in BusyCentre(seed).happened(steps):
        lines += entry_lines(happened)
    return "".join(f"{line}\n" for line in lines)


def items(text: str) -> list[Item]:
    return read_journal(text, "today")[0]


@settings(PROFILE)
@given(seeds, st.integers(0, 120))
def test_the_same_seed_gives_the_same_journal_and_its_replay_gives_the_same_facts_and_effects(
    seed: int, steps: int
) -> None:
    text = journal_of(seed, steps)
    assert text == journal_of(seed, steps)
    (life,) = lives(items(text))
    differences = [difference for _, difference in replay(life, chance)]
    assert differences == [None] * len(life.entries)


def test_another_seed_decides_otherwise_and_the_first_difference_is_shown() -> None:
    (quiet,) = lives(items(journal_of(3, 0)))  # all are ready, so whom a call goes to is a matter of chance
    last = quiet.entries[-1].at
    calls = [Entry(last, CallerJoined(f"call{n}", "support"), 0, (), None) for n in range(3)]
    acd = quiet.acd(chance)
    told = [(entry, told_again(acd, entry)) for entry in (*quiet.entries, *calls)]
    life = replace(quiet, entries=tuple(replace(entry, did=did, facts=facts) for entry, (did, facts, _) in told))
    assert [found for _, found in replay(life, chance) if found] == []
    *before, (entry, difference) = replay(replace(life, header=replace(life.header, seed=4)), chance)
    assert all(found is None for _, found in before)
    assert difference is not None
    assert (difference.number, difference.entry) == (len(before) + 1, entry)
    assert difference.then != difference.now


def test_a_fact_that_was_lost_with_the_end_of_the_file_is_no_difference_but_one_in_the_middle_is() -> None:
    (life,) = lives(items(journal_of(3, 60)))
    at = next(n for n, entry in enumerate(life.entries) if any(isinstance(fact, OfferMade) for fact in entry.facts))
    cut = replace(life.entries[at], facts=life.entries[at].facts[:-1])
    last = replace(life, entries=(*life.entries[:at], cut))
    assert [found for _, found in replay(last, chance) if found] == []
    middle = replace(life, entries=(*life.entries[:at], cut, *life.entries[at + 1 :]))
    (difference,) = [found for _, found in replay(middle, chance) if found]
    assert (difference.number, difference.then) == (at + 1, "nothing")


def test_effects_that_differ_although_the_facts_agree_are_a_difference() -> None:
    (life,) = lives(items(journal_of(3, 60)))
    at = next(n for n, entry in enumerate(life.entries) if entry.did)
    wrong = replace(life, entries=(*life.entries[:at], replace(life.entries[at], did=1), *life.entries[at + 1 :]))
    (difference,) = [found for _, found in replay(wrong, chance) if found]
    assert (difference.number, difference.what) == (at + 1, "the effects (their checksum)")


def test_lives_go_on_over_files_and_nothing_of_one_may_be_missing() -> None:
    first: Header = header(1)
    following = replace(first, continues="2026-11-24.jsonl")
    happened = [*items(journal_of(1, 5))][1:]
    assert [len(life.entries) for life in lives([first, *happened, following, *happened, header(2)])] == [
        2 * len(happened),
        0,
    ]
    with pytest.raises(BadJournal, match=r"goes on with 2026-11-24\.jsonl"):
        lives([following, *happened])
    with pytest.raises(BadJournal, match=r"goes on with 2026-11-24\.jsonl"):
        lives([header(2), following])
    with pytest.raises(BadJournal, match="3 inputs are missing"):
        lives([first, Gap(3)])
    with pytest.raises(BadJournal, match="no header"):
        lives(happened)


def test_a_busy_day_uses_every_kind_of_fact() -> None:
    kinds: set[str] = set()
    told: list[Happened] = []
    for seed in range(12):
        for happened in BusyCentre(seed).happened(600):
            told.append(happened)
            kinds |= {type(fact).__name__ for fact in happened.facts}
    assert {kind.__name__ for kind in get_args(Fact)} - kinds == set()
    assert {happened.refused for happened in told} > {None, "UnknownCall"}
