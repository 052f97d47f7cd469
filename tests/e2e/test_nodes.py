"""Two real Asterisks behind a real Kamailio, one controller: who reaches whom, what draining a node does, and what a dead one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ari_app.centre import load_centre
from ari_app.demo.api_client import ApiRefused
from ari_app.settings import Settings
from ari_app.stack.asterisk_root import provide_asterisk
from ari_app.stack.child import Child
from ari_app.stack.front import KamailioInstall, front_of
from ari_app.stack.instance import Instance
from ari_app.stack.ports import settings_with_free_ports
from ari_app.stack.redis_install import provide_redis
from sip_agents import CallRefused, IncomingCall, OutgoingCall, RegistrationRefused, SipAgent
from sip_agents.digest import Credentials
from tests.e2e import test_call_control_phone as from_phone
from tests.e2e.stack import LATE_S, SIP_SECRET, Stack, dial, settings_of_tests
from tests.security.raw_sip import raw_sip

INNER_IP, FRONT_IP = "127.0.0.3", "127.0.0.7"
CALLER_HZ, OPERATOR_HZ = 640.0, 1250.0
BOTH = (CALLER_HZ, OPERATOR_HZ)
WITHIN_S = 40.0
GIVEN_UP_AFTER_S = 5


@dataclass
class TwoNodes(Stack):
    """A stack whose carrier and phones come to Kamailio."""

    other: Instance
    kamailio: Child
    front: tuple[str, int]

    @property
    def registrar(self) -> tuple[str, int]:
        return self.front

    async def look_for(self, code: str) -> None:
        """Each node does every five seconds anyway; one that is down does not."""
        running = [node for node in (self.instance, self.other) if node.asterisk.running]
        await asyncio.gather(*(node.asterisk_rx(f"pjsip qualify {code}") for node in running))

    async def channels(self) -> list[str]:
        """Those of both."""
        told = [await node.asterisk_rx("core show channels concise") for node in (self.instance, self.other)]
        return [line for lines in told for line in lines.splitlines() if "!" in line]

    async def bridges(self) -> list[str]:
        """Those of both."""
        told = [await node.asterisk_rx("bridge show all") for node in (self.instance, self.other)]
        return [line for text in told for line in text.partition("Bridge-ID")[2].splitlines()[1:] if line.strip()]

    async def nodes(self) -> dict[str, dict[str, Any]]:
        """What the controller tells of its nodes, by name."""
        return {one["name"]: one for one in (await self.ask("3001", "GET", "nodes"))["items"]}

    async def until(self, name: str, **wanted: object) -> None:
        """Wait until the node is told so; a controller that has just been started may stand by first. Raises TimeoutError."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                with suppress(ApiRefused):
                    if wanted.items() <= (await self.nodes())[name].items():
                        return
                await asyncio.sleep(0.1)

    async def node_of_newest_call(self, before: dict[str, int]) -> str:
        """Where a call has been added since ``before``."""
        return next(name for name, one in (await self.nodes()).items() if one["calls"] > before[name])

    async def calls(self) -> dict[str, int]:
        """How many calls each node has."""
        return {name: one["calls"] for name, one in (await self.nodes()).items()}


def settings_of_two(folder: Path) -> tuple[Settings, Settings, str]:
    """Of node a, which the controller's are, too; of node b; and where Kamailio listens for the carrier and phones."""
    own = replace(settings_of_tests(folder), refuse_above_lag_s=LATE_S, node_given_up_after_s=GIVEN_UP_AFTER_S)
    b = settings_with_free_ports(own, folder / "b")
    ports = settings_with_free_ports(own, folder / "front")
    nodes = ",".join(
        f"{name}={one.bind_address}:{one.ari_port}:{one.ami_port}:{one.sip_port}"
        for name, one in (("a", own), ("b", b))
    )
    inner, front = (f"{address}:{ports.sip_port}" for address in (INNER_IP, FRONT_IP))
    a = replace(own, nodes=nodes, sip_front=inner, sip_front_outside=front)
    b = replace(b, redis_url=own.redis_address, fastagi_port=own.fastagi_port)
    return a, replace(b, nodes=nodes, sip_front=inner, sip_front_outside=front), front


