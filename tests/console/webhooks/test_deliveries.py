"""Does every message reach its receiver, in order, whoever fails, is down or is killed, and is one that cannot be brought told?"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from console.webhooks.retries import Schedule
from tests.console.webhooks.post import COORDINATOR, SOON, Post
from tests.console.webhooks.receiver import Receiver

NEVER_GIVES_UP = Schedule(delays_s=(0.01,) * 10_000, jitter=0.0)


def subscribe(post: Post, receiver: Receiver, *events: str) -> str:
    id_, receiver.secret = post.book.make(receiver.url, events or ["ticket.opened"], "", COORDINATOR)
    return id_


def tickets(receiver: Receiver) -> list[str]:
    return [one["data"]["ticket"] for one in receiver.taken]


def states(post: Post, webhook: str) -> list[str]:
    return [one.state for one in reversed(post.book.messages(webhook))]


async def test_what_happens_is_told_signed_and_in_order(post: Post, receiver: Receiver) -> None:
    id_ = subscribe(post, receiver)
    async with post.delivering():
        for nth in range(5):
            post.put(nth)
        await receiver.until(5)
        await post.until(lambda: states(post, id_) == ["delivered"] * 5)
    assert tickets(receiver) == [f"S-{nth}" for nth in range(5)]
    assert all(one.message is not None for one in receiver.requests)
    assert receiver.taken[0]["type"] == "ticket.opened"
    assert len({one.id for one in receiver.requests}) == 5


async def test_a_change_that_does_not_take_effect_is_told_to_nobody(post: Post, receiver: Receiver) -> None:
    id_ = subscribe(post, receiver)
    with pytest.raises(ZeroDivisionError):
        post.put(1, fails=True)
    assert post.book.messages(id_) == []


async def test_only_what_was_subscribed_to_is_told(post: Post, receiver: Receiver) -> None:
    id_ = subscribe(post, receiver, "ticket.closed", "call.ended")
    post.put(1)
    assert post.book.messages(id_) == []


async def test_what_has_a_key_is_told_once(post: Post, receiver: Receiver) -> None:
    id_ = subscribe(post, receiver)
    for _ in range(3):
        post.put(1, key="call.ended:1")
    post.put(2, key="call.ended:2")
    assert [one.about for one in post.book.messages(id_)] == ["S-2", "S-1"]


async def test_a_receiver_that_fails_gets_it_again_with_the_same_id_and_nothing_overtakes(
    post: Post, receiver: Receiver
) -> None:
    id_ = subscribe(post, receiver)
    receiver.answers = [500, 302, 429]
    for nth in range(3):
        post.put(nth)
    async with post.delivering():
        await post.until(lambda: states(post, id_) == ["delivered"] * 3)
    ids = [one.id for one in receiver.requests]
    assert ids[0] == ids[1] == ids[2] == ids[3]
    assert len(set(ids)) == 3
    assert tickets(receiver) == ["S-0", "S-1", "S-2"]
    first = post.book.message(ids[0])
    assert [one.status for one in first.tries] == [500, 302, 429, 200]


async def test_a_receiver_that_is_down_gets_everything_once_it_is_back(post: Post, receiver: Receiver) -> None:
    id_ = subscribe(post, receiver)
    await receiver.stop()
    async with post.delivering(NEVER_GIVES_UP):
        for nth in range(3):
            post.put(nth)
        await post.until(lambda: post.book.messages(id_)[-1].attempts >= 2)
        await receiver.start()
        await receiver.until(3)
    assert tickets(receiver) == ["S-0", "S-1", "S-2"]


async def test_a_receiver_that_does_not_answer_is_asked_again(post: Post, receiver: Receiver) -> None:
    id_ = subscribe(post, receiver)
    receiver.held = True
    post.put(1)
    async with post.delivering(NEVER_GIVES_UP, within_s=0.2):
        await receiver.until(2)
        receiver.held = False
        await post.until(lambda: states(post, id_) == ["delivered"])
    assert tickets(receiver) == ["S-1"]
    assert post.book.message(receiver.requests[0].id).tries[0].wrong == "no answer in time"


async def test_after_the_last_attempt_it_is_dead_and_told_and_can_be_replayed_by_hand(
    post: Post, receiver: Receiver
) -> None:
    id_ = subscribe(post, receiver)
    receiver.answers = [500] * 5
    async with post.delivering(SOON) as deliveries:
        post.put(1)
        await post.until(lambda: states(post, id_) == ["dead"])
        post.put(2)
        await post.until(lambda: states(post, id_) == ["dead", "delivered"])
        await post.until(lambda: deliveries.wrong is not None)
        assert deliveries.wrong == "1 messages to webhooks were given up: replay or drop them"
        post.book.replay(receiver.requests[0].id, COORDINATOR)
        await post.until(lambda: states(post, id_) == ["delivered"] * 2)
        await post.until(lambda: deliveries.wrong is None)
    assert tickets(receiver) == ["S-1", "S-2"]
    assert [one.id for one in receiver.requests].count(receiver.requests[0].id) == 6


async def test_410_stops_the_webhook_and_what_happens_meanwhile_waits_for_somebody_to_resume_it(
    post: Post, receiver: Receiver
) -> None:
    id_ = subscribe(post, receiver)
    receiver.answers = [410]
    async with post.delivering():
        post.put(1)
        await post.until(lambda: post.book.find(id_).stopped_why is not None)
        post.put(2)
        assert "410" in str(post.book.find(id_).stopped_why)
        post.book.resume(id_, COORDINATOR)
        await receiver.until(3)
    assert tickets(receiver) == ["S-1", "S-2"]


async def test_one_that_hangs_holds_up_no_other(post: Post, receiver: Receiver) -> None:
    slow = Receiver()
    await slow.start()
    subscribe(post, slow)
    subscribe(post, receiver)
    slow.held = True
    async with post.delivering():
        for nth in range(3):
            post.put(nth)
        await receiver.until(3)
    assert len(slow.requests) == 1
    await slow.stop()


async def test_two_processes_send_to_one_webhook_one_after_the_other(post: Post, receiver: Receiver) -> None:
    id_ = subscribe(post, receiver)
    async with post.delivering(), post.delivering():
        for nth in range(20):
            post.put(nth)
        await post.until(lambda: states(post, id_) == ["delivered"] * 20)
    assert [one["data"]["ticket"] for one in receiver.taken] == [f"S-{nth}" for nth in range(20)]
    assert len(receiver.requests) == 20


async def test_a_new_secret_signs_at_once_and_the_old_one_for_a_day_more(post: Post, receiver: Receiver) -> None:
    id_ = subscribe(post, receiver)
    old, new = receiver.secret, post.book.new_secret(id_, COORDINATOR)
    assert old != new
    async with post.delivering():
        post.put(1)
        await receiver.until(1)
        receiver.secret = new
        post.put(2)
        await receiver.until(2)
    assert tickets(receiver) == ["S-1", "S-2"]


async def test_no_secret_stands_in_the_database_and_one_that_cannot_be_opened_stops_its_webhook(
    post: Post, receiver: Receiver, tmp_path: Path
) -> None:
    id_ = subscribe(post, receiver)
    assert receiver.secret.encode() not in (tmp_path / "centralita.db").read_bytes()
    other = Post(post.database, tmp_path / "another installation")
    async with other.delivering():
        other.put(1)
        await post.until(lambda: post.book.find(id_).stopped_why is not None)
    assert receiver.requests == []
    assert states(post, id_) == ["pending"]


def _process(folder: Path, what: str, count: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.console.webhooks.post", str(folder), what, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def test_a_process_killed_between_commit_and_delivery_loses_nothing(
    post: Post, receiver: Receiver, tmp_path: Path
) -> None:
    id_ = subscribe(post, receiver)
    writer = _process(tmp_path, "commit", 10)
    assert writer.stdout is not None
    assert await asyncio.to_thread(writer.stdout.readline) == "committed\n"
    writer.kill()
    writer.communicate()
    async with post.delivering():
        await post.until(lambda: states(post, id_) == ["delivered"] * 10)
    assert tickets(receiver) == [f"S-{nth}" for nth in range(10)]


async def test_a_process_killed_between_delivery_and_note_delivers_again_and_the_receiver_knows_it_by_its_id(
    post: Post, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = subscribe(post, receiver)
    post.put(1)
    receiver.held = True
    sender = _process(tmp_path, "deliver")
    await receiver.until(1)
    sender.kill()
    sender.communicate()
    receiver.held = False
    later = post.clock.now() + 61  # its claim on the webhook has run out
    monkeypatch.setattr(post.clock, "now", lambda: later)
    async with post.delivering():
        await post.until(lambda: states(post, id_) == ["delivered"])
    assert len(receiver.requests) == 2
    assert receiver.requests[0].id == receiver.requests[1].id
    assert tickets(receiver) == ["S-1"]
