"""Is a customer gone from files that wait, from the engine's memory and from Redis, and is what goes on left alone and told?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from ari_app.adapters.pending_files import PendingFiles
from ari_app.adapters.redis_eraser import RedisEraser
from ari_app.adapters.redis_notes import RedisNotebook
from ari_app.adapters.redis_status import RedisStatus
from ari_app.board import StatusBoard
from ari_app.callback_book import CallbackBook, CallbackIntent
from ari_app.caller_numbers import CallerNumbers
from ari_app.commands import UnknownCall
from ari_app.contract import timestamp
from ari_app.customer_memory import CustomerMemory
from ari_app.known_callers import KnownCallers
from ari_app.voicemail_book import Message, VoicemailBook
from queues.acd import Acd
from queues.rules import QueueRules
from recordings.certificate import Remained
from recordings.notes import Began, Ended, Note, PartBegan, to_line
from tests.contract.centre import CALL
from tests.contract.redis_server import RedisServer
from tests.fakes.notebook import FakeNotebook
from tests.fakes.virtual_time import LoopClock
from tests.library.some_recordings import call_id

NUMBER, STRANGER = "600111222", "600333444"
PREFIX = "centralita:v1:"
ONE, TWO, THREE = call_id(1), call_id(2), call_id(3)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A redis-server of this test alone."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def reader(redis_server: RedisServer) -> AsyncIterator[Redis]:
    """A client of it."""
    client = Redis.from_url(redis_server.url, decode_responses=True)
    yield client
    await client.aclose()


class Remembering:
    """The engine's memory of two customers."""

    def __init__(self) -> None:
        self.notebook = FakeNotebook()
        self.clock = LoopClock()
        self.known = KnownCallers(b"a key", self.notebook, self.clock)
        self.who = self.known.who(NUMBER) or ""
        self.board = StatusBoard(self.clock.now)
        self.callbacks = CallbackBook(self.notebook, self.clock, Acd([QueueRules("soporte")], []))
        self.voicemails = VoicemailBook(self.notebook, self.clock, lambda queue, number: None)
        self.on_the_line: set[str] = set()
        self.memory = CustomerMemory(
            self.known,
            self.callbacks,
            self.cancel,
            self.voicemails,
            self.board,
            self.notebook,
            CallerNumbers(dict, self.board),
        )

    def cancel(self, call: str) -> None:
        """As the desk: the call's life ends a little later."""
        if call in self.on_the_line:
            raise UnknownCall(call)
        asyncio.get_running_loop().call_soon(self.ended, call)

    def ended(self, call: str) -> None:
        self.callbacks.forget(call)
        self.board.put_call(replace(self.board.calls[call], stage="ended", end_reason="callback_cancelled"))

    def agreed(self, call: str, caller: str) -> None:
        who = self.known.who(caller)
        times = (1.0, 1.0, 1.0, 1.0)
        self.callbacks.put(CallbackIntent(call, caller, "900", "es", "soporte", (), 0, None, who, "operator", *times))
        self.board.put_call(replace(CALL, id=call, stage="callback", caller="******222"))

    async def left(self, call: str, caller: str) -> None:
        self.notebook.notes[f"voicemail:{call}"] = Message(
            call, "soporte", caller, "900", "es", "x.wav", 1.0, 1.0
        ).text()
        await self.voicemails.remember()