@asynccontextmanager
async def two_nodes(folder: Path, install: KamailioInstall) -> AsyncIterator[TwoNodes]:
    """All of it below ``folder``; nothing runs afterwards."""
    of_a, of_b, front = settings_of_two(folder)
    asterisk, redis = provide_asterisk(of_a.cache, print), provide_redis(of_a.cache, print)
    centre = load_centre(of_a.centre)
    async with AsyncExitStack() as running:
        b, a = await asyncio.gather(
            running.enter_async_context(Instance(of_b, centre, asterisk, None, away_tries=2)),
            running.enter_async_context(Instance(of_a, centre, asterisk, redis, away_tries=2)),
        )
        kamailio = front_of(of_a, centre, install, folder / "front")
        running.push_async_callback(kamailio.stop)
        await kamailio.start()
        await a.start_engine()
        await a.start_recordings()
        address, _, port = front.partition(":")
        stack = TwoNodes(a, of_a, b, kamailio, (address, int(port)))
        await stack.until("a", connected=True)
        await stack.until("b", connected=True)
        yield stack


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def module_nodes(tmp_path_factory: pytest.TempPathFactory, kamailio: KamailioInstall) -> AsyncIterator[TwoNodes]:
    async with two_nodes(tmp_path_factory.mktemp("nodes"), kamailio) as stack:
        yield stack


@pytest_asyncio.fixture(loop_scope="session")
async def nodes(module_nodes: TwoNodes) -> AsyncIterator[TwoNodes]:
    yield module_nodes
    await module_nodes.nothing_is_left()


async def connected(carrier: SipAgent, phone: SipAgent) -> tuple[OutgoingCall, IncomingCall]:
    """A caller and an operator who hear each other."""
    call = await dial(carrier)
    incoming = await phone.incoming()
    await incoming.answer()
    await call.heard_only([OPERATOR_HZ], BOTH)
    await incoming.heard_only([CALLER_HZ], BOTH)
    return call, incoming


async def test_calls_alternate_between_the_nodes_and_each_reaches_the_operator_who_registered_in_front(
    nodes: TwoNodes,
) -> None:
    landed = []
    async with (
        nodes.operator("1009", OPERATOR_HZ) as phone,
        nodes.carrier(CALLER_HZ) as carrier,
        nodes.watch() as watch,
    ):
        for _ in range(3):
            await watch.operator("1009", state="ready")
            before = await nodes.calls()
            call, incoming = await connected(carrier, phone)
            landed.append(await nodes.node_of_newest_call(before))
            assert incoming.from_user == "600111222"
            await incoming.hang_up()
            assert await call.ended() == "remote_bye"
            await watch.operator("1009", state="wrap_up")
    assert landed in (["a", "b", "a"], ["b", "a", "b"])


async def test_a_phones_own_calls_are_known_as_its_own(nodes: TwoNodes) -> None:
    async with nodes.phone("1005") as phone, nodes.watch() as watch:
        await phone.register()
        await nodes.look_for("1005")
        await watch.operator("1005", phone="reachable")
        for code, state in (("*11", "ready"), ("*12", "paused"), ("*13", "logged_out")):
            call = await phone.call(code)
            await call.answered()
            await watch.operator("1005", state=state)
            await call.hang_up()


async def test_a_phone_that_leaves_is_not_offered_calls(nodes: TwoNodes) -> None:
    async with nodes.watch() as watch:
        async with nodes.phone("1005") as phone:
            await phone.register()
            await nodes.look_for("1005")
            await watch.operator("1005", phone="reachable")
        await nodes.look_for("1005")
        await watch.operator("1005", phone="unreachable")


@pytest.mark.parametrize(("code", "secret"), [("1005", "wrong"), ("4711", SIP_SECRET)])
async def test_nobody_registers_in_front_without_the_secret_of_somebody_known(
    nodes: TwoNodes, code: str, secret: str
) -> None:
    async with nodes.phone(code, secret=secret) as phone:
        with pytest.raises(RegistrationRefused):
            await phone.register()


FORGED = "X-Centralita-From: {kind}\r\nX-Centralita-Phone: 1005\r\n"


async def test_a_node_takes_calls_from_the_front_alone_whatever_header_they_bring(nodes: TwoNodes) -> None:
    straight = (nodes.settings.bind_address, nodes.settings.sip_port)
    async with raw_sip(straight, "127.0.0.1") as raw:
        for kind in ("carrier", "phone"):
            asked = await raw.ask("INVITE", "sip:900100201@x", "<sip:1005@x>", more=FORGED.format(kind=kind))
            assert asked.status in (401, 403)


async def test_a_stranger_in_front_is_nobody_whatever_header_he_brings(nodes: TwoNodes) -> None:
    async with raw_sip(nodes.front, "127.0.0.1") as raw:
        for kind in ("carrier", "phone"):
            asked = await raw.ask("INVITE", "sip:900100201@x", "<sip:1005@x>", more=FORGED.format(kind=kind))
            assert asked.status == 401


async def test_a_phone_calls_under_no_other_name_than_its_own(nodes: TwoNodes) -> None:
    async with raw_sip(nodes.front, "127.0.0.1") as raw:
        who = Credentials("1005", SIP_SECRET)
        asked = await raw.ask("INVITE", "sip:*11@x", "<sip:1006@x>", who=who, more=FORGED.format(kind="phone"))
        assert asked.status == 403


