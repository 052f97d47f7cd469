"""Two Asterisks and Kamailio, in the composition with its profile two-nodes: do calls come in, sound, and go on when one dies?"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
import pytest_asyncio

from ari_app.demo.api_client import ApiClient
from tests.compose import test_rights as rights
from tests.compose.composition import ADDED, EXTERNAL, TWO_NODES, Composition, until
from tests.compose.test_calls import OPERATOR, conversation, life_of

COORDINATOR: Final = "3001"


@pytest.fixture(scope="module")
def started(running: Composition) -> Iterator[Composition]:
    """As docs/deployment.md says; afterwards it is as it was for the other tests."""
    running.compose("down")
    two = replace(running, profile=TWO_NODES)
    two.up()
    yield two
    two.compose("down")
    running.up()


@pytest_asyncio.fixture(loop_scope="session")
async def two(started: Composition) -> AsyncIterator[Composition]:
    """Both nodes at work."""
    async with started.supervisor(COORDINATOR) as api:
        await until(lambda: both_are_connected(api))
    yield started


async def nodes(api: ApiClient) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in (await api.get("nodes"))["items"]}


async def both_are_connected(api: ApiClient) -> bool:
    told = await nodes(api)
    assert set(told) == {"a", "b"}
    return all(one["connected"] for one in told.values())


async def test_the_demo_goes_well_through_kamailio(two: Composition) -> None:
    told = await two.demo()
    assert told["ok"], told
    assert (told["recording"]["left_is_caller"], told["recording"]["right_is_operator"]) == (True, True)


@pytest.mark.parametrize(("serving", "drained"), [("a", "b"), ("b", "a")])
async def test_caller_and_an_operator_outside_hear_each_other_on_each_node(
    two: Composition, serving: str, drained: str
) -> None:
    """And the phone is told addresses alone that it reaches."""
    async with two.supervisor(COORDINATOR) as api:
        await api.ask("POST", f"/api/v1/nodes/{drained}/drain", {})
        try:
            async with conversation(two) as talking:
                assert {name: one["calls"] for name, one in (await nodes(api)).items()} == {serving: 1, drained: 0}
                (offer,) = {traced.text() for traced in talking.phone.trace if traced.text().startswith("INVITE ")}
                assert f"\nc=IN IP4 {EXTERNAL}\n" in offer
                assert f"\nRecord-Route: <sip:{EXTERNAL}:5060;" in offer
                await talking.ends_and_is_kept()
        finally:
            await api.ask("POST", f"/api/v1/nodes/{drained}/undrain", {})


async def test_a_phone_outside_dials_a_feature_code(two: Composition) -> None:
    async with two.operator(OPERATOR) as phone, two.supervisor() as api:
        call = await phone.call("*12")
        await call.answered()
        await until(lambda: has_state(api, "paused"))
        answers = {traced.text() for traced in phone.trace if traced.text().startswith("SIP/2.0 200 OK")}
        assert [f"\nc=IN IP4 {EXTERNAL}\n" in answer for answer in answers if "\nc=" in answer] == [True]
        await call.hang_up()


async def test_a_node_that_dies_comes_back_by_itself_and_the_other_takes_the_calls(two: Composition) -> None:
    before = life_of(two, "asterisk-b")
    os.kill(two.pid("asterisk-b"), signal.SIGKILL)
    async with conversation(two) as talking:
        await talking.ends_and_is_kept()
    await until(lambda: asyncio.to_thread(lambda: life_of(two, "asterisk-b") != before))
    async with two.supervisor(COORDINATOR) as api:
        await until(lambda: both_are_connected(api))


async def test_kamailio_may_die_in_the_midst_of_a_conversation(two: Composition) -> None:
    """Sound does not pass there, and the way of the dialog is kept by its two ends."""
    async with conversation(two) as talking:
        before = life_of(two, "kamailio")
        os.kill(two.pid("kamailio"), signal.SIGKILL)
        await talking.goes_on()
        await until(lambda: asyncio.to_thread(lambda: life_of(two, "kamailio") != before))
        await asyncio.to_thread(two.up, "--no-recreate", "kamailio")
        await talking.ends_and_is_kept()


Rule = Callable[[Composition, str], Awaitable[None]]
OF_A_SERVICE: Final[tuple[Rule, ...]] = (
    rights.test_no_process_has_a_right_that_it_does_not_need,
    rights.test_nobody_can_change_the_programs,
    rights.test_no_part_can_take_the_whole_machine,
)


@pytest.mark.parametrize("service", ADDED)
@pytest.mark.parametrize("rule", OF_A_SERVICE)
async def test_the_new_parts_may_do_no_more_than_the_others(two: Composition, service: str, rule: Rule) -> None:
    await rule(two, service)


async def test_the_new_parts_see_no_secret(two: Composition) -> None:
    for service in ADDED:
        mounts = [mount["Destination"] for mount in two.container(service)["Mounts"]]
        assert not [mount for mount in mounts if mount.startswith("/run/secrets")], service


OF_THE_WHOLE: Final[tuple[Callable[[Composition], Awaitable[None]], ...]] = (
    rights.test_only_sip_sound_and_the_console_are_published,
    rights.test_what_only_the_engine_may_reach_listens_for_nobody_else,
    rights.test_no_secret_is_shown_by_docker_an_image_or_a_process,
)


@pytest.mark.parametrize("rule", OF_THE_WHOLE)
async def test_what_is_published_and_shown_is_the_same(
    two: Composition, rule: Callable[[Composition], Awaitable[None]]
) -> None:
    await rule(two)


async def has_state(api: ApiClient, wanted: str) -> bool:
    return bool((await api.get(f"operators/{OPERATOR}"))["state"] == wanted)
