"""A cancellation is never lost, whatever happens in the same instant."""

from __future__ import annotations

import asyncio

import pytest

from ari_app.cancellation import end_if_cancelled, for_ever, in_time, to_its_end


async def test_a_cancellation_in_the_instant_in_which_the_awaited_happens_is_not_lost() -> None:
    happening: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(in_time(happening, 5.0))
    await asyncio.sleep(0)
    happening.set_result(None)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_what_does_not_happen_in_time_is_a_timeout() -> None:
    with pytest.raises(TimeoutError):
        await in_time(asyncio.get_running_loop().create_future(), 0.01)


async def test_what_must_be_done_is_done_before_the_cancellation_goes_on() -> None:
    done: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append("done")

    doing = asyncio.create_task(to_its_end(work()))
    await asyncio.sleep(0)
    doing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doing
    assert done == ["done"]


async def test_a_cancellation_that_an_error_of_the_same_instant_hides_is_not_lost() -> None:
    fails = asyncio.Event()
    lives = 0

    async def ends_badly() -> None:
        try:
            await fails.wait()
        finally:
            raise OSError("the connection was lost")

    async def goes_on_after_errors() -> None:
        nonlocal lives
        while True:
            lives += 1
            fails.clear()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(ends_badly())
                    await for_ever()
            except* OSError:
                end_if_cancelled()

    going_on = asyncio.create_task(goes_on_after_errors())
    for life in range(3):
        await asyncio.sleep(0.01)
        assert lives == life + 1
        fails.set()
    await asyncio.sleep(0.01)
    going_on.cancel()
    await asyncio.wait({going_on}, timeout=1)
    assert going_on.cancelled()
    assert lives == 4