async def test_the_front_passes_nothing_on_to_where_no_node_is(nodes: TwoNodes) -> None:
    """A request that says that it belongs to a dialog needs no secret, so it may lead to a node and nowhere else."""
    a = f"{nodes.settings.bind_address}:{nodes.settings.sip_port}"
    async with raw_sip(nodes.front, "127.0.0.1") as raw, raw_sip(nodes.front, "127.0.0.4") as elsewhere:
        there = ":".join(map(str, elsewhere.address))
        ours = f"Route: <sip:{nodes.front[0]}:{nodes.front[1]};lr>\r\n"
        for uri, more in ((f"sip:x@{there}", ours), (f"sip:x@{a}", f"{ours}Route: <sip:{there};lr>\r\n")):
            asked = await raw.ask("BYE", uri, "<sip:1005@x>", to="<sip:x@y>;tag=1", more=more)
            assert asked.status == 403
        assert elsewhere.requests == []
        asked = await raw.ask("BYE", f"sip:x@{a}", "<sip:1005@x>", to="<sip:x@y>;tag=1", more=ours)
        assert asked.status == 481


async def test_an_address_that_guesses_secrets_is_answered_no_more_and_no_other_is_kept_out(nodes: TwoNodes) -> None:
    guess, right = Credentials("1005", "guess"), Credentials("1005", SIP_SECRET)
    async with raw_sip(nodes.front, "127.0.0.5") as raw, raw_sip(nodes.front, "127.0.0.6") as other:
        for _ in range(20):
            assert (await raw.ask("REGISTER", "sip:x", "<sip:1005@x>", to="<sip:1005@x>", who=guess)).status == 401
        gone = await raw.ask("REGISTER", "sip:x", "<sip:1005@x>", to="<sip:1005@x>", who=right, within_s=0.5)
        assert gone.status == 0
        more = "Expires: 0\r\n"
        assert (
            await other.ask("REGISTER", "sip:x", "<sip:1005@x>", to="<sip:1005@x>", who=right, more=more)
        ).status == 200


async def test_a_phone_cannot_say_that_it_is_another_in_the_fronts_own_words(nodes: TwoNodes) -> None:
    async with nodes.phone("1005") as phone, nodes.phone("1006") as other, nodes.watch() as watch:
        await phone.register()
        await other.register()
        for code in ("1005", "1006"):
            await nodes.look_for(code)
            await watch.operator(code, phone="reachable")
        for code, state in (("*11", "ready"), ("*13", "logged_out")):
            call = await phone.call(code, headers=(("X-Centralita-Phone", "1006"), ("X-Centralita-From", "phone")))
            await call.answered()
            await watch.operator("1005", state=state)
            await call.hang_up()
        assert watch.latest["operator.changed"]["1006"]["state"] == "logged_out"


async def test_a_drained_node_keeps_its_call_and_new_ones_land_on_the_other(nodes: TwoNodes) -> None:
    async with nodes.operator("1009", OPERATOR_HZ) as phone, nodes.carrier(CALLER_HZ) as carrier:
        before = await nodes.calls()
        kept, talks = await connected(carrier, phone)
        drained = await nodes.node_of_newest_call(before)
        (other,) = {"a", "b"} - {drained}
        await nodes.ask("3001", "POST", f"nodes/{drained}/drain")
        async with (
            nodes.operator("1010", OPERATOR_HZ) as second,
            nodes.carrier(CALLER_HZ) as line,
            nodes.watch() as watch,
        ):
            for _ in range(2):
                await watch.operator("1010", state="ready")
                call, incoming = await connected(line, second)
                assert await nodes.calls() == {drained: 1, other: 1}
                await call.hang_up()
                await incoming.ended()
                await watch.operator("1010", state="wrap_up")
        await kept.heard_only([OPERATOR_HZ], BOTH)
        await talks.heard_only([CALLER_HZ], BOTH)
        await kept.hang_up()
        await talks.ended()
        await nodes.until(drained, calls=0, draining=True)
        await nodes.ask("3001", "POST", f"nodes/{drained}/undrain")
        await nodes.until(drained, draining=False)


async def test_with_every_node_drained_the_carrier_is_told_503(nodes: TwoNodes) -> None:
    for name in ("a", "b"):
        await nodes.ask("3001", "POST", f"nodes/{name}/drain")
    try:
        async with nodes.carrier(CALLER_HZ) as carrier:
            with pytest.raises(CallRefused, match="503"):
                await dial(carrier)
    finally:
        for name in ("a", "b"):
            await nodes.ask("3001", "POST", f"nodes/{name}/undrain")


