"""What does one decision of the ACD cost, and how does it grow with the centre? The core alone, without any I/O.

A centre of N operators in N/20 queues, N callers waiting, 10 skills with levels. Everybody works: an operator's
conversation ends, he or she is ready again and is offered the next caller, who answers; a new caller joins for each one
served. So every step is three events, of which one is a *decision* (an offer made). The same events come in the same
order every time (seeded), and the sizes are measured in turns in one run, so that a busy machine slows them all alike.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import random
import sys
import time
from dataclasses import dataclass, field
from itertools import pairwise

from queues.acd import Acd
from queues.effects import AcdEffect, OfferCall
from queues.events import (
    AcdEvent,
    CallerJoined,
    ConversationEnded,
    OfferAnswered,
    OperatorBecameReady,
    PhoneBecameReachable,
)
from queues.rules import Membership, OperatorProfile, QueueRules

SKILLS = [f"skill{number}" for number in range(10)]
OPERATORS_PER_QUEUE = 20


@dataclass
class Crowd:
    """One centre at work, and the times of its events (ns)."""

    operators: int
    acd: Acd
    chance: random.Random
    queues: list[str]
    now: float = 0.0
    calls: int = 0
    talking: list[tuple[str, str]] = field(default_factory=list)
    decisions_ns: list[int] = field(default_factory=list)
    events_ns: list[int] = field(default_factory=list)
    busy_ns: int = 0

    def tell(self, event: AcdEvent) -> list[AcdEffect]:
        self.now += 0.001
        began = time.perf_counter_ns()
        effects = self.acd.handle(event, self.now)
        self.acd.facts()
        self.acd.touched()
        took = time.perf_counter_ns() - began
        self.busy_ns += took
        self.events_ns.append(took)
        if any(isinstance(effect, OfferCall) for effect in effects):
            self.decisions_ns.append(took)
        return effects

    def caller_joins(self) -> list[AcdEffect]:
        self.calls += 1
        wanted = {self.chance.choice(SKILLS): self.chance.randint(1, 3)} if self.chance.random() < 0.5 else {}
        return self.tell(
            CallerJoined(f"call{self.calls}", self.chance.choice(self.queues), wanted, self.chance.choice([0, 0, 0, 5]))
        )

    def answer(self, effects: list[AcdEffect]) -> None:
        for effect in effects:
            if isinstance(effect, OfferCall):
                self.tell(OfferAnswered(effect.call, effect.operator))
                self.talking.append((effect.call, effect.operator))

    def step(self) -> None:
        """A conversation ends, the operator is ready and gets the next caller; a new caller joins."""
        at = self.chance.randrange(len(self.talking))
        self.talking[at], self.talking[-1] = self.talking[-1], self.talking[at]
        call, operator = self.talking.pop()
        self.answer(self.tell(ConversationEnded(call)))
        self.answer(self.tell(OperatorBecameReady(operator)))
        self.answer(self.caller_joins())


def crowd(operators: int, seed: int = 7) -> Crowd:
    """The centre with everybody talking and as many callers waiting."""
    chance = random.Random(seed)
    queues = [f"queue{number}" for number in range(max(1, operators // OPERATORS_PER_QUEUE))]
    profiles = [
        OperatorProfile(
            f"{number:05d}",
            tuple(Membership(name) for name in chance.sample(queues, min(3, len(queues)))),
            {skill: chance.randint(1, 5) for skill in chance.sample(SKILLS, 3)},
        )
        for number in range(operators)
    ]
    made = Crowd(operators, Acd([QueueRules(name) for name in queues], profiles, chance.random), chance, queues)
    for profile in profiles:
        made.tell(PhoneBecameReachable(profile.code))
        made.tell(OperatorBecameReady(profile.code))
    while sum(1 for _ in made.talking) < operators * 0.97:
        made.answer(made.caller_joins())
    while sum(made.acd.queue(name, made.now).waiting for name in queues[:1]) * len(queues) < operators:
        for _ in range(max(1, len(queues))):
            made.answer(made.caller_joins())
    return made


def warmed(crowds: list[Crowd]) -> None:
    """Every part has run, and the set-up is not measured."""
    for one in crowds:
        for _ in range(200):
            one.step()
        one.decisions_ns.clear()
        one.events_ns.clear()
        one.busy_ns = 0


def measure(sizes: list[int], steps: int, rounds: int) -> list[dict[str, float]]:
    """``rounds`` times ``steps`` of each size in turns. One row a size."""
    crowds = [crowd(size) for size in sizes]
    warmed(crowds)
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for one in crowds:
            for _ in range(steps):
                one.step()
    return [_row(one) for one in crowds]


def _row(one: Crowd) -> dict[str, float]:
    decisions = sorted(one.decisions_ns)
    waiting = sum(one.acd.queue(name, one.now).waiting for name in one.queues)
    return {
        "operators": one.operators,
        "queues": len(one.queues),
        "waiting": waiting,
        "decisions": len(decisions),
        "decisions_per_s": round(len(decisions) / (sum(decisions) / 1e9)),
        "events_per_s": round(len(one.events_ns) / (one.busy_ns / 1e9)),
        "p50_us": round(decisions[len(decisions) // 2] / 1000, 1),
        "p99_us": round(decisions[int(len(decisions) * 0.99)] / 1000, 1),
        "mean_us": round(sum(decisions) / len(decisions) / 1000, 1),
    }


def main() -> None:
    """Print the table, and the growth from one size to the next as a ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = measure([int(size) for size in asked.sizes.split(",")], asked.steps, asked.rounds)
    if asked.json:
        json.dump({"python": platform.python_version(), "machine": platform.machine(), "rows": rows}, sys.stdout)
        return
    print(
        f"The ACD's core alone, Python {platform.python_version()}, facts and touched views taken after each event.\n"
    )
    names = list(rows[0])
    print("  ".join(f"{name:>15}" for name in names))
    for row in rows:
        print("  ".join(f"{row[name]:>15,}" for name in names))
    for small, large in pairwise(rows):
        ratio = large["mean_us"] / small["mean_us"]
        print(f"\n{small['operators']:,} -> {large['operators']:,} operators: a decision costs {ratio:.2f} x", end="")
    print()


if __name__ == "__main__":
    main()
