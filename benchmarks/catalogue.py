"""How long does a search take among many recordings? The catalogue alone, in a SQLite file (or any database by URL).

N recordings of half a year, filled in as the pipeline enters them: 40 queues, 400 operators, 8 % messages, each customer with a few
calls, a tenth with coaches' notes, two thirds with an outcome. Then a mix of searches as people make them, each a first or later
page with its total count, the same every time (seeded), timed one by one; and a look at how many are entered in a second.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ari_app.adapters.catalogue import SqlShelves
from ari_app.adapters.catalogue_custody import SqlCustody
from ari_app.adapters.catalogue_database import Database, sqlite_url
from recordings.custody import AuditEntry, Hold, Mark
from recordings.record import Segment, SpeechFacts, StoredRecording
from recordings.search import PAGE, Search, Sight

BEGAN = 1_780_000_000.0
HALF_YEAR_S = 182 * 86_400.0
QUEUES = [f"queue_{number:02d}" for number in range(40)]
OPERATORS = [str(1001 + number) for number in range(400)]
NUMBERS = [f"9001002{number:02d}" for number in range(20)]
OUTCOMES = ["sold", "lost", "complaint", "callback", "wrong_number", "information"]
WORDS = [
    "saludo",
    "bien",
    "claro",
    "escuchó",
    "cerró",
    "la",
    "venta",
    "gestión",
    "tono",
    "cliente",
    "enfadado",
    "guion",
    "ofertó",
]


def number_of_customers(recordings: int) -> int:
    """Each calls three times on average."""
    return max(1, recordings // 3)


def made(chance: random.Random, nth: int, customers: int) -> StoredRecording:
    """One recording."""
    began = BEGAN + chance.random() * HALF_YEAR_S
    message = chance.random() < 0.08
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(began))
    call = f"{stamp}-{nth:08x}"
    id_ = f"{call}-voicemail" if message else call
    length_s = chance.uniform(10, 60) if message else chance.lognormvariate(5.2, 0.8)
    queues = tuple(chance.sample(QUEUES, 1 if chance.random() < 0.9 else 2))
    by = () if message else tuple(chance.sample(OPERATORS, 1 if chance.random() < 0.88 else 2))
    talk = chance.uniform(0.2, 0.5)
    facts = SpeechFacts(talk, 0.8 - talk, chance.random() ** 3 * 0.3, chance.random() * 0.5, 0.0, 1, 2, 4.0)
    segments = tuple(
        Segment("talk", at * 30.0, at * 30.0 + 30.0, operator, queues[0]) for at, operator in enumerate(by)
    )
    return StoredRecording(
        id=id_,
        call=call,
        kind="voicemail" if message else "call",
        key=f"{time.strftime('%Y/%m/%d', time.gmtime(began))}/{id_}.opus.age",
        started_at=began,
        length_s=length_s,
        direction="inbound",
        number=chance.choice(NUMBERS),
        caller_shown=f"******{chance.randrange(1000):03d}",
        caller_who=None if chance.random() < 0.05 else f"{chance.randrange(customers):024x}",
        mode=chance.choice(["all", "all", "all", "forced", "on_demand"]),
        queues=queues,
        operators=by,
        segments=segments,
        muted=((12.0, 20.0),) if chance.random() < 0.1 else (),
        end_reason="caller_hung_up",
        peaks=chance.randbytes(4800),
        audio_sha256=f"{nth:064x}",
        audio_bytes=int(length_s * 3000),
        stored_sha256=f"{nth:064x}",
        stored_bytes=int(length_s * 3010),
        stored_at=began + length_s + 5,
        facts=None if message else facts,
    )


def fill(database: Database, recordings: int, seed: int) -> list[float]:
    """Enter them; how long each took (s)."""
    chance, shelves, custody = random.Random(seed), SqlShelves(database), SqlCustody(database)
    took: list[float] = []
    for nth in range(recordings):
        one = made(chance, nth, number_of_customers(recordings))
        began = time.perf_counter()
        shelves.enter(one)
        took.append(time.perf_counter() - began)
        if chance.random() < 0.66:
            shelves.note_outcome(one.call, chance.choice(OUTCOMES), "1001", one.started_at)
        noted = AuditEntry(one.started_at, "2001", "supervisor", "mark_made", "call", one.call)
        if chance.random() < 0.1:
            text = " ".join(chance.choices(WORDS, k=8))
            custody.mark(Mark(f"m{nth}", one.call, one.started_at + 5, "2001", text, one.started_at), noted)
        if chance.random() < 0.01:
            custody.hold(Hold(f"h{nth}", one.id, "3001", "a lawsuit", one.started_at), noted)
    return took


def shapes(chance: random.Random, customers: int) -> dict[str, Callable[[], Search]]:
    """What people ask, by a name for the table."""

    def day() -> dict[str, Any]:
        since = BEGAN + chance.random() * HALF_YEAR_S
        return {"since": since, "until": since + 86_400 * chance.choice([1, 7, 30])}

    some = Sight(frozenset(chance.sample(QUEUES, 6)))
    return {
        "newest": Search,
        "time": lambda: Search(**day()),
        "queue": lambda: Search(queue=chance.choice(QUEUES)),
        "queue + time": lambda: Search(queue=chance.choice(QUEUES), **day()),
        "operator": lambda: Search(operator=chance.choice(OPERATORS)),
        "operator + time": lambda: Search(operator=chance.choice(OPERATORS), **day()),
        "caller": lambda: Search(caller_who=f"{chance.randrange(customers):024x}"),
        "number + time": lambda: Search(number=chance.choice(NUMBERS), **day()),
        "outcome": lambda: Search(disposition=chance.choice(OUTCOMES)),
        "length + over-talk": lambda: Search(min_length_s=300, min_over_talk=0.1),
        "silence": lambda: Search(min_silence=0.4),
        "text in notes": lambda: Search(text=chance.choice(["gestion", "enfadado", "no such word", "cerró la"])),
        "held": lambda: Search(held=True),
        "messages of some queues": lambda: Search(kind="voicemail", sight=some),
        "a supervisor's newest": lambda: Search(sight=some),
        "an operator's own": lambda: Search(sight=Sight(operators=frozenset({chance.choice(OPERATORS)}))),
        "many at once": lambda: Search(
            queue=chance.choice(QUEUES), disposition="sold", min_length_s=60, mode="all", sight=some, **day()
        ),
    }


def measure(database: Database, recordings: int, searches: int, seed: int) -> dict[str, list[float]]:
    """Times (ms) by shape. Each third search goes on to a later page."""
    chance = random.Random(seed + 1)
    asked = shapes(chance, number_of_customers(recordings))
    shelves, took = SqlShelves(database), defaultdict[str, list[float]](list)
    for nth in range(searches):
        name = chance.choice(list(asked))
        search, after = asked[name](), None
        if nth % 3 == 0:
            for _ in range(3):
                after = shelves.search(search, PAGE, after).next
                if after is None:
                    break
        began = time.perf_counter()
        shelves.search(search, PAGE, after)
        took[name].append((time.perf_counter() - began) * 1000)
    return took


def at(times: list[float], share: float) -> float:
    """The time that ``share`` of them stay within."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