async def test_conversations_on_both_nodes_go_on_under_the_next_life_of_the_controller(nodes: TwoNodes) -> None:
    async with (
        nodes.operator("1009", OPERATOR_HZ) as one,
        nodes.carrier(CALLER_HZ) as carrier,
        nodes.carrier(CALLER_HZ) as line,
    ):
        first, first_talk = await connected(carrier, one)
        async with nodes.operator("1010", OPERATOR_HZ) as two:
            second, second_talk = await connected(line, two)
            assert await nodes.calls() == {"a": 1, "b": 1}
            await nodes.ask("3001", "POST", "nodes/b/drain")
            async with nodes.watch() as watch:
                await watch.noted("drained_node:b")
            await nodes.instance.engine.kill()
            await nodes.instance.start_engine()
            async with nodes.watch() as watch:
                await nodes.until("a", connected=True, calls=1, draining=False)
                await nodes.until("b", connected=True, calls=1, draining=True)
                await nodes.ask("3001", "POST", "nodes/b/undrain")
                for code in ("1009", "1010"):
                    # Though neither phone has come or gone, so that no node has anything to tell of it.
                    await watch.operator(code, state="talking", phone="reachable")
                for call, talk in ((first, first_talk), (second, second_talk)):
                    await call.heard_only([OPERATOR_HZ], BOTH)
                    await talk.heard_only([CALLER_HZ], BOTH)
                    await talk.hang_up()
                    assert await call.ended() == "remote_bye"
                for code in ("1009", "1010"):
                    await watch.operator(code, state="ready")


async def test_when_a_node_dies_the_other_takes_the_calls_who_talked_there_is_free_again_and_it_comes_back(
    nodes: TwoNodes,
) -> None:
    async with (
        nodes.operator("1009", OPERATOR_HZ) as phone,
        nodes.carrier(CALLER_HZ) as lost,
        nodes.watch() as watch,
    ):
        await nodes.ask("3001", "POST", "nodes/a/drain")
        await connected(lost, phone)
        assert await nodes.calls() == {"a": 0, "b": 1}
        await nodes.ask("3001", "POST", "nodes/a/undrain")
        await nodes.set_state("1009", "logged_out")  # after this call, so that only 1010 is offered the next
        async with nodes.operator("1010", OPERATOR_HZ) as second, nodes.carrier(CALLER_HZ) as carrier:
            await nodes.other.asterisk.kill()
            await nodes.until("b", connected=False)
            for _ in range(2):
                await watch.operator("1010", state="ready")
                await takes_a_call(carrier, second)
                await watch.operator("1010", state="wrap_up")
        # Though the node stays away.
        await watch.operator("1009", state="logged_out", within_s=WITHIN_S)
        await nodes.set_state("1009", "ready")
        async with nodes.carrier(CALLER_HZ) as another:
            await takes_a_call(another, phone)
            await watch.operator("1009", state="wrap_up")
            await nodes.other.start_asterisk()
            await nodes.until("b", connected=True)
            await nodes.ask("3001", "POST", "nodes/a/drain")
            await watch.operator("1009", state="ready")
            call, incoming = await connected(another, phone)
            assert await nodes.calls() == {"a": 0, "b": 1}
            await call.hang_up()
            await incoming.ended()
        await nodes.ask("3001", "POST", "nodes/a/undrain")


async def takes_a_call(carrier: SipAgent, phone: SipAgent) -> None:
    """From the ring to the hang-up."""
    call, incoming = await connected(carrier, phone)
    await call.hang_up()
    await incoming.ended()


DIALS_ITSELF = "connects the caller to whom it has dialled"
FROM_A_PHONE: dict[str, Callable[[Stack], Awaitable[None]]] = {
    "holds and resumes": from_phone.test_hold_and_resume_from_the_phone,
    "sends the caller to an operator": from_phone.test_the_phone_sends_the_caller_to_an_operator,
    "sends the caller to a number outside": from_phone.test_the_phone_sends_the_caller_to_a_number,
    "the carrier sends nobody anywhere": from_phone.test_the_carrier_cannot_send_the_operator_anywhere,
    DIALS_ITSELF: partial(from_phone.test_attended_transfer_from_the_phone, named="the other"),
}


@pytest.mark.parametrize("scene", FROM_A_PHONE)
async def test_what_is_asked_from_a_phone_is_the_same_through_the_front(nodes: TwoNodes, scene: str) -> None:
    """A phone that dials somebody itself has to land where it talks, not where it would be the next call's turn to."""
    for _ in range(2 if scene == DIALS_ITSELF else 1):
        await FROM_A_PHONE[scene](nodes)
