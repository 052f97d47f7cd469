"""Does the core decide today as it did then? The same events at the same times, told to an ACD built the same way.

The journal has everything that the ACD was ever told, its chance included, so a replay must give the same effects and facts;
where it does not, the core is another one, or has a fault, and the first difference says where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from queues.acd import Acd
from queues.facts import Fact
from queues.journal import BadJournal, Entry, Gap, Header, Item, checksum

Chance = Callable[[int], Callable[[], float]]
"""From a seed, the numbers that the live ACD was given."""


@dataclass(frozen=True, slots=True)
class Life:
    """One life of the controller: what its ACD was built from and all that it was told."""

    header: Header
    entries: tuple[Entry, ...]

    def acd(self, chance: Chance) -> Acd:
        """As it was at the beginning of this life."""
        return Acd(self.header.queues, self.header.operators, chance(self.header.seed))


def lives(items: Iterable[Item]) -> list[Life]:
    """The lives in a journal of one file or several, in order.

    Raises BadJournal if the beginning of a life is missing, or something within it.
    """
    found: list[tuple[Header, list[Entry]]] = []
    for item in items:
        match item:
            case Header(continues=None):
                found.append((item, []))
            case Header(continues=earlier):
                if not found or found[-1][0].life != item.life:
                    raise BadJournal(f"this journal goes on with {earlier}: give that file before it")
            case Gap(lost):
                raise BadJournal(
                    f"{lost} inputs are missing: the disk did not take them, so what followed cannot be replayed"
                )
            case Entry():
                if not found:
                    raise BadJournal("the journal has no header, so nothing is known of the rules")
                found[-1][1].append(item)
    return [Life(header, tuple(entries)) for header, entries in found]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replay went another way: the ``number`` of the entry in its life, from 1."""

    number: int
    entry: Entry
    what: str
    then: str
    now: str


def told_again(acd: Acd, entry: Entry) -> tuple[int, tuple[Fact, ...], str | None]:
    """Tell ``acd`` what was told; its effects' checksum, its facts, and the error's name if it refused."""
    try:
        effects = acd.handle(entry.event, entry.at)
    except Exception as refused:
        return 0, tuple(acd.facts()), type(refused).__name__
    return checksum(effects), tuple(acd.facts()), None


def replay(life: Life, chance: Chance) -> Iterator[tuple[Entry, Difference | None]]:
    """Tell a new ACD all of it. Ends after the first difference.

    The facts of the very last entry may be fewer than they were: a crash may have come between the lines.
    """
    acd = life.acd(chance)
    for number, entry in enumerate(life.entries, 1):
        did, facts, refused = told_again(acd, entry)
        if number == len(life.entries) and entry.facts == facts[: len(entry.facts)]:
            facts = entry.facts
        difference = _difference(number, entry, did, facts, refused)
        yield entry, difference
        if difference is not None:
            return


def _difference(number: int, entry: Entry, did: int, facts: tuple[Fact, ...], refused: str | None) -> Difference | None:
    if entry.refused != refused:
        return Difference(number, entry, "the event was refused", entry.refused or "no", refused or "no")
    for then, now in zip(entry.facts, facts, strict=False):
        if then != now:
            return Difference(number, entry, "a fact", repr(then), repr(now))
    if len(entry.facts) != len(facts):
        longer = (entry.facts if len(entry.facts) > len(facts) else facts)[min(len(entry.facts), len(facts))]
        shown = (repr(longer), "nothing") if len(entry.facts) > len(facts) else ("nothing", repr(longer))
        return Difference(number, entry, "a fact", *shown)
    if entry.did != did:
        return Difference(number, entry, "the effects (their checksum)", str(entry.did), str(did))
    return None
