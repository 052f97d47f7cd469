"""The same sequence gives the same effects, in another process too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_SEQUENCE = """
import random
from queues import events as ev
from queues.acd import Acd
from queues.rules import OperatorProfile, QueueRules

chance, names, skills = random.Random(7), ["support", "sales", "claims"], ["english", "gas"]
codes = [str(code) for code in range(1001, 1013)]
acd = Acd(
    [QueueRules(name) for name in names],
    [OperatorProfile(code, tuple(chance.sample(names, 2)), {chance.choice(skills): 1}) for code in codes],
)
for code in codes:
    acd.handle(ev.PhoneBecameReachable(code), 0.0)
for step in range(600):
    wanted = dict.fromkeys(chance.sample(skills, chance.randrange(3)), 1)
    code, call = chance.choice(codes), f"call{chance.randrange(step + 1)}"
    event = chance.choice([
        ev.OperatorBecameReady(code), ev.OperatorLoggedOut(code), ev.TimePassed(), ev.OfferAnswered(call, code),
        ev.CallerJoined(f"call{step}", chance.choice(names), wanted), ev.OfferRefused(call, code, "rejected"),
    ])
    print(acd.handle(event, float(step)))
"""


def test_effects_do_not_hang_on_how_this_run_of_python_hashes() -> None:
    root = Path(__file__).parents[2]
    runs = [
        subprocess.run(
            [sys.executable, "-c", _SEQUENCE],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert "OfferCall" in runs[0]
    assert runs[0] == runs[1]