def rows(took: dict[str, list[float]]) -> list[dict[str, Any]]:
    """One a shape, and all together."""
    all_ = {"all": [one for times in took.values() for one in times]}
    return [
        {
            "searches for": name,
            "n": len(t),
            "p50_ms": at(t, 0.5),
            "p95_ms": at(t, 0.95),
            "p99_ms": at(t, 0.99),
            "max_ms": at(t, 1),
        }
        for name, t in (all_ | dict(sorted(took.items()))).items()
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--recordings", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--url", help="another database than a SQLite file that is made for it; its tables are emptied")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(asked.url or sqlite_url(Path(folder) / "centralita.db"))
        database.migrate()
        database.migrate("base")
        database.migrate()
        entered = fill(database, asked.recordings, asked.seed)
        table = rows(measure(database, asked.recordings, asked.searches, asked.seed))
        kind = database.engine.dialect.name
        database.close()
    enter = {"p50_ms": at([one * 1000 for one in entered], 0.5), "p95_ms": at([one * 1000 for one in entered], 0.95)}
    if asked.json:
        about = {"python": platform.python_version(), "machine": platform.machine(), "database": kind}
        json.dump({**about, "recordings": asked.recordings, "entering": enter, "rows": table}, sys.stdout)
        return
    print(
        f"{asked.recordings:,} recordings in {kind}, Python {platform.python_version()}; a page of {PAGE} and the total."
    )
    print(f"Entering one: p50 {enter['p50_ms']} ms, p95 {enter['p95_ms']} ms.\n")
    for line in ({name: name for name in table[0]}, *table):
        print(f"{line['searches for']:<26}" + "".join(f"{value!s:>10}" for value in list(line.values())[1:]))


if __name__ == "__main__":
    main()
