"""Is this machine in order for the stack, whether or not it runs now?"""

from __future__ import annotations

import queue
import shutil
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from ari_app.settings import SECRETS, Settings
from ari_app.stack import background
from ari_app.stack.asterisk_root import asterisk_at_hand
from ari_app.stack.doctor import Check
from ari_app.stack.faults import StackError
from ari_app.stack.ports import holder_of, ports_of, remedy_for, taken_by, taken_ports
from ari_app.stack.versions import shown

_FREE_BYTES_WANTED = 1_000_000_000


def machine_checks(settings: Settings) -> list[Check]:
    """Everything that can be told without a running stack."""
    looks: list[Callable[[Settings], list[Check]]] = [_tools, _host_name, _disk, _secrets, _asterisk, _ports]
    return [check for look in looks for check in look(settings)]


def host_name_check(name: str, resolve: Callable[[str], object], within_s: float = 2.0) -> Check:
    """Does the machine's own name resolve at once? Asterisk asks for it at each INVITE, and stalls 5 s when it does not.

    ``resolve`` raises OSError for a name without an address; it runs in a thread that is not waited for beyond
    ``within_s``.
    """
    remedy = f"add a line `127.0.1.1 {name}` to /etc/hosts (as root): without it each call can wait 5 s for DNS"
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()

    def ask() -> None:
        try:
            resolve(name)
            answers.put("")
        except OSError as error:
            answers.put(f"({error.strerror or error})")

    # A daemon: a resolver that hangs must not hold up our own end.
    threading.Thread(target=ask, name="host-name-check", daemon=True).start()
    try:
        problem = answers.get(timeout=within_s)
    except queue.Empty:
        problem = f"within {within_s:g} s"
    if problem:
        return Check("host name", "fail", f"{name} does not resolve {problem}", remedy)
    return Check("host name", "ok", f"{name} resolves")


def resolve_host_name() -> tuple[str, Callable[[str], object]]:
    """The arguments of host_name_check for this machine: its name, and the system's resolver."""
    return socket.gethostname(), lambda name: socket.getaddrinfo(name, None)


def _host_name(_: Settings) -> list[Check]:
    return [host_name_check(*resolve_host_name())]


def _tools(_: Settings) -> list[Check]:
    if shutil.which("setpriv") is None:
        return [Check("tools", "fail", "setpriv is missing", "apt-get install util-linux (as root)")]
    return [Check("tools", "ok", "setpriv is there")]


def _disk(settings: Settings) -> list[Check]:
    checks = []
    for name, folder in (("state folder", settings.state), ("cache folder", settings.cache)):
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(there).free
        detail = f"{folder}: {free / 1e9:.1f} GB free"
        few = free < _FREE_BYTES_WANTED
        variable = "CENTRALITA_STATE" if name == "state folder" else "CENTRALITA_CACHE"
        checks.append(Check(name, "warn" if few else "ok", detail, f"free some, or set {variable}" if few else ""))
    return checks


def _secrets(settings: Settings) -> list[Check]:
    env_file = settings.project / ".env"
    missing = [name for name in SECRETS if not getattr(settings, _field(name))]
    if missing:
        return [Check("secrets", "warn", f"not made yet: {', '.join(missing)}", "`make run` makes them in .env")]
    if env_file.exists() and stat.S_IMODE(env_file.stat().st_mode) & 0o077:
        return [Check("secrets", "fail", f"{env_file} can be read by others", f"chmod 600 {env_file}")]
    return [Check("secrets", "ok", "all given, readable by this user alone")]


def _field(variable: str) -> str:
    return variable.removeprefix("CENTRALITA_").lower()


def _asterisk(settings: Settings) -> list[Check]:
    remarks: list[str] = []
    try:
        install = asterisk_at_hand(settings.cache, remarks.append)
    except StackError as error:
        return [Check("Asterisk", "fail", str(error), f"remove {settings.cache} and run `make run`")]
    if install is None:
        return [Check("Asterisk", "warn", "; ".join(remarks) or "not downloaded yet", "`make run` fetches it")]
    missing = [language for language in ("es", "en") if not _has_sounds(install.data / "sounds" / language)]
    checks = [Check("Asterisk", "ok", f"{shown(install.version)}, {install.where}")]
    if missing:
        remedy = f"install {' '.join(f'asterisk-core-sounds-{language}-wav' for language in missing)}"
        return [*checks, Check("sounds", "fail", f"none in {', '.join(missing)}", remedy)]
    return [*checks, Check("sounds", "ok", "es and en are there")]


def _has_sounds(folder: Path) -> bool:
    return any(folder.glob("vm-goodbye.*"))


def _ports(settings: Settings) -> list[Check]:
    if background.running_supervisor(settings.state) is not None:
        return [Check("ports", "ok", "in use by our own running stack")]
    try:
        taken = taken_ports(settings.bind_address, ports_of(settings))
    except StackError as error:
        return [Check("ports", "fail", str(error), "change the setting that is named")]
    if not taken:
        return [Check("ports", "ok", "all free: " + ", ".join(str(port.number) for port in ports_of(settings)))]
    return [
        Check(
            "ports",
            "fail",
            taken_by(settings.bind_address, port, holder_of(port)),
            remedy_for(port),
        )
        for port in taken
    ]