async def test_the_engine_forgets_one_customer_and_no_other() -> None:
    centre = Remembering()
    for number in (NUMBER, STRANGER):
        centre.known.talked_with(centre.known.who(number), "1005", 60.0)
    centre.agreed(ONE, NUMBER)
    centre.agreed(TWO, STRANGER)
    await centre.left(THREE, NUMBER)
    await centre.left(call_id(4), STRANGER)
    centre.board.put_call(replace(CALL, id=call_id(5), stage="ended", caller=NUMBER))
    assert set(await centre.memory.calls_of(centre.who)) == {ONE, THREE, call_id(5)}
    erased = await centre.memory.erase(centre.who, frozenset({ONE, THREE, call_id(5)}))
    assert (erased.count, erased.remained) == (1 + 1 + 1 + 2, ())
    assert centre.known.last_operator(centre.who) is None
    assert centre.known.last_operator(centre.known.who(STRANGER)) == "1005"
    assert list(centre.callbacks.intents) == [TWO]
    assert list(centre.voicemails.messages) == [call_id(4)]
    assert list(centre.board.calls) == [TWO]
    assert not any(NUMBER in text or centre.who in key for key, text in centre.notebook.notes.items())
    again = await centre.memory.erase(centre.who, frozenset({ONE, THREE}))
    assert again.count == 0


async def test_a_call_that_goes_on_is_left_alone_and_told() -> None:
    centre = Remembering()
    centre.agreed(ONE, NUMBER)
    centre.on_the_line = {ONE}
    centre.board.put_call(replace(centre.board.calls[ONE], stage="talking"))
    erased = await centre.memory.erase(centre.who, frozenset({ONE}))
    assert erased.remained == (Remained(ONE, "the call goes on"),)
    assert ONE in centre.board.calls


async def test_what_redis_has_not_taken_is_not_called_done() -> None:
    centre = Remembering()
    centre.notebook.away = True
    with pytest.raises(OSError, match="it is tried again"):
        await centre.memory.erase(centre.who, frozenset())


def pending(folder: Path, call: str, who: str | None, *, ended: bool = True) -> None:
    """Files of a call that wait to be stored."""
    raw, work = folder / "raw", folder / "work"
    for place in (raw, work):
        place.mkdir(parents=True, exist_ok=True)
    notes: list[Note] = [
        Began(1.0, call, call, "call", "inbound", "900", "***", who),
        PartBegan(1.0, f"{call}.raw", "all"),
    ]
    notes += [Ended(2.0, "caller_hung_up")] if ended else []
    (raw / f"{call}.notes").write_text("".join(map(to_line, notes)))
    for file in (raw / f"{call}.raw", raw / f"{call}-2.raw", work / f"{call}.opus"):
        file.write_bytes(b"sound")


async def test_files_that_wait_to_be_stored_go_and_the_others_stay(tmp_path: Path) -> None:
    pending(tmp_path, ONE, "him")
    pending(tmp_path, TWO, "somebody else")
    pending(tmp_path, THREE, "him", ended=False)
    (tmp_path / "2026/11/19").mkdir(parents=True)
    (tmp_path / "2026/11/19" / f"{ONE}-voicemail.wav").write_bytes(b"an earlier version's")
    files = PendingFiles(tmp_path)
    assert set(await files.calls_of("him")) == {ONE, THREE}
    erased = await files.erase("him", frozenset({ONE}))
    assert (erased.count, erased.remained) == (5, (Remained(THREE, "the call goes on"),))
    left = sorted(file.name for file in tmp_path.rglob("*") if file.is_file())
    assert left == sorted(f"{call}{end}" for call in (TWO, THREE) for end in (".notes", ".raw", "-2.raw", ".opus"))
    assert (await files.erase("him", frozenset({ONE}))).count == 0


async def test_a_call_that_is_no_call_of_ours_reaches_no_file(tmp_path: Path) -> None:
    pending(tmp_path, ONE, "him")
    outside = tmp_path.parent / "outside.raw"
    outside.write_bytes(b"x")
    erased = await PendingFiles(tmp_path).erase("nobody", frozenset({"../outside", "*", "", "../../etc"}))
    assert (erased.count, outside.exists(), (tmp_path / "raw" / f"{ONE}.raw").exists()) == (0, True, True)


async def test_unreadable_notes_are_nobodys(tmp_path: Path) -> None:
    pending(tmp_path, ONE, "him")
    (tmp_path / "raw" / f"{TWO}.notes").write_text("nothing\n")
    assert list(await PendingFiles(tmp_path).calls_of("him")) == [ONE]


