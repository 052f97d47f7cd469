"""Does the composition do what it is for? Real calls, in by its published ports, and parts of it that die meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from ari_app.demo.api_client import ApiClient
from sip_agents import IncomingCall, SipAgent
from tests.compose.composition import CALLER_HZ, CONTROLLERS, EXTERNAL, OPERATOR_HZ, Caller, Composition, until

OPERATOR = "1009"


def life_of(running: Composition, service: str) -> str:
    return str(running.container(service)["State"]["StartedAt"])


def other_than(service: str) -> str:
    (other,) = CONTROLLERS.keys() - {service}
    return other


@dataclass(frozen=True, slots=True)
class Conversation:
    """A caller and an operator who talk. The operator's phone is outside the composition."""

    running: Composition
    caller: Caller
    operator: IncomingCall
    id: str
    phone: SipAgent

    async def goes_on(self) -> None:
        """Both hear each other, from now on. Raises NotHeard."""
        await self.caller.hears_the_operator()
        await self.operator.heard_only([CALLER_HZ], (CALLER_HZ, OPERATOR_HZ))

    async def ends_and_is_kept(self) -> None:
        """Whoever leads now knows it by its id; it ends like any other, and its recording can be played."""
        async with self.running.supervisor() as api:
            assert (await shown_call(api))["id"] == self.id
            await self.operator.hang_up()
            assert await self.caller.ended() == "remote_bye"
            key = (await api.get(f"calls/{self.id}"))["recording"]
            wav = await api.recorded(key.rpartition("/")[2].removesuffix(".opus.age"))
        assert wav.startswith(b"RIFF")


async def shown_call(api: ApiClient) -> dict[str, Any]:
    """The call that the operator has."""
    (call,) = [call for call in (await api.get("calls"))["items"] if call["operator"] == OPERATOR]
    return dict(call)


@asynccontextmanager
async def conversation(running: Composition) -> AsyncIterator[Conversation]:
    async with running.operator(OPERATOR) as phone, running.caller() as caller:
        incoming = await phone.incoming(15)
        await incoming.answer()
        async with running.supervisor() as api:
            talking = Conversation(running, caller, incoming, (await shown_call(api))["id"], phone)
        await talking.goes_on()
        yield talking


async def test_the_demo_goes_well_inside_the_composition(running: Composition) -> None:
    """Number, menu, queue, phone, talk, wrap-up, and the recording is played from the store with both voices in their places."""
    told = await running.demo()
    assert told["ok"], told
    assert (told["recording"]["left_is_caller"], told["recording"]["right_is_operator"]) == (True, True)
    key = told["recording"]["path"].removeprefix("/var/lib/centralita-store/")
    place, size = running.kept(key.rpartition("/")[2].removesuffix(".opus.age"))
    assert place == key
    assert running.within("recordings", "stat", "-c", "%s %u", told["recording"]["path"]).split() == [size, "10001"]
    assert running.within("recordings", "head", "-c", "21", told["recording"]["path"]) == "age-encryption.org/v1"


async def test_caller_and_an_operator_outside_hear_each_other_through_the_published_ports(running: Composition) -> None:
    async with running.operator(OPERATOR) as phone, running.caller() as caller, running.supervisor() as api:
        incoming = await phone.incoming(15)
        await incoming.answer()
        talking = Conversation(running, caller, incoming, (await shown_call(api))["id"], phone)
        await talking.goes_on()
        (offer,) = {traced.text() for traced in phone.trace if traced.text().startswith("INVITE ")}
        assert f"\nc=IN IP4 {EXTERNAL}\n" in offer, "the phone is told an address that only containers reach"
        assert f"\nContact: <sip:asterisk@{EXTERNAL}:5060>\n" in offer
        await talking.ends_and_is_kept()


async def test_the_standby_takes_over_when_the_leader_is_killed_and_the_call_goes_on(running: Composition) -> None:
    leader = await running.leader()
    async with conversation(running) as talking:
        await asyncio.to_thread(running.engine.run, "docker", "kill", f"centralita-{leader}-1")
        await talking.goes_on()
        assert await running.leader() == other_than(leader)
        await talking.goes_on()
        await talking.ends_and_is_kept()
    await asyncio.to_thread(running.up)
    assert (await running.role(leader), await running.leader()) == ("standby", other_than(leader))


async def test_a_leader_that_dies_by_itself_is_started_again_and_one_leads_and_one_stands_by(
    running: Composition,
) -> None:
    """The kernel's SIGKILL, as when memory runs out. Which of the two leads then is for them to settle."""
    leader = await running.leader()
    before = life_of(running, leader)
    os.kill(running.pid(leader), signal.SIGKILL)
    await until(lambda: asyncio.to_thread(lambda: life_of(running, leader) != before))
    await until(lambda: have_roles(running, ["leader", "standby"]))
    async with conversation(running) as talking:
        await talking.ends_and_is_kept()


async def test_an_upgrade_moves_the_lead_twice_and_no_call_ends(running: Composition) -> None:
    """As in docs/deployment.md: first whoever stands by, then whoever leads."""
    leader = await running.leader()
    async with conversation(running) as talking:
        for service in (other_than(leader), leader):
            before = life_of(running, service)
            await asyncio.to_thread(running.up, "--no-deps", "--force-recreate", service)
            assert life_of(running, service) != before
        await talking.goes_on()
        assert await running.leader() == other_than(leader)
        await talking.ends_and_is_kept()


async def test_asterisk_may_die_and_nobody_else_has_to_be_started_again(running: Composition) -> None:
    """Its calls are lost, nothing else: the network is not Asterisk's own, so the controllers find it again where it was."""
    before = life_of(running, "asterisk"), [life_of(running, service) for service in CONTROLLERS]
    os.kill(running.pid("asterisk"), signal.SIGKILL)
    await until(lambda: asyncio.to_thread(lambda: life_of(running, "asterisk") != before[0]))
    async with conversation(running) as talking:
        await talking.ends_and_is_kept()
    assert [life_of(running, service) for service in CONTROLLERS] == before[1]


async def test_everything_that_is_kept_outlives_the_containers_and_passwords_may_be_made_anew(
    running: Composition,
) -> None:
    kept = await asyncio.to_thread(running.catalogue)
    before = {name: running.secret(name) for name in ("redis_password", "postgres_password", "CENTRALITA_ARI_SECRET")}
    await asyncio.to_thread(running.compose, "down")
    for name in before:
        (running.secrets / name).unlink()
    await asyncio.to_thread(running.compose, "run", "--rm", "secrets")
    await asyncio.to_thread(running.up)
    assert all(running.secret(name) != secret for name, secret in before.items())
    assert kept
    assert await asyncio.to_thread(running.catalogue) == kept
    told = await running.demo()
    assert told["ok"], told


async def have_roles(running: Composition, roles: list[str]) -> bool:
    return sorted([await running.role(service) for service in CONTROLLERS]) == roles
