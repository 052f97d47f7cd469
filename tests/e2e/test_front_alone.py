"""A real Kamailio whose nodes are nothing but sockets: what it knows of the phones, and tells the nodes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from ari_app.centre import load_centre
from ari_app.stack.front import KamailioInstall, front_of
from ari_app.stack.ports import settings_with_free_ports
from sip_agents import SipAgent
from sip_agents.message import Request
from tests.e2e.stack import SIP_SECRET, settings_of_tests
from tests.security.raw_sip import RawSip, raw_sip

FRONT_IP = "127.0.0.3"
WITHIN_S = 30.0
BURSTS, TOGETHER = 100, 3


@dataclass
class Front:
    """Where it listens, and its nodes."""

    address: tuple[str, int]
    a: RawSip
    b: RawSip

    async def says(self, node: RawSip, code: str) -> int:
        """What a node is told that asks for a phone."""
        ip, port = self.address
        return (await node.ask("OPTIONS", f"sip:{code}@{ip}:{port}", f"<sip:node@{node.address[0]}>")).status

    def phone(self) -> SipAgent:
        """1005's."""
        return SipAgent("127.0.0.4", registrar=self.address, user="1005", secret=SIP_SECRET)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def front(tmp_path_factory: pytest.TempPathFactory, kamailio: KamailioInstall) -> AsyncIterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    settings = settings_of_tests(folder)
    address = (FRONT_IP, settings_with_free_ports(settings, folder / "front").sip_port)
    async with AsyncExitStack() as running:
        a, b = [await running.enter_async_context(raw_sip(address, "127.0.0.1")) for _ in range(2)]
        nodes = ",".join(f"{name}={one.address[0]}:1:2:{one.address[1]}" for name, one in (("a", a), ("b", b)))
        settings = replace(settings, nodes=nodes, sip_front=":".join(map(str, address)))
        child = front_of(settings, load_centre(settings.centre), kamailio, folder / "front")
        running.push_async_callback(child.stop)
        await child.start()
        made = Front(address, a, b)
        async with asyncio.timeout(WITHIN_S):
            while await made.says(a, "1006") != 404:
                pass
        yield made


def times_asked(phone: SipAgent) -> int:
    """How often a phone was asked whether it is there."""
    return sum(
        isinstance(one.message, Request) and one.message.method == "OPTIONS" and one.way == "in" for one in phone.trace
    )


async def test_however_many_nodes_ask_a_phone_is_asked_once(front: Front) -> None:
    async with front.phone() as phone:
        await phone.register()
        assert {await front.says(node, "1005") for _ in range(50) for node in (front.a, front.b)} == {200}
        assert times_asked(phone) < 20  # one, but on a machine that stalls


async def test_a_phone_that_has_fallen_silent_is_there_for_no_node_and_is_again_when_it_answers(front: Front) -> None:
    async with front.phone() as phone:
        await phone.register()
        assert await front.says(front.a, "1005") == 200
        phone.silent = True
        async with asyncio.timeout(WITHIN_S):
            while await front.says(front.a, "1005") == 200:
                await asyncio.sleep(0.1)
        assert await front.says(front.b, "1005") in (408, 480)
        phone.silent = False
        async with asyncio.timeout(WITHIN_S):
            while await front.says(front.b, "1005") != 200:
                await asyncio.sleep(0.1)
        assert await front.says(front.a, "1005") == 200


async def test_a_phone_that_has_left_is_there_for_no_node(front: Front) -> None:
    async with front.phone() as phone:
        await phone.register()
        assert await front.says(front.a, "1005") == 200
        await phone.unregister()
        assert [await front.says(node, "1005") for node in (front.a, front.b)] == [404, 404]


async def test_what_belongs_to_one_call_is_passed_on_in_the_order_in_which_it_came(front: Front) -> None:
    async with raw_sip(front.address, "127.0.0.4") as phone:
        ip, port = phone.address
        sent = [f"n{number}" for number in range(BURSTS * TOGETHER)]
        for start in range(0, len(sent), TOGETHER):
            for number, user in enumerate(sent[start : start + TOGETHER], start + 1):
                front.a.send_within("NOTIFY", f"sip:{user}@{ip}:{port}", f"order-{front.a.address[1]}", number)
            await asyncio.sleep(0.002)
        async with asyncio.timeout(WITHIN_S):
            while len(came := list(dict.fromkeys(phone.users_asked()))) < len(sent):
                await asyncio.sleep(0.05)
        assert came == sent