async def test_redis_forgets_the_notes_the_ended_calls_and_their_events(redis_server: RedisServer, reader: Any) -> None:
    board = StatusBoard(lambda: 1_790_000_000.0)
    status = RedisStatus(board, redis_server.url, timestamp(1_790_000_000), PREFIX)
    await status.start()
    board.add_sink(status.sink)
    running = asyncio.ensure_future(status.run())
    for call in (ONE, TWO, THREE):
        board.put_call(replace(CALL, id=call, caller=NUMBER))
        board.put_call(replace(CALL, id=call, stage="talking" if call == THREE else "ended", caller=NUMBER))
    for key in (
        f"last_operator:{'him'}",
        "last_operator:her",
        f"callback:{ONE}",
        f"voicemail:{ONE}",
        f"voicemail:{TWO}",
    ):
        await reader.set(PREFIX + key, "x")
    eraser = RedisEraser(redis_server.url, PREFIX, status.settled, lambda call: call == THREE)
    erased = await eraser.erase("him", frozenset({ONE, THREE}))
    assert (erased.count, erased.remained) == (1 + 3 + 2, (Remained(THREE, "the call goes on"),))
    kept = sorted(
        key.removeprefix(PREFIX) for key in await reader.keys("*") if not key.endswith(("controller", "epoch"))
    )
    assert kept == sorted([f"call:{TWO}", f"call:{THREE}", "calls", "events", "last_operator:her", f"voicemail:{TWO}"])
    bodies = [json.loads(fields["body"])["id"] for _, fields in await reader.xrange(f"{PREFIX}events")]
    assert bodies == [TWO, TWO, THREE, THREE]
    assert (await eraser.erase("him", frozenset({ONE}))).count == 0
    running.cancel()
    await asyncio.wait({running})
    await status.close()
    await eraser.close()


async def test_many_events_are_all_looked_at(redis_server: RedisServer, reader: Any) -> None:
    pipe = reader.pipeline()
    for at in range(1700):
        call = ONE if at % 3 == 0 else TWO
        pipe.xadd(
            f"{PREFIX}events", {"type": "call.changed", "body": json.dumps(asdict(replace(CALL, id=call)), default=str)}
        )
    pipe.xadd(f"{PREFIX}events", {"type": "queue.changed", "body": json.dumps({"id": ONE})})
    pipe.xadd(f"{PREFIX}events", {"type": "call.changed", "body": "nothing"})
    await pipe.execute()

    async def settled() -> None:
        return

    eraser = RedisEraser(redis_server.url, PREFIX, settled, lambda call: False)
    assert (await eraser.erase("him", frozenset({ONE}))).count == 567
    assert await reader.xlen(f"{PREFIX}events") == 1700 + 2 - 567
    await eraser.close()


async def test_a_redis_that_is_away_is_not_called_done(redis_server: RedisServer) -> None:
    async def settled() -> None:
        return

    eraser = RedisEraser(redis_server.url, PREFIX, settled, lambda call: False, deadline_s=0.5)
    redis_server.kill()
    with pytest.raises(Exception, match="onnect"):
        await eraser.erase("him", frozenset({ONE}))
    await eraser.close()


async def test_a_note_struck_out_is_gone_from_redis_too(redis_server: RedisServer, reader: Any) -> None:
    notebook = RedisNotebook(redis_server.url, PREFIX)
    running = asyncio.ensure_future(notebook.run())
    known = KnownCallers(b"a key", notebook, LoopClock())
    who = known.who(NUMBER) or ""
    known.talked_with(who, "1005", 60.0)
    assert await notebook.kept(5)
    assert await reader.exists(f"{PREFIX}last_operator:{who}")
    assert known.forget(who)
    assert not known.forget(who)
    assert await notebook.kept(5)
    assert not await reader.exists(f"{PREFIX}last_operator:{who}")
    running.cancel()
    await asyncio.wait({running})
    await notebook.close()
