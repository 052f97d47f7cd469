"""How does a test telephone from another machine than the one where the composition is published?"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

from sip_agents import SipAgent
from tests.compose.composition import CALLER, CALLER_HZ, Caller
from tests.compose.inside import inside
from tests.network import ADDRESS

CARRIER_ELSEWHERE: Final = "10.78.0.2"
_OURS, _THEIRS = "carrier0", "carrier1"


@contextlib.contextmanager
def machine_of_the_carrier() -> Iterator[int]:
    """A network beside ours, with CARRIER_ELSEWHERE and a way to where the composition is published; yields a process in it."""
    command = [
        "setpriv",
        "--pdeathsig",
        "TERM",
        "--",
        "unshare",
        "--net",
        "--",
        "sh",
        "-c",
        "echo; exec sleep infinity",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as there:
        try:
            assert there.stdout is not None
            there.stdout.readline()
            within = ["nsenter", "--target", str(there.pid), "--net", "--"]
            for words, where in (
                (f"link add {_OURS} type veth peer name {_THEIRS} netns {there.pid}", []),
                (f"address add {ADDRESS} peer {CARRIER_ELSEWHERE}/32 dev {_OURS}", []),
                (f"link set {_OURS} up", []),
                (f"address add {CARRIER_ELSEWHERE} peer {ADDRESS}/32 dev {_THEIRS}", within),
                (f"link set {_THEIRS} up", within),
            ):
                subprocess.run([*where, "ip", *words.split()], check=True)
            yield there.pid
        finally:
            there.terminate()


@asynccontextmanager
async def caller_elsewhere(machine: int, number: str) -> AsyncIterator[Caller]:
    """Somebody who has dialled a number, and comes in from the carrier's machine by the published port."""
    async with inside(machine) as there:
        carrier = SipAgent(CARRIER_ELSEWHERE, registrar=(ADDRESS, 5060), user=CALLER, tone_hz=CALLER_HZ)
        await there.do(carrier.__aenter__())
        try:
            yield Caller(there, await there.do(carrier.call(number, from_user=CALLER)))
        finally:
            await there.do(carrier.__aexit__(None, None, None))


@contextlib.contextmanager
def only_by_published_ports(networks: str) -> Iterator[None]:
    """Sound from here reaches containers' ``networks`` by their published ports alone, as from another machine."""
    rule = ["OUTPUT", "-p", "udp", "-d", networks, "-m", "conntrack", "!", "--ctstate", "DNAT", "-j", "DROP"]
    subprocess.run(["iptables", "-I", *rule], check=True)
    try:
        yield
    finally:
        subprocess.run(["iptables", "-D", *rule], check=True)
