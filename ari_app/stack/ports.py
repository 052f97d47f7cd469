"""Which of our ports is taken, by whom, and which setting moves it?"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ari_app.settings import Settings
from ari_app.stack.faults import StartFailed

Transport = Literal["tcp", "udp"]
FIRST_OWN_PORT = 20_000
_handed_out = itertools.count()


@dataclass(frozen=True, slots=True)
class Port:
    """One port that we listen on. ``setting`` is the variable that moves it, ``purpose`` what it is for.

    ``address``: where, if not where the others are.
    """

    number: int
    transport: Transport
    setting: str
    purpose: str
    address: str = ""


def ports_of(settings: Settings) -> list[Port]:
    """Every fixed port of an installation; the RTP range is not among them, Asterisk picks free ones from it."""
    ports = [
        Port(settings.sip_port, "udp", "CENTRALITA_SIP_PORT", "SIP", settings.sip_address),
        Port(settings.ari_port, "tcp", "CENTRALITA_ARI_PORT", "ARI"),
        Port(settings.ami_port, "tcp", "CENTRALITA_AMI_PORT", "AMI"),
        Port(settings.fastagi_port, "tcp", "CENTRALITA_FASTAGI_PORT", "FastAGI"),
        Port(settings.api_port, "tcp", "CENTRALITA_API_PORT", "API", settings.api_address),
        Port(settings.console_port, "tcp", "CENTRALITA_CONSOLE_PORT", "console", settings.console_address),
    ]
    if settings.sip_tls:
        ports.append(Port(settings.sip_tls_port, "tcp", "CENTRALITA_SIP_TLS_PORT", "SIP over TLS"))
    if settings.own_redis:
        ports.append(Port(settings.redis_port, "tcp", "CENTRALITA_REDIS_PORT", "Redis"))
    return ports


def taken_ports(address: str, ports: Iterable[Port]) -> list[Port]:
    """Those of ``ports`` that cannot be bound at ``address`` because something listens there.

    Raises StartFailed when the address itself is not this machine's.
    """
    return [port for port in ports if not _is_free(address, port)]


def require_free(settings: Settings, ports: Iterable[Port]) -> None:
    """Raises StartFailed naming every taken port, its holder and the setting to change."""
    taken = taken_ports(settings.bind_address, ports)
    if taken:
        raise StartFailed("\n".join(describe_taken(settings.bind_address, port, holder_of(port)) for port in taken))


def describe_taken(address: str, port: Port, holder: str | None) -> str:
    """What is wrong and what to do, in one sentence for the person at the terminal."""
    return f"{taken_by(address, port, holder)}: {remedy_for(port)}."


def taken_by(address: str, port: Port, holder: str | None) -> str:
    """Who holds the port; ``holder`` as holder_of tells it."""
    who = holder or "a process that this user cannot see"
    return f"{port.purpose} port {port.address or address}:{port.number}/{port.transport} is taken by {who}"


def remedy_for(port: Port) -> str:
    """What to do about a taken port."""
    return f"end that process, or set {port.setting} to a free port (in the environment or in .env)"


def holder_of(port: Port) -> str | None:
    """``name (pid N)`` of the process that holds the port, from /proc; None when it is not to be seen."""
    inodes = set(_inodes_at(port))
    if not inodes:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        if inodes & _open_files(process):
            name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
            return f"{name} (pid {process.name})"
    return None


def _open_files(process: Path) -> set[str]:
    """What the process's descriptors point to; those that it closes meanwhile, or hides from us, are left out."""
    links = set()
    with contextlib.suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                links.add(os.readlink(descriptor))
    return links


def settings_with_free_ports(settings: Settings, state: Path) -> Settings:
    """``settings`` with a state folder and ports of its own, for a second set on one machine (tests, trials).

    The ports are free now, differ at each call, and lie below those that the system hands out for outgoing connections
    (ip_local_port_range, from 32768), so that no connection takes one before its server does. Sound has all from 10000 to 19999:
    Asterisk takes those that are free, two for each channel.
    """
    numbers = _free_numbers(settings.bind_address)
    return replace(
        settings,
        state=state,
        sip_port=next(numbers),
        sip_tls_port=next(numbers),
        ari_port=next(numbers),
        ami_port=next(numbers),
        fastagi_port=next(numbers),
        api_port=next(numbers),
        console_port=next(numbers),
        redis_port=next(numbers),
        rtp_last_port=FIRST_OWN_PORT - 1,
    )


def _free_numbers(address: str) -> Iterator[int]:
    while True:
        # Processes begin at different places, so that two test runs at once seldom meet.
        number = FIRST_OWN_PORT + (os.getpid() * 61 + next(_handed_out)) % 12_000
        both: tuple[Transport, Transport] = ("tcp", "udp")
        if all(_is_free(address, Port(number, transport, "", "")) for transport in both):
            yield number


def _bound(address: str, transport: Transport, number: int = 0) -> socket.socket:
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    bound = socket.socket(socket.AF_INET, kind)
    try:
        if transport == "tcp":
            # As the servers themselves do, so that connections in TIME_WAIT do not count as taken.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, number))
    except BaseException:
        bound.close()
        raise
    return bound


def _is_free(address: str, port: Port) -> bool:
    try:
        _bound(port.address or address, port.transport, port.number).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        if error.errno == errno.EACCES:
            raise StartFailed(
                f"{port.setting}={port.number} needs root rights; set it to a port above 1023."
            ) from error
        raise StartFailed(
            f"{_setting_of_address(port)}={port.address or address} cannot be listened on ({error.strerror}); "
            "give an address of this machine."
        ) from error
    return True


def _setting_of_address(port: Port) -> str:
    return port.setting.replace("_PORT", "_ADDRESS") if port.address else "CENTRALITA_BIND_ADDRESS"


def _inodes_at(port: Port) -> Iterator[str]:
    """``socket:[inode]`` of every socket on the local port: /proc/net/{tcp,udp} (proc(5)), state 0A is listening."""
    for family in ("", "6"):
        table = Path(f"/proc/net/{port.transport}{family}")
        rows = table.read_text(encoding="ascii").splitlines()[1:] if table.exists() else []
        for row in rows:
            fields = row.split()
            listening = port.transport == "udp" or fields[3] == "0A"
            if listening and int(fields[1].rpartition(":")[2], 16) == port.number:
                yield f"socket:[{fields[9]}]"
